namespace Holdfast.Kernel;

/// <summary>
/// The engine's heart: a pure, synchronous state machine. No clock, no input or output, no threads; the same state, event and
/// time always lead to the same state and decision.
/// </summary>
static class RunKernel
{
    /// <summary>Applies one event to the state and adds what follows from it to the decision.</summary>
    public static void Decide(RunState state, RunEvent happened, DateTimeOffset now, Decision decision) => throw new NotImplementedException();

    /// <summary>Every effect that a committed state owes. Recovery carries out these and nothing else.</summary>
    public static IEnumerable<Effect> Pending(RunState state) => throw new NotImplementedException();

    /// <summary>When the run must be woken at the latest: the earliest timer, retry or grace; null when only a message or an attempt can wake it.</summary>
    public static DateTimeOffset? WakeUtc(RunState state) => throw new NotImplementedException();

    /// <summary>Why the run is not going on at this moment, in one line for people.</summary>
    public static string Describe(RunState state) => throw new NotImplementedException();
}

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

/// <summary>Journal entries of one transition as bytes.</summary>
static class JournalCodec
{
    public static void Encode(List<JournalEntry> entries, System.Buffers.IBufferWriter<byte> target) => throw new NotImplementedException();

    public static List<JournalEntry> Decode(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}
