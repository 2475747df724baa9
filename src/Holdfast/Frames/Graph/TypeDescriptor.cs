using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// What a snapshot says of a type: its name, then for compiler-made code the fingerprint, for the user's data the names and
/// kinds of its fields, and the same for every struct of the user's that stands inside it.
/// </summary>
static class TypeDescriptor
{
    const byte HasFingerprint = 1, HasFields = 2;

    public static byte[] Of(Type type)
    {
        var writer = new GraphWriter();
        TypeTree.Write(writer, type);
        var machine = FrameTypes.MachineOf(type) ?? type;
        var form = FormOf(type);
        writer.WriteByte(form);
        if (form == HasFingerprint) Fingerprints.Of(machine).WriteBytes(writer.Take(16));
        else if (form == HasFields) WriteFields(writer, type);
        WriteInner(writer, machine);
        return writer.BodyToArray();
    }

    public static WireType Parse(byte[] descriptor, TypeCatalog catalog)
    {
        var reader = GraphReader.Raw(descriptor, catalog);
        var type = TypeTree.Read(reader, catalog);
        if (DelegatePlan.IsDelegate(type)) return DelegatePlan.Parse(reader, type, catalog, descriptor);
        TolerantReader? tolerant = null;
        // The type decides what must be said of it: code without its fingerprint would be resumed unchecked, and fields of the
        // framework's own classes must not be set by data.
        var form = reader.ReadByte();
        if (form != FormOf(type)) throw GraphErrors.Corrupt($"{type} comes with the wrong kind of description");
        if (form == HasFingerprint)
        {
            var machine = FrameTypes.MachineOf(type) ?? type;
            var saved = Fingerprint.FromBytes(reader.ReadSpan(Fingerprint.Length));
            if (Fingerprints.Of(machine) != saved) throw new CodeChangedException(CodeMap.Of(machine.Assembly).NameOf(Definition(machine)), saved, machine);
        }
        else if (form == HasFields)
        {
            tolerant = ReadFields(reader, type, catalog);
        }
        var changed = new Dictionary<Type, TolerantReader>();
        for (var count = reader.ReadCount(2); count > 0; count--)
        {
            var inner = TypeTree.ReadMention(reader, catalog);
            if (!inner.IsValueType || !IsUserData(inner) || changed.ContainsKey(inner)) throw GraphErrors.Corrupt($"{inner} is no struct of the workflows'");
            if (ReadFields(reader, inner, catalog) is { } reading) changed.Add(inner, reading);
        }
        if (reader.Remaining != 0) throw GraphErrors.Corrupt("a type's description is too long");
        return new(type, catalog.PlanOf(type), descriptor) { Tolerant = tolerant, ChangedValues = changed };
    }

    /// <summary>The code that a snapshot resumes only if it is the same; null for data.</summary>
    public static Type? CodeOf(Type type) => FormOf(type) == HasFingerprint ? FrameTypes.MachineOf(type) ?? type : null;

    static byte FormOf(Type type)
    {
        var machine = FrameTypes.MachineOf(type) ?? type;
        if (CompilerMade.Is(machine) && !CompilerMade.IsAnonymous(machine) && !KnownTypes.IsFramework(machine.Assembly)) return HasFingerprint;
        return IsUserData(type) ? HasFields : (byte)0;
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
            writer.WriteText(FieldKind.Of(set.Fields[i].FieldType));
        }
    }

    /// <summary>Reads the saved fields; null when they are today's.</summary>
    static TolerantReader? ReadFields(GraphReader reader, Type type, TypeCatalog catalog)
    {
        var saved = new List<(string Name, string Kind)>();
        for (var count = reader.ReadCount(2); count > 0; count--) saved.Add((reader.ReadText(), reader.ReadText()));
        var set = FieldSet.Of(type);
        var same = saved.Count == set.Fields.Count;
        for (var i = 0; same && i < saved.Count; i++) same = saved[i].Name == set.Names[i] && saved[i].Kind == FieldKind.Of(set.Fields[i].FieldType);
        return same ? null : new(type, set, saved);
    }

    static void WriteInner(GraphWriter writer, Type type)
    {
        var found = new List<Type>();
        if (type.IsValueType && IsUserData(type) && !CompilerMade.Is(type)) AddFieldsOf(type, found);
        else if (!KnownTypes.IsFramework(type.Assembly) && !type.IsArray) AddFieldsOf(type, found);
        AddArguments(type, found);
        writer.WriteUnsigned((uint)found.Count);
        foreach (var inner in found)
        {
            TypeTree.Write(writer, inner);
            WriteFields(writer, inner);
        }
    }

    static void AddFieldsOf(Type type, List<Type> found)
    {
        foreach (var field in FieldSet.Of(type).Fields) Add(field.FieldType, found);
    }

    static void AddArguments(Type type, List<Type> found)
    {
        if (type.HasElementType) Add(type.GetElementType()!, found);
        else if (type.IsConstructedGenericType)
            foreach (var argument in type.GetGenericArguments()) Add(argument, found);
    }

    static void Add(Type type, List<Type> found)
    {
        if (!type.IsValueType || type.IsPrimitive || Codecs.IsLeaf(type) || found.Contains(type)) return;
        if (KnownTypes.IsFramework(type.Assembly) || type.Assembly == typeof(TypeDescriptor).Assembly)
        {
            AddArguments(type, found);
            return;
        }
        // Struct closures and struct machines are code; the fingerprint of their owner covers them.
        if (!CompilerMade.Is(type)) found.Add(type);
        AddFieldsOf(type, found);
    }
}
