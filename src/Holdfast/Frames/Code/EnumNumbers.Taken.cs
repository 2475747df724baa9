using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>Numbers of members that code takes out of an object, reads as bytes, writes as digits, or has the framework put in order.</summary>
sealed partial class EnumNumbers
{
    static readonly HashSet<string> Sorting =
    [
        nameof(Array.Sort), nameof(Array.BinarySearch), nameof(Enumerable.Max), nameof(Enumerable.Min), nameof(Enumerable.MaxBy), nameof(Enumerable.MinBy), nameof(Enumerable.Order), nameof(Enumerable.OrderDescending),
        nameof(Enumerable.OrderBy), nameof(Enumerable.OrderByDescending), nameof(Enumerable.ThenBy), nameof(Enumerable.ThenByDescending),
    ];

    /// <summary>The runtime takes a member out as a number of its width without a word. Where the object comes from elsewhere it may hold any enum of that width that the code names.</summary>
    void ReadUnboxed(int value, Type target)
    {
        if (!IsNumber(target)) return;
        foreach (var from in _operands.Origins(value))
        {
            if (_code.Instructions[from].Code == OpCodes.Box)
            {
                if ((Type)_code.Member(from) is var boxed && boxed != target) NumbersOf([boxed, target]);
            }
            else if (!target.IsEnum && !IsAsked(from, target))
            {
                NumbersOf(AllNamed().Where(type => type.GetEnumUnderlyingType() == target));
            }
        }
    }

    void ReadTaken(int index, MethodBase called, ParameterInfo[] parameters)
    {
        var popped = _operands.PoppedBy(index).ToArray();
        var (home, name) = (called.DeclaringType, called.Name);
        if (home is null || !CodeNames.IsFramework(home.Assembly)) return;
        Type[] arguments = called.IsGenericMethod ? called.GetGenericArguments() : [];
        if (home == typeof(IConvertible) && IsNumber((called as MethodInfo)?.ReturnType)) NumbersOf([In(popped[0])]);
        else if (home == typeof(Convert) && parameters is [{ ParameterType: var given }, ..] && given == typeof(object) && Boxed(popped[0]) is null && (called as MethodInfo)?.ReturnType is var made && (IsNumber(made) || made == typeof(object))) NumbersOf(AllNamed());
        else if (home == typeof(Enumerable) && name == nameof(Enumerable.Cast) && IsNumber(arguments[0]) && !arguments[0].IsEnum) NumbersOf(AllNamed().Where(type => type.GetEnumUnderlyingType() == arguments[0]));
        else if ((home == typeof(Unsafe) && arguments is [var one, var other] && one != other) || (home == typeof(MemoryMarshal) && name is nameof(MemoryMarshal.Cast) or nameof(MemoryMarshal.AsBytes) or nameof(MemoryMarshal.Read) or nameof(MemoryMarshal.Write))) NumbersOf(arguments);
        else if (home == typeof(Enum) && name is nameof(Enum.GetName) or nameof(Enum.IsDefined) && popped is [var of, var number] && IsNumber(Boxed(number)) && !Boxed(number)!.IsEnum) NumbersOf([Named(of)]);
        else if (Sorting.Contains(name) && !Array.Exists(parameters, static p => p.ParameterType.Name is "IComparer`1" or "Comparison`1")) NumbersOf(Sorted(home, arguments));
        else if (Array.FindIndex(parameters, static p => p.Name == "format" && p.ParameterType == typeof(string)) is var format and >= 0) ReadFormat(home, arguments, popped, popped.Length - parameters.Length + format);
    }

    /// <summary>What is put in order: the keys, which come last, or the items of a row.</summary>
    static IEnumerable<Type?> Sorted(Type home, Type[] arguments) =>
        arguments.Length == 0 ? home.GetGenericArguments().Take(1) : home == typeof(Array) || home == typeof(MemoryExtensions) ? arguments.Take(1) : arguments.TakeLast(1);

    /// <summary>Whether a member is written as digits. A format that is not there to be read may say so.</summary>
    void ReadFormat(Type home, Type[] arguments, int[] popped, int format)
    {
        var from = _operands.Origin(popped[format]);
        if (from >= 0 && _code.Instructions[from].Code == OpCodes.Ldnull) return;
        var text = from >= 0 && _code.Instructions[from].Code == OpCodes.Ldstr ? _code.Text(from) : null;
        if (home == typeof(string) || home == typeof(StringBuilder))
        {
            var written = Digits().Matches(text ?? "").Select(static place => int.Parse(place.Groups[1].ValueSpan, CultureInfo.InvariantCulture) + 1L);
            NumbersOf(written.Select(place => format + place < popped.Length ? Boxed(popped[format + place]) : null));
        }
        else if (text is null or "D" or "d" or "X" or "x")
        {
            if (home == typeof(Enum)) NumbersOf([In(popped[0]), Named(popped[0])]);
            else NumbersOf(arguments);
        }
    }

    /// <summary>A place of a text that is written as digits, with its number.</summary>
    [GeneratedRegex(@"\{([0-9]{1,6})(?:,[^{}:]*)?:[dDxX]\}")]
    private static partial Regex Digits();

    /// <summary>The type of what a method is called on, in its box or where it stands.</summary>
    Type? In(int value) => Boxed(value) ?? TypeAt(value)?.GetElementType();

    /// <summary>Whether the code asks somewhere whether the same place holds this very type, which no enum is.</summary>
    bool IsAsked(int producer, Type target)
    {
        for (var i = 0; i < _code.Instructions.Length; i++)
            if (_code.Instructions[i].Code == OpCodes.Isinst && (Type)_code.Member(i) == target && _operands.Origin(_operands.PoppedBy(i)[0]) is var asked and >= 0 && IsSamePlace(asked, producer)) return true;
        return false;
    }

    bool IsSamePlace(int one, int other)
    {
        if (one == other) return true;
        var (a, b) = (_code.Instructions[one], _code.Instructions[other]);
        return (a.LoadedLocal >= 0 && a.LoadedLocal == b.LoadedLocal) || (a.LoadedArgument >= 0 && a.LoadedArgument == b.LoadedArgument)
            || (a.Code == OpCodes.Ldfld && b.Code == OpCodes.Ldfld && _code.Member(one).Equals(_code.Member(other)));
    }

    /// <summary>All enums of people's that the code names, by themselves or within other types.</summary>
    List<Type> AllNamed()
    {
        var found = new List<Type>();
        foreach (var local in _code.Body.LocalVariables) Add(local.LocalType);
        foreach (var parameter in _code.Method.GetParameters()) Add(parameter.ParameterType);
        for (var i = 0; i < _code.Instructions.Length; i++)
        {
            if (!_code.Instructions[i].NamesMember) continue;
            var member = _code.Member(i);
            if ((member as Type ?? (member as FieldInfo)?.FieldType ?? (member as MethodInfo)?.ReturnType) is { } named) Add(named);
            if (member is not MethodBase called) continue;
            if (called.DeclaringType is { } home) Add(home);
            foreach (var parameter in called.GetParameters()) Add(parameter.ParameterType);
            foreach (var argument in called.IsGenericMethod ? called.GetGenericArguments() : []) Add(argument);
        }
        return found;

        void Add(Type type)
        {
            if (type.HasElementType) Add(type.GetElementType()!);
            else if (type.IsConstructedGenericType && !type.IsEnum) Array.ForEach(type.GetGenericArguments(), Add);
            else if (IsOurs(type) && !found.Contains(type)) found.Add(type);
        }
    }

    void NumbersOf(IEnumerable<Type?> types)
    {
        foreach (var type in types)
            if (IsOurs(type)) Matters(type!, isCounted: false);
    }
}
