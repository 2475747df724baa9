using System.Runtime.InteropServices;

namespace Holdfast.Frames.Graph;

/// <summary>Memory as the array under it and the part it shows, so that what shares an array goes on sharing it.</summary>
static class ReadOnlyMemoryCodec<T>
{
    const byte Nothing = 0, OfArray = 1, OfString = 2;

    public static void Write(GraphWriter writer, ref ReadOnlyMemory<T> value)
    {
        if (value.Equals(default))
        {
            writer.WriteByte(Nothing);
        }
        else if (value is ReadOnlyMemory<char> text && MemoryMarshal.TryGetString(text, out var whole, out var start, out var length))
        {
            Write(writer, OfString, whole, start, length);
        }
        else if (MemoryMarshal.TryGetArray(value, out var part))
        {
            Write(writer, OfArray, part.Array, part.Offset, part.Count);
        }
        else
        {
            // Of memory that is not an array's, only the content means anything elsewhere.
            Write(writer, OfArray, value.ToArray(), 0, value.Length);
        }
    }

    public static void Read(GraphReader reader, ref ReadOnlyMemory<T> value)
    {
        switch (reader.ReadByte())
        {
            case Nothing:
                value = default;
                return;
            case OfArray:
                var array = reader.ReadReference<T[]>();
                var (offset, count) = ReadPart(reader, array?.Length);
                value = new(array, offset, count);
                return;
            case OfString when typeof(T) == typeof(char):
                var text = reader.ReadReference<string>();
                var (start, length) = ReadPart(reader, text?.Length);
                value = (ReadOnlyMemory<T>)(object)text.AsMemory(start, length);
                return;
            default:
                throw GraphErrors.Corrupt("memory is of no known kind");
        }
    }

    static void Write(GraphWriter writer, byte kind, object? home, int offset, int length)
    {
        writer.WriteByte(kind);
        writer.WriteReference(home);
        writer.WriteUnsigned((uint)offset);
        writer.WriteUnsigned((uint)length);
    }

    static (int, int) ReadPart(GraphReader reader, int? size)
    {
        var (offset, length) = (reader.ReadUnsigned(), reader.ReadUnsigned());
        return offset <= (ulong)(size ?? -1L) && length <= (ulong)size!.Value - offset
            ? ((int)offset, (int)length)
            : throw GraphErrors.Corrupt("memory lies outside its array");
    }
}

static class MemoryCodec<T>
{
    public static void Write(GraphWriter writer, ref Memory<T> value)
    {
        ReadOnlyMemory<T> view = value;
        ReadOnlyMemoryCodec<T>.Write(writer, ref view);
    }

    public static void Read(GraphReader reader, ref Memory<T> value)
    {
        ReadOnlyMemory<T> view = default;
        ReadOnlyMemoryCodec<T>.Read(reader, ref view);
        // A string must not become writable.
        value = view.Equals(default) ? default : MemoryMarshal.TryGetArray(view, out var part) ? part : throw GraphErrors.Corrupt("memory is of no known kind");
    }
}

/// <summary>A text element: checked, because the framework trusts it to be one.</summary>
static class RuneCodec
{
    public static void Write(GraphWriter writer, ref System.Text.Rune value) => writer.WriteUnsigned((uint)value.Value);

    public static void Read(GraphReader reader, ref System.Text.Rune value)
    {
        var number = reader.ReadUnsigned();
        if (number > int.MaxValue || !System.Text.Rune.TryCreate((int)number, out value)) throw GraphErrors.Corrupt("a character is none");
    }
}
