using System.Security.Cryptography;
using System.Text;
using Guide;

namespace Holdfast.Tests.Payloads;

/// <summary>The guide's codec, with keys that follow from their names.</summary>
static class Keys
{
    /// <summary>A codec that saves with the first key, and reads with all of them.</summary>
    public static AesCodec Of(params string[] names) => new(names[0], names.ToDictionary(static name => name, static name => SHA256.HashData(Encoding.UTF8.GetBytes(name))));

    /// <summary>A codec that has a key of the same name, and of other content.</summary>
    public static AesCodec Wrong(string name) => new(name, new Dictionary<string, byte[]> { [name] = SHA256.HashData(Encoding.UTF8.GetBytes(name + " but another")) });
}

/// <summary>Does what the test wants.</summary>
sealed class OddCodec(Func<byte[], byte[]> encode, Func<byte[], byte[]> decode) : PayloadCodec
{
    public override byte[] Encode(ReadOnlySpan<byte> plain) => encode(plain.ToArray());

    public override byte[] Decode(ReadOnlySpan<byte> encoded) => decode(encoded.ToArray());

    /// <summary>A cipher that does not notice a wrong key, as many do not: it gives garbage.</summary>
    public static OddCodec Unauthenticated(byte key) => new(plain => Array.ConvertAll(plain, b => (byte)(b ^ key)), encoded => Array.ConvertAll(encoded, b => (byte)(b ^ key)));
}
