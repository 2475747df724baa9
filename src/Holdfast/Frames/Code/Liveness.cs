using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>Which fields of a machine are read again after it resumes in a state.</summary>
sealed class LiveFields
{
    readonly Module? _module;
    readonly FrozenDictionary<int, FrozenSet<int>> _dead;

    internal LiveFields(Module? module, FrozenDictionary<int, FrozenSet<int>> dead) => (_module, _dead) = (module, dead);

    /// <summary>The states of which anything is known.</summary>
    public IEnumerable<int> States => _dead.Keys;

    /// <summary>Whether the field may be read before it is written. True for what is not known.</summary>
    public bool IsLive(int state, FieldInfo field) =>
        field.Module != _module || !_dead.TryGetValue(state, out var dead) || !dead.Contains(field.MetadataToken);
}

/// <summary>
/// Finds the dead variables of a suspended machine. A Debug build keeps every local to the end of its scope for the
/// debugger; saving those would refuse code for a variable that nobody reads again.
/// </summary>
static class Liveness
{
    static readonly LiveFields Everything = new(null, FrozenDictionary<int, FrozenSet<int>>.Empty);
    static readonly ConditionalWeakTable<Type, LiveFields> Known = [];

    /// <summary>What is live in each state of an async machine. Everything is, where the machine is not understood.</summary>
    public static LiveFields Of(Type machine) => Known.GetValue(CompilerMade.Definition(machine), static m => Compute(m));

    static LiveFields Compute(Type machine)
    {
        if (MachineAccess.Of(machine) is not { } access || MachineFlow.Of(access) is not { } flow) return Everything;
        var live = Solve(access, flow);
        // The machine cannot go on without these two, whatever it reads.
        var kept = new HashSet<string> { access.State.Name, "<>t__builder" };
        return new LiveFields(machine.Module, flow.Entries.ToFrozenDictionary(
            entry => entry.Key,
            entry => Enumerable.Range(0, access.Fields.Length)
                .Where(field => !Has(live[entry.Value], field) && !kept.Contains(access.Fields[field].Name))
                .Select(field => access.Fields[field].MetadataToken)
                .ToFrozenSet()));
    }

    /// <summary>For each point the fields that are live before it.</summary>
    static ulong[][] Solve(MachineAccess access, MachineFlow flow)
    {
        var words = (access.Fields.Length + 63) / 64;
        var live = new ulong[flow.Count][];
        for (var point = 0; point < live.Length; point++) live[point] = new ulong[words];
        var now = new ulong[words];
        for (var changed = true; changed;)
        {
            changed = false;
            // Points were found going forwards; going backwards, one pass settles all but loops.
            for (var point = flow.Count - 1; point >= 0; point--)
            {
                Array.Clear(now);
                foreach (var next in flow.Next(point)) Include(now, live[next]);
                var index = flow.Instruction(point);
                foreach (var defined in access.Defines[index] ?? []) now[defined >> 6] &= ~(1UL << defined);
                // What throws may have written nothing yet.
                foreach (var next in flow.Failing(point)) Include(now, live[next]);
                if (access.Uses[index] is var used and >= 0) now[used >> 6] |= 1UL << used;
                if (now.AsSpan().SequenceEqual(live[point])) continue;
                now.CopyTo(live[point], 0);
                changed = true;
            }
        }
        return live;
    }

    static void Include(ulong[] set, ulong[] other)
    {
        for (var i = 0; i < set.Length; i++) set[i] |= other[i];
    }

    static bool Has(ulong[] set, int field) => (set[field >> 6] & (1UL << field)) != 0;
}
