namespace Holdfast.Testing;

/// <summary>The same numbers in every life. Thread-safe.</summary>
sealed class SeededRandom(int seed) : Random(seed)
{
    readonly Lock _lock = new();

    protected override double Sample()
    {
        lock (_lock) return base.Sample();
    }

    public override int Next()
    {
        lock (_lock) return base.Next();
    }

    public override void NextBytes(Span<byte> buffer)
    {
        lock (_lock) base.NextBytes(buffer);
    }

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override double NextDouble()
    {
        lock (_lock) return base.NextDouble();
    }
}
