using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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

    [Fact]
    public async Task A_callback_that_throws_does_not_keep_a_broken_engine_from_stopping_its_host()
    {
        var host = new Lifetime();
        await using var world = await World.StartAsync([], configure: b => b.Services.AddSingleton<IHostApplicationLifetime>(host));
        using var callback = world.Engine.Stopping.Register(static () => throw new InvalidOperationException("a step's own callback"));
        world.Engine.Broken(new HoldfastException(HoldfastError.OutcomeUnknown, "The disk failed."));
        Assert.True(world.Engine.Stopping.IsCancellationRequested);
        await host.Stopped.WaitAsync(World.Patience);
    }
}
