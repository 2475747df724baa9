using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Holdfast.Frames.Graph;

namespace Holdfast.Frames.Code;

/// <summary>
/// Tells whether the constructors of a type give a field a value: by an initialiser, an assignment, a parameter, or in a method that they
/// call. Where that cannot be seen, as in whatever else is given the object, the answer is yes.
/// </summary>
sealed class Initialisers
{
    readonly Type _type;
    readonly FieldInfo _field;
    readonly bool _carries;
    readonly List<Type> _levels = [];
    readonly HashSet<(MethodBase Method, ulong Plain, ulong Objects)> _seen = [];

    Initialisers(Type type, FieldInfo field, bool carries = false)
    {
        (_type, _field, _carries) = (type, field, carries);
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType) _levels.Add(level);
    }

    /// <summary>Whether an object that one of the constructors makes may hold anything but the default of the field's type in it.</summary>
    public static bool Give(Type type, FieldInfo field)
    {
        var search = new Initialisers(type, field);
        return Array.Exists(type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic), constructor => search.Gives(constructor, Optional(constructor), 1));
    }

    /// <summary>Whether one of the methods of a type puts something into a field that depends on what it is given, or on other fields.</summary>
    public static bool Carry(Type type, FieldInfo field, IReadOnlyList<MethodBase> methods)
    {
        var search = new Initialisers(type, field, carries: true);
        return methods.Any(method => search.Gives(method, 0, 0));
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
    /// <param name="objects">Those of its arguments that may be the object.</param>
    bool Gives(MethodBase method, ulong plain, ulong objects)
    {
        // Another object of the class is not told from this one.
        if (!method.IsStatic && IsLevel(method.DeclaringType!)) objects |= 1;
        if (!_seen.Add((CompilerMade.Definition(method), plain, objects)) || MethodCode.Of(method) is not { } code) return false;
        // A call through a pointer, or what no compiler emits.
        if (Operands.Of(code) is not { } operands) return true;
        var flow = new ObjectFlow(code, operands, objects, MayReturnIt);
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            if (flow.IsLostAt(i)) return true;
            if (!code.Instructions[i].NamesMember || code.TryMember(i) is not { } member) continue;
            if (member is FieldInfo field && IsWanted(field) && Stores(code, operands, i, plain)) return true;
            if (member is MethodBase called && Calls(code, operands, flow, i, called, plain)) return true;
        }
        return false;
    }

    bool IsWanted(FieldInfo field) => field.MetadataToken == _field.MetadataToken && field.Module == _field.Module;

    static bool IsOfAll(MethodBase called) => !called.IsStatic && (called.DeclaringType == typeof(object) || called.DeclaringType == typeof(ValueType));

    bool Stores(MethodCode code, Operands operands, int index, ulong plain)
    {
        var op = code.Instructions[index].Code;
        if (op == OpCodes.Stfld) return !IsPlain(code, operands, operands.PoppedBy(index)[1], plain);
        // Whoever has the address may write there, but for the instruction that clears it.
        return op == OpCodes.Ldflda && code.Instructions[index + 1].Code != OpCodes.Initobj;
    }

    bool Calls(MethodCode code, Operands operands, ObjectFlow flow, int index, MethodBase called, ulong plain)
    {
        // A method that a delegate is made of counts as called.
        if (!code.Instructions[index].IsCall) return IsOurs(called) && Gives(Overriding(called), 0, 0);
        var isNew = code.Instructions[index].Code == OpCodes.Newobj;
        var arguments = operands.PoppedBy(index);
        if (isNew && typeof(Delegate).IsAssignableFrom(called.DeclaringType))
            return flow.IsAt(arguments[0]) && (arguments[1] < 0 || code.TryMember(arguments[1]) is not MethodBase target || Reaches(target, 0, 1));
        // The object that is made here comes first, and is not on the stack.
        var first = isNew ? 1 : 0;
        var (plains, objects) = (0UL, 0UL);
        for (var a = 0; a < arguments.Length; a++)
        {
            if (flow.IsAt(arguments[a]))
            {
                if (a + first > 63) return true;
                objects |= 1UL << (a + first);
            }
            if (a + first < 64 && (called.IsStatic || a + first > 0) && IsPlain(code, operands, arguments[a], plain)) plains |= 1UL << (a + first);
        }
        return Reaches(called, plains, objects);
    }

    /// <summary>Whether a call gives the field a value, or may.</summary>
    bool Reaches(MethodBase called, ulong plains, ulong objects)
    {
        if (objects == 1 && IsOfAll(called)) return Overriding(called) is var own && own != called && Gives(own, plains, objects);
        // Somebody else is given the object itself, and may do anything to it.
        return IsOurs(called) ? Gives(Overriding(called), plains, objects) : objects != 0;
    }

    bool IsOurs(MethodBase called) => called.DeclaringType is { } type && CompilerMade.HomeOf(CompilerMade.Definition(type)) is { } home && IsLevel(home);

    bool IsLevel(Type type) => _levels.Exists(level => CompilerMade.Definition(level) == CompilerMade.Definition(type));

    bool MayReturnIt(MethodBase called) => IsOurs(called) && called is MethodInfo { ReturnType: var type } && (type.IsByRef || type.IsGenericParameter || type.IsAssignableFrom(_type)) && !type.IsValueType;

    /// <summary>The method that runs in an object of the type, which may be further down.</summary>
    MethodBase Overriding(MethodBase called)
    {
        if (called is not MethodInfo { IsVirtual: true } method) return called;
        foreach (var level in _levels)
            foreach (var own in level.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                if (own.IsVirtual && Overrides(own, method)) return own;
        return called;
    }

    static bool Overrides(MethodInfo own, MethodInfo method)
    {
        var (one, other) = (own.GetBaseDefinition(), method.GetBaseDefinition());
        if (one.MetadataToken == other.MetadataToken && one.Module == other.Module) return true;
        // One that returns more than what it overrides is a method of its own to the runtime.
        return own.Name == method.Name && own.IsDefined(typeof(PreserveBaseOverridesAttribute)) && own.GetParameters().Select(static p => p.ParameterType).SequenceEqual(method.GetParameters().Select(static p => p.ParameterType));
    }

    /// <summary>Whether a value is its type's default, or what the same field of another object holds, as in a record's copy.</summary>
    bool IsPlain(MethodCode code, Operands operands, int producer, ulong plain)
    {
        producer = operands.Origin(producer);
        if (producer < 0) return false;
        var instruction = code.Instructions[producer];
        if (_carries) return DependsOnNothing(code, operands, producer, plain);
        if (instruction.LoadedArgument is var argument and >= 0) return argument < 64 && (plain & (1UL << argument)) != 0;
        if (instruction.Constant is { } constant) return constant == 0;
        if (instruction.Code == OpCodes.Ldnull) return true;
        if (instruction.Code == OpCodes.Ldc_I8 || instruction.Code == OpCodes.Ldc_R4 || instruction.Code == OpCodes.Ldc_R8) return instruction.Operand == 0;
        if (instruction.Code == OpCodes.Ldfld || instruction.Code == OpCodes.Ldsfld) return code.TryMember(producer) is FieldInfo field && (IsWanted(field) || IsNameOfDefault(field));
        if (instruction.Code == OpCodes.Call && code.TryMember(producer) is MethodInfo getter) return IsNameOfDefault(getter);
        return instruction.Code.Name!.StartsWith("conv.", StringComparison.Ordinal) && IsPlain(code, operands, operands.PoppedBy(producer)[0], plain);
    }

    /// <summary>Whether the framework has a name for the default of one of its types, such as <see cref="TimeSpan.Zero"/> or <see cref="DateOnly.MinValue"/>, and this is it. No code of anybody else's is asked.</summary>
    static bool IsNameOfDefault(MemberInfo member) =>
        member.DeclaringType is { IsValueType: true } type && (type == typeof(decimal) || Codecs.IsLeaf(type)) && CodeNames.IsFramework(type.Assembly) && member switch
        {
            FieldInfo { IsStatic: true, IsInitOnly: true } field => Equals(field.GetValue(null), Activator.CreateInstance(type)),
            MethodInfo { IsStatic: true, IsSpecialName: true } getter => getter.ReturnType == type && getter.GetParameters().Length == 0 && Equals(getter.Invoke(null, null), Activator.CreateInstance(type)),
            _ => false,
        };

    /// <summary>Whether a value is made of constants alone: the same, whatever comes in.</summary>
    bool DependsOnNothing(MethodCode code, Operands operands, int producer, ulong plain)
    {
        if (producer < 0) return false;
        var instruction = code.Instructions[producer];
        if (instruction.LoadedArgument is var argument and >= 0) return argument < 64 && (plain & (1UL << argument)) != 0;
        if (instruction.LoadedLocal >= 0 || instruction.AddressedLocal >= 0) return false;
        foreach (var popped in operands.PoppedBy(producer))
            if (!DependsOnNothing(code, operands, popped, plain)) return false;
        return true;
    }
}
