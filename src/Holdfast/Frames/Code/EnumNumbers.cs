using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>
/// The numbers of an enum that a method counts with, has as numbers, or compares by size. A saved variable comes back by the name of its member: where the
/// members have other numbers, the code of today goes on from another place of the row. Code that asks for equal members alone has the numbers in its own text.
/// </summary>
sealed partial class EnumNumbers
{
    static readonly HashSet<string> Orders = ["clt", "cgt", "blt", "ble", "bgt", "bge"], Counts = ["add", "sub", "mul", "div", "rem", "neg"], Converts = ["shl", "shr", "conv"], Equal = ["ceq", "beq", "bne"], Combines = ["and", "or", "xor", "not"];

    /// <summary>Why the numbers of an enum matter.</summary>
    sealed class Use
    {
        /// <summary>Counting leads from one member to another: all belong to the code, one that is added as well.</summary>
        public bool IsCounted { get; set; }

        /// <summary>The code has members as numbers, or compares two that it does not name. To what was saved, a member that came behind the others makes no difference.</summary>
        public bool IsNumbered { get; set; }

        /// <summary>The numbers that members are compared with.</summary>
        public HashSet<long> Bounds { get; } = [];
    }

    readonly MethodCode _code;
    readonly Operands _operands;

    /// <summary>Whether it is written as builds did that saw variables alone, and took each use for counting.</summary>
    readonly bool _isBefore;

    /// <summary>Whether what the framework makes of an enum counts.</summary>
    readonly bool _seesCalls;

    /// <summary>Whether what is taken out of an object, and what else the framework makes of an enum, counts.</summary>
    readonly bool _seesTaken;

    readonly Dictionary<Type, Use> _found = [];

    EnumNumbers(MethodCode code, Operands operands, TextForm form) => (_code, _operands, _isBefore, _seesCalls, _seesTaken) = (code, operands, form < TextForm.Numbered, form >= TextForm.Asked, form >= TextForm.Now);

    /// <summary>A line for each enum that matters, and for each number that it is compared with; and the enum where the line may end sooner, because members that came behind the others do not matter.</summary>
    public static IEnumerable<(string Line, Type? Growing)> In(MethodCode code, Operands? operands, CodeNames names, TextForm form)
    {
        if (operands is null || form < TextForm.Counted) return [];
        var numbers = new EnumNumbers(code, operands, form);
        for (var i = 0; i < code.Instructions.Length; i++) numbers.Read(i);
        return numbers._found.SelectMany(one => Lines(one.Key, one.Value).Select(line => ($"numbers {names.Type(one.Key)} {line.Said}", line.Growing))).OrderBy(static line => line.Item1, StringComparer.Ordinal);
    }

    static IEnumerable<(string Said, Type? Growing)> Lines(Type type, Use use)
    {
        if (use.IsCounted) return [(Of(type), null)];
        var bounds = use.Bounds.Select(bound => (UpTo(type, bound), (Type?)null));
        return use.IsNumbered ? bounds.Append((Of(type), type)) : bounds;
    }

    void Read(int index)
    {
        var popped = _operands.PoppedBy(index);
        var name = _code.Instructions[index].Code.Name!;
        var kind = name.Split('.')[0];
        for (var p = 0; p < popped.Length; p++)
        {
            var other = popped.Length == 2 ? Constant(popped[1 - p]) : null;
            foreach (var producer in Sources(popped[p]))
                if (EnumOf(producer) is var (type, moved)) Read(type, moved, name, kind, p, other);
        }
        if (!_isBefore) ReadTargets(index, kind);
    }

    void Read(Type type, long moved, string name, string kind, int position, long? other)
    {
        if (Orders.Contains(kind))
        {
            // Greater than zero without a sign is how the compiler says: not zero.
            if (name == "cgt.un" && other == 0) return;
            if (other is { } bound) Found(type).Bounds.Add(bound + moved);
            else Matters(type, isCounted: false);
        }
        else if (moved != 0)
        {
            // What is only moved is the start of a comparison with several, or of a switch, which have all numbers in their text.
            if (!(kind is "switch" or "brtrue" or "brfalse" || (Equal.Contains(kind) && other is not null))) Matters(type, isCounted: true);
        }
        else if (Counts.Contains(kind))
        {
            if (!(kind == "sub" && position == 0 && other is not null and not 0)) Matters(type, isCounted: true);
        }
        else if (Converts.Contains(kind) || (position == 1 && kind is "ldelem" or "stelem" or "ldelema"))
        {
            Matters(type, isCounted: false);
        }
        else if (!_isBefore && Combines.Contains(kind) && !type.IsDefined(typeof(FlagsAttribute), inherit: false))
        {
            // Two members of no set of flags make a third one by their numbers.
            Matters(type, isCounted: false);
        }
    }

    void Matters(Type type, bool isCounted)
    {
        if (isCounted || _isBefore) Found(type).IsCounted = true;
        else Found(type).IsNumbered = true;
    }

    Use Found(Type type)
    {
        if (!_found.TryGetValue(type, out var use)) _found.Add(type, use = new());
        return use;
    }

    /// <summary>Looks at what an instruction puts where. Of a conversion between an enum and its numbers the compiler makes nothing else.</summary>
    void ReadTargets(int index, string kind)
    {
        var instruction = _code.Instructions[index];
        var op = instruction.Code;
        var popped = _operands.PoppedBy(index);
        if (instruction.StoredLocal is var local and >= 0) Put(popped[0], _code.Body.LocalVariables[local].LocalType);
        else if (instruction.StoredArgument is var argument and >= 0) Put(popped[0], Argument(argument));
        else if (op == OpCodes.Stfld || op == OpCodes.Stsfld) Put(popped[^1], ((FieldInfo)_code.Member(index)).FieldType);
        else if (op == OpCodes.Box) Put(popped[0], (Type)_code.Member(index));
        else if (op == OpCodes.Ret) Put(_operands.ReturnedBy(index), (_code.Method as MethodInfo)?.ReturnType);
        else if (kind is "stind" or "stobj" or "stelem") Put(popped[^1], TypeAt(popped[0])?.GetElementType());
        else if (Equal.Contains(kind)) PutBeside(popped[0], popped[1]);
        else if (kind == "unbox" && _seesTaken) ReadUnboxed(popped[0], (Type)_code.Member(index));
        else if (instruction.IsCall && _code.Member(index) is MethodBase called)
        {
            var parameters = called.GetParameters();
            var first = popped.Length - parameters.Length;
            for (var p = 0; p < parameters.Length; p++) Put(popped[first + p], parameters[p].ParameterType);
            if (_seesCalls) ReadCall(index, called, parameters);
            if (_seesTaken) ReadTaken(index, called, parameters);
        }
    }

    /// <summary>
    /// Looks at what the framework is asked about an enum: which of two comes first, what number a member has, and all members in the order of their numbers. A row of them that is kept at once, as a loop over it keeps it, is saved as it is.
    /// </summary>
    void ReadCall(int index, MethodBase called, ParameterInfo[] parameters)
    {
        var popped = _operands.PoppedBy(index);
        Type? type = null;
        if (called.Name == nameof(IComparable.CompareTo) && popped.Length == 2) type = TypeAt(popped[0])?.GetElementType();
        else if (called.Name == nameof(IComparer<int>.Compare)) type = Array.Find(parameters, static p => IsOurs(p.ParameterType))?.ParameterType;
        else if (called.DeclaringType == typeof(Convert) && popped.Length > 0) type = Boxed(popped[0]);
        else if (called.DeclaringType == typeof(Enum) && called.Name is nameof(Enum.GetValues) or nameof(Enum.GetNames) or nameof(Enum.GetValuesAsUnderlyingType) or nameof(Enum.ToObject) && !IsKept(index)) type = called.IsGenericMethod ? called.GetGenericArguments()[0] : Named(popped[0]);
        if (IsOurs(type)) Matters(type!, isCounted: false);
    }

    /// <summary>Whether what is pushed goes into a field, or is walked through, by the next instruction.</summary>
    bool IsKept(int index) => index + 1 < _code.Instructions.Length && _code.Instructions[index + 1] is var next
        && (next.Code == OpCodes.Stfld || (next.IsCall && _code.Member(index + 1).Name == nameof(System.Collections.IEnumerable.GetEnumerator)));

    /// <summary>The type in a box.</summary>
    Type? Boxed(int value) => _operands.Origin(value) is var from and >= 0 && _code.Instructions[from].Code == OpCodes.Box ? (Type)_code.Member(from) : null;

    /// <summary>The type that <c>typeof</c> stands for.</summary>
    Type? Named(int value) => _operands.Origin(value) is var from and >= 0 && _code.Instructions[from].IsCall && _code.Member(from).Name == nameof(Type.GetTypeFromHandle)
        && _operands.Origin(_operands.PoppedBy(from)[0]) is var token and >= 0 && _code.Instructions[token].Code == OpCodes.Ldtoken ? _code.Member(token) as Type : null;

    void PutBeside(int one, int other)
    {
        Put(one, TypeAt(other));
        Put(other, TypeAt(one));
    }

    void Put(int value, Type? target)
    {
        if (!IsNumber(target)) return;
        foreach (var type in _operands.Origins(value).Select(TypeOf).Where(type => IsNumber(type) && type != target).ToArray())
        {
            if (IsOurs(type)) Matters(type!, isCounted: false);
            if (IsOurs(target)) Matters(target!, isCounted: false);
        }
    }

    /// <summary>Whether the type is a whole number, or an enum, which is one to the runtime.</summary>
    static bool IsNumber(Type? type) => type is { IsGenericParameter: false } && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64;

    static bool IsOurs(Type? type) => type is { IsEnum: true, IsGenericParameter: false } && !CodeNames.IsFramework(type.Assembly);

    IEnumerable<int> Sources(int producer) => _isBefore ? [producer] : _operands.Origins(producer);

    /// <summary>The enum that a value is of, and what was taken off it.</summary>
    (Type Type, long Moved)? EnumOf(int producer)
    {
        producer = _operands.Origin(producer);
        if (producer < 0) return null;
        if (TypeOf(producer) is { } type && IsOurs(type)) return (type, 0);
        if (_code.Instructions[producer].Code != OpCodes.Sub || _operands.PoppedBy(producer) is not [var from, var by]) return null;
        return EnumOf(from) is var (of, moved) && Constant(by) is { } constant ? (of, moved + constant) : null;
    }

    Type? TypeOf(int producer)
    {
        var instruction = _code.Instructions[producer];
        var op = instruction.Code;
        if (instruction.LoadedLocal is var local and >= 0) return _code.Body.LocalVariables[local].LocalType;
        if (instruction.LoadedArgument is var argument and >= 0) return Argument(argument);
        if (instruction.IsCall) return (_code.Member(producer) as MethodInfo)?.ReturnType;
        if (op == OpCodes.Ldfld || op == OpCodes.Ldsfld) return ((FieldInfo)_code.Member(producer)).FieldType;
        if (op == OpCodes.Ldobj || op == OpCodes.Unbox_Any || op == OpCodes.Ldelem) return (Type)_code.Member(producer);
        // An element, or what a reference leads to.
        var leads = op.Name!.StartsWith("ldelem.", StringComparison.Ordinal) || op.Name.StartsWith("ldind.", StringComparison.Ordinal);
        if (leads) return TypeAt(_operands.PoppedBy(producer)[0])?.GetElementType();
        return _isBefore ? null : AddressOrResult(producer, instruction);
    }

    /// <summary>The type of an address, and that of what is computed.</summary>
    Type? AddressOrResult(int producer, Instruction instruction)
    {
        var op = instruction.Code;
        if (instruction.AddressedLocal is var local and >= 0) return To(_code.Body.LocalVariables[local].LocalType);
        if (instruction.AddressedArgument is var argument and >= 0) return To(Argument(argument));
        if (op == OpCodes.Ldflda || op == OpCodes.Ldsflda) return To(((FieldInfo)_code.Member(producer)).FieldType);
        if (op == OpCodes.Ldelema || op == OpCodes.Unbox) return To((Type)_code.Member(producer));
        if (op == OpCodes.Newarr) return ((Type)_code.Member(producer)).MakeArrayType();
        var kind = op.Name!.Split('.')[0];
        if (Combines.Contains(kind))
        {
            var types = _operands.PoppedBy(producer).ToArray().Select(TypeAt).ToArray();
            return Array.Find(types, IsOurs) ?? Array.Find(types, IsNumber);
        }
        // A constant that the compiler makes wider is a constant.
        if (kind == "conv" && Constant(_operands.PoppedBy(producer)[0]) is not null) return null;
        return kind == "ldlen" || Counts.Contains(kind) || Converts.Contains(kind) ? typeof(int) : null;
    }

    /// <summary>The type of a value, which may come from several places.</summary>
    Type? TypeAt(int value) => _isBefore ? _operands.Origin(value) is var from and >= 0 ? TypeOf(from) : null : _operands.Origins(value).Select(TypeOf).FirstOrDefault(static type => type is not null);

    static Type? To(Type? type) => type is null or { IsByRef: true } ? null : type.MakeByRefType();

    Type? Argument(int number)
    {
        var place = _code.Method.IsStatic ? number : number - 1;
        return place < 0 ? _code.Method.DeclaringType : _code.Method.GetParameters()[place].ParameterType;
    }

    long? Constant(int producer)
    {
        producer = _operands.Origin(producer);
        if (producer < 0) return null;
        var instruction = _code.Instructions[producer];
        if (instruction.Code == OpCodes.Ldc_I8) return instruction.Operand;
        return instruction.Code == OpCodes.Conv_I8 ? Constant(_operands.PoppedBy(producer)[0]) : instruction.Constant;
    }

    /// <summary>How many members an enum has.</summary>
    public static int CountOf(Type type) => Members(type).Count();

    /// <summary>All members of an enum with their numbers, or all but some behind the others.</summary>
    public static string Of(Type type, int without = 0) =>
        string.Join(',', Members(type).OrderBy(static m => m.Number).ThenBy(static m => m.Name, StringComparer.Ordinal).SkipLast(without).Select(static m => string.Create(CultureInfo.InvariantCulture, $"{m.Name}={m.Number}")));

    /// <summary>The members that are not greater than a number: in which order they are, and which come behind, makes no difference to a comparison with it.</summary>
    static string UpTo(Type type, long bound) =>
        string.Join(',', Members(type).Where(m => m.Number <= bound).Select(m => m.Number == bound ? "=" + m.Name : m.Name).Order(StringComparer.Ordinal));

    static IEnumerable<(string Name, long Number)> Members(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (field.Name, field.GetRawConstantValue() is ulong large ? unchecked((long)large) : Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));
}
