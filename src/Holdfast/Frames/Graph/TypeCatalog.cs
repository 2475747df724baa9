using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// The types that runs may keep: those of the workflows' assemblies, and the framework's that have a plan. Names in data lead
/// nowhere else. Thread-safe.
/// </summary>
sealed class TypeCatalog
{
    readonly ConcurrentDictionary<Type, WireType> _byType = new();
    readonly ConcurrentDictionary<(Type, MethodInfo, int), WireType> _byMethod = new();
    readonly ConcurrentDictionary<object, WireType> _byObject = new(ReferenceEqualityComparer.Instance);
    readonly ConcurrentDictionary<Type, Singletons?> _singletons = new();
    readonly Lazy<byte[]> _build;
    readonly Lazy<byte[]> _own;
    readonly ConcurrentDictionary<byte[], WireType> _byDescriptor = new(new BytesComparer());
    readonly ConcurrentDictionary<byte[], WireType>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    readonly Dictionary<string, Assembly> _assemblies = new(StringComparer.Ordinal);
    readonly HashSet<Assembly> _allowed = [typeof(TypeCatalog).Assembly];

    readonly ConcurrentDictionary<string, Type> _mentioned = new(StringComparer.Ordinal);
    readonly Lazy<Assembly[]> _references;

    // Data that is hostile could name ever new types; what is remembered of those is bounded.
    const int DescriptorsMax = 20_000;

    public TypeCatalog(IEnumerable<Assembly> assemblies)
    {
        foreach (var assembly in assemblies)
        {
            if (KnownTypes.IsFramework(assembly)) continue;
            _assemblies[assembly.GetName().Name!] = assembly;
            _allowed.Add(assembly);
        }
        _build = new(() => BuildOf(WithLibraries(_assemblies.Values)));
        _own = new(() => BuildOf(_assemblies.Values));
        _references = new(() => [.. _assemblies.Values.SelectMany(ReferencesOf).Where(KnownTypes.IsFramework).Distinct()]);
        _bySpan = _byDescriptor.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public const int BuildBytes = 16;

    /// <summary>Which build of the workflows' assemblies, and of the libraries that they use, this is: equal bytes are made of the same code.</summary>
    public ReadOnlySpan<byte> Build => _build.Value;

    /// <summary>Whether it is that build. Earlier ones of Holdfast wrote down the workflows' assemblies alone, and what they wrote is read as they read it.</summary>
    public bool IsBuild(ReadOnlySpan<byte> saved) => saved.SequenceEqual(_build.Value) || saved.SequenceEqual(_own.Value);

    /// <summary>The objects of a type that static members hold; null where there are no such members.</summary>
    public Singletons? SingletonsOf(Type type) => _singletons.GetOrAdd(type, static (type, catalog) =>
        // A plain object tells nothing of where it comes from: the workflows' own are looked through, whose classes are in use anyway.
        type == typeof(object) ? Singletons.Among(type, catalog._assemblies.Values.SelectMany(static assembly => Code.CodeMap.Of(assembly).Types).Where(static type => type.IsSubclassOf(typeof(Workflow)) && !type.ContainsGenericParameters))
        : TypeDescriptor.IsUserClass(type) ? Singletons.Of(type)
        : null, this);

    /// <summary>Descriptions of code that the store may not hold yet.</summary>
    public NewCode NewCode { get; } = new();

    public WireType WireTypeOf(object value)
    {
        var type = CopiedTypeOf(value);
        if (type.Singletons?.MembersOf(value) is not { } members) return type;
        if (_byObject.TryGetValue(value, out var known)) return known;
        var made = SingletonDescriptor.Of(this, value, members);
        CheckReadable(made, value);
        return _byObject.GetOrAdd(value, Remember(made));
    }

    /// <summary>The same for an object that means nothing but what is in it.</summary>
    public WireType CopiedTypeOf(object value)
    {
        if (value is Delegate target) return WireTypeOf(target);
        var type = value.GetType();
        return _byType.TryGetValue(type, out var known) ? known : Describe(type, value);
    }

    WireType WireTypeOf(Delegate value)
    {
        // One method may be called alone, as the last of many, and with or without a target: each is described differently.
        var key = (value.GetType(), value.Method, !value.HasSingleTarget ? 2 : value.Target is null ? 0 : 1);
        if (_byMethod.TryGetValue(key, out var known)) return known;
        var made = DelegatePlan.Describe(this, value);
        CheckReadable(made, value);
        if (made.Method is { } method && DelegatePlan.NeedsFingerprint(method)) NewCode.Meet(method, Fingerprints.Of(method));
        return _byMethod.GetOrAdd(key, Remember(made));
    }

    /// <summary>Whether a value of this object's type can be written at all; what it refers to is not looked at.</summary>
    public bool IsSavable(object value)
    {
        try
        {
            WireTypeOf(value);
            return true;
        }
        catch (HoldfastException)
        {
            return false;
        }
    }

    /// <summary>The type that a descriptor in data names, checked against the code that is loaded here.</summary>
    public WireType WireTypeFrom(ReadOnlySpan<byte> descriptor)
    {
        if (_bySpan.TryGetValue(descriptor, out var known)) return known;
        var bytes = descriptor.ToArray();
        var parsed = TypeDescriptor.Parse(bytes, this);
        if (_byDescriptor.Count < DescriptorsMax) _byDescriptor.TryAdd(bytes, parsed);
        return parsed;
    }

    /// <summary>The plan of a type, or the reason why there is none.</summary>
    public Plan PlanOf(Type type, object? value = null)
    {
        Check(type, value);
        return Plans.For(type) ?? throw new NotSavableException(value, type, KnownTypes.HintFor(type));
    }

    public Assembly UserAssembly(string name) => _assemblies.TryGetValue(name, out var assembly)
        ? assembly
        : throw GraphErrors.Migration($"The assembly {name} is not one of the workflows' here; allow it with AllowTypesFrom.");

    public IEnumerable<Assembly> UserAssemblies => _assemblies.Values;

    public Type? FrameworkType(string fullName) => Plans.FrameworkType(fullName);

    /// <summary>
    /// A public type of the framework that a type in data may mention. Looked for in what is loaded and in what the workflows'
    /// assemblies refer to, never in an assembly that the data names.
    /// </summary>
    public Type? MentionedType(string fullName)
    {
        if (Plans.FrameworkType(fullName) is { } known) return known;
        if (_mentioned.TryGetValue(fullName, out var mentioned)) return mentioned;
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies().Where(KnownTypes.IsFramework).Concat(_references.Value))
        {
            if (assembly.GetType(fullName) is not { IsVisible: true } found) continue;
            return _mentioned[fullName] = found;
        }
        return null;
    }

    /// <summary>Whether a type, once written, can be read again.</summary>
    public bool CanMention(Type type)
    {
        if (type.IsByRef || type.IsPointer || type.IsGenericParameter || type.IsFunctionPointer || (type.ContainsGenericParameters && !type.IsGenericTypeDefinition)) return false;
        try
        {
            var writer = new GraphWriter();
            TypeTree.Write(writer, type);
            return TypeTree.ReadMention(GraphReader.Raw(writer.BodyToArray(), this), this) == type;
        }
        catch (HoldfastException)
        {
            return false;
        }
    }

    static byte[] BuildOf(IEnumerable<Assembly> assemblies) =>
        SHA256.HashData([.. assemblies.Select(static assembly => assembly.ManifestModule.ModuleVersionId).Order().SelectMany(static build => build.ToByteArray())])[..BuildBytes];

    /// <summary>The assemblies, and all that they refer to at any distance, without .NET and Holdfast: what else a workflow's objects may be made of.</summary>
    static HashSet<Assembly> WithLibraries(IEnumerable<Assembly> assemblies)
    {
        var found = new HashSet<Assembly>(assemblies);
        var open = new Queue<Assembly>(found);
        while (open.TryDequeue(out var assembly))
            foreach (var library in ReferencesOf(assembly))
                if (!KnownTypes.IsFramework(library) && library != typeof(TypeCatalog).Assembly && found.Add(library)) open.Enqueue(library);
        return found;
    }

    static IEnumerable<Assembly> ReferencesOf(Assembly assembly)
    {
        var context = System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(assembly) ?? System.Runtime.Loader.AssemblyLoadContext.Default;
        foreach (var name in assembly.GetReferencedAssemblies())
        {
            Assembly? found = null;
            try
            {
                found = context.LoadFromAssemblyName(name);
            }
            catch (Exception error) when (error is IOException or BadImageFormatException)
            {
                // An assembly that is not there declares nothing.
            }
            if (found is not null) yield return found;
        }
    }

    public bool Allows(Assembly assembly) => _allowed.Contains(assembly);

    WireType Describe(Type type, object value)
    {
        if (_byType.TryGetValue(type, out var known)) return known;
        var saved = BclPlans.SavedAs(type);
        var made = new WireType(type, PlanOf(saved, value), TypeDescriptor.Of(saved)) { Singletons = SingletonsOf(type) };
        CheckReadable(made, value);
        if (TypeDescriptor.CodeOf(saved) is { } code) NewCode.Meet(code, Fingerprints.Of(code));
        return _byType.GetOrAdd(type, Remember(made));
    }

    /// <summary>What could be written but not be read again must fail now, and not when the run is to be resumed.</summary>
    void CheckReadable(WireType type, object value)
    {
        try
        {
            TypeDescriptor.Parse(type.Descriptor, this);
        }
        catch (HoldfastException error)
        {
            throw new NotSavableException(value, type.Type, $"Its type could not be read again: {error.Message}");
        }
    }

    WireType Remember(WireType type)
    {
        _byDescriptor.TryAdd(type.Descriptor, type);
        return type;
    }

    void Check(Type type, object? value)
    {
        if (type.HasElementType)
        {
            Check(type.GetElementType()!, value);
            return;
        }
        foreach (var argument in type.IsConstructedGenericType ? type.GetGenericArguments() : []) Check(argument, value);
        if (KnownTypes.IsFramework(type.Assembly) || _allowed.Contains(type.Assembly)) return;
        throw new NotSavableException(
            value, type, $"Its assembly {type.Assembly.GetName().Name} holds no registered workflow; if its types are plain data, allow them with AllowTypesFrom.");
    }

    sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }
    }
}
