using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>Classes by their fields: the user's data, closures, anonymous types and iterators.</summary>
sealed class ClassPlan<T> : Plan<T> where T : class
{
    // Compiled apart from the plan's creation, so that describing a type does not compile its accessors.
    readonly Lazy<(WriteFields<T> Write, ReadFields<T> Read)> _access = new(() =>
    {
        var fields = FieldSet.Of(typeof(T)).Fields;
        return (FieldAccess.Writer<T>(fields), FieldAccess.Reader<T>(fields));
    });

    public override object ReadHeader(GraphReader reader, WireType type) => RuntimeHelpers.GetUninitializedObject(typeof(T));

    protected override void WriteBody(GraphWriter writer, T value) => _access.Value.Write(writer, ref value, null);

    protected override void ReadBody(GraphReader reader, T value) => _access.Value.Read(reader, ref value, null);
}

/// <summary>The library's own graph objects write themselves: compact, and without reflection.</summary>
interface ISelfSaved
{
    void Save(GraphWriter writer);

    void Load(GraphReader reader);
}

sealed class SelfSavedPlan<T> : Plan<T> where T : class, ISelfSaved
{
    public override object ReadHeader(GraphReader reader, WireType type) => RuntimeHelpers.GetUninitializedObject(typeof(T));

    protected override void WriteBody(GraphWriter writer, T value) => value.Save(writer);

    protected override void ReadBody(GraphReader reader, T value) => value.Load(reader);
}
