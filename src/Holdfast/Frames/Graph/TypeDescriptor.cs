using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// What a snapshot says of a type: its name, then for compiler-made code the fingerprint, for the user's data the names and
/// kinds of its fields, and the same for every struct of the user's that stands inside it.
/// </summary>
static class TypeDescriptor
{
    const byte HasFingerprint = 1, HasFields = 2, HasValueFields = 3;

    /// <summary>The form of an object that is a static member's.</summary>
    public const byte IsHeld = 4;

    public static byte[] Of(Type type)
    {
        var writer = new GraphWriter();
        TypeTree.Write(writer, type);
        var machine = FrameTypes.MachineOf(type) ?? type;
        var form = FormOf(type);
        writer.WriteByte(form);
        if (form == HasFingerprint) Fingerprints.Of(machine).WriteBytes(writer.Take(16));
        else if (form != 0) WriteFields(writer, type);
        WriteInner(writer, machine);
        return writer.BodyToArray();
    }

    public static WireType Parse(byte[] descriptor, TypeCatalog catalog)
    {
        var reader = GraphReader.Raw(descriptor, catalog);
        var type = TypeTree.Read(reader, catalog);
        if (DelegatePlan.IsDelegate(type)) return DelegatePlan.Parse(reader, type, catalog, descriptor);
        List<(string Name, string Kind)>? fields = null;
        var machine = FrameTypes.MachineOf(type) ?? type;
        // The type decides what must be said of it: code without its fingerprint would be resumed unchecked, and fields of the
        // framework's own classes must not be set by data.
        var form = reader.ReadByte();
        if (form == IsHeld && IsNamed(type) && !IsUserClass(type)) throw OtherKind(type, HasFields);
        if (form == IsHeld) return SingletonDescriptor.Parse(reader, type, catalog, descriptor);
        // Several delegates in one say nothing after their form, which is that of fields.
        if (IsNamed(type) && form == HasFields && reader.Remaining == 0) throw OtherKind(type, HasFingerprint);
        if (IsNamed(type) && (form != FormOf(type) || (form == HasFields && type.IsAbstract))) throw OtherKind(type, form);
        if (form != FormOf(type)) throw GraphErrors.Corrupt($"{type} comes with the wrong kind of description");
        if (form == HasFingerprint)
        {
            var saved = Fingerprint.FromBytes(reader.ReadSpan(Fingerprint.Length));
            if (!Fingerprints.Fits(machine, saved))
            {
                var isFrame = machine != type;
                machine = MovedCode.Of(machine, saved) ?? throw new CodeChangedException(CodeMap.Of(machine.Assembly).NameOf(Definition(machine)), saved, machine);
                type = isFrame ? FrameTypes.FrameOf(machine)! : machine;
            }
        }
        else if (form != 0)
        {
            fields = ReadFields(reader);
        }
        var inner = new Dictionary<Type, List<(string Name, string Kind)>>();
        for (var count = reader.ReadCount(2); count > 0; count--)
        {
            var one = TypeTree.ReadMention(reader, catalog);
            if (!IsNamed(one) || inner.ContainsKey(one)) throw GraphErrors.Corrupt($"{one} is no struct of the workflows'");
            if (!one.IsValueType || !IsUserData(one)) throw OtherKind(one, HasValueFields);
            inner.Add(one, ReadFields(reader));
        }
        if (reader.Remaining != 0) throw GraphErrors.Corrupt("a type's description is too long");
        // A struct has no description but the one in what it stands in. Where there is none, the type was no struct. The members of an
        // exception are named beside their values instead.
        var structs = typeof(Exception).IsAssignableFrom(type) ? [] : ValuesIn(machine, of => of == type ? fields : inner.GetValueOrDefault(of));
        foreach (var one in structs)
            if (!inner.ContainsKey(one)) throw OtherKind(one, HasFields);
        return new(type, catalog.PlanOf(type), descriptor)
        {
            Tolerant = fields is null ? null : Tolerant(type, fields),
            ChangedValues = inner.Select(static pair => (pair.Key, Reader: Tolerant(pair.Key, pair.Value))).Where(static pair => pair.Reader is not null).ToDictionary(static pair => pair.Key, static pair => pair.Reader!),
        };
    }

    /// <summary>The error for a type that a person has made another kind of type.</summary>
    /// <param name="type">What it is now.</param>
    /// <param name="form">How it was described; a delegate's own form is that of code.</param>
    public static HoldfastException OtherKind(Type type, byte form)
    {
        var was = form switch { HasFingerprint => "a delegate", HasFields or IsHeld => "a class", HasValueFields => "a struct", _ => "an enum or an exception" };
        var now = DelegatePlan.IsDelegate(type) ? "a delegate" : type.IsEnum ? "an enum" : type.IsInterface ? "an interface" : type.IsValueType ? "a struct"
            : typeof(Exception).IsAssignableFrom(type) ? "an exception" : type.IsAbstract ? "an abstract class" : "a class";
        return GraphErrors.Migration($"The type {type} was {was} and is {now} now, but a saved run holds a value of it.");
    }

    /// <summary>Whether a person has given the type its name, and decides what kind of type it is.</summary>
    public static bool IsNamed(Type type) =>
        !type.IsArray && !KnownTypes.IsFramework(type.Assembly) && type.Assembly != typeof(TypeDescriptor).Assembly && !CompilerMade.Is(type);

    /// <summary>The code that a snapshot resumes only if it is the same; null for data.</summary>
    public static Type? CodeOf(Type type) => FormOf(type) == HasFingerprint ? FrameTypes.MachineOf(type) ?? type : null;

    /// <summary>Whether the type is a class of the user's that is saved by its fields.</summary>
    public static bool IsUserClass(Type type) => FormOf(type) == HasFields && !typeof(Workflow).IsAssignableFrom(type);

    static byte FormOf(Type type)
    {
        var machine = FrameTypes.MachineOf(type) ?? type;
        if (CompilerMade.Is(machine) && !CompilerMade.IsAnonymous(machine) && !KnownTypes.IsFramework(machine.Assembly)) return HasFingerprint;
        return !IsUserData(type) ? (byte)0 : type.IsValueType ? HasValueFields : HasFields;
    }

    static Type Definition(Type type) => type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;

    /// <summary>Whether the type is saved by its named fields.</summary>
    static bool IsUserData(Type type) =>
        !type.IsArray && !type.IsEnum && !KnownTypes.IsFramework(type.Assembly) && type.Assembly != typeof(TypeDescriptor).Assembly
        && !DelegatePlan.IsDelegate(type) && !typeof(Exception).IsAssignableFrom(type);

    static void WriteFields(GraphWriter writer, Type type)
    {
        var set = FieldSet.Of(type);
        writer.WriteUnsigned((uint)set.Fields.Count);
        for (var i = 0; i < set.Fields.Count; i++)
        {
            writer.WriteText(set.Names[i]);
            writer.WriteText(FieldKind.Of(set.Fields[i]));
        }
    }

    static List<(string Name, string Kind)> ReadFields(GraphReader reader)
    {
        var saved = new List<(string Name, string Kind)>();
        for (var count = reader.ReadCount(2); count > 0; count--) saved.Add((reader.ReadText(), CompilerMade.WithoutPaths(reader.ReadText())));
        return saved;
    }

    /// <summary>What reads the saved fields; null when they are today's.</summary>
    static TolerantReader? Tolerant(Type type, List<(string Name, string Kind)> saved)
    {
        var set = FieldSet.Of(type);
        var same = saved.Count == set.Fields.Count;
        for (var i = 0; same && i < saved.Count; i++) same = saved[i].Name == set.Names[i] && TupleNames.IsSame(saved[i].Kind, FieldKind.Of(set.Fields[i]));
        return same ? null : new(type, set, saved);
    }

    static void WriteInner(GraphWriter writer, Type type)
    {
        var found = ValuesIn(type, static _ => null);
        writer.WriteUnsigned((uint)found.Count);
        foreach (var inner in found)
        {
            TypeTree.Write(writer, inner);
            WriteFields(writer, inner);
        }
    }

    /// <summary>Whether a value type is a struct of the user's, or is made of some.</summary>
    public static bool HoldsStructs(Type type)
    {
        var found = new List<Type>();
        Add(type, found, static _ => null);
        return found.Count > 0;
    }

    /// <summary>The structs of the user's that stand inside values of a type, at any depth.</summary>
    /// <param name="type">Where to look.</param>
    /// <param name="saved">The fields of a type to look at, those that were saved as they are now; null for all.</param>
    static List<Type> ValuesIn(Type type, Func<Type, List<(string Name, string Kind)>?> saved)
    {
        var found = new List<Type>();
        if (!KnownTypes.IsFramework(type.Assembly) && !type.IsArray) AddFieldsOf(type, found, saved);
        AddArguments(type, found, saved);
        return found;
    }

    static void AddFieldsOf(Type type, List<Type> found, Func<Type, List<(string Name, string Kind)>?> saved)
    {
        var set = FieldSet.Of(type);
        var only = saved(type);
        for (var i = 0; i < set.Fields.Count; i++)
            if (only is null || only.Exists(s => s.Name == set.Names[i] && TupleNames.IsSame(s.Kind, FieldKind.Of(set.Fields[i])))) Add(set.Fields[i].FieldType, found, saved);
    }

    static void AddArguments(Type type, List<Type> found, Func<Type, List<(string Name, string Kind)>?> saved)
    {
        if (type.HasElementType) Add(type.GetElementType()!, found, saved);
        else if (type.IsConstructedGenericType)
            foreach (var argument in type.GetGenericArguments()) Add(argument, found, saved);
    }

    static void Add(Type type, List<Type> found, Func<Type, List<(string Name, string Kind)>?> saved)
    {
        if (!type.IsValueType || type.IsPrimitive || Codecs.IsLeaf(type) || found.Contains(type)) return;
        if (KnownTypes.IsFramework(type.Assembly) || type.Assembly == typeof(TypeDescriptor).Assembly)
        {
            AddArguments(type, found, saved);
            return;
        }
        // Struct closures and struct machines are code; the fingerprint of their owner covers them.
        if (!CompilerMade.Is(type)) found.Add(type);
        AddFieldsOf(type, found, saved);
    }
}
