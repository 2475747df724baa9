using System.Reflection;
using System.Runtime.CompilerServices;
using Holdfast.Frames.Graph;

namespace Holdfast.Hosting;

/// <summary>
/// Stands in for the container where saved runs are read and none of their code is run: the workflow object without its constructor, and
/// for each service something of its type.
/// </summary>
sealed class StandIns(WorkflowType type) : IInjected
{
    readonly Dictionary<string, object?> _services = [];
    Workflow? _workflow;

    public Workflow CreateWorkflow(Type asked)
    {
        if (asked != type.Type) throw GraphErrors.OtherClass(asked, type);
        return _workflow ??= (Workflow)Made(asked);
    }

    public bool TryGet(string name, out object? service)
    {
        if (_services.TryGetValue(name, out service)) return true;
        if (type.ServiceType(name) is not { } wanted) return false;
        _services[name] = service = For(wanted) ?? new object();
        return true;
    }

    /// <summary>The real service was of a class that the constructor's parameter does not tell.</summary>
    public bool IsStandIn(object value, Type wanted, out object? fitting)
    {
        var isOurs = _services.Values.Any(service => ReferenceEquals(service, value));
        fitting = isOurs ? For(wanted) : null;
        return isOurs;
    }

    static object? For(Type wanted)
    {
        if (wanted.IsInterface) return DispatchProxy.Create(wanted, typeof(NoService));
        var made = wanted.IsAbstract ? Array.Find(wanted.Assembly.GetTypes(), t => t is { IsAbstract: false, ContainsGenericParameters: false } && t.IsSubclassOf(wanted)) : wanted;
        return made is null or { IsArray: true } ? null : Made(made);
    }

    static object Made(Type type)
    {
        var made = RuntimeHelpers.GetUninitializedObject(type);
        // It was never built, so there is nothing that its finalizer could clean up.
#pragma warning disable CA1816 // This is no Dispose; it is about an object that no constructor has seen.
        GC.SuppressFinalize(made);
#pragma warning restore CA1816
        return made;
    }
}

/// <summary>A service that nobody calls. The framework derives from it.</summary>
class NoService : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new InvariantException("A stand-in for a service was called.");
}
