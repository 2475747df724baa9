using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Holdfast.Frames.Code;
using Holdfast.Frames.Graph;

namespace Holdfast.Frames;

/// <summary>Compiled access to the compiler's state machine of one durable method.</summary>
static class Machine<TMachine>
{
    static readonly FieldInfo[] Fields = Declared();
    static readonly FieldInfo StateField = Find(static f => f.Name.EndsWith("__state", StringComparison.Ordinal));
    static readonly FieldInfo BuilderField = Find(static f => FrameTypes.IsBuilder(f.FieldType));
    static readonly FieldInfo[] Saved = [.. Fields.Where(static f => f != StateField && f != BuilderField)];
    static readonly Get<TMachine, int> GetState = FieldAccess.Getter<TMachine, int>(StateField);
    static readonly Set<TMachine, int> SetState = FieldAccess.Setter<TMachine, int>(StateField);
    static readonly FrameTypes.Binder<TMachine> Binder = FrameTypes.BinderOf<TMachine>(BuilderField);

    // Only needed once a frame is saved, so that a run which never parks does not pay for them.
    static readonly Lazy<WriteFields<TMachine>> Writer = new(static () => FieldAccess.Writer<TMachine>(Saved));
    static readonly Lazy<ReadFields<TMachine>> Reader = new(static () => FieldAccess.Reader<TMachine>(Saved));
    static readonly ConcurrentDictionary<int, ulong[]?> LiveRows = new();

    /// <summary>Makes the machine's builder know its frame.</summary>
    public static void SetFrame(ref TMachine machine, Durable frame) => Binder(ref machine, frame);

    /// <summary>The number of the await at which the machine is suspended, from 0.</summary>
    public static int StateOf(ref TMachine machine) => GetState(ref machine);

    public static void Write(GraphWriter writer, ref TMachine machine)
    {
        var state = GetState(ref machine);
        Invariant.Holds(state >= 0);
        writer.WriteUnsigned((uint)state);
        Writer.Value(writer, ref machine, LiveAt(state));
    }

    public static void Read(GraphReader reader, ref TMachine machine)
    {
        var state = reader.ReadUnsigned();
        if (state > 1 << 20) throw GraphErrors.Corrupt("a frame is at an impossible place");
        if (!typeof(TMachine).IsValueType) machine = (TMachine)RuntimeHelpers.GetUninitializedObject(typeof(TMachine));
        SetState(ref machine, (int)state);
        Reader.Value(reader, ref machine, LiveAt((int)state));
    }

    /// <summary>Which fields are read again after this await: the others are garbage that the compiler left, and are not saved.</summary>
    static ulong[]? LiveAt(int state) => LiveRows.GetOrAdd(state, static state =>
    {
        var live = Liveness.Of(typeof(TMachine));
        var row = new ulong[(Saved.Length + 63) / 64];
        var all = true;
        for (var i = 0; i < Saved.Length; i++)
        {
            if (live.IsLive(state, Saved[i])) row[i >> 6] |= 1UL << (i & 63);
            else all = false;
        }
        return all ? null : row;
    });

    static FieldInfo[] Declared()
    {
        var fields = typeof(TMachine).GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        Array.Sort(fields, static (a, b) => a.MetadataToken.CompareTo(b.MetadataToken));
        return fields;
    }

    static FieldInfo Find(Func<FieldInfo, bool> wanted) => Array.Find(Fields, new Predicate<FieldInfo>(wanted))
        ?? throw new HoldfastException(HoldfastError.InvalidWorkflow, $"{typeof(TMachine)} is no state machine of a durable method.");
}
