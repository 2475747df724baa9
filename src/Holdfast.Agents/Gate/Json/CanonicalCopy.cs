namespace Holdfast.Agents.Json;

/// <summary>Writes a text that was read in its one form. Numbers stay as they stood there: which of them are the same is for a type to say.</summary>
static class CanonicalCopy
{
    public static byte[] Of(JsonTape tape, int token)
    {
        var writer = new CanonicalWriter();
        Write(writer, tape, token);
        return writer.ToArray();
    }

    /// <summary>As deep as the scanner lets a text be, and no deeper.</summary>
    static void Write(CanonicalWriter writer, JsonTape tape, int token)
    {
        switch (tape.Kind(token))
        {
            case JsonKind.Object: WriteObject(writer, tape, token); break;
            case JsonKind.Array:
                writer.Open('[');
                for (var (left, item) = (tape.At(token).Length, token + 1); left > 0; left--, item = tape.At(item).Link) Write(writer, tape, item);
                writer.Close(']');
                break;
            case JsonKind.String: writer.String(tape.TextOf(token)); break;
            case JsonKind.Number: writer.Raw(tape.TextOf(token)); break;
            case JsonKind.True: writer.Raw("true"u8); break;
            case JsonKind.False: writer.Raw("false"u8); break;
            default: writer.Raw("null"u8); break;
        }
    }

    static void WriteObject(CanonicalWriter writer, JsonTape tape, int token)
    {
        var names = new int[tape.At(token).Length];
        for (var (i, name) = (0, token + 1); i < names.Length; i++, name = tape.At(name + 1).Link) names[i] = name;
        Array.Sort(names, (left, right) => tape.TextOf(left).SequenceCompareTo(tape.TextOf(right)));
        writer.Open('{');
        foreach (var name in names)
        {
            writer.Name(tape.TextOf(name));
            Write(writer, tape, name + 1);
        }
        writer.Close('}');
    }
}
