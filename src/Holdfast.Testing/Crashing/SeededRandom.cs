namespace Holdfast.Testing;

/// <summary>
/// Numbers by their places in a row: the same in every life, and a process goes on where the one before it left off. Ids that were given are so never given
/// again, and what was lost with a process gets the same id once more. Thread-safe.
/// </summary>
/// <param name="drawn">How many were drawn before.</param>
sealed class SeededRandom(int drawn) : Random
{
    int _drawn = drawn;

    public int Drawn => Volatile.Read(ref _drawn);

    protected override double Sample() => Draw().NextDouble();

    public override int Next() => Draw().Next();

    public override void NextBytes(Span<byte> buffer) => Draw().NextBytes(buffer);

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override double NextDouble() => Sample();

    /// <summary>Each place begins a row of its own.</summary>
    Random Draw() => new(Interlocked.Increment(ref _drawn));
}
