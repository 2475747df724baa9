using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Reads data whose type has changed since it was saved, fields by name. Nothing that a run holds is lost, and nothing that its code
/// counts on is left out: a field may go while it is empty, and may come where a new object would have it empty, too. Everything else is
/// refused. Slow and rare, so by reflection.
/// </summary>
sealed class TolerantReader(Type type, FieldSet fields, List<(string Name, string Kind)> saved)
{
    readonly Lazy<string?> _missing = new(() => Enumerable.Range(0, fields.Fields.Count)
        .Where(i => !saved.Exists(s => s.Name == fields.Names[i])).Select(i => ChangedData.Missing(type, fields, i)).FirstOrDefault(static missing => missing is not null));

    public void ReadObject(GraphReader reader, object target)
    {
        // A workflow is made by its constructor, which has given new fields what is theirs.
        if (target is not Workflow && _missing.Value is { } missing) throw GraphErrors.Migration(missing);
        foreach (var (name, kind) in saved)
        {
            // A read-only field of a workflow may say that its constructor knows better.
            if (kind == "r" && target is Workflow && reader.TryReadKeep()) continue;
            var at = fields.IndexOf(name);
            if (at < 0)
            {
                if (!FieldKind.SkipDefault(reader, kind)) throw ChangedData.Gone(type, fields, saved, name, kind);
                continue;
            }
            var field = fields.Fields[at];
            var today = FieldKind.Of(field.FieldType);
            if (!FieldKind.Fit(kind, today)) throw ChangedData.Retyped(type, name, kind, today);
            field.SetValue(target, BoxedCodec.For(field.FieldType).Read(reader));
        }
    }
}

/// <summary>What is said of data that has changed in a way that a saved run cannot follow.</summary>
static class ChangedData
{
    /// <summary>A saved value has no field any more.</summary>
    public static HoldfastException Gone(Type type, FieldSet fields, IReadOnlyList<(string Name, string Kind)> saved, string name, string kind)
    {
        var (home, plain) = FieldSet.Split(type, name);
        var what = Level(type, home)?.GetMember(plain, MemberTypes.Field | MemberTypes.Property, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic) is [_, ..] ? "is static now" : "is gone";
        var fresh = Enumerable.Range(0, fields.Names.Count).Where(i => !saved.Any(s => s.Name == fields.Names[i]) && FieldKind.Fit(kind, FieldKind.Of(fields.Fields[i].FieldType))).ToList();
        var renamed = fresh is [var one] ? $" If it is called {Said(type, fields.Names[one])} now, give it back its name." : "";
        return GraphErrors.Migration($"The field {plain} of {home} {what}, but a saved run holds {FieldKind.Name(kind)} in it, which would be lost.{renamed}");
    }

    /// <summary>A saved value is of another kind than its field.</summary>
    public static HoldfastException Retyped(Type type, string name, string kind, string today)
    {
        var (home, plain) = FieldSet.Split(type, name);
        return GraphErrors.Migration($"The field {plain} of {home} was saved as {FieldKind.Name(kind)} and is {FieldKind.Name(today)} now.");
    }

    /// <summary>Why a field that is new cannot be left at its type's default; null when it can.</summary>
    public static string? Missing(Type type, FieldSet fields, int at)
    {
        var field = fields.Fields[at];
        var (home, plain) = FieldSet.Split(type, fields.Names[at]);
        var isRequired = field.IsDefined(typeof(RequiredMemberAttribute))
            || field.DeclaringType!.GetProperty(plain, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)?.IsDefined(typeof(RequiredMemberAttribute)) == true;
        if (isRequired) return $"The member {plain} of {home} is new and required, but saved objects do not have it.";
        return Initialisers.Give(type, field)
            ? $"The field {plain} of {home} is new, and its constructor or initialiser gives it a value that saved objects do not have."
            : null;
    }

    static Type? Level(Type type, string home)
    {
        var level = type;
        while (level is not null && level.ToString() != home && CodeNames.FullName(CompilerMade.Definition(level)) != home) level = level.BaseType;
        return level;
    }

    static string Said(Type type, string name) => FieldSet.Split(type, name) is var (home, plain) && home == type.ToString() ? plain : $"{home}.{plain}";
}

/// <summary>How a field is written, as text: equal kinds read each other's bytes.</summary>
static class FieldKind
{
    const string Enumeration = "e:";

    public static string Of(Type type)
    {
        if (!type.IsValueType) return "r";
        if (Nullable.GetUnderlyingType(type) is { } inner) return "?" + Of(inner);
        // With the name of the value 0, which says later whether there was anything to lose.
        if (type.IsEnum) return Enumeration + Array.Find(type.GetFields(BindingFlags.Static | BindingFlags.Public), static f => Convert.ToDecimal(f.GetRawConstantValue(), null) == 0)?.Name;
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64 => "s",
            TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.UInt64 or TypeCode.Char => "u",
            TypeCode.Boolean => "b",
            TypeCode.Byte => "1",
            TypeCode.SByte => "i",
            // A buffer is named after its field, whatever it holds.
            _ => Codecs.IsFixedBuffer(type) ? $"{type}:{type.GetFields()[0].FieldType}" : type.ToString(),
        };
    }

    /// <summary>Whether what one kind wrote the other reads. Enums go by name, whatever their members are.</summary>
    public static bool Fit(string saved, string now) => saved == now || (IsEnum(saved) && IsEnum(now) && saved[0] == now[0]);

    static bool IsEnum(string kind) => kind.AsSpan().TrimStart('?').StartsWith(Enumeration, StringComparison.Ordinal);

    public static string Name(string kind) => kind switch
    {
        "r" => "an object",
        "s" => "a signed number",
        "u" => "an unsigned number or character",
        "b" => "a truth value",
        "1" => "a byte",
        "i" => "a signed byte",
        ['?', not '?', ..] => "nullable " + Name(kind[1..]),
        _ => kind.StartsWith(Enumeration, StringComparison.Ordinal) ? "an enum" : kind.Length < 500 ? kind : kind[..500],
    };

    /// <summary>Steps over a value if it is its type's default, or refers to a service, which is no value of the run's. Otherwise what follows is not read any more.</summary>
    public static bool SkipDefault(GraphReader reader, string kind)
    {
        switch (kind)
        {
            case "r": return reader.TrySkipEmptyReference();
            case "s" or "u": return reader.ReadUnsigned() == 0;
            case "b" or "1" or "i": return reader.ReadByte() == 0;
            // Once only: nullables do not nest, and what the data names must not decide how deep this goes.
            case ['?', not '?', ..]: return !reader.ReadBoolean();
        }
        if (kind.StartsWith(Enumeration, StringComparison.Ordinal)) return IsZero(reader, kind[Enumeration.Length..]);
        // Leaves of the framework are known by name; what else there is cannot be stepped over, and so cannot be known to be empty.
        if (Codecs.LeafByName(kind) is not { } leaf) return false;
        return Equals(BoxedCodec.For(leaf).Read(reader), Activator.CreateInstance(leaf));
    }

    /// <summary>Steps over a value of any kind.</summary>
    public static void Skip(GraphReader reader, string kind, string path)
    {
        if (kind == "r") reader.ReadReference();
        else if (kind is not ['?', not '?', ..]) SkipValue(reader, kind, path);
        else if (reader.ReadBoolean()) SkipValue(reader, kind[1..], path);
    }

    static void SkipValue(GraphReader reader, string kind, string path)
    {
        if (kind is not ("s" or "u" or "b" or "1" or "i") && !IsEnum(kind) && Codecs.LeafByName(kind) is null)
            throw GraphErrors.Migration($"The field {path} is gone, and its saved type {kind} cannot be read without it.");
        SkipDefault(reader, kind);
    }

    static bool IsZero(GraphReader reader, string zero)
    {
        var length = reader.ReadUnsigned();
        if (length == 0) return reader.ReadSigned() == 0;
        if (length - 1 > (ulong)reader.Remaining) throw GraphErrors.Corrupt("an enum's name is longer than the data");
        var name = reader.ReadSpan((int)length - 1);
        return zero.Length > 0 && name.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(zero));
    }
}

/// <summary>A codec behind an object, for paths where the type is known only at run time.</summary>
abstract class BoxedCodec
{
    static readonly ConcurrentDictionary<Type, BoxedCodec> All = new();

    public abstract object? Read(GraphReader reader);

    public abstract void Write(GraphWriter writer, object? value);

    public static BoxedCodec For(Type type) =>
        All.GetOrAdd(type, static t => (BoxedCodec)Activator.CreateInstance(typeof(Of<>).MakeGenericType(t))!);

    sealed class Of<T> : BoxedCodec
    {
        public override object? Read(GraphReader reader)
        {
            T value = default!;
            Codec<T>.Read(reader, ref value);
            return value;
        }

        public override void Write(GraphWriter writer, object? value)
        {
            var typed = (T)value!;
            Codec<T>.Write(writer, ref typed);
        }
    }
}
