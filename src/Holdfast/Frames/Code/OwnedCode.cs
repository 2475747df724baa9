using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>
/// Names what the compiler made out of the members of one type: each lambda, local function, closure and machine by the
/// member it belongs to and by its order of first appearance in that member's code. Neither depends on other members.
/// </summary>
sealed partial class OwnedCode
{
    const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    readonly Type _home;
    readonly string _homeName;
    readonly CodeNames _names;
    readonly Dictionary<Type, string> _types = [];
    readonly Dictionary<int, string> _methods = [];
    readonly Dictionary<string, Type> _typesByName = [];
    readonly Dictionary<string, MethodBase> _methodsByName = [];
    readonly HashSet<string> _ambiguous = [];

    /// <summary>Reads the code of a type's members. Only a type in which the compiler left something is read at all.</summary>
    public OwnedCode(Type home)
    {
        _home = home;
        // A compiler-made type in the signature of a method of this type is one of this type's, unless it stands beside all types.
        _names = new CodeNames(
            home.Assembly,
            type => CompilerMade.HomeOf(type) == home ? _types.GetValueOrDefault(type, type.Name) : CodeMap.Of(type.Assembly).NameOf(type));
        _homeName = _names.Definition(home);
        var own = MethodsOf(home);
        var nested = NestedIn(home).ToArray();
        // Sorted by name, so that what several members share is named alike in whatever order they are written.
        var members = own.Where(m => !CompilerMade.IsNameless(m)).Select(m => (Method: m, Name: $"{_homeName}!{_names.MethodInType(m)}")).ToArray();
        Array.Sort(members, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var (method, name) in members) _methods[method.MetadataToken] = name;
        if (nested.Length > 0 || own.Length > members.Length)
        {
            foreach (var (method, name) in members) Walk(method, name);
        }

        // What no member's code mentions cannot be met in a snapshot; the compiler's own name keeps the table complete.
        foreach (var type in nested) _types.TryAdd(type, $"{_homeName}!{type.Name}");
        foreach (var method in own) _methods.TryAdd(method.MetadataToken, $"{_homeName}!{method.Name}{_names.MethodInType(method)}");
        foreach (var type in nested)
        {
            foreach (var method in MethodsOf(type)) _methods.TryAdd(method.MetadataToken, $"{_types[type]}!{_names.MethodInType(method)}");
        }

        foreach (var type in nested) Index(_typesByName, _types[type], type);
        foreach (var method in own.Concat(nested.SelectMany(MethodsOf))) Index(_methodsByName, _methods[method.MetadataToken], method);
    }

    public string NameOf(Type definition) => Unambiguous(_types[definition], definition);

    public string NameOf(MethodBase definition) => Unambiguous(_methods[definition.MetadataToken], definition);

    public Type? TypeByName(string name) => _ambiguous.Contains(name) ? null : _typesByName.GetValueOrDefault(name);

    public MethodBase? MethodByName(string name) => _ambiguous.Contains(name) ? null : _methodsByName.GetValueOrDefault(name);

    /// <summary>The types of a name, whatever their place in the order of their member's.</summary>
    public IEnumerable<Type> TypesBeside(string name) => Beside(_typesByName, name);

    /// <summary>The same for methods.</summary>
    public IEnumerable<MethodBase> MethodsBeside(string name) => Beside(_methodsByName, name);

    public static MethodBase[] MethodsOf(Type type) => [.. type.GetMethods(Declared), .. type.GetConstructors(Declared)];

    static IEnumerable<Type> NestedIn(Type type)
    {
        foreach (var nested in type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (!CompilerMade.Is(nested)) continue;
            yield return nested;
            foreach (var deeper in NestedIn(nested)) yield return deeper;
        }
    }

    void Index<T>(Dictionary<string, T> index, string name, T item)
    {
        if (!index.TryAdd(name, item)) _ambiguous.Add(name);
    }

    IEnumerable<T> Beside<T>(Dictionary<string, T> index, string name)
    {
        var wanted = Place().Replace(name, "");
        return index.Where(pair => !_ambiguous.Contains(pair.Key) && Place().Replace(pair.Key, "") == wanted).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => pair.Value);
    }

    [GeneratedRegex("(?<=/(lambda|local|closure))[0-9]+")]
    private static partial Regex Place();

    string Unambiguous(string name, MemberInfo member) => !_ambiguous.Contains(name)
        ? name
        : throw new HoldfastException(
            HoldfastError.InvalidWorkflow,
            $"'{member.DeclaringType?.FullName}.{member.Name}' cannot be named: two members share the name '{name}'.");

    void Walk(MethodBase method, string path)
    {
        var scope = new Scope(path);
        Read(method, scope);
        foreach (var (nested, name) in scope.Nested) Walk(nested, name);
    }

    void Read(MethodBase method, Scope scope)
    {
        if (MethodCode.Of(method) is not { } code) return;
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            if (code.Instructions[i].NamesMember && code.TryMember(i) is { } member) Mention(member, scope);
        }
    }

    void Mention(MemberInfo member, Scope scope)
    {
        if (member is Type type)
        {
            Visit(type, scope);
            return;
        }
        if (member.DeclaringType is { } declaring) Visit(declaring, scope);
        if (member is not MethodBase method) return;
        if (method.IsGenericMethod)
        {
            foreach (var argument in method.GetGenericArguments()) Visit(argument, scope);
        }
        if (method.Module != _home.Module || !CompilerMade.IsNameless(method)) return;
        if (_methods.ContainsKey(method.MetadataToken) || CompilerMade.HomeOf(CompilerMade.Definition(method.DeclaringType!)) != _home) return;
        var definition = CompilerMade.Definition(method);
        if (CompilerMade.IsBaseCall(definition))
        {
            _methods.Add(definition.MetadataToken, $"{_homeName}!base {BaseCalled(definition)}");
            return;
        }
        var name = $"{scope.Path}/{(CompilerMade.IsLambda(definition) ? $"lambda{scope.Lambdas++}" : $"local{scope.Locals++}")}";
        _methods.Add(definition.MetadataToken, name);
        scope.Nested.Add((definition, name));
    }

    void Visit(Type mentioned, Scope scope)
    {
        var type = mentioned;
        while (type.HasElementType) type = type.GetElementType()!;
        if (type.IsGenericType)
        {
            foreach (var argument in type.GetGenericArguments()) if (!argument.IsGenericParameter) Visit(argument, scope);
        }
        var definition = CompilerMade.Definition(type);
        if (definition.Module != _home.Module || !CompilerMade.Is(definition) || _types.ContainsKey(definition) || CompilerMade.HomeOf(definition) != _home) return;
        if (CompilerMade.IsClosure(definition)) _types.Add(definition, $"{scope.Path}/closure{scope.Closures++}");
        else if (definition.Name is "<>c" or "<>O") _types.Add(definition, $"{_homeName}!{definition.Name}");
        else if (CompilerMade.IsLambdaHost(definition)) _types.Add(definition, $"{scope.Path}/<>c");
        else if (CompilerMade.IsDelegateCache(definition)) _types.Add(definition, $"{scope.Path}/<>O{scope.Caches++}");
        else if (CompilerMade.IsCallSites(definition)) _types.Add(definition, $"{scope.Path}/<>o{scope.Caches++}");
        else if (CompilerMade.IsMachine(definition) || CompilerMade.IsIterator(definition) || CompilerMade.IsAsyncIterator(definition)) OwnMachine(definition, scope);
    }

    /// <summary>A machine is the rest of the method that starts it: it has the method's name and continues its order.</summary>
    void OwnMachine(Type machine, Scope scope)
    {
        _types.Add(machine, scope.Path);
        var methods = MethodsOf(machine);
        foreach (var method in methods.Where(m => m.Name == nameof(IAsyncStateMachine.MoveNext))) Read(method, scope);
        foreach (var method in methods.Where(m => m.Name != nameof(IAsyncStateMachine.MoveNext))) Read(method, scope);
    }

    string BaseCalled(MethodBase method)
    {
        var code = MethodCode.Of(method);
        for (var i = 0; i < code?.Instructions.Length; i++)
        {
            if (code.Instructions[i].IsCall && code.TryMember(i) is MethodBase called) return _names.Signature(called);
        }
        return method.Name;
    }

    /// <summary>The order of things within one member, lambda or local function.</summary>
    sealed class Scope(string path)
    {
        public string Path { get; } = path;
        public int Lambdas;
        public int Locals;
        public int Closures;
        public int Caches;
        public List<(MethodBase Method, string Name)> Nested { get; } = [];
    }
}
