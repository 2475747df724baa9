using System.Diagnostics;
using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Runtime;

/// <summary>
/// The services of one load of a run, or of one attempt of a step: one scope of the container, opened when the first service is
/// asked for.
/// </summary>
sealed class ServiceLease(Engine engine, WorkflowType type) : IInjected, IDisposable
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
            engine.NoteUnbuilt(type.Name, error);
            throw new HoldfastException(isMisuse ? HoldfastError.Misuse : HoldfastError.InvalidWorkflow, $"The services of workflow {type.Name} could not be built: {ToldBy(error)}", error);
        }
    }

    /// <summary>What may be kept of it. A service that cannot be made may repeat a connection string or a key, and the run would keep that: where it was thrown is enough, and the log has the rest.</summary>
    static string ToldBy(Exception error)
    {
        if (error is HoldfastException || IsOfContainer(error)) return $"{error.GetType().Name}: {ErrorText.MessageOf(error)}";
        var where = new StackTrace(error).GetFrame(0)?.GetMethod() is { } method ? $"{method.DeclaringType?.Name}.{method.Name} threw {error.GetType().Name}" : error.GetType().Name;
        return $"{where}. The log says what it says.";
    }

    /// <summary>The container's own words name types, such as the one that nobody has registered.</summary>
    static bool IsOfContainer(Exception error) => error.TargetSite?.Module.Assembly.GetName().Name?.StartsWith("Microsoft.Extensions.DependencyInjection", StringComparison.Ordinal) == true;

    public void Dispose()
    {
        if (_scope is IAsyncDisposable asynchronous) _ = asynchronous.DisposeAsync().AsTask();
        else _scope?.Dispose();
        _scope = null;
    }

    IServiceProvider Scope => (_scope ??= engine.Provider.CreateScope()).ServiceProvider;
}
