using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Enums go by name, so that renumbering them does not change what was saved. <c>Name:3</c> follows its member while the enum is a list.
/// <c>|Name:1|Name=3|8</c> are bits: members of one bit follow their names, a name that is not all there is to say of its number must
/// still have it, and a number without a name must still have none. What follows its name says which number it had: one that has come
/// to the number of another member cannot be told from it any more. Earlier builds left such numbers out.
/// </summary>
static class EnumCodec<T> where T : struct, Enum
{
    const char Part = '|', InList = ':';

    // Combinations are few in most programs; the bound is for one that counts with them.
    const int TextsMax = 1000;

    static readonly EnumWords Words = new(typeof(T), static what => GraphErrors.Migration($"The enum {typeof(T)} {what}, but a saved run holds it."));
    static readonly ConcurrentDictionary<T, byte[]> Texts = new();

    public static void Write(GraphWriter writer, ref T value)
    {
        if (!Texts.TryGetValue(value, out var text))
        {
            text = Encoding.UTF8.GetBytes(TextOf(BitsOf(value)));
            if (Texts.Count < TextsMax) Texts.TryAdd(value, text);
        }
        writer.WriteUnsigned(text.Length == 0 ? 0 : (uint)text.Length + 1);
        if (text.Length == 0) writer.WriteSigned(0);
        else writer.WriteBytes(text);
    }

    public static void Read(GraphReader reader, ref T value)
    {
        var length = reader.ReadUnsigned();
        if (length == 0)
        {
            value = WithoutName(reader.ReadSigned());
            return;
        }
        if (length - 1 > (ulong)reader.Remaining) throw GraphErrors.Corrupt("an enum's name is longer than the data");
        var text = Encoding.UTF8.GetString(reader.ReadSpan((int)length - 1));
        if (text is [Part, ..]) value = FromBits(Words.Mean(text[1..].Split(Part).Select(Word)));
        else if (text.Split(InList) is [var name, var number]) value = FromBits(ReadInList(name, number));
        // As they were written before, several names of bits stand behind one another.
        else value = FromBits(text.Split(", ").Aggregate(0UL, static (all, one) => all | Words.BitsOf(one)));
    }

    /// <summary>How a value is written; empty for a zero without a name.</summary>
    static string TextOf(ulong bits)
    {
        if (Words.Listed(bits) is { } name) return $"{name}{InList}{Words.Number(bits)}";
        var words = Words.Say(bits);
        return bits == 0 && words is [{ Name: null }] ? "" : string.Concat(words.Select(static word => word.Number is null ? $"{Part}{word}{InList}{Words.Number(Words.BitsOf(word.Name!))}" : $"{Part}{word}"));
    }

    /// <summary>A part of some bits. A number that only says which it was is no part of its meaning.</summary>
    static EnumWord Word(string text)
    {
        if (text.Split(InList) is not [var name, var number]) return EnumWord.Of(text);
        Words.BitsOf(name, number);
        return new(name, null);
    }

    /// <summary>In a list, the number is nothing but a place; it matters once it says which bits are set.</summary>
    static ulong ReadInList(string name, string number) =>
        Words.BitsOf(name, number) is var now && Words.IsFlags && !EnumWords.IsOneBit(now) ? Words.Mean([new(name, number), new(null, number)]) : now;

    static T WithoutName(long number)
    {
        var bits = Words.BitsOfNumber(Type.GetTypeCode(typeof(T)) is TypeCode.UInt64 ? ((ulong)number).ToString(CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture));
        // No flag is no flag, whatever it is called.
        if (!Words.IsFlags || bits != 0) Words.MustBeNameless(bits);
        return FromBits(bits);
    }

    public static ulong BitsOf(T value) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<T, byte>(value),
        2 => Unsafe.BitCast<T, ushort>(value),
        4 => Unsafe.BitCast<T, uint>(value),
        _ => Unsafe.BitCast<T, ulong>(value),
    };

    public static T FromBits(ulong bits) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<byte, T>((byte)bits),
        2 => Unsafe.BitCast<ushort, T>((ushort)bits),
        4 => Unsafe.BitCast<uint, T>((uint)bits),
        _ => Unsafe.BitCast<ulong, T>(bits),
    };
}
