namespace Holdfast.Tests.Runs;

public sealed class EngineStopTests
{
    [Fact]
    public async Task What_still_runs_after_the_engine_was_disposed_can_see_that_it_stops()
    {
        var world = await World.StartAsync([]);
        var engine = world.Engine;
        await world.DisposeAsync();
        // An attempt that waited in the pool's queue asks now; an exception there would end the process.
        Assert.True(engine.Stopping.IsCancellationRequested);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(engine.Stopping);
        Assert.True(linked.IsCancellationRequested);
    }
}
