using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>How a field is written, as text: equal kinds read each other's bytes, and a number reads those of a narrower one.</summary>
static class FieldKind
{
    const string Enumeration = "e:";

    /// <summary>The kind of a field, with its place in a union and the names of tuple elements in its type.</summary>
    public static string Of(FieldInfo field) => Of(field.FieldType) + Unions.Behind(field) + TupleNames.Behind(field);

    static string Of(Type type)
    {
        if (!type.IsValueType) return "r";
        if (Nullable.GetUnderlyingType(type) is { } inner) return "?" + Of(inner);
        // With the name of the value 0, which says later whether there was anything to lose.
        if (type.IsEnum) return $"{Enumeration}{Array.Find(type.GetFields(BindingFlags.Static | BindingFlags.Public), static f => Convert.ToDecimal(f.GetRawConstantValue(), null) == 0)?.Name}:{CodeNames.FullName(CompilerMade.Definition(type))}";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Int16 => "s2",
            TypeCode.Int32 => "s4",
            TypeCode.Int64 => "s8",
            TypeCode.UInt16 => "u2",
            TypeCode.UInt32 => "u4",
            TypeCode.UInt64 => "u8",
            TypeCode.Char => "c",
            TypeCode.Boolean => "b",
            TypeCode.Byte => "1",
            TypeCode.SByte => "i",
            // A buffer is named after its field, whatever it holds.
            _ => Codecs.IsFixedBuffer(type) ? $"{CompilerMade.WithoutPaths(type.ToString())}:{type.GetFields()[0].FieldType}" : CompilerMade.WithoutPaths(type.ToString()),
        };
    }

    /// <summary>Whether what one kind wrote the other may read: a number a narrower one's, an enum its own whatever its members are now.</summary>
    public static bool Fit(string saved, string now)
    {
        if (TupleNames.IsSame(saved, now)) return true;
        if (!TupleNames.Agree(saved, now) || PlaceOf(saved) != PlaceOf(now)) return false;
        (saved, now) = (WithoutNames(saved), WithoutNames(now));
        if (IsNullable(saved) != IsNullable(now)) return false;
        var (was, today) = (Inner(saved), Inner(now));
        if (IsEnum(was) && IsEnum(today)) return EnumOf(was) is not { } type || type == EnumOf(today);
        return was switch
        {
            // Before, the width was not told, nor a character from a number.
            "s" => today is ['s', _],
            "u" => today is ['u', _] or "c",
            _ => IsNumber(was) && IsNumber(today) && was[0] == today[0] && was[^1] < today[^1],
        };
    }

    /// <summary>The kind alone: how the bytes are read does not depend on names and places.</summary>
    public static string WithoutNames(string kind) => Unions.Split(TupleNames.Split(kind).Type).Kind;

    static string? PlaceOf(string kind) => Unions.Split(TupleNames.Split(kind).Type).At;

    static bool IsNumber(string kind) => kind is "s" or "u" or "c" or ['s' or 'u', '2' or '4' or '8'];

    static bool IsNullable(string kind) => kind is ['?', not '?', ..];

    static string Inner(string kind) => IsNullable(kind) ? kind[1..] : kind;

    static bool IsEnum(string kind) => kind.StartsWith(Enumeration, StringComparison.Ordinal);

    /// <summary>The name of an enum's type; null where it was not told, as before.</summary>
    static string? EnumOf(string kind) => kind.IndexOf(':', Enumeration.Length) is var at and > 0 ? kind[(at + 1)..] : null;

    static string ZeroOf(string kind) => kind.IndexOf(':', Enumeration.Length) is var at and > 0 ? kind[Enumeration.Length..at] : kind[Enumeration.Length..];

    /// <summary>What a field is, in few words.</summary>
    public static string Name(string described) => WithoutNames(described) switch
    {
        "r" => "an object",
        "s" or ['s', '2' or '4' or '8'] => "a signed number",
        "u" => "an unsigned number or character",
        ['u', '2' or '4' or '8'] => "an unsigned number",
        "c" => "a character",
        "b" => "a truth value",
        "1" => "a byte",
        "i" => "a signed byte",
        ['?', not '?', ..] nullable => $"a nullable {Name(nullable[1..]).Split(' ', 2)[^1]}",
        var kind => IsEnum(kind) ? "an enum" : Short(kind),
    };

    /// <summary>The same, for two that are alike in few words.</summary>
    public static string Exactly(string kind) => PlaceOf(kind) is { } place ? $"{Exactly(WithoutNames(kind))} at byte {place} of a union" : TupleNames.Split(kind).Named is { } named ? Short(named) : kind == "r" ? "an object without tuple elements" : IsNullable(kind) ? $"a nullable {Word(kind[1..])}" : IsEnum(kind) ? $"the enum {Word(kind)}" : kind == "s4" ? "an int" : $"a {Word(kind)}";

    static string Word(string kind) => kind switch
    {
        "s2" => "short",
        "s4" => "int",
        "s8" => "long",
        "u2" => "ushort",
        "u4" => "uint",
        "u8" => "ulong",
        _ => Short(IsEnum(kind) ? EnumOf(kind) ?? kind : kind),
    };

    static string Short(string text) => text.Length < 500 ? text : text[..500];

    /// <summary>Steps over a value if it is its type's default, or refers to a service, which is no value of the run's, or to an object without anything in it. Otherwise what follows is not read any more.</summary>
    public static bool SkipDefault(GraphReader reader, string kind, Func<HoldfastException>? gone = null)
    {
        kind = WithoutNames(kind);
        switch (kind)
        {
            case "r": return reader.TrySkipEmptyReference(gone);
            case "b" or "1" or "i": return reader.ReadByte() == 0;
            // Once only: nullables do not nest, and what the data names must not decide how deep this goes.
            case ['?', not '?', ..]: return !reader.ReadBoolean();
        }
        if (IsNumber(kind)) return reader.ReadUnsigned() == 0;
        if (IsEnum(kind)) return IsZero(reader, ZeroOf(kind));
        // Leaves of the framework are known by name; what else there is cannot be stepped over, and so cannot be known to be empty.
        if (Codecs.LeafByName(kind) is not { } leaf) return false;
        return Equals(BoxedCodec.For(leaf).Read(reader), Activator.CreateInstance(leaf));
    }

    /// <summary>Steps over a value of any kind.</summary>
    public static void Skip(GraphReader reader, string kind, string path)
    {
        kind = WithoutNames(kind);
        if (kind == "r") reader.ReadReference();
        else if (kind is not ['?', not '?', ..]) SkipValue(reader, kind, path);
        else if (reader.ReadBoolean()) SkipValue(reader, kind[1..], path);
    }

    static void SkipValue(GraphReader reader, string kind, string path)
    {
        if (kind is not ("b" or "1" or "i") && !IsNumber(kind) && !IsEnum(kind) && Codecs.LeafByName(kind) is null)
            throw GraphErrors.Migration($"The field {path} is gone, and its saved type {kind} cannot be read without it.");
        SkipDefault(reader, kind);
    }

    static bool IsZero(GraphReader reader, string zero)
    {
        var length = reader.ReadUnsigned();
        if (length == 0) return reader.ReadSigned() == 0;
        if (length - 1 > (ulong)reader.Remaining) throw GraphErrors.Corrupt("an enum's name is longer than the data");
        var name = reader.ReadSpan((int)length - 1);
        return (zero.Length > 0 && name.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(zero))) || name.EndsWith("=0"u8) || name.EndsWith(":0"u8);
    }
}
