using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>
/// All ways through a machine's <c>MoveNext</c>, from one suspension to the next and on. A point is an instruction
/// together with what is known of the state there: the compiler's dispatch at the start, and its checks of whether a
/// <c>finally</c> is left for good or only to suspend, fall into place without any knowledge of their shape.
/// </summary>
sealed class MachineFlow
{
    /// <summary>A machine with more points than this is not followed. The largest method seen has a tenth.</summary>
    const int PointsMax = 500_000;

    /// <summary>Marks a <c>finally</c> that was entered by an exception, which goes on after it.</summary>
    const int Exceptional = -1;

    readonly MachineAccess _access;
    readonly Instruction[] _code;
    readonly Guarded[] _guards;
    readonly Dictionary<Point, int> _numbers = [];
    readonly List<Point> _points = [];
    readonly List<List<int>> _next = [];
    readonly List<List<int>> _failing = [];
    readonly Dictionary<int, int> _entries = [];
    readonly List<int> _anyExit = [];

    /// <summary>A <c>finally</c> under way: which, and where to go after it.</summary>
    sealed record Pending(int Guard, int Target, Pending? Outer);

    readonly record struct Point(int Index, int? Local, int? State, Pending? Pending);

    MachineFlow(MachineAccess access)
    {
        _access = access;
        _code = access.Code.Instructions;
        _guards = access.Code.Guards;
    }

    /// <summary>The entry point for each state the machine can be suspended in.</summary>
    public IReadOnlyDictionary<int, int> Entries => _entries;

    public int Count => _points.Count;

    /// <summary>The instruction at a point.</summary>
    public int Instruction(int point) => _points[point].Index;

    /// <summary>The points after this one.</summary>
    public List<int> Next(int point) => _next[point];

    /// <summary>The points after this one when its instruction throws, perhaps before it did anything.</summary>
    public List<int> Failing(int point) => _failing[point];

    /// <summary>Follows a machine, or returns null when its flow is not understood.</summary>
    public static MachineFlow? Of(MachineAccess access)
    {
        var flow = new MachineFlow(access);
        flow.Number(new Point(0, null, -1, null));
        for (var i = 0; i < flow._points.Count; i++)
        {
            if (flow._points.Count > PointsMax || !flow.Follow(i)) return null;
        }
        // An exit whose state is not known may have suspended in any of them.
        foreach (var exit in flow._anyExit) flow._next[exit].AddRange(flow._entries.Values);
        return flow;
    }

    int Number(Point point)
    {
        if (_numbers.TryGetValue(point, out var known)) return known;
        _numbers.Add(point, _points.Count);
        _points.Add(point);
        _next.Add([]);
        _failing.Add([]);
        return _points.Count - 1;
    }

    bool Follow(int number)
    {
        var at = _points[number];
        if (at.Index >= _code.Length) return false;
        var instruction = _code[at.Index];
        var op = instruction.Code;
        if (CanThrow(at.Index)) Fail(number, at);

        if (op == OpCodes.Ret) return Exit(number, at);
        if (op == OpCodes.Throw || op == OpCodes.Rethrow) return true;
        if (op == OpCodes.Endfinally) return EndFinally(number, at);
        if (op == OpCodes.Endfilter) return EndFilter(number, at);
        if (op == OpCodes.Leave || op == OpCodes.Leave_S)
        {
            _next[number].Add(Number(Leave(at, at.Index, (int)instruction.Operand, at.Pending)));
            return true;
        }
        if (op.FlowControl == FlowControl.Branch)
        {
            _next[number].Add(Number(at with { Index = (int)instruction.Operand }));
            return true;
        }
        if (op.FlowControl == FlowControl.Cond_Branch)
        {
            foreach (var target in Targets(at, instruction)) _next[number].Add(Number(at with { Index = target }));
            return true;
        }
        _next[number].Add(Number(After(at)));
        return true;
    }

    /// <summary>The next point, with what the instruction wrote to the state or to its copy.</summary>
    Point After(Point at)
    {
        var next = at with { Index = at.Index + 1 };
        if (_access.StateLocal >= 0 && _code[at.Index].StoredLocal == _access.StateLocal) return next with { Local = Value(at, 0) };
        return _access.IsOn(at.Index, OpCodes.Stfld, _access.State) ? next with { State = Value(at, 1) } : next;
    }

    IEnumerable<int> Targets(Point at, Instruction instruction)
    {
        var left = Value(at, 0);
        if (instruction.Table is { } table)
        {
            if (left is not { } value) return [.. table, at.Index + 1];
            return [value >= 0 && value < table.Length ? table[value] : at.Index + 1];
        }
        var unary = _access.Operands.PoppedBy(at.Index).Length == 1;
        var right = unary ? 0 : Value(at, 1);
        if (left is not { } l || right is not { } r) return [(int)instruction.Operand, at.Index + 1];
        return [MachineValues.Takes(instruction.Code, l, r) ? (int)instruction.Operand : at.Index + 1];
    }

    int? Value(Point at, int operand) => MachineValues.Evaluate(_access, _access.Operands.PoppedBy(at.Index)[operand], at.Index, at.Local, at.State);

    /// <summary>Leaving <c>MoveNext</c> in a state is being suspended in it: the machine goes on from its start, in that state.</summary>
    bool Exit(int number, Point at)
    {
        if (at.State is not { } state) _anyExit.Add(number);
        else if (state >= 0) _next[number].Add(_entries[state] = Number(new Point(0, null, state, null)));
        return true;
    }

    /// <summary>Where a jump out of guarded parts goes first: to the innermost <c>finally</c> between here and there.</summary>
    Point Leave(Point at, int from, int target, Pending? pending)
    {
        for (var g = 0; g < _guards.Length; g++)
        {
            if (_guards[g].Kind == ExceptionHandlingClauseOptions.Finally && _guards[g].Covers(from) && !_guards[g].Covers(target))
            {
                return at with { Index = _guards[g].Handler, Pending = new Pending(g, target, pending) };
            }
        }
        return at with { Index = target, Pending = pending };
    }

    bool EndFinally(int number, Point at)
    {
        if (at.Pending is not { } pending) return false;
        var guard = _guards[pending.Guard];
        if (at.Index < guard.Handler || at.Index >= guard.HandlerEnd) return false;
        if (pending.Target == Exceptional) Fail(number, at);
        else _next[number].Add(Number(Leave(at, guard.Handler, pending.Target, pending.Outer)));
        return true;
    }

    bool EndFilter(int number, Point at)
    {
        var guard = Array.Find(_guards, g => g.Filter >= 0 && at.Index >= g.Filter && at.Index < g.Handler);
        if (guard == default) return false;
        _next[number].Add(Number(at with { Index = guard.Handler }));
        Fail(number, at);
        return true;
    }

    /// <summary>
    /// An exception may go to any handler around it. Which state was being entered is forgotten there, so that handlers
    /// are not followed once for each of them; not knowing only means taking both ways of a branch.
    /// </summary>
    void Fail(int number, Point at)
    {
        var forgotten = at with { Local = at.Local < 0 ? at.Local : null, State = at.State < 0 ? at.State : null };
        for (var g = 0; g < _guards.Length; g++)
        {
            var guard = _guards[g];
            if (!guard.Covers(at.Index)) continue;
            var pending = at.Pending;
            while (pending is not null && !Holds(_guards[pending.Guard], guard)) pending = pending.Outer;
            if (guard.Filter >= 0) _failing[number].Add(Number(forgotten with { Index = guard.Filter, Pending = pending }));
            var unwinds = guard.Kind is ExceptionHandlingClauseOptions.Finally or ExceptionHandlingClauseOptions.Fault;
            _failing[number].Add(Number(forgotten with { Index = guard.Handler, Pending = unwinds ? new Pending(g, Exceptional, pending) : pending }));
        }
    }

    static bool Holds(Guarded outer, Guarded inner) => inner.Handler >= outer.Handler && inner.Handler < outer.HandlerEnd;

    bool CanThrow(int index)
    {
        var instruction = _code[index];
        var op = instruction.Code;
        if (op == OpCodes.Nop || op == OpCodes.Dup || op == OpCodes.Pop || op == OpCodes.Ldnull || op == OpCodes.Ret) return false;
        if (op == OpCodes.Leave || op == OpCodes.Leave_S || op == OpCodes.Endfinally || op == OpCodes.Endfilter) return false;
        if (op.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch) return false;
        if (instruction.LoadedLocal >= 0 || instruction.StoredLocal >= 0 || instruction.AddressedLocal >= 0) return false;
        if (instruction.LoadedArgument >= 0 || instruction.Constant is not null) return false;
        if (op == OpCodes.Add || op == OpCodes.Sub || op == OpCodes.Ceq || op == OpCodes.Clt || op == OpCodes.Cgt) return false;
        return !((op == OpCodes.Ldfld || op == OpCodes.Ldflda || op == OpCodes.Stfld) && _access.IsOnThis(index));
    }
}
