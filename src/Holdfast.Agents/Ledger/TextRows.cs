namespace Holdfast.Agents.Ledgers;

/// <summary>Texts by the hash of what they say: each is kept once, however many conversations and calls name it. They are encoded as runs are.</summary>
static class TextRows
{
    public static void Put(StoreTransaction transaction, MessageHash hash, byte[] text) => Sql.Run(
        transaction, "INSERT INTO agents_text (hash, body) VALUES (@hash, @body) ON CONFLICT DO NOTHING", ("@hash", hash.ToBytes()), ("@body", transaction.Encode(text).ToArray()));

    public static byte[]? Get(StoreTransaction transaction, MessageHash hash) => Sql.Read(
        transaction, "SELECT body FROM agents_text WHERE hash = @hash", r => transaction.Decode(r.GetFieldValue<byte[]>(0)).ToArray(), ("@hash", hash.ToBytes())).FirstOrDefault();
}
