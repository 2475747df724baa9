using Holdfast.Storage;
using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs;

/// <summary>A deploy under a waiting run: two builds of one assembly take the same store over, in turn.</summary>
public sealed class ChangedCodeTests
{
    const string Source = """
        public sealed class Flow : Holdfast.Workflow
        {
            public async Holdfast.Durable<string> Run()
            {
                var n = 1;
                await Receive(new Holdfast.Signal<int>("go"));
                return "old " + n;
            }
            //more
        }
        """;

    static Type Build(string source) => Compiled.From(source, release: true, withHoldfast: true).Type("Flow");

    static async Task<RunHandle> StartAsync(World world, Type flow)
    {
        var start = typeof(IHoldfastClient).GetMethod(nameof(IHoldfastClient.StartManyAsync))!.MakeGenericMethod(flow);
        var runs = await (Task<IReadOnlyList<RunHandle>>)start.Invoke(world.Client, [new (object?, string?)[] { (null, null) }, CancellationToken.None])!;
        return runs[0];
    }

    [Fact]
    public async Task A_run_is_resumed_only_into_the_code_it_was_saved_in_and_waits_with_the_reason_until_that_is_back()
    {
        var (before, after) = (Build(Source), Build(Source.Replace("\"old \"", "\"new \"", StringComparison.Ordinal)));
        var content = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([before], content.Reopen))
        {
            var run = await StartAsync(world, before);
            id = run.Id;
            await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
        }
        await using (var deployed = await World.StartAsync([after], content.Reopen))
        {
            var run = deployed.Client.GetRun(id);
            await run.SignalAsync(new Signal<int>("go"), 1);
            var info = await deployed.ParkedAsync(run);
            Assert.Contains("needs migration: ", info.Waiting, StringComparison.Ordinal);
            Assert.Contains("Flow", info.Waiting, StringComparison.Ordinal);
        }
        await using (var again = await World.StartAsync([after], content.Reopen))
        {
            // The same build once more changes nothing, and does not even try.
            Assert.Equal(RunStatus.Parked, (await again.Client.GetRun(id).GetInfoAsync()).Status);
            Assert.DoesNotContain(await again.Client.GetRun(id).ReadJournalAsync(), static l => l.What == "Unparked");
        }
        await using var back = await World.StartAsync([before], content.Reopen);
        Assert.Equal("old 1", await WithoutParkAsync(back, id));
    }

    [Fact]
    public async Task An_edit_elsewhere_in_the_assembly_does_not_keep_a_run_from_going_on()
    {
        var before = Build(Source);
        var after = Build(Source.Replace("//more", "async Holdfast.Durable More() { Func<int, int> f = n => n + 1; await Step(() => Task.FromResult(f(1))); }", StringComparison.Ordinal));
        var content = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([before], content.Reopen))
        {
            var run = await StartAsync(world, before);
            id = run.Id;
            await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
        }
        await using var deployed = await World.StartAsync([after], content.Reopen);
        await deployed.Client.GetRun(id).SignalAsync(new Signal<int>("go"), 1);
        Assert.Equal("old 1", await deployed.ResultAsync<string>(deployed.Client.GetRun(id)));
    }

    /// <summary>The run is still parked for the moment between the start and the turn that takes it up.</summary>
    static async Task<string> WithoutParkAsync(World world, RunId id)
    {
        var run = world.Client.GetRun(id);
        await world.UntilAsync(run, static i => i.Status != RunStatus.Parked);
        return await world.ResultAsync<string>(run);
    }
}
