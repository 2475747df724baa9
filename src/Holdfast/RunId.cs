using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Holdfast;

/// <summary>
/// Names one run for ever, in every store and every process. 128 bits in the shape of a ULID: 48 bits of milliseconds
/// since 1970, then 80 random bits; so ids sort by the time of their start, and two installations never issue the same.
/// </summary>
/// <remarks>Text form: 26 characters of Crockford base 32 (https://github.com/ulid/spec), upper case.</remarks>
[JsonConverter(typeof(RunIdConverter))]
public readonly record struct RunId : IComparable<RunId>
{
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    // Not one UInt128: what passes one by value is never compiled ahead of time, and ids are passed nearly everywhere.
    readonly ulong _low, _high;

    RunId(UInt128 value) => (_low, _high) = ((ulong)value, (ulong)(value >> 64));

    UInt128 Value => new(_high, _low);

    /// <summary>Makes the id of a run that starts at <paramref name="now"/>; <paramref name="random"/> gives its 80 low bits.</summary>
    public static RunId Create(DateTimeOffset now, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        var low = BinaryPrimitives.ReadUInt128BigEndian(bytes) & ((UInt128.One << 80) - 1);
        return new(((UInt128)(ulong)now.ToUnixTimeMilliseconds() << 80) | low);
    }

    /// <summary>Reads the id from its 16 bytes, most significant first.</summary>
    /// <exception cref="ArgumentException">There are not exactly 16 bytes.</exception>
    public static RunId FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == 16
        ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes))
        : throw new ArgumentException($"A run id has 16 bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Writes the id's 16 bytes, most significant first, so that byte order is start order.</summary>
    public void WriteBytes(Span<byte> target) => BinaryPrimitives.WriteUInt128BigEndian(target, Value);

    /// <summary>The id's 16 bytes, most significant first.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[16];
        WriteBytes(bytes);
        return bytes;
    }

    /// <summary>Reads the text form, in either case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RunId id)
    {
        id = default;
        if (text is not { Length: 26 }) return false;
        UInt128 value = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var digit = Alphabet.IndexOf(char.ToUpperInvariant(text[i]), StringComparison.Ordinal);
            // 26 digits hold 130 bits; a first digit above 7 would not fit into 128.
            if (digit < 0 || (i == 0 && digit > 7)) return false;
            value = (value << 5) | (uint)digit;
        }
        id = new(value);
        return true;
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not a run id.</exception>
    public static RunId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a run id: 26 characters of Crockford base 32 are expected.");

    /// <inheritdoc/>
    public int CompareTo(RunId other) => Value.CompareTo(other.Value);

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(26, Value, static (text, value) =>
    {
        for (var i = text.Length - 1; i >= 0; i--, value >>= 5) text[i] = Alphabet[(int)(value & 31)];
    });

    /// <summary>Whether <paramref name="left"/> started before <paramref name="right"/>.</summary>
    public static bool operator <(RunId left, RunId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> started after <paramref name="right"/>.</summary>
    public static bool operator >(RunId left, RunId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> did not start after <paramref name="right"/>.</summary>
    public static bool operator <=(RunId left, RunId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> did not start before <paramref name="right"/>.</summary>
    public static bool operator >=(RunId left, RunId right) => left.CompareTo(right) >= 0;
}
