using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>
/// Writes code as text that is equal for equal code: what the compiler numbers is numbered here again, in the order in
/// which this code comes to it, and everything it leads to among the compiler's own is written out too.
/// </summary>
sealed class CodeText
{
    /// <summary>Names for types outside the code being written, such as generic arguments.</summary>
    public static readonly CodeNames Names = new(null, static type => CodeMap.Of(type.Assembly).NameOf(type));

    /// <summary>As many earlier texts are looked at, and a run of one before them is parked.</summary>
    const int TextsMax = 1000;

    readonly CodeNames _names;
    readonly TextForm _form;
    readonly Assembly _root;
    readonly List<string> _lines = [];
    readonly Queue<Action> _pending = new();
    readonly Dictionary<Type, string> _types = [];
    readonly Dictionary<MethodBase, string> _methods = [];
    readonly Dictionary<Type, FieldInfo[]> _fields = [];

    /// <summary>The lines that end with the members of an enum and would do as well if it had fewer of them.</summary>
    readonly List<(int Line, Type Enum)> _growing = [];

    CodeText(Assembly root, TextForm form)
    {
        (_root, _form) = (root, form);
        _names = new CodeNames(null, NameOf, form);
    }

    /// <summary>The text of code of either kind.</summary>
    public static List<string> Of(MemberInfo definition, TextForm form) => Write(definition, form)._lines;

    /// <summary>The texts of the same code from before enums got more members at their ends, where those that are new make no difference to it.</summary>
    public static IEnumerable<List<string>> BeforeGrowth(MemberInfo definition)
    {
        var texts = new List<CodeText>();
        for (var form = TextForm.Now; form >= TextForm.Numbered; form--)
            if (Write(definition, form) is var text && !texts.Exists(other => other._lines.SequenceEqual(text._lines))) texts.Add(text);
        return texts.SelectMany(static text => text.BeforeGrowth());
    }

    IEnumerable<List<string>> BeforeGrowth()
    {
        var enums = _growing.Select(static one => one.Enum).Distinct().ToArray();
        var most = (int)Math.Pow(TextsMax, 1.0 / Math.Max(enums.Length, 1));
        var without = new int[enums.Length];
        while (true)
        {
            // Counts up through everything that may be left out of the one and the other.
            var place = 0;
            while (place < enums.Length && ++without[place] >= Math.Min(most, EnumNumbers.CountOf(enums[place]))) without[place++] = 0;
            if (place == enums.Length) yield break;
            List<string> lines = [.. _lines];
            foreach (var (line, type) in _growing) lines[line] = lines[line][..^EnumNumbers.Of(type).Length] + EnumNumbers.Of(type, without[Array.IndexOf(enums, type)]);
            yield return lines;
        }
    }

    static CodeText Write(MemberInfo definition, TextForm form) => definition is Type type ? Write(type, form) : Write((MethodBase)definition, form);

    /// <summary>The text of a machine or closure and of all the code that belongs to it.</summary>
    static CodeText Write(Type definition, TextForm form)
    {
        var text = new CodeText(definition.Assembly, form);
        text._lines.Add(text._names.Type(definition));
        // A closure's object outlives the method that made it, through the delegates to its lambdas only.
        if (CompilerMade.IsClosure(definition)) text.WriteMethods(definition);
        return text.Finish();
    }

    /// <summary>The text of a lambda or local function, or the signature of an ordinary method.</summary>
    static CodeText Write(MethodBase definition, TextForm form)
    {
        var text = new CodeText(definition.Module.Assembly, form);
        text._lines.Add(text.Method(definition));
        return text.Finish();
    }

    CodeText Finish()
    {
        while (_pending.TryDequeue(out var write)) write();
        return this;
    }

    /// <summary>The name of a compiler-made type here. What has a number in its name gets ours instead, and is written out.</summary>
    string NameOf(Type definition)
    {
        if (_types.TryGetValue(definition, out var known)) return known;
        if (CompilerMade.HomeOf(definition) is null) return GlobalCode.ByContent(definition, _names, _form);
        var home = $"{CodeNames.FullName(CompilerMade.HomeOf(definition)!)}!";
        if (CompilerMade.IsLambdaHost(definition)) return home + "<>c";
        if (CompilerMade.IsDelegateCache(definition)) return home + "<>O";
        var kind = CompilerMade.IsClosure(definition) ? "closure"
            : CompilerMade.IsAsyncIterator(definition) || CompilerMade.IsIterator(definition) ? "iterator"
            : CompilerMade.IsMachine(definition) ? "machine"
            : CompilerMade.IsCallSites(definition) ? "sites"
            : null;
        if (kind is null) return home + definition.Name;
        var name = $"{home}{kind}{_types.Count}";
        _types.Add(definition, name);
        _pending.Enqueue(() => WriteType(definition, name));
        return name;
    }

    void WriteType(Type definition, string name)
    {
        _lines.Add($"{name} {(definition.IsValueType ? "struct" : "class")}`{definition.GetGenericArguments().Length}");
        foreach (var field in FieldsOf(definition)) _lines.Add($"{name} field {FieldName(field)} {_names.Type(field.FieldType)}{(_form >= TextForm.Tuples ? TupleNames.Behind(field) : "")}");
        if (CompilerMade.IsIterator(definition) || CompilerMade.IsAsyncIterator(definition)) WriteMethods(definition);
        else if (CompilerMade.IsMachine(definition)) WriteBody(Array.Find(OwnedCode.MethodsOf(definition), m => m.Name == nameof(IAsyncStateMachine.MoveNext))!, name);
    }

    void WriteMethods(Type definition)
    {
        var name = NameOf(definition);
        foreach (var method in OwnedCode.MethodsOf(definition).OrderBy(m => m.MetadataToken))
        {
            if (CompilerMade.IsNameless(method)) Method(method);
            else WriteBody(method, $"{name}!{_names.MethodInType(method)}");
        }
    }

    /// <summary>Writes a method the code mentions; the body too if the method is part of the code and not other code it calls.</summary>
    string Method(MethodBase method)
    {
        var definition = CompilerMade.Definition(method);
        if (!CompilerMade.IsNameless(definition))
        {
            if (IsIteratorOfOurs(definition) && _methods.TryAdd(definition, definition.Name))
            {
                _pending.Enqueue(() => WriteBody(definition, $"{_names.Type(definition.DeclaringType!)}!{_names.MethodInType(definition)}"));
            }
            return _names.Signature(method);
        }
        if (!_methods.TryGetValue(definition, out var name))
        {
            name = $"{(CompilerMade.IsLambda(definition) ? "lambda" : CompilerMade.IsLocalFunction(definition) ? "local" : "base")}{_methods.Count}";
            _methods.Add(definition, name);
            _pending.Enqueue(() => WriteBody(definition, name));
        }
        return _names.Signature(method, name);
    }

    /// <summary>
    /// Whether the method makes an iterator whose code belongs to the workflow. The one it returns is part of the caller's
    /// frame while a loop over it is suspended.
    /// </summary>
    bool IsIteratorOfOurs(MethodBase definition)
    {
        if (definition is not MethodInfo { ReturnType: { IsInterface: true } returned }) return false;
        if (!returned.Name.StartsWith("IEnumer", StringComparison.Ordinal) && !returned.Name.StartsWith("IAsyncEnumer", StringComparison.Ordinal)) return false;
        var assembly = definition.Module.Assembly;
        if (assembly != _root && (CodeNames.IsFramework(assembly) || !UsesHoldfast(assembly))) return false;
        return definition.IsDefined(typeof(IteratorStateMachineAttribute), inherit: false)
            || definition.IsDefined(typeof(AsyncIteratorStateMachineAttribute), inherit: false);
    }

    static bool UsesHoldfast(Assembly assembly) =>
        Array.Exists(assembly.GetReferencedAssemblies(), name => name.Name == typeof(CodeText).Assembly.GetName().Name);

    void WriteBody(MethodBase method, string name)
    {
        if (MethodCode.Of(method) is not { } code) return;
        var operands = Operands.Of(code);
        var callerInfo = CallerInfo.ConstantsIn(code, operands, _form);
        _lines.Add($"{name}: {_names.Signature(method, "")}{(code.Body.InitLocals ? " init" : "")}");
        foreach (var local in code.Body.LocalVariables) _lines.Add($"{name}: var {_names.Type(local.LocalType)}{(local.IsPinned ? " pinned" : "")}");
        foreach (var guard in code.Guards)
        {
            var catches = guard.Catches is { } type ? _names.Type(type) : "";
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {guard.Kind} {guard.Start}-{guard.End} {guard.Handler}-{guard.HandlerEnd} {guard.Filter} {catches}"));
        }
        foreach (var (numbers, growing) in EnumNumbers.In(code, operands, _names, _form))
        {
            if (growing is not null) _growing.Add((_lines.Count, growing));
            _lines.Add($"{name}: {numbers}");
        }
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            _lines.Add($"{name}: {(callerInfo.GetValueOrDefault(i) ?? Text(code, operands, i))}");
            if (_form < TextForm.Counted || !code.Instructions[i].NamesMember || code.Member(i) is not MethodBase called) continue;
            foreach (var reached in TakenApart.Reached(CompilerMade.Definition(called), _root).Select(method => _names.Signature(method)).Order(StringComparer.Ordinal)) _lines.Add($"{name}: {CodeWords.Reaches} {reached}");
        }
    }

    string Text(MethodCode code, Operands? operands, int index)
    {
        var instruction = code.Instructions[index];
        var op = instruction.Code;
        switch (op.OperandType)
        {
            case OperandType.InlineNone:
                return op.Name!;
            case OperandType.InlineString:
                return $"{op.Name} \"{code.Text(index)}\"";
            case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok:
                return $"{op.Name} {Member(code, operands, code.Member(index))}";
            case OperandType.InlineSig:
                throw MethodCode.Unreadable(code.Method, $"it calls through a function pointer at instruction {index}");
            case OperandType.InlineSwitch:
                return $"switch {string.Join(',', instruction.Table!)}";
            case OperandType.ShortInlineBrTarget:
                // How far a branch goes decides between two forms of it, and constants left out here have their say in that.
                return string.Create(CultureInfo.InvariantCulture, $"{op.Name![..^2]} {instruction.Operand}");
            default:
                return string.Create(CultureInfo.InvariantCulture, $"{op.Name} {instruction.Operand}");
        }
    }

    string Member(MethodCode code, Operands? operands, MemberInfo member) => member switch
    {
        Type type => _names.Type(type),
        MethodBase method => Method(method),
        FieldInfo field => Field(code, operands, field),
        _ => throw MethodCode.Unreadable(code.Method, $"it names '{member}', which is no member that code can name"),
    };

    string Field(MethodCode code, Operands? operands, FieldInfo field)
    {
        var definition = CompilerMade.Definition(field);
        var type = _names.Type(field.DeclaringType!);
        if (definition.IsStatic && CompilerMade.IsCachedDelegate(definition)) return $"{type}!cache of {Cached(code, operands, definition)}";
        return $"{type}!{FieldName(definition)} {_names.Type(definition.FieldType)}{(definition.IsStatic ? " static" : "")}";
    }

    /// <summary>A hoisted variable is its place among the machine's fields; the name is there to tell what changed.</summary>
    string FieldName(FieldInfo definition)
    {
        var type = definition.DeclaringType!;
        if (!CompilerMade.Is(type) || CompilerMade.HomeOf(type) is null || CompilerMade.IsLambdaHost(type)) return definition.Name;
        var place = Array.FindIndex(FieldsOf(type), f => f.MetadataToken == definition.MetadataToken);
        return string.Create(CultureInfo.InvariantCulture, $"#{place} {CompilerMade.PlainName(definition)}");
    }

    FieldInfo[] FieldsOf(Type definition)
    {
        if (_fields.TryGetValue(definition, out var known)) return known;
        var fields = definition.GetFields(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic);
        Array.Sort(fields, (a, b) => a.MetadataToken.CompareTo(b.MetadataToken));
        return _fields[definition] = fields;
    }

    /// <summary>What a cache holds. Its own name holds numbers, but the code that reads it fills it, too.</summary>
    string Cached(MethodCode code, Operands? operands, FieldInfo cache)
    {
        for (var i = 0; operands is not null && i < code.Instructions.Length; i++)
        {
            if (code.Instructions[i].Code != OpCodes.Stsfld || code.Member(i) is not FieldInfo stored || stored.MetadataToken != cache.MetadataToken) continue;
            var made = operands.Origin(operands.PoppedBy(i)[0]);
            if (made < 0 || code.Instructions[made].Code != OpCodes.Newobj || operands.PoppedBy(made) is not [_, var pointer]) continue;
            if (pointer < 0 || code.Instructions[pointer].Code != OpCodes.Ldftn || code.Member(pointer) is not MethodBase target) continue;
            return $"{_names.Type(code.Member(made).DeclaringType!)} {Method(target)}";
        }
        throw MethodCode.Unreadable(code.Method, $"it reads a delegate from '{cache.Name}', and nothing shows which");
    }
}
