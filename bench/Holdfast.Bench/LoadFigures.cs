namespace Holdfast.Bench;

/// <summary>What a load at one number of runs in flight gave. As JSON, with the names in camel case, it is read by others: nothing is renamed or taken away.</summary>
sealed record LoadFigures
{
    public required string Scenario { get; init; }

    public required int InFlight { get; init; }

    public required double Seconds { get; init; }

    public required double StepsPerSecond { get; init; }

    public required double RunsPerSecond { get; init; }

    public required double? P50Ms { get; init; }

    public required double? P99Ms { get; init; }

    public required double? P999Ms { get; init; }

    public required double RunP50Ms { get; init; }

    public required double RunP99Ms { get; init; }

    public required double FsyncMedianMs { get; init; }

    public required double CpuSecondsPer1000Steps { get; init; }

    public required long Steps { get; init; }

    /// <summary>Syncs of the log, as the disk saw them.</summary>
    public required long Fsyncs { get; init; }

    /// <summary>Commits, as the engine's meter tells them.</summary>
    public required long Commits { get; init; }

    public required double LogSyncP50Ms { get; init; }

    public required double LogSyncP99Ms { get; init; }

    /// <summary>For which part of the time the log was being synced: at 1, nothing but the disk is the limit.</summary>
    public required double LogSyncShare { get; init; }

    public required long SyncsPerRunMin { get; init; }

    public required int SyncsPerRunRequired { get; init; }

    public required long RunsWithFewerSyncs { get; init; }

    public required long StepsBeforeSync { get; init; }

    public required double BytesPerStep { get; init; }

    public required double AllocatedBytesPerStep { get; init; }

    public required int GcPauses { get; init; }

    public required double GcPauseMaxMs { get; init; }

    public required double GcPauseTotalMs { get; init; }

    /// <summary>Why the figures are worth nothing, or null.</summary>
    /// <param name="isSequential">Whether each step of a run waits for the one before.</param>
    public string? Problem(bool isSequential)
    {
        if (RunsWithFewerSyncs > 0) return $"{RunsWithFewerSyncs:N0} runs saw fewer than {SyncsPerRunRequired} syncs of the log between their start and their end; the fewest were {SyncsPerRunMin}.";
        if (StepsBeforeSync > 0) return $"{StepsBeforeSync:N0} steps ran before the log was synced after the step before them.";
        // One step may have begun just before the window, and its sync too.
        if (isSequential && InFlight == 1 && Steps > Fsyncs + 1) return $"{Steps:N0} steps of one run at a time, but only {Fsyncs:N0} syncs of the log.";
        return null;
    }

    public void Print(bool isSequential)
    {
        Console.WriteLine();
        Console.WriteLine($"in flight {InFlight,12:N0}");
        Console.WriteLine($"steps/s   {StepsPerSecond,12:N0}" + (P50Ms is null ? "" : $"     p50 {P50Ms:0.000} ms, p99 {P99Ms:0.000} ms, p99.9 {P999Ms:0.000} ms"));
        Console.WriteLine($"runs/s    {RunsPerSecond,12:N0}     p50 {RunP50Ms:0.000} ms, p99 {RunP99Ms:0.000} ms");
        Console.WriteLine($"fsyncs    {Fsyncs,12:N0}     {Fsyncs / Seconds:N0} a second, {Steps / (double)Math.Max(1, Fsyncs):0.0} steps each; {Commits:N0} commits");
        Console.WriteLine($"disk      {LogSyncShare,12:P0}     of the time in syncs of the log, p50 {LogSyncP50Ms:0.000} ms, p99 {LogSyncP99Ms:0.000} ms; median fsync of one page appended to a file {FsyncMedianMs:0.000} ms");
        Console.WriteLine($"durable   {SyncsPerRunMin,12:N0}     syncs at least between the start and the end of a run (required {SyncsPerRunRequired})");
        Console.WriteLine($"CPU       {CpuSecondsPer1000Steps * 1000,12:0.00} ms per 1,000 steps");
        Console.WriteLine($"written   {BytesPerStep,12:N0} bytes a step; allocated {AllocatedBytesPerStep:N0} bytes a step; {GcPauses:N0} GC pauses, the longest {GcPauseMaxMs:0.00} ms");
        if (Problem(isSequential) is { } problem) Console.Error.WriteLine($"NOT DURABLE: {problem}");
    }
}
