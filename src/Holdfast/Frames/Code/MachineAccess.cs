using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>
/// What each instruction of a machine's <c>MoveNext</c> does with the machine's own fields. Null from
/// <see cref="Of"/> when the machine itself goes anywhere but to its builder: then anything could be read.
/// </summary>
sealed class MachineAccess
{
    const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    readonly Type _machine;
    readonly FieldInfo _builder;

    MachineAccess(Type machine, MethodCode code, Operands operands, FieldInfo state, FieldInfo builder)
    {
        (_machine, Code, Operands, State, _builder) = (machine, code, operands, state, builder);
        Fields = machine.GetFields(Declared);
        Uses = new int[code.Instructions.Length];
        Defines = new List<int>?[code.Instructions.Length];
        Array.Fill(Uses, -1);
    }

    public MethodCode Code { get; }

    public Operands Operands { get; }

    /// <summary>The field that holds the number of the await the machine is suspended at.</summary>
    public FieldInfo State { get; }

    public FieldInfo[] Fields { get; }

    /// <summary>For each instruction the field it reads, or whose address it takes, as a place in <see cref="Fields"/>; -1 for none.</summary>
    public int[] Uses { get; }

    /// <summary>For each instruction the fields it overwrites as a whole, such as those a call is given as <c>out</c>; null for none.</summary>
    public List<int>?[] Defines { get; }

    /// <summary>The local variable that caches the state, or -1.</summary>
    public int StateLocal { get; private set; } = -1;

    /// <summary>Reads a machine, or returns null when it is not made the way the compiler is known to make them.</summary>
    public static MachineAccess? Of(Type machine)
    {
        if (!CompilerMade.IsMachine(machine)) return null;
        var moveNext = machine.GetMethod(nameof(IAsyncStateMachine.MoveNext), Declared);
        var state = machine.GetField("<>1__state", Declared);
        var builder = machine.GetField("<>t__builder", Declared);
        if (moveNext is null || state is null || builder is null || MethodCode.Of(moveNext) is not { } code || Operands.Of(code) is not { } operands) return null;
        var access = new MachineAccess(machine, code, operands, state, builder);
        return access.Classify() ? access : null;
    }

    /// <summary>Whether the instruction reads or writes the field of this very machine.</summary>
    public bool IsOn(int index, OpCode code, FieldInfo field) =>
        Code.Instructions[index].Code == code && IsThis(Operands.PoppedBy(index)[0]) && ((FieldInfo)Code.Member(index)).MetadataToken == field.MetadataToken;

    /// <summary>Whether the instruction touches a field of this very machine, which is never null.</summary>
    public bool IsOnThis(int index) => Operands.PoppedBy(index) is [var target, ..] && IsThis(target);

    bool IsThis(int producer) => Operands.Origin(producer) is var origin and >= 0 && Code.Instructions[origin].LoadedArgument == 0;

    bool Classify()
    {
        var consumers = new List<int>?[Code.Instructions.Length];
        for (var i = 0; i < Code.Instructions.Length; i++)
        {
            foreach (var producer in Operands.PoppedBy(i))
            {
                if (producer >= 0) (consumers[producer] ??= []).Add(i);
            }
        }

        var selves = new HashSet<int>();
        for (var i = 0; i < Code.Instructions.Length; i++)
        {
            var op = Code.Instructions[i].Code;
            if (op == OpCodes.Ldarga || op == OpCodes.Ldarga_S || op == OpCodes.Starg || op == OpCodes.Starg_S || op == OpCodes.Jmp) return false;
            var isThis = Code.Instructions[i].LoadedArgument == 0 || (op == OpCodes.Dup && IsThis(i));
            if (isThis && Operands.IsMixed(i)) return false;
            var popped = Operands.PoppedBy(i);
            for (var p = 0; p < popped.Length; p++)
            {
                if (IsThis(popped[p]) && !Understands(i, p, consumers, selves)) return false;
            }
        }
        return OnlyHandedToBuilder(consumers, selves) && FindStateLocal();
    }

    bool Understands(int index, int operand, List<int>?[] consumers, HashSet<int> selves)
    {
        var instruction = Code.Instructions[index];
        var op = instruction.Code;
        if (op == OpCodes.Dup) return true;
        if (op == OpCodes.Ldfld || op == OpCodes.Ldflda || (op == OpCodes.Stfld && operand == 0))
        {
            var token = ((FieldInfo)Code.Member(index)).MetadataToken;
            var field = Array.FindIndex(Fields, f => f.MetadataToken == token);
            if (field < 0) return false;
            if (op == OpCodes.Stfld) (Defines[index] ??= []).Add(field);
            else if (op == OpCodes.Ldflda && WholeWrite(index, consumers) is var write and >= 0) (Defines[write] ??= []).Add(field);
            else Uses[index] = field;
            return true;
        }
        // Debug machines are classes; their builder wants a reference to a variable that holds the machine.
        if (instruction.StoredLocal is var local and >= 0) return selves.Add(local) || true;
        return operand == 2 && IsHandOver(index);
    }

    /// <summary>
    /// The instruction that overwrites all of a field through its address: clearing it, a constructor of a struct, or a
    /// call with the field as <c>out</c>. -1 for none.
    /// </summary>
    int WholeWrite(int address, List<int>?[] consumers)
    {
        if (Operands.IsMixed(address) || consumers[address] is not [var consumer]) return -1;
        if (Code.Instructions[consumer].Code == OpCodes.Initobj) return consumer;
        if (!Code.Instructions[consumer].IsCall || Code.Member(consumer) is not MethodBase method) return -1;
        var popped = Operands.PoppedBy(consumer);
        var place = popped.IndexOf(address);
        var parameters = method.GetParameters();
        var first = popped.Length - parameters.Length;
        if (place < first) return method is ConstructorInfo { DeclaringType.IsValueType: true } && Code.Instructions[consumer].Code == OpCodes.Call ? consumer : -1;
        return parameters[place - first] is { IsOut: true, IsIn: false, ParameterType.IsByRef: true } ? consumer : -1;
    }

    bool IsHandOver(int index) =>
        Code.Instructions[index].Code == OpCodes.Call
        && Code.Member(index) is MethodInfo { Name: "AwaitOnCompleted" or "AwaitUnsafeOnCompleted", IsStatic: false } method
        && CompilerMade.Definition(method.DeclaringType!) == CompilerMade.Definition(_builder.FieldType);

    bool OnlyHandedToBuilder(List<int>?[] consumers, HashSet<int> selves)
    {
        if (selves.Count == 0) return true;
        for (var i = 0; i < Code.Instructions.Length; i++)
        {
            var instruction = Code.Instructions[i];
            if (selves.Contains(instruction.LoadedLocal)) return false;
            if (!selves.Contains(instruction.AddressedLocal)) continue;
            if (Operands.IsMixed(i) || consumers[i] is not [var consumer] || !IsHandOver(consumer) || Operands.PoppedBy(consumer)[2] != i) return false;
        }
        return selves.All(local => Code.Body.LocalVariables[local].LocalType is var type && CompilerMade.Definition(type) == CompilerMade.Definition(_machine));
    }

    bool FindStateLocal()
    {
        for (var i = 0; i < Code.Instructions.Length; i++)
        {
            if (Code.Instructions[i].StoredLocal is not (var local and >= 0)) continue;
            if (Operands.PoppedBy(i)[0] is not (var loaded and >= 0) || !IsOn(loaded, OpCodes.Ldfld, State)) continue;
            StateLocal = local;
            break;
        }
        return StateLocal < 0 || !Array.Exists(Code.Instructions, i => i.AddressedLocal == StateLocal);
    }
}
