using System.Diagnostics.Metrics;

namespace Claims;

/// <summary>Listens to the engine's own measurements, as any monitoring would.</summary>
sealed class StepMeter : IDisposable
{
    readonly MeterListener listener = new();

    public StepMeter()
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument is { Meter.Name: "Holdfast", Name: "holdfast.step.duration" }) listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, milliseconds, _, _) => Steps.Record(milliseconds));
        listener.Start();
    }

    public StepHistogram Steps { get; } = new();

    public void Dispose() => listener.Dispose();
}
