using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Runtime;

/// <summary>
/// The services of one load of a run, or of one attempt of a step: one scope of the container, opened when the first service is
/// asked for.
/// </summary>
sealed class ServiceLease(IServiceProvider root, WorkflowType type) : IInjected, IDisposable
{
    IServiceScope? _scope;
    Workflow? _workflow;

    /// <summary>The services that went into the workflow's constructor.</summary>
    public IReadOnlyList<Injected> Injected { get; private set; } = [];

    public bool TryGet(string name, out object? service)
    {
        // The services that the workflow's constructor got are the ones that its lambdas captured.
        foreach (var injected in Injected)
            if (injected.Name == name)
            {
                service = injected.Value;
                return true;
            }
        (var isKnown, service) = Built(() => (type.TryGetService(Scope, name, out var found), found));
        return isKnown;
    }

    public Workflow CreateWorkflow(Type asked)
    {
        if (asked != type.Type) throw GraphErrors.OtherClass(asked, type);
        if (_workflow is not null) return _workflow;
        using var clean = CleanContext.Enter();
        (_workflow, Injected) = Built(() => type.Create(Scope));
        return _workflow;
    }

    /// <summary>A constructor that throws says nothing about the saved data, and may succeed the next time.</summary>
    T Built<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (ObjectDisposedException error)
        {
            // The container is gone before the engine: what could not be built says nothing about the run.
            throw new HoldfastException(HoldfastError.NotRunning, "The host is stopping.", error);
        }
        catch (Exception error) when (error is not (HoldfastException { IsTransient: true } or InvariantException or OutOfMemoryException))
        {
            var isMisuse = error is HoldfastException { Error: HoldfastError.Misuse };
            throw new HoldfastException(isMisuse ? HoldfastError.Misuse : HoldfastError.InvalidWorkflow, $"The services of workflow {type.Name} could not be built: {error.GetType().Name}: {ErrorText.MessageOf(error)}", error);
        }
    }

    public void Dispose()
    {
        if (_scope is IAsyncDisposable asynchronous) _ = asynchronous.DisposeAsync().AsTask();
        else _scope?.Dispose();
        _scope = null;
    }

    IServiceProvider Scope => (_scope ??= root.CreateScope()).ServiceProvider;
}
