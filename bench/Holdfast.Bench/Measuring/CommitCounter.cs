using System.Diagnostics.Metrics;

namespace Holdfast.Bench.Measuring;

/// <summary>Counts what one instrument of the engine's own meter tells; commits, unless another one is named.</summary>
sealed class CommitCounter : IDisposable
{
    readonly MeterListener _listener = new();
    long _count;
    long _sum;

    public CommitCounter(string name = "holdfast.commit.duration")
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Holdfast" && instrument.Name == name) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _count));
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _sum, value));
        _listener.Start();
    }

    /// <summary>The sum of what a counter told.</summary>
    public long Sum => Volatile.Read(ref _sum);

    public long Count => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
