namespace Holdfast;

/// <summary>What code inside a commit works on. Valid only while that code runs; not thread-safe.</summary>
public class StoreTransaction
{
    readonly Payloads.Envelope _envelope;

    private protected StoreTransaction(System.Data.Common.DbConnection connection, Payloads.Envelope envelope) => (Connection, _envelope) = (connection, envelope);

    internal static StoreTransaction OfClient(System.Data.Common.DbConnection connection, Payloads.Envelope envelope) => new(connection, envelope);

    /// <summary>The store's own connection, inside the transaction that will commit. Its commands need no transaction object; do not commit or roll back.</summary>
    public System.Data.Common.DbConnection Connection { get; }

    /// <summary>What is kept in tables of one's own, as the engine's payload codec encodes what runs keep; without a codec, the bytes as they are.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadNotEncoded"/>: the codec could not.</exception>
    public ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> plain) => _envelope.Seal(plain);

    /// <summary>What <see cref="Encode"/> was given, also when it was kept before there was a codec.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadUnreadable"/>: the codec or its key is another one.</exception>
    public ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> kept) => _envelope.Open(kept);
}

/// <summary>What a step's code inside a commit works on. Valid only while that code runs; not thread-safe.</summary>
public sealed class StepTransaction : StoreTransaction
{
    internal StepTransaction(System.Data.Common.DbConnection connection, RunId run, Kernel.StepOp step, Payloads.Envelope envelope) : base(connection, envelope) => (RunId, Op, Label, IdempotencyKey) = (run, step.Id, step.Label, step.KeyIn(run));

    /// <summary>The run.</summary>
    public RunId RunId { get; }

    /// <summary>The step's number in its run.</summary>
    public long Op { get; }

    /// <summary>What people read of the step.</summary>
    internal string Label { get; }

    /// <inheritdoc cref="StepContext.IdempotencyKey"/>
    public string IdempotencyKey { get; }
}
