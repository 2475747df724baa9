using System.Security.Cryptography;
using System.Text;
using Holdfast;

namespace Guide;

#region payload-codec
/// <summary>AES-256-GCM. What is saved names its key, so that keys can be changed; each payload has a key of its own, made from that one and a random salt, so that no number of payloads wears it out.</summary>
/// <param name="current">The name of the key for what is saved from now on: ASCII, at most 255 characters.</param>
/// <param name="keys">All keys by name, 32 random bytes each; older ones to read what was saved with them.</param>
public sealed class AesCodec(string current, IReadOnlyDictionary<string, byte[]> keys) : PayloadCodec
{
    const int SaltBytes = 32, TagBytes = 16;
    static readonly byte[] Nonce = new byte[12];   // the key is used once

    public override byte[] Encode(ReadOnlySpan<byte> plain)
    {
        // 1 byte: length of the name; the name; salt; tag; content
        var head = 1 + current.Length;
        var encoded = new byte[head + SaltBytes + TagBytes + plain.Length];
        encoded[0] = checked((byte)current.Length);
        Encoding.ASCII.GetBytes(current, encoded.AsSpan(1));
        var salt = encoded.AsSpan(head, SaltBytes);
        RandomNumberGenerator.Fill(salt);
        using var aes = Cipher(keys[current], salt);
        aes.Encrypt(Nonce, plain, encoded.AsSpan(head + SaltBytes + TagBytes), encoded.AsSpan(head + SaltBytes, TagBytes), encoded.AsSpan(0, head));
        return encoded;
    }

    public override byte[] Decode(ReadOnlySpan<byte> encoded)
    {
        var head = 1 + encoded[0];
        var name = Encoding.ASCII.GetString(encoded[1..head]);
        if (!keys.TryGetValue(name, out var key)) throw new KeyNotFoundException($"There is no key '{name}' here.");
        var content = encoded[(head + SaltBytes + TagBytes)..];
        var plain = new byte[content.Length];
        using var aes = Cipher(key, encoded.Slice(head, SaltBytes));
        aes.Decrypt(Nonce, content, encoded.Slice(head + SaltBytes, TagBytes), plain, encoded[..head]);
        return plain;
    }

    static AesGcm Cipher(byte[] key, ReadOnlySpan<byte> salt)
    {
        Span<byte> once = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, once, salt, "holdfast payload"u8);
        return new AesGcm(once, TagBytes);
    }
}
#endregion
