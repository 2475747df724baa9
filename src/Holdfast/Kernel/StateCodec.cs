namespace Holdfast.Kernel;

/// <summary>The kernel's state as bytes.</summary>
static class StateCodec
{
    /// <summary>Appends the encoded state.</summary>
    public static void Encode(RunState state, System.Buffers.IBufferWriter<byte> target) => throw new NotImplementedException();

    /// <summary>Reads a state back.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.CorruptSnapshot"/> for any bytes that no state was encoded to.</exception>
    public static RunState Decode(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>An op's outcome as bytes: what <see cref="Holdfast.Storage.StoredResult"/> and decisions carry.</summary>
    public static byte[] EncodeOutcome(Outcome outcome) => throw new NotImplementedException();

    /// <summary>Reads an outcome back.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.CorruptSnapshot"/>.</exception>
    public static Outcome DecodeOutcome(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}
