using System.Diagnostics.Metrics;

namespace Holdfast.Bench.Measuring;

/// <summary>How many runs the engine holds in memory, by its own gauge.</summary>
sealed class HotRuns : IDisposable
{
    readonly MeterListener _listener = new();
    int _count;

    public HotRuns()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Holdfast" && instrument.Name == "holdfast.runs.hot") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((_, count, _, _) => _count = count);
        _listener.Start();
    }

    public int Count
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _count;
        }
    }

    public void Dispose() => _listener.Dispose();
}
