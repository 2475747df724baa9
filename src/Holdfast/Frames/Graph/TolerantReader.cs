using System.Collections.Concurrent;
using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Reads data whose type has changed since it was saved: fields by name, a field that is new keeps its default, one that is gone
/// is read and dropped, one whose kind changed is refused. Slow and rare, so by reflection.
/// </summary>
sealed class TolerantReader(Type type, FieldSet fields, List<(string Name, string Kind)> saved)
{
    public void ReadObject(GraphReader reader, object target)
    {
        foreach (var (name, kind) in saved)
        {
            var at = IndexOf(name);
            // A read-only field of a workflow may say that its constructor knows better.
            if (kind == "r" && target is Workflow && reader.TryReadKeep()) continue;
            if (at < 0)
            {
                FieldKind.Skip(reader, kind, $"{type}.{name}");
                continue;
            }
            var field = fields.Fields[at];
            var today = FieldKind.Of(field.FieldType);
            if (today != kind)
                throw GraphErrors.Migration($"The field {name} of {type} was saved as {FieldKind.Name(kind)} and is {FieldKind.Name(today)} now.");
            field.SetValue(target, BoxedCodec.For(field.FieldType).Read(reader));
        }
    }

    int IndexOf(string name)
    {
        for (var i = 0; i < fields.Names.Count; i++)
            if (fields.Names[i] == name) return i;
        return -1;
    }
}

/// <summary>How a field is written, as text: equal kinds read each other's bytes.</summary>
static class FieldKind
{
    public static string Of(Type type)
    {
        if (!type.IsValueType) return "r";
        if (Nullable.GetUnderlyingType(type) is { } inner) return "?" + Of(inner);
        if (type.IsEnum) return "e";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64 => "s",
            TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.UInt64 or TypeCode.Char => "u",
            TypeCode.Boolean => "b",
            TypeCode.Byte => "1",
            TypeCode.SByte => "i",
            _ => type.ToString(),
        };
    }

    public static string Name(string kind) => kind switch
    {
        "r" => "an object",
        "e" => "an enum",
        "s" => "a signed number",
        "u" => "an unsigned number or character",
        "b" => "a truth value",
        "1" => "a byte",
        "i" => "a signed byte",
        ['?', not '?', ..] => "nullable " + Name(kind[1..]),
        _ => kind,
    };

    public static void Skip(GraphReader reader, string kind, string path)
    {
        switch (kind)
        {
            case "r": reader.ReadReference(); break;
            case "s" or "u": reader.ReadUnsigned(); break;
            case "b" or "1" or "i": reader.ReadByte(); break;
            case "e":
                var length = reader.ReadUnsigned();
                if (length == 0) reader.ReadSigned();
                else if (length - 1 > (ulong)reader.Remaining) throw GraphErrors.Corrupt("an enum's name is longer than the data");
                else reader.ReadSpan((int)length - 1);
                break;
            // Once only: nullables do not nest, and what the data names must not decide how deep this goes.
            case ['?', not '?', ..]:
                if (reader.ReadBoolean()) Skip(reader, kind[1..], path);
                break;
            default:
                // Leaves of the framework are known by name; a struct of the user's that is gone cannot be stepped over.
                if (Codecs.LeafByName(kind) is not { } leaf) throw GraphErrors.Migration($"The field {path} is gone, and its saved type {kind} cannot be read without it.");
                BoxedCodec.For(leaf).Read(reader);
                break;
        }
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
