using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Frames.Graph;

/// <summary>
/// The workflow object: built by its constructor through the container on every load, then the saved fields are laid over it. A
/// read-only field that cannot be saved keeps what the constructor gave it.
/// </summary>
sealed class WorkflowPlan<T> : Plan<T> where T : Workflow
{
    readonly Lazy<(WriteFields<T> Write, ReadFields<T> Read)> _access = new(() =>
    {
        var fields = FieldSet.Of(typeof(T)).Fields;
        return (FieldAccess.Writer<T>(fields, keepsReadOnly: true), FieldAccess.Reader<T>(fields, keepsReadOnly: true));
    });

    public override object ReadHeader(GraphReader reader, WireType type) => reader.CreateWorkflow(typeof(T));

    protected override void WriteBody(GraphWriter writer, T value) => _access.Value.Write(writer, ref value, null);

    protected override void ReadBody(GraphReader reader, T value) => _access.Value.Read(reader, ref value, null);
}

/// <summary>Where references to services lead when a graph is read.</summary>
interface IInjected
{
    bool TryGet(string name, out object? service);

    Workflow CreateWorkflow(Type type);

    /// <summary>
    /// Whether a value only stands for a service that is not there, and what stands for it where another type is wanted; null when nothing
    /// can. Real services stand for themselves.
    /// </summary>
    bool IsStandIn(object value, Type wanted, out object? fitting)
    {
        fitting = null;
        return false;
    }
}

/// <summary>For copies of what belongs to a run: what it shares with its services stays shared.</summary>
sealed class SharedServices(IReadOnlyList<Injected> shared) : IInjected
{
    public bool TryGet(string name, out object? service)
    {
        service = shared.FirstOrDefault(injected => injected.Name == name).Value;
        return service is not null;
    }

    public Workflow CreateWorkflow(Type type) => throw GraphErrors.Corrupt("another run's workflow stands among copied values");
}

/// <summary>For graphs that hold plain values only.</summary>
sealed class NoServices : IInjected
{
    public static NoServices Instance { get; } = new();

    public bool TryGet(string name, [NotNullWhen(true)] out object? service)
    {
        service = null;
        return false;
    }

    public Workflow CreateWorkflow(Type type) => throw GraphErrors.Corrupt("a workflow stands among plain values");
}
