using System.Diagnostics.Metrics;

namespace Claims;

/// <summary>Listens to the engine's own measurements, as any monitoring would.</summary>
sealed class StepMeter : IDisposable
{
    readonly MeterListener listener = new();
    long succeeded;

    public StepMeter()
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument is { Meter.Name: "Holdfast", Name: "holdfast.step.duration" or "holdfast.steps" }) listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, milliseconds, _, _) => Durations.Record(milliseconds));
        listener.SetMeasurementEventCallback<long>((_, steps, _, _) => Interlocked.Add(ref succeeded, steps));
        listener.Start();
    }

    /// <summary>How long attempts took, whether or not they succeeded.</summary>
    public StepHistogram Durations { get; } = new();

    /// <summary>How many steps were done.</summary>
    public long Succeeded => Interlocked.Read(ref succeeded);

    public void Dispose() => listener.Dispose();
}
