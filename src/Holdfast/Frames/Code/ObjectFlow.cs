using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>
/// Where in a method the object at hand may be: as an argument, in a variable, in a closure. And where it goes from there to a place that is
/// not looked into. Errs on the side of yes.
/// </summary>
sealed class ObjectFlow
{
    const string InClosure = "<>4__this";

    readonly MethodCode _code;
    readonly Operands _operands;
    readonly ulong _arguments;
    readonly Func<MethodBase, bool> _returns;
    readonly HashSet<int> _variables = [];

    /// <param name="code">The method.</param>
    /// <param name="operands">Its stack.</param>
    /// <param name="arguments">Those of its arguments that may be the object, as bits.</param>
    /// <param name="returns">Whether a method that is called may return it.</param>
    public ObjectFlow(MethodCode code, Operands operands, ulong arguments, Func<MethodBase, bool> returns)
    {
        (_code, _operands, _arguments, _returns) = (code, operands, arguments, returns);
        // A variable may be read above the line that fills it, in a loop.
        for (var known = -1; known < _variables.Count;)
        {
            known = _variables.Count;
            for (var i = 0; i < code.Instructions.Length; i++)
                if (code.Instructions[i].StoredLocal is var variable and >= 0 && IsAt(operands.PoppedBy(i)[0])) _variables.Add(variable);
        }
    }

    /// <summary>Whether the value that an instruction pushes may be the object.</summary>
    public bool IsAt(int producer)
    {
        producer = _operands.Origin(producer);
        if (producer < 0) return false;
        var instruction = _code.Instructions[producer];
        if (instruction.LoadedArgument is var argument and >= 0) return argument < 64 && (_arguments & (1UL << argument)) != 0;
        if (instruction.LoadedLocal is var variable and >= 0) return _variables.Contains(variable);
        if (instruction.Code == OpCodes.Castclass || instruction.Code == OpCodes.Isinst) return IsAt(_operands.PoppedBy(producer)[0]);
        if (instruction.Code == OpCodes.Ldfld) return _code.TryMember(producer) is FieldInfo { Name: InClosure };
        return instruction.IsCall && instruction.Code != OpCodes.Newobj && _code.TryMember(producer) is MethodBase called && _returns(called);
    }

    /// <summary>Whether the object leaves the method's sight at an instruction, other than by a call.</summary>
    public bool IsLostAt(int index)
    {
        var instruction = _code.Instructions[index];
        // What is one of two values is not known behind the place where they meet.
        if (_operands.IsMixed(index) && IsAt(index)) return true;
        if (instruction.AddressedLocal is var variable and >= 0 && _variables.Contains(variable)) return true;
        if ((instruction.Code == OpCodes.Ldarga || instruction.Code == OpCodes.Ldarga_S) && (instruction.Operand >= 64 || (_arguments & (1UL << (int)instruction.Operand)) != 0)) return true;
        if (instruction.IsCall) return false;
        var popped = _operands.PoppedBy(index);
        for (var p = 0; p < popped.Length; p++)
            if (IsAt(popped[p]) && !Keeps(index, p)) return true;
        return false;
    }

    bool Keeps(int index, int position)
    {
        var instruction = _code.Instructions[index];
        var op = instruction.Code;
        // What a closure holds is known again by the field's name; machines and iterators are not looked into.
        if (op == OpCodes.Stfld) return position == 0 || (_code.TryMember(index) is FieldInfo { Name: InClosure, DeclaringType: { } type } && CompilerMade.IsClosure(type));
        // The object of a struct is an address: it is copied from there, or cleared.
        return instruction.StoredLocal >= 0 || instruction.IsBranch || op == OpCodes.Dup || op == OpCodes.Pop || op == OpCodes.Castclass || op == OpCodes.Isinst || op == OpCodes.Ceq || op == OpCodes.Cgt_Un
            || op == OpCodes.Ldfld || op == OpCodes.Ldflda || op == OpCodes.Ldvirtftn || op == OpCodes.Ldobj || op == OpCodes.Initobj;
    }
}
