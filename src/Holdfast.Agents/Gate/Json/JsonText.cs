using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Holdfast.Agents.Json;

/// <summary>The inside of JSON strings.</summary>
static class JsonText
{
    /// <summary>The first quote, backslash or control character from here on; the zeroes behind the text end the search.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindSpecial(ref byte text, int at)
    {
        while (true)
        {
            var bytes = Vector128.LoadUnsafe(ref text, (nuint)at);
            var special = Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\')) | Vector128.LessThan(bytes, Vector128.Create((byte)' '));
            var found = special.ExtractMostSignificantBits();
            if (found != 0) return at + BitOperations.TrailingZeroCount(found);
            at += Vector128<byte>.Count;
        }
    }

    /// <summary>Undoes the escapes of a string where it stands, from its first backslash on. Decoded text is never longer than escaped.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The first backslash; afterwards the quote or whatever else ends the string, or the place of the mistake.</param>
    /// <param name="decodedEnd">Where the decoded string ends.</param>
    /// <param name="what">What is wrong, if something is.</param>
    public static bool TryUnescape(ref byte text, ref int at, out int decodedEnd, out string what)
    {
        var to = at;
        what = "";
        Span<byte> bytes = stackalloc byte[4];
        while (true)
        {
            var next = Unsafe.Add(ref text, at);
            if (next is (byte)'"' or < (byte)' ')
            {
                decodedEnd = to;
                return true;
            }
            if (next != '\\')
            {
                Unsafe.Add(ref text, to++) = next;
                at++;
                continue;
            }
            var (rune, length) = Decode(ref text, at);
            if (length == 0)
            {
                decodedEnd = to;
                what = rune.Value == 0 ? "an escape in a string is unknown" : "half of a surrogate pair stands alone in a string";
                return false;
            }
            at += length;
            foreach (var b in bytes[..rune.EncodeToUtf8(bytes)]) Unsafe.Add(ref text, to++) = b;
        }
    }

    /// <summary>The character of an escape, and how long the escape is; 0 if it is none, with a character where the digits are well-formed.</summary>
    static (Rune Rune, int Length) Decode(ref byte text, int at)
    {
        var simple = Unsafe.Add(ref text, at + 1) switch
        {
            (byte)'"' => '"',
            (byte)'\\' => '\\',
            (byte)'/' => '/',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => '\0',
        };
        if (simple != '\0') return (new Rune(simple), 2);
        if (!TryHex(ref text, at, out var first)) return default;
        if (Rune.TryCreate(first, out var alone)) return (alone, 6);
        return TryHex(ref text, at + 6, out var second) && Rune.TryCreate(first, second, out var pair) ? (pair, 12) : (Rune.ReplacementChar, 0);
    }

    /// <summary>Stops at the first byte that does not belong, so that it never reads far behind the text.</summary>
    static bool TryHex(ref byte text, int at, out char unit)
    {
        var value = 0;
        unit = '\0';
        if (Unsafe.Add(ref text, at) != '\\' || Unsafe.Add(ref text, at + 1) != 'u') return false;
        for (var i = 2; i < 6; i++)
        {
            var digit = HexDigit(Unsafe.Add(ref text, at + i));
            if (digit < 0) return false;
            value = (value << 4) | digit;
        }
        unit = (char)value;
        return true;
    }

    static int HexDigit(byte letter) => letter switch
    {
        >= (byte)'0' and <= (byte)'9' => letter - '0',
        >= (byte)'a' and <= (byte)'f' => letter - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => letter - 'A' + 10,
        _ => -1,
    };
}
