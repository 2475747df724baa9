using System.Buffers;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>
/// The names of an assembly's code in snapshots. They hold no ordinals of the compiler's: adding an unrelated method
/// renumbers machines and closures, and must change nothing. Each type is read once, when first asked for; thread-safe.
/// </summary>
sealed class CodeMap
{
    static readonly ConditionalWeakTable<Assembly, CodeMap> Maps = [];

    static readonly SearchValues<char> TypeSyntax = SearchValues.Create(",[]*&\\=\0 ");

    readonly Assembly _assembly;
    readonly CodeNames _names;
    readonly Lazy<Type[]> _types;
    readonly Lazy<GlobalCode> _global;
    readonly Lazy<DelegateTargets> _targets;
    readonly Lazy<FileTypes> _fileTypes;
    readonly ConcurrentDictionary<Type, OwnedCode> _owned = [];

    CodeMap(Assembly assembly)
    {
        _assembly = assembly;
        _names = new CodeNames(assembly, type => Of(type.Assembly).NameOf(type));
        _types = new(LoadTypes);
        _global = new(() => new GlobalCode(_types.Value, _names));
        _targets = new(() => new DelegateTargets(assembly, _types.Value, _names));
        _fileTypes = new(() => new FileTypes(_types.Value));
    }

    /// <summary>The map of an assembly; the same one every time.</summary>
    public static CodeMap Of(Assembly assembly) => Maps.GetValue(assembly, static a => new CodeMap(a));

    /// <summary>Names a type of this assembly, without generic arguments.</summary>
    public string NameOf(Type compilerMade)
    {
        var definition = CompilerMade.Definition(compilerMade);
        if (definition.Assembly != _assembly) return Of(definition.Assembly).NameOf(definition);
        if (!CompilerMade.Is(definition)) return FileTypes.WithPath(definition, _names.Definition(definition));
        return CompilerMade.HomeOf(definition) is { } home ? FileTypes.WithPath(home, Owned(home).NameOf(definition)) : _global.Value.NameOf(definition);
    }

    /// <summary>Finds a type of this assembly by its name, or returns null.</summary>
    public Type? TypeByName(string name)
    {
        if (name.Contains('!', StringComparison.Ordinal)) return OwnedByName(name)?.TypeByName(CompilerMade.WithoutPaths(name));
        return name.StartsWith('<') && _global.Value.TypeByName(name) is { } global ? global : Ordinary(name);
    }

    /// <summary>
    /// Names a method a delegate may point to, without generic arguments. For a method of another assembly this is the
    /// signature of what this assembly takes the address of.
    /// </summary>
    public string NameOf(MethodBase method)
    {
        var definition = CompilerMade.Definition(method);
        if (definition.Module.Assembly != _assembly) return _names.Signature(_targets.Value.Declared(method) ?? definition);
        var type = definition.DeclaringType;
        if (type is not null && CompilerMade.HomeOf(type) is { } home) return FileTypes.WithPath(home, Owned(home).NameOf(definition));
        return $"{(type is null ? "" : NameOf(type))}!{_names.MethodInType(definition)}";
    }

    /// <summary>Finds a method of this assembly by its name, or returns null. Generic ones come without arguments.</summary>
    public MethodBase? MethodByName(string name)
    {
        var border = name.IndexOf('!', StringComparison.Ordinal);
        if (border < 0) return null;
        if (OwnedByName(name) is { } owned) return owned.MethodByName(CompilerMade.WithoutPaths(name));
        return _global.Value.TypeByName(name[..border]) is { } type
            ? OwnedCode.MethodsOf(type).SingleOrDefault(m => _names.MethodInType(m) == name[(border + 1)..])
            : null;
    }

    /// <summary>
    /// The types that are made by the same member, in order: a name says which of them a type is, and one that was added above it has taken its place. What is looked for among them is found by what it does.
    /// </summary>
    public IEnumerable<Type> TypesBeside(string name) => OwnedByName(name)?.TypesBeside(CompilerMade.WithoutPaths(name)) ?? [];

    /// <summary>The same for lambdas and local functions.</summary>
    public IEnumerable<MethodBase> MethodsBeside(string name) => OwnedByName(name)?.MethodsBeside(CompilerMade.WithoutPaths(name)) ?? [];

    /// <summary>The code of the type that stands in front of a name's border.</summary>
    OwnedCode? OwnedByName(string name) => name.IndexOf('!', StringComparison.Ordinal) is var border and >= 0 && Ordinary(name[..border]) is { } home ? Owned(home) : null;

    /// <summary>Whether this assembly's code takes the method's address, so that a delegate to it may be in a snapshot.</summary>
    public bool IsDelegateTarget(MethodBase method) => _targets.Value.Declared(method) is not null;

    /// <summary>Finds a method of another assembly, whose address this one takes, by its name.</summary>
    public MethodBase? DelegateTargetByName(string name) => _targets.Value.ForeignByName(name);

    OwnedCode Owned(Type home) => _owned.GetOrAdd(home, static type => new OwnedCode(type));

    Type? Ordinary(string name)
    {
        var plain = name.StartsWith('@') ? name[1..] : name;
        if (plain.Contains('<', StringComparison.Ordinal)) return FileTypes.Find(plain);
        // Names come from data. What means something to the parser of type names does not occur in a name from C#.
        if (plain.AsSpan().ContainsAny(TypeSyntax)) return null;
        var type = plain.Length > 0 ? _assembly.GetType(plain, throwOnError: false) : null;
        return type is { IsConstructedGenericType: false, HasElementType: false } && !CompilerMade.Is(type) ? type : null;
    }

    /// <summary>Those of its types that one file alone knows.</summary>
    public FileTypes FileTypes => _fileTypes.Value;

    /// <summary>All types of the assembly that can be loaded.</summary>
    public IReadOnlyList<Type> Types => _types.Value;

    Type[] LoadTypes()
    {
        try
        {
            return _assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partly)
        {
            // A type that does not load cannot run either; the others are no worse for it.
            return [.. partly.Types.OfType<Type>()];
        }
    }
}
