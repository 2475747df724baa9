using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>
/// The numbers of an enum that a method counts with, or compares by size. A saved variable comes back by the name of its member: where the members have
/// other numbers, the code of today goes on from another place of the row. Code that asks for equal members alone has the numbers in its own text.
/// </summary>
sealed class EnumNumbers
{
    static readonly HashSet<string> Orders = ["clt", "cgt", "blt", "ble", "bgt", "bge"], Computes = ["add", "sub", "mul", "div", "rem", "shl", "shr", "neg", "conv"], Equal = ["ceq", "beq", "bne"];

    readonly MethodCode _code;
    readonly Operands _operands;

    /// <summary>For each enum the numbers that its members are compared with; null where it is counted with, and all of them matter.</summary>
    readonly Dictionary<Type, HashSet<long>?> _found = [];

    EnumNumbers(MethodCode code, Operands operands) => (_code, _operands) = (code, operands);

    /// <summary>A line for each enum that matters, and for each number that it is compared with.</summary>
    public static IEnumerable<string> In(MethodCode code, Operands? operands, CodeNames names)
    {
        if (operands is null) return [];
        var numbers = new EnumNumbers(code, operands);
        for (var i = 0; i < code.Instructions.Length; i++) numbers.Read(i);
        return numbers._found.SelectMany(one => (one.Value?.Select(bound => UpTo(one.Key, bound)) ?? [All(one.Key)]).Select(said => $"numbers {names.Type(one.Key)} {said}")).Order(StringComparer.Ordinal);
    }

    void Read(int index)
    {
        var popped = _operands.PoppedBy(index);
        var name = _code.Instructions[index].Code.Name!;
        var kind = name.Split('.')[0];
        for (var p = 0; p < popped.Length; p++)
        {
            if (Of(popped[p]) is not var (type, moved)) continue;
            var other = popped.Length == 2 ? Constant(popped[1 - p]) : null;
            if (Orders.Contains(kind))
            {
                // Greater than zero without a sign is how the compiler says: not zero.
                if (name == "cgt.un" && other == 0) continue;
                if (other is not { } bound) _found[type] = null;
                else if (_found.TryAdd(type, [bound + moved])) continue;
                else _found[type]?.Add(bound + moved);
            }
            // What is only moved is the start of a comparison with several, or of a switch, which have all numbers in their text.
            else if (moved != 0 ? !(kind is "switch" or "brtrue" or "brfalse" || (Equal.Contains(kind) && other is not null)) : Counts(kind, p) && !(kind == "sub" && p == 0 && other is not null and not 0))
            {
                _found[type] = null;
            }
        }
    }

    static bool Counts(string kind, int position) => Computes.Contains(kind) || (position == 1 && kind is "ldelem" or "stelem" or "ldelema");

    /// <summary>The enum that a value is of, and what was taken off it.</summary>
    (Type Type, long Moved)? Of(int producer)
    {
        producer = _operands.Origin(producer);
        if (producer < 0) return null;
        if (TypeOf(producer) is { IsEnum: true, IsGenericParameter: false } type && !CodeNames.IsFramework(type.Assembly)) return (type, 0);
        if (_code.Instructions[producer].Code != OpCodes.Sub || _operands.PoppedBy(producer) is not [var from, var by]) return null;
        return Of(from) is var (of, moved) && Constant(by) is { } constant ? (of, moved + constant) : null;
    }

    Type? TypeOf(int producer)
    {
        var instruction = _code.Instructions[producer];
        var op = instruction.Code;
        if (instruction.LoadedLocal is var local and >= 0) return _code.Body.LocalVariables[local].LocalType;
        if (instruction.LoadedArgument is var argument and >= 0) return Argument(_code.Method.IsStatic ? argument : argument - 1);
        if (instruction.IsCall) return (_code.Member(producer) as MethodInfo)?.ReturnType;
        if (op == OpCodes.Ldfld || op == OpCodes.Ldsfld) return ((FieldInfo)_code.Member(producer)).FieldType;
        if (op == OpCodes.Ldobj || op == OpCodes.Unbox_Any || op == OpCodes.Ldelem) return (Type)_code.Member(producer);
        // An element, or what a reference leads to.
        var leads = op.Name!.StartsWith("ldelem.", StringComparison.Ordinal) || op.Name.StartsWith("ldind.", StringComparison.Ordinal);
        return leads && _operands.Origin(_operands.PoppedBy(producer)[0]) is var from and >= 0 ? TypeOf(from)?.GetElementType() : null;
    }

    Type? Argument(int place) => place < 0 ? _code.Method.DeclaringType : _code.Method.GetParameters()[place].ParameterType;

    long? Constant(int producer)
    {
        producer = _operands.Origin(producer);
        if (producer < 0) return null;
        var instruction = _code.Instructions[producer];
        if (instruction.Code == OpCodes.Ldc_I8) return instruction.Operand;
        return instruction.Code == OpCodes.Conv_I8 ? Constant(_operands.PoppedBy(producer)[0]) : instruction.Constant;
    }

    static string All(Type type) =>
        string.Join(',', Members(type).OrderBy(static m => m.Number).ThenBy(static m => m.Name, StringComparer.Ordinal).Select(static m => string.Create(CultureInfo.InvariantCulture, $"{m.Name}={m.Number}")));

    /// <summary>The members that are not greater than a number: in which order they are, and which come behind, makes no difference to a comparison with it.</summary>
    static string UpTo(Type type, long bound) =>
        string.Join(',', Members(type).Where(m => m.Number <= bound).Select(m => m.Number == bound ? "=" + m.Name : m.Name).Order(StringComparer.Ordinal));

    static IEnumerable<(string Name, long Number)> Members(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (field.Name, field.GetRawConstantValue() is ulong large ? unchecked((long)large) : Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));
}
