using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Holdfast.Bench.Measuring;

/// <summary>Which types are allocated, by the runtime's own sampling of one allocation in about 100 KB. For finding causes, not for figures.</summary>
sealed class AllocationProfile : EventListener
{
    readonly ConcurrentDictionary<string, long> _bytes = new();

    public void Print(long steps)
    {
        var all = _bytes.Values.Sum();
        Console.WriteLine($"allocation by type, {steps:N0} steps, sampled:");
        foreach (var (type, bytes) in _bytes.OrderByDescending(static b => b.Value).Take(30))
            Console.WriteLine($"{bytes / (double)steps,10:0} bytes a step {bytes * 100.0 / all,6:0.0} %  {type}");
    }

    public void Reset() => _bytes.Clear();

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Verbose, (EventKeywords)1);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName?.StartsWith("GCAllocationTick", StringComparison.Ordinal) != true) return;
        var names = eventData.PayloadNames!;
        var type = (string)eventData.Payload![names.IndexOf("TypeName")]!;
        var amount = Convert.ToInt64(eventData.Payload[names.IndexOf("AllocationAmount64")], System.Globalization.CultureInfo.InvariantCulture);
        _bytes?.AddOrUpdate(type, amount, (_, old) => old + amount);
    }
}
