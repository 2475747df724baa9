using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>
/// Tells whether the constructors of a type give a field a value: by an initialiser, an assignment, a parameter, or in a method that they
/// call. Where that cannot be seen the answer is yes.
/// </summary>
sealed class Initialisers
{
    readonly FieldInfo _field;
    readonly List<Type> _levels = [];
    readonly HashSet<(MethodBase Method, ulong Plain)> _seen = [];

    Initialisers(Type type, FieldInfo field)
    {
        _field = field;
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType) _levels.Add(level);
    }

    /// <summary>Whether an object that one of the constructors makes may hold anything but the default of the field's type in it.</summary>
    public static bool Give(Type type, FieldInfo field)
    {
        var search = new Initialisers(type, field);
        return Array.Exists(type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic), constructor => search.Gives(constructor, Optional(constructor)));
    }

    /// <summary>The parameters that nobody needs to give, and that are their type's default then, as bits.</summary>
    static ulong Optional(MethodBase constructor)
    {
        var bits = 0UL;
        foreach (var parameter in constructor.GetParameters())
            if (parameter is { HasDefaultValue: true, Position: < 63 } && IsDefault(parameter.RawDefaultValue)) bits |= 2UL << parameter.Position;
        return bits;
    }

    static bool IsDefault(object? value) => value switch
    {
        null => true,
        string => false,
        char letter => letter == 0,
        DateTime time => time == default,
        IConvertible number => Convert.ToDouble(number, System.Globalization.CultureInfo.InvariantCulture) == 0,
        _ => false,
    };

    /// <param name="method">What is called.</param>
    /// <param name="plain">Those of its arguments that are their type's default, as bits; the object itself comes first.</param>
    bool Gives(MethodBase method, ulong plain)
    {
        if (!_seen.Add((CompilerMade.Definition(method), plain)) || MethodCode.Of(method) is not { } code) return false;
        var operands = Operands.Of(code);
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            if (!code.Instructions[i].NamesMember || code.TryMember(i) is not { } member) continue;
            if (member is FieldInfo field && IsWanted(field) && Stores(code, operands, i, plain)) return true;
            if (member is MethodBase called && Calls(code, operands, i, called, plain)) return true;
        }
        return false;
    }

    bool IsWanted(FieldInfo field) => field.MetadataToken == _field.MetadataToken && field.Module == _field.Module;

    bool Stores(MethodCode code, Operands? operands, int index, ulong plain)
    {
        var op = code.Instructions[index].Code;
        if (op == OpCodes.Stfld) return operands is null || !IsPlain(code, operands, operands.PoppedBy(index)[1], plain);
        // Whoever has the address may write there, but for the instruction that clears it.
        return op == OpCodes.Ldflda && code.Instructions[index + 1].Code != OpCodes.Initobj;
    }

    bool Calls(MethodCode code, Operands? operands, int index, MethodBase called, ulong plain)
    {
        var isCall = code.Instructions[index].IsCall;
        var arguments = isCall && operands is not null ? operands.PoppedBy(index) : [];
        if (IsOurs(called))
        {
            var bits = 0UL;
            var count = called.GetParameters().Length;
            for (var a = 0; a < count && a < 63 && arguments.Length > 0; a++)
                if (IsPlain(code, operands!, arguments[arguments.Length - count + a], plain)) bits |= (called.IsStatic ? 1UL : 2UL) << a;
            return Gives(Overriding(called), bits);
        }
        if (!isCall || typeof(Delegate).IsAssignableFrom(called.DeclaringType)) return false;
        // Somebody else is given the object itself, and may do anything to it.
        for (var a = called.IsStatic || code.Instructions[index].Code == OpCodes.Newobj ? 0 : 1; a < arguments.Length; a++)
            if (arguments[a] is var producer and >= 0 && !code.Method.IsStatic && code.Instructions[operands!.Origin(producer)].LoadedArgument == 0) return true;
        return false;
    }

    bool IsOurs(MethodBase called) =>
        called.DeclaringType is { } type && CompilerMade.HomeOf(CompilerMade.Definition(type)) is { } home && _levels.Exists(level => CompilerMade.Definition(level) == home);

    /// <summary>The method that runs in an object of the type, which may be further down.</summary>
    MethodBase Overriding(MethodBase called)
    {
        if (called is not MethodInfo { IsVirtual: true } method) return called;
        foreach (var level in _levels)
            foreach (var own in level.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                if (own.IsVirtual && own.GetBaseDefinition() is var one && method.GetBaseDefinition() is var other && one.MetadataToken == other.MetadataToken && one.Module == other.Module) return own;
        return called;
    }

    /// <summary>Whether a value is its type's default, or what the same field of another object holds, as in a record's copy.</summary>
    bool IsPlain(MethodCode code, Operands operands, int producer, ulong plain)
    {
        producer = operands.Origin(producer);
        if (producer < 0) return false;
        var instruction = code.Instructions[producer];
        if (instruction.LoadedArgument is var argument and >= 0) return argument < 64 && (plain & (1UL << argument)) != 0;
        if (instruction.Constant is { } constant) return constant == 0;
        if (instruction.Code == OpCodes.Ldnull) return true;
        if (instruction.Code == OpCodes.Ldc_I8 || instruction.Code == OpCodes.Ldc_R4 || instruction.Code == OpCodes.Ldc_R8) return instruction.Operand == 0;
        if (instruction.Code == OpCodes.Ldfld || instruction.Code == OpCodes.Ldsfld)
            return code.TryMember(producer) is FieldInfo field && (IsWanted(field) || (field.Name == nameof(decimal.Zero) && field.DeclaringType == typeof(decimal)));
        return instruction.Code.Name!.StartsWith("conv.", StringComparison.Ordinal) && IsPlain(code, operands, operands.PoppedBy(producer)[0], plain);
    }
}
