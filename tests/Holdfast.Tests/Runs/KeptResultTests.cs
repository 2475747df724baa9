using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Results that no code could take yet are kept beside the state. They are committed like any other: their steps never run again.</summary>
public sealed class KeptResultTests
{
    public sealed class Gathers(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            var steps = Enumerable.Range(0, 4).Select(i => Step(step => probe.Do($"step {i}", step), new() { AtMostOnce = i == 1 })).ToList();
            return (await Durable.WhenAll(steps)).Sum();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_step_whose_result_lies_beside_the_state_does_not_run_again_in_the_next_process(bool alwaysCold)
    {
        var probe = new Probe();
        probe.Answer = async (what, step) =>
        {
            if (what == "step 3" && step.Attempt == 1) await Task.Delay(Timeout.Infinite, step.CancellationToken);
            return 10;
        };
        var content = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([typeof(Gathers)], () => content, alwaysCold, probe.Register, o => o.StopTime = TimeSpan.Zero))
        {
            var run = await world.Client.StartAsync((Gathers w) => w.Run());
            id = run.Id;
            // The run waits for the one that is left, and says so.
            await world.UntilAsync(run, static i => i.Waiting == "step 'Do' (op 4), attempt 1, running; 3 steps have ended");
            Assert.Equal(3, (await content.Reopen().LoadAsync(id, default))!.Results.Count);
        }
        await using var next = await World.StartAsync([typeof(Gathers)], content.Reopen, alwaysCold, probe.Register);
        Assert.Equal(40, await next.ResultAsync<int>(next.Client.GetRun(id)));
        Assert.Equal([1, 1, 1, 2], Enumerable.Range(0, 4).Select(i => probe.Count($"step {i}")));
    }
}
