namespace Holdfast.Agents.Tests;

/// <summary>Damages texts the way that models, wires and enemies do. The same seed damages the same way.</summary>
sealed class Damage(int seed)
{
    static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\u00e9", "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\n", "\\x", "null", "true", "false", "nul", "0", "00", "-", "-0", "1.", ".5", "1e", "1e5", "1E+400",
            "99999999999999999999999999999", " ", "\t", "\r\n", "//", "/**/", "\u00e9", "\u200b", "\ufeff", "\u2028", "NaN", "Infinity", "'", "\"a\":1,", "\"a\":1,\"a\":2", "[[[[[[[[", "]]]]]]]]", "{\"a\":{\"a\":",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0], [0x1f], [0x7f], [0x80], [0xc0, 0x80], [0xff], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
    ];

    readonly Random _random = new(seed);

    public byte[] Of(byte[] text)
    {
        var bytes = text.ToList();
        for (var times = 1 + _random.Next(3); times > 0; times--) Once(bytes);
        return [.. bytes];
    }

    public byte[] Noise()
    {
        var bytes = new byte[_random.Next(200)];
        _random.NextBytes(bytes);
        return bytes;
    }

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public int Next(int max) => _random.Next(max);

    void Once(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count + 1);
        switch (_random.Next(7))
        {
            case 0 when at < bytes.Count: bytes[at] = (byte)_random.Next(256); break;
            case 1 when at < bytes.Count: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 2 when at < bytes.Count: bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + _random.Next(4))); break;
            case 3: bytes.RemoveRange(at, bytes.Count - at); break;
            case 4 when at < bytes.Count:
                var copied = bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + _random.Next(30)));
                bytes.InsertRange(_random.Next(bytes.Count + 1), copied);
                break;
            default: bytes.InsertRange(at, Pick(Pieces)); break;
        }
    }
}
