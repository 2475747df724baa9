using System.Text;
using Holdfast.Storage;

namespace Holdfast.Fuzz;

/// <summary>Ways to damage bytes: accidents, and what somebody would try who wants to do harm.</summary>
static class Damage
{
    /// <summary>Types that must not come to life because data names them, and names that lead nowhere.</summary>
    static readonly string[] ForgedTypes =
    [
        "System.IO.FileStream", "System.Diagnostics.Process", "System.Threading.Thread", "System.Reflection.Assembly", "System.Int32*", "System.Void", "System.Object[]", "System.Int32[,,,]",
        "System.Collections.Generic.List`1", "System.Collections.Generic.List`1[[System.Object]]", "System.Collections.Generic.Dictionary`2", "System.Lazy`1", "System.Threading.Tasks.Task", "Evil.Type, Evil",
        "System.Runtime.InteropServices.GCHandle", "System.Span`1", "System.TypedReference", "System.ArgIterator", "System.Nullable`1", "System.Delegate", "System.MulticastDelegate", "System.Enum", "", "\0",
    ];

    /// <summary>Damages a copy in one to four ways.</summary>
    /// <param name="bytes">What is damaged; left as it is.</param>
    /// <param name="donor">Other valid bytes, for sections to be taken from.</param>
    /// <param name="random">Says how.</param>
    public static byte[] Of(byte[] bytes, byte[] donor, Random random)
    {
        var damaged = bytes.ToArray();
        // Most cases are hit once: of many hits the first one hides what the others would do.
        for (var hits = Math.Max(1, random.Next(-4, 5)); hits > 0; hits--) damaged = Once(damaged, donor, random);
        // An accident is caught by the checksum; what somebody forges has one that fits, and so do most cases here.
        if (damaged.Length >= Checksum.HeadBytes && random.Next(8) > 0) Checksum.Seal(damaged);
        return damaged;
    }

    static byte[] Once(byte[] bytes, byte[] donor, Random random)
    {
        if (bytes.Length == 0) return [(byte)random.Next(256)];
        var at = random.Next(bytes.Length);
        switch (random.Next(13))
        {
            case 0 or 1 or 2:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 3:
                bytes[at] = random.Next(4) switch { 0 => 0, 1 => 0x7F, 2 => 0x80, _ => 0xFF };
                return bytes;
            case 4:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 5:
                return bytes[..at];
            case 6:
                // The version byte stands first in every format.
                bytes[0] = (byte)random.Next(256);
                return bytes;
            case 7:
                return [.. bytes[..at], .. HugeNumber(random), .. bytes[(at + 1)..]];
            case 8:
                return Nested(bytes, at, random);
            case 9:
                var from = donor.Length == 0 ? 0 : random.Next(donor.Length);
                return [.. bytes[..at], .. donor.AsSpan(from, random.Next(donor.Length - from + 1)), .. bytes[Math.Min(bytes.Length, at + random.Next(16))..]];
            case 10:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 9))..]];
            case 11:
                return Forged(bytes, at, random);
            default:
                random.NextBytes(bytes.AsSpan(at, Math.Min(bytes.Length - at, random.Next(1, 9))));
                return bytes;
        }
    }

    /// <summary>One section many times over: what nests in the format nests deeper than anybody would write it.</summary>
    static byte[] Nested(byte[] bytes, int at, Random random)
    {
        var section = bytes.AsSpan(at, Math.Min(bytes.Length - at, random.Next(1, 33)));
        var times = random.Next(2, random.Next(20) == 0 ? 2_000 : 60);
        var nested = new byte[bytes.Length + (section.Length * times)];
        bytes.AsSpan(0, at).CopyTo(nested);
        for (var i = 0; i < times; i++) section.CopyTo(nested.AsSpan(at + (i * section.Length)));
        bytes.AsSpan(at).CopyTo(nested.AsSpan(at + (section.Length * times)));
        return nested;
    }

    /// <summary>Another name where a name stands: names have their length, one byte, in front.</summary>
    static byte[] Forged(byte[] bytes, int at, Random random)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var start = (at + i) % bytes.Length;
            int length = bytes[start];
            if (length < 6 || start + 1 + length > bytes.Length || bytes.AsSpan(start + 1, length).ContainsAnyExceptInRange((byte)' ', (byte)'~')) continue;
            var name = Encoding.UTF8.GetBytes(ForgedTypes[random.Next(ForgedTypes.Length)]);
            return [.. bytes[..start], (byte)name.Length, .. name, .. bytes[(start + 1 + length)..]];
        }
        return bytes;
    }

    static byte[] HugeNumber(Random random) => random.Next(4) switch
    {
        0 => [0xFF, 0xFF, 0xFF, 0xFF, 0x07],
        1 => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        2 => [0x80, 0x80, 0x80, 0x01],
        _ => [0xFF, 0xFF, 0x03],
    };
}
