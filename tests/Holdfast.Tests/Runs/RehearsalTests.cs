using System.Collections.Concurrent;
using System.Diagnostics;
using Holdfast.Runtime;

namespace Holdfast.Tests.Runs;

/// <summary>What an engine runs for itself before it is ready.</summary>
public sealed class RehearsalTests
{
    [Fact]
    public async Task It_comes_to_its_end_and_no_trace_tells_of_it()
    {
        var heard = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == EngineMetrics.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => heard.Enqueue($"{activity.GetTagItem("holdfast.workflow")}"),
        };
        ActivitySource.AddActivityListener(listener);
        // Once more than each process does.
        Assert.Equal(2, await Rehearsal.RunAsync().WaitAsync(World.Patience));
        Assert.DoesNotContain(nameof(Rehearsal.Rehearsed), heard);
    }

    [Fact]
    public async Task An_engine_that_is_ready_has_rehearsed()
    {
        await using var world = await World.StartAsync([]);
        Assert.True(Rehearsal.OverFor(new()).IsCompletedSuccessfully);
    }

    /// <summary>It would draw from the seed, and each engine that is part of it would wait for itself.</summary>
    [Fact]
    public void Engines_of_a_rehearsal_need_none() =>
        Assert.True(Rehearsal.OverFor(new() { MeterName = "Holdfast.Rehearsal" }).IsCompletedSuccessfully);
}
