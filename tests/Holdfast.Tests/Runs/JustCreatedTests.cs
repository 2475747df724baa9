using Holdfast.Frames;
using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Whoever creates a run knows what is in the store of it, unless somebody else knew of the run before he came to say so.</summary>
public sealed class JustCreatedTests
{
    static readonly Signal<int> Go = new("go");

    public sealed class Waits(Probe probe) : Workflow
    {
        public async Durable<int> Run(bool savable)
        {
            object held = savable ? "" : new MemoryStream();
            var got = await Receive(Go);
            await Step(step => probe.Do("once", step), new() { AtMostOnce = true });
            return got + held.ToString()!.Length;
        }
    }

    static async Task<(NewRun Run, RunKey Key)> CreateAsync(World world, bool savable)
    {
        var engine = world.Engine;
        var run = NewRuns.Create(engine.Registry.Newest(typeof(Waits)), savable, null, engine.Time.GetUtcNow(), engine.Options.Random, engine.Json, null, null);
        return (run, (await engine.Committer.CommitAsync(new CreateRun(run) { Epoch = engine.Epoch })).Key);
    }

    [Fact]
    public async Task A_message_that_came_before_the_creator_did_is_not_lost()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Waits)], configure: probe.Register);
        var (run, key) = await CreateAsync(world, savable: true);
        // Both notices are there before the first turn: it looks into the mailbox.
        var live = world.Client.GetRun(run.Id);
        var mail = new NewMail(MailKind.Signal, Go.Name, "3"u8.ToArray(), null, world.Engine.Time.GetUtcNow());
        await world.Engine.Committer.CommitAsync(new PostMail(run.Id, mail) { Epoch = world.Engine.Epoch });
        world.Engine.Begin(run, key);
        world.Engine.MailPosted(run.Id);
        Assert.Equal(3, await world.ResultAsync<int>(live));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_creator_who_comes_when_the_run_has_ended_or_was_parked_already_stops_nothing_and_does_nothing_twice(bool savable)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Waits)], configure: probe.Register);
        var (run, key) = await CreateAsync(world, savable);
        var live = world.Client.GetRun(run.Id);
        await live.SignalAsync(Go, 3);
        if (savable) Assert.Equal(3, await world.ResultAsync<int>(live));
        else await world.ParkedAsync(live);
        world.Engine.Begin(run, key);
        Assert.Equal(savable ? RunStatus.Completed : RunStatus.Parked, (await world.UntilAsync(live, i => world.Engine.Failure is not null || i.Status is RunStatus.Completed or RunStatus.Parked)).Status);
        // Through the same door, and after it.
        var next = await CreateAsync(world, savable: true);
        world.Engine.Begin(next.Run, next.Key);
        await world.Client.GetRun(next.Run.Id).SignalAsync(Go, 4);
        Assert.Equal(4, await world.ResultAsync<int>(world.Client.GetRun(next.Run.Id)));
        Assert.Null(world.Engine.Failure);
        Assert.Equal(savable ? 2 : 1, probe.Count("once"));
        Assert.DoesNotContain(world.Errors, static e => e.Contains("Stale", StringComparison.Ordinal));
    }
}
