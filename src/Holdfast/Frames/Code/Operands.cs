using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>
/// Which instruction pushed what another one pops. One forward pass suffices: the compiler never branches backwards
/// with values on the stack.
/// </summary>
sealed class Operands
{
    /// <summary>Pushed by the runtime. Numbers below it are of values that more than one instruction pushes, each on a way of its own.</summary>
    public const int Unknown = -1;

    sealed record Slot(int Producer, Slot? Below);

    readonly MethodCode _code;
    readonly int[][] _popped;
    readonly bool[] _mixed;
    readonly Dictionary<int, int> _returned = [];
    readonly List<int[]> _joined = [];

    Operands(MethodCode code)
    {
        _code = code;
        _popped = new int[code.Instructions.Length][];
        _mixed = new bool[code.Instructions.Length];
    }

    /// <summary>Follows the stack through a body, or returns null when its shape is not what a compiler emits.</summary>
    public static Operands? Of(MethodCode code)
    {
        var operands = new Operands(code);
        return operands.Follow() ? operands : null;
    }

    /// <summary>The instructions that pushed what this one pops, in the order they were pushed.</summary>
    public ReadOnlySpan<int> PoppedBy(int index) => _popped[index];

    /// <summary>Whether what this instruction pushes meets another value at a join, so that its use is not known.</summary>
    public bool IsMixed(int index) => _mixed[index];

    /// <summary>The instruction behind a value, seen through copies of the top of the stack.</summary>
    public int Origin(int producer)
    {
        while (producer >= 0 && _code.Instructions[producer].Code == OpCodes.Dup) producer = _popped[producer][0];
        return producer;
    }

    /// <summary>All instructions that may be behind a value; none for what the runtime pushes.</summary>
    public IEnumerable<int> Origins(int producer)
    {
        producer = Origin(producer);
        return producer >= 0 ? [producer] : producer == Unknown ? [] : _joined[Unknown - 1 - producer].SelectMany(Origins);
    }

    /// <summary>The instruction that pushed what this one returns.</summary>
    public int ReturnedBy(int index) => _returned.GetValueOrDefault(index, Unknown);

    bool Follow()
    {
        var instructions = _code.Instructions;
        var arriving = new Slot?[instructions.Length + 1];
        var arrives = new bool[instructions.Length + 1];
        foreach (var guard in _code.Guards)
        {
            var pushes = guard.Kind is ExceptionHandlingClauseOptions.Clause or ExceptionHandlingClauseOptions.Filter;
            (arrives[guard.Handler], arriving[guard.Handler]) = (true, pushes ? new Slot(Unknown, null) : null);
            if (guard.Filter >= 0) (arrives[guard.Filter], arriving[guard.Filter]) = (true, new Slot(Unknown, null));
        }

        Slot? stack = null;
        var falls = true;
        for (var i = 0; i < instructions.Length; i++)
        {
            if (!falls) stack = arriving[i];
            else if (arrives[i] && !Join(stack, arriving[i], out stack)) return false;

            var instruction = instructions[i];
            var count = PopCount(i);
            if (count == int.MinValue) return false;
            if (count < 0)
            {
                if (stack is not null && instruction.Code == OpCodes.Ret) _returned[i] = stack.Producer;
                (stack, count) = (null, 0);
            }
            var popped = count == 0 ? [] : new int[count];
            for (var p = count - 1; p >= 0; p--)
            {
                if (stack is null) return false;
                (popped[p], stack) = (stack.Producer, stack.Below);
            }
            _popped[i] = popped;
            for (var p = PushCount(i); p > 0; p--) stack = new Slot(i, stack);

            if (instruction.IsBranch && !Arrive((int)instruction.Operand, stack)) return false;
            foreach (var target in instruction.Table ?? [])
            {
                if (!Arrive(target, stack)) return false;
            }
            falls = !instruction.EndsFlow;
        }
        return true;

        bool Arrive(int target, Slot? with)
        {
            if (!arrives[target]) (arrives[target], arriving[target]) = (true, with);
            else if (!Join(arriving[target], with, out arriving[target])) return false;
            return true;
        }
    }

    bool Join(Slot? one, Slot? other, out Slot? joined)
    {
        joined = one;
        if (ReferenceEquals(one, other)) return true;
        if (one is null || other is null) return false;
        if (!Join(one.Below, other.Below, out var below)) return false;
        if (one.Producer != other.Producer)
        {
            if (one.Producer >= 0) _mixed[one.Producer] = true;
            if (other.Producer >= 0) _mixed[other.Producer] = true;
            joined = new Slot(Either(one.Producer, other.Producer), below);
        }
        else if (!ReferenceEquals(below, one.Below))
        {
            joined = new Slot(one.Producer, below);
        }
        return true;
    }

    /// <summary>The number of a value that is one of two.</summary>
    int Either(int one, int other)
    {
        if (one == Unknown || other == Unknown) return Unknown;
        int[] all = [.. Parts(one).Union(Parts(other)).Order()];
        var known = _joined.FindIndex(joined => joined.AsSpan().SequenceEqual(all));
        if (known < 0) _joined.Add(all);
        return Unknown - 1 - (known < 0 ? _joined.Count - 1 : known);

        int[] Parts(int producer) => producer >= 0 ? [producer] : _joined[Unknown - 1 - producer];
    }

    /// <summary>How many values are popped; -1 for all of them; <see cref="int.MinValue"/> when it is not known.</summary>
    int PopCount(int index)
    {
        var code = _code.Instructions[index].Code;
        if (code == OpCodes.Leave || code == OpCodes.Leave_S || code == OpCodes.Endfinally || code == OpCodes.Ret) return -1;
        if (code == OpCodes.Calli) return int.MinValue;
        if (_code.Instructions[index].IsCall)
        {
            var method = (MethodBase)_code.Member(index);
            return method.GetParameters().Length + (method.IsStatic || code == OpCodes.Newobj ? 0 : 1);
        }
        return code.StackBehaviourPop switch
        {
            StackBehaviour.Pop0 => 0,
            StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
            StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8
                or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
            StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popr4
                or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref or StackBehaviour.Popref_popi_pop1 => 3,
            _ => int.MinValue,
        };
    }

    int PushCount(int index)
    {
        var code = _code.Instructions[index].Code;
        if (code == OpCodes.Newobj) return 1;
        if (_code.Instructions[index].IsCall) return _code.Member(index) is MethodInfo method && method.ReturnType != typeof(void) ? 1 : 0;
        return code.StackBehaviourPush switch
        {
            StackBehaviour.Push0 => 0,
            StackBehaviour.Push1_push1 => 2,
            _ => 1,
        };
    }
}
