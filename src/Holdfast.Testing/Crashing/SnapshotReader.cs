using System.Reflection;
using System.Runtime.CompilerServices;
using Holdfast.Frames;
using Holdfast.Frames.Code;
using Holdfast.Hosting;
using Holdfast.Runtime;
using Holdfast.Storage;

namespace Holdfast.Testing;

/// <summary>Reads the variables of suspended methods from what was saved, without running any of their code.</summary>
sealed class SnapshotReader(Engine engine, NewRun run)
{
    /// <summary>The variables, the workflow's own first; null when the bytes cannot be read here.</summary>
    public IReadOnlyList<Variable>? Read(ReadOnlyMemory<byte> snapshot, Func<BlobHash, ReadOnlyMemory<byte>?> blobs)
    {
        if (engine.Registry.Find(run.Workflow, run.Version) is not { } type) return null;
        var graph = new RunGraph(engine.Services(run));
        try
        {
            engine.Codec.DecodeRun(snapshot, blobs, graph, new StandIns(type));
        }
        catch (HoldfastException)
        {
            return null;
        }
        var variables = new List<Variable>();
        AddFields(variables, type.Type.Name, "this.", graph.Workflow, static field => field.DeclaringType != typeof(Workflow));
        foreach (var frame in FramesOf(graph))
        {
            var (number, machine) = frame.Look();
            var place = $"{MethodNames.Of(frame.MachineType)}, {AwaitLines.Of(frame.MachineType, number) ?? $"await {number + 1}"}";
            // What is not read again after the await is not saved either.
            var live = Liveness.Of(frame.MachineType);
            AddLocals(variables, place, machine, field => live.IsLive(number, field));
        }
        return variables;
    }

    /// <summary>From the call of <c>Run</c> inwards, and then those that nobody awaits.</summary>
    static IEnumerable<IFrame> FramesOf(RunGraph graph)
    {
        var seen = new HashSet<Durable>(ReferenceEqualityComparer.Instance);
        var next = new Queue<Durable>();
        if (graph.Root is { } root) next.Enqueue(root);
        foreach (var op in graph.Ops.OrderBy(static op => op.Key).Select(static op => op.Value)) next.Enqueue(op);
        while (next.TryDequeue(out var durable))
        {
            if (!seen.Add(durable)) continue;
            if (durable is IFrame frame && !durable.IsSettled) yield return frame;
            foreach (var dependency in durable.Dependencies.Concat(durable.Waiters)) next.Enqueue(dependency);
        }
    }

    /// <summary>A machine's fields are the method's variables, under names that the compiler made; those of closures are variables too.</summary>
    static void AddLocals(List<Variable> variables, string place, object machine, Func<FieldInfo, bool> isLive)
    {
        foreach (var field in Fields(machine.GetType()).Where(isLive))
        {
            if (field.GetValue(machine) is not { } value || value is Workflow) continue;
            if (IsCompilerMade(value.GetType())) AddLocals(variables, place, value, static _ => true);
            else if (NameOf(field.Name) is { } name) variables.Add(new(place, name, ValueText.Of(value)));
        }
    }

    static void AddFields(List<Variable> variables, string place, string prefix, object instance, Func<FieldInfo, bool> wanted) => variables.AddRange(
        Fields(instance.GetType()).Where(wanted).Select(field => new Variable(place, prefix + (NameOf(field.Name) ?? field.Name), ValueText.Of(field.GetValue(instance)))));

    /// <summary>The fields of a class and of its bases, but those of the library's own.</summary>
    internal static IEnumerable<FieldInfo> Fields(Type type)
    {
        for (var at = type; at is not null && at != typeof(object) && at.Assembly != typeof(Workflow).Assembly; at = at.BaseType)
            foreach (var field in at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)) yield return field;
    }

    static bool IsCompilerMade(Type type) => type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && type.Name.Contains("DisplayClass", StringComparison.Ordinal);

    /// <summary>The name in the source: <c>total</c> for <c>&lt;total&gt;5__2</c>; null for what only the compiler knows.</summary>
    internal static string? NameOf(string field)
    {
        if (!field.StartsWith('<')) return field;
        var end = field.IndexOf('>', StringComparison.Ordinal);
        return end > 1 ? field[1..end] : null;
    }
}
