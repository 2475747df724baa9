using System.Globalization;

namespace Holdfast.Frames.Graph;

/// <summary>
/// What a snapshot says of an object that a static member holds: the type, the members, and what was in it. It is read as the very object that they
/// hold now, if that is the same in content.
/// </summary>
static class SingletonDescriptor
{
    public static WireType Of(TypeCatalog catalog, object value, IReadOnlyList<StaticMember> members)
    {
        var writer = new GraphWriter();
        TypeTree.Write(writer, value.GetType());
        writer.WriteByte(TypeDescriptor.IsHeld);
        writer.WriteBytes(catalog.Build);
        writer.WriteUnsigned((uint)members.Count);
        foreach (var member in members)
        {
            TypeTree.Write(writer, member.Holder);
            writer.WriteText(member.Name);
        }
        var contents = Contents(catalog, value);
        writer.WriteUnsigned((uint)contents.Length);
        writer.WriteBytes(contents);
        return new(value.GetType(), new SingletonPlan(value), writer.BodyToArray());
    }

    public static WireType Parse(GraphReader reader, Type type, TypeCatalog catalog, byte[] descriptor)
    {
        var isSameBuild = catalog.IsBuild(reader.ReadSpan(TypeCatalog.BuildBytes));
        var members = new StaticMember[reader.ReadCount(2)];
        for (var i = 0; i < members.Length; i++) members[i] = new(TypeTree.ReadMention(reader, catalog), reader.ReadText());
        var saved = reader.ReadSpan(reader.ReadCount(1)).ToArray();
        if (members.Length == 0 || reader.Remaining != 0) throw GraphErrors.Corrupt("a static member's description is wrong");
        var problem = Find(catalog.SingletonsOf(type), members, out var held) ?? Difference(catalog, type, saved, members[0], held!);
        if (problem is null) return new(type, new SingletonPlan(held!), descriptor);
        // The same code makes another object in each process, so the one of then is a value like others.
        if (isSameBuild) return new(type, new CopyPlan(saved, type), descriptor);
        throw GraphErrors.Migration($"{problem}, but a saved run holds its object.");
    }

    /// <summary>Finds the one object that all the members hold that are left; returns why there is none.</summary>
    static string? Find(Singletons? singletons, StaticMember[] members, out object? held)
    {
        held = null;
        var left = Array.FindAll(members, member => singletons?.Has(member) == true);
        if (left.Length == 0) return $"The static member {members[0]} is gone";
        foreach (var member in left)
        {
            var found = singletons!.Find(member, out var problem);
            if (problem is not null) return problem;
            if (held is not null && held != found) return $"The static members {left[0]} and {member} hold two objects now, and held one";
            held = found;
        }
        return null;
    }

    static byte[] Contents(TypeCatalog catalog, object? value)
    {
        var writer = new GraphWriter();
        writer.Begin(catalog, [], isIntent: false, splitsLarge: false, asCopies: true);
        writer.WriteReference(value);
        writer.Drain();
        return writer.BodyToArray();
    }

    static object Copy(TypeCatalog catalog, byte[] contents, Type type)
    {
        var reader = GraphReader.Raw(contents, catalog);
        var copy = reader.ReadReference();
        reader.Drain();
        return copy?.GetType() == type && reader.Remaining == 0 ? copy : throw GraphErrors.Corrupt("a static member's object is of another type");
    }

    /// <summary>What the object held that the present one does not; null where they are alike.</summary>
    static string? Difference(TypeCatalog catalog, Type type, byte[] saved, StaticMember member, object held)
    {
        if (saved.AsSpan().SequenceEqual(Contents(catalog, held))) return null;
        var copy = Copy(catalog, saved, type);
        var set = FieldSet.Of(type);
        for (var i = 0; i < set.Fields.Count; i++)
        {
            var (was, now) = (set.Fields[i].GetValue(copy), set.Fields[i].GetValue(held));
            if (Contents(catalog, was).AsSpan().SequenceEqual(Contents(catalog, now))) continue;
            return $"The object in the static member {member} had {Said(was)} in its field {FieldSet.Plain(FieldSet.Split(type, set.Names[i]).Name)}, and has {Said(now)} now";
        }
        return null;
    }

    static string Said(object? value) => value switch
    {
        null => "nothing",
        string text => $"'{(text.Length <= 100 ? text : text[..100])}'",
        IFormattable plain when Codecs.IsLeaf(value.GetType()) => plain.ToString(null, CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        Delegate => "other code",
        _ => $"another {value.GetType()}",
    };

    /// <summary>Reads what it was, anew for each graph.</summary>
    sealed class CopyPlan(byte[] contents, Type type) : Plan
    {
        public override bool HasBody => false;

        public override object ReadHeader(GraphReader reader, WireType wire) => Copy(reader.Catalog, contents, type);
    }
}
