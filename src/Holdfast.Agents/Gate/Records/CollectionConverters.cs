using System.Text;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Records;

/// <summary>Arrays.</summary>
sealed class ArrayConverter<T>(Converter<T> items) : Converter<T[]>
{
    public override T[] Read(JsonTape tape, int token)
    {
        var values = new T[tape.At(token).Length];
        for (var (i, item) = (0, token + 1); i < values.Length; i++)
        {
            values[i] = items.Read(tape, item);
            item = tape.At(item).Link;
        }
        return values;
    }

    public override void Write(CanonicalWriter writer, T[] value)
    {
        writer.Open('[');
        foreach (var item in value) items.WriteAny(writer, item);
        writer.Close(']');
    }
}

/// <summary>Lists, and the interfaces that a list has.</summary>
sealed class ListConverter<TList, T>(Converter<T> items) : Converter<TList>
    where TList : class, IEnumerable<T>
{
    readonly ArrayConverter<T> _array = new(items);

    public override TList Read(JsonTape tape, int token) => (TList)(object)new List<T>(_array.Read(tape, token));

    public override void Write(CanonicalWriter writer, TList value) => _array.Write(writer, [.. value]);
}

/// <summary>Dictionaries with names as keys.</summary>
sealed class MapConverter<TMap, T>(Converter<T> values) : Converter<TMap>
    where TMap : class, IEnumerable<KeyValuePair<string, T>>
{
    public override TMap Read(JsonTape tape, int token)
    {
        var map = new Dictionary<string, T>(tape.At(token).Length, StringComparer.Ordinal);
        for (var (left, name) = (tape.At(token).Length, token + 1); left > 0; left--)
        {
            map.Add(Encoding.UTF8.GetString(tape.TextOf(name)), values.Read(tape, name + 1));
            name = tape.At(name + 1).Link;
        }
        return (TMap)(object)map;
    }

    public override void Write(CanonicalWriter writer, TMap value)
    {
        writer.Open('{');
        foreach (var (name, item) in value.OrderBy(static p => p.Key, StringComparer.Ordinal))
        {
            writer.Name(Encoding.UTF8.GetBytes(name));
            values.WriteAny(writer, item);
        }
        writer.Close('}');
    }
}
