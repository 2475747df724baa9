using System.Diagnostics.Tracing;

namespace Holdfast.Bench.Measuring;

/// <summary>
/// Every pause in which the runtime stopped all threads for a collection, from its own events. <see cref="GC.GetGCMemoryInfo(GCKind)"/> tells of the last collection
/// of each kind only, so the longest pause of a while would be missed.
/// </summary>
sealed class PauseLog : EventListener
{
    /// <summary>The runtime hands its events over some time after they happened, with their own times.</summary>
    static readonly TimeSpan Delivery = TimeSpan.FromMilliseconds(500);

    readonly Lock _lock = new();
    readonly List<(DateTime Utc, TimeSpan Time)> _pauses = [];
    DateTime _began;
    bool _isForCollection;

    /// <summary>The pauses that ended in this time, when all of them have been handed over; those before its end are forgotten.</summary>
    public async Task<Pauses> BetweenAsync(DateTime fromUtc, DateTime untilUtc)
    {
        await Task.Delay(Delivery);
        lock (_lock)
        {
            var found = _pauses.Where(p => p.Utc >= fromUtc && p.Utc < untilUtc).Select(static p => p.Time.TotalMilliseconds).ToList();
            _pauses.RemoveAll(p => p.Utc < untilUtc);
            return new(found.Count, Math.Round(found.DefaultIfEmpty().Max(), 3), Math.Round(found.Sum(), 1));
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        const EventKeywords Collections = (EventKeywords)1;
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Informational, Collections);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        switch (eventData.EventName)
        {
            case { } name when name.StartsWith("GCSuspendEEBegin", StringComparison.Ordinal):
                // 1 is a collection, 6 the preparation of one; anything else stops the threads for the debugger, the profiler or new code.
                var reason = eventData.PayloadNames is { } names && eventData.Payload is { } payload && names.IndexOf("Reason") is >= 0 and var at ? Convert.ToInt32(payload[at], System.Globalization.CultureInfo.InvariantCulture) : 1;
                (_began, _isForCollection) = (eventData.TimeStamp, reason is 1 or 6);
                break;
            case { } name when name.StartsWith("GCRestartEEEnd", StringComparison.Ordinal) && _isForCollection:
                lock (_lock) _pauses.Add((eventData.TimeStamp, eventData.TimeStamp - _began));
                _isForCollection = false;
                break;
        }
    }
}

/// <summary>How often and for how long the collector stopped all threads.</summary>
sealed record Pauses(int Count, double MaxMs, double TotalMs);
