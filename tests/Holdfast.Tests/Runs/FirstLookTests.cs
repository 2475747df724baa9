using Holdfast.Runtime;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Runs;

/// <summary>What the first engine of a process reads before it is ready.</summary>
public sealed class FirstLookTests
{
    static readonly Signal<int> Go = new("go");
    static int _steps;

    [Workflow("looked at")]
    public sealed class Before : Workflow
    {
        public async Durable<int> Run() => await Receive(Go);
    }

    [Workflow("looked at")]
    public sealed class After : Workflow
    {
        public async Durable<int> Run()
        {
            var before = await Step(static () => Task.FromResult(Interlocked.Increment(ref _steps)));
            return before + await Receive(Go);
        }
    }

    [Theory]
    [InlineData(typeof(Before), false)]
    [InlineData(typeof(After), true)]
    public async Task Where_this_build_cannot_go_on_somebody_is_told_before_the_run_is_woken(Type build, bool isWarned)
    {
        var store = new MemoryStore();
        RunId run;
        await using (var before = await World.StartAsync([typeof(Before)], () => store))
        {
            var waiting = await before.Client.StartAsync((Before w) => w.Run());
            await before.UntilAsync(waiting, static i => i.Waiting == "signal 'go'");
            run = waiting.Id;
        }
        using var warnings = new Warnings();
        await using var world = await World.StartAsync([build], () => store.Reopen(), configure: builder => builder.Services.AddSingleton<ILoggerFactory>(warnings));
        // Once more than each process does, and as often as the test is run.
        await FirstLook.LookAsync(world.Engine, default);
        if (isWarned) Assert.Contains(warnings.Texts, text => text.StartsWith($"Run {run} waits, and this build cannot go on with it", StringComparison.Ordinal));
        else Assert.Empty(warnings.Texts);
        // It was read, and neither parked nor run.
        Assert.Equal(RunStatus.Running, (await world.Client.GetRun(run).GetInfoAsync()).Status);
        Assert.Equal(0, _steps);
    }

    /// <summary>A codec that was forgotten at a deploy would show only when each run's time comes.</summary>
    [Fact]
    public async Task Where_the_codec_of_the_waiting_runs_is_missing_somebody_is_told_before_they_are_woken()
    {
        var store = new MemoryStore();
        RunId run;
        await using (var before = await World.StartAsync([typeof(Before)], () => store, options: static o => o.PayloadCodec = Payloads.Keys.Of("k1")))
        {
            var waiting = await before.Client.StartAsync((Before w) => w.Run());
            await before.UntilAsync(waiting, static i => i.Waiting == "signal 'go'");
            run = waiting.Id;
        }
        using var warnings = new Warnings();
        await using var world = await World.StartAsync([typeof(Before)], () => store.Reopen(), configure: builder => builder.Services.AddSingleton<ILoggerFactory>(warnings));
        await FirstLook.LookAsync(world.Engine, default);
        Assert.Contains(warnings.Texts, text => text.StartsWith($"Run {run} waits, and what is saved of it cannot be read here: ", StringComparison.Ordinal) && text.Contains("no PayloadCodec is set here", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Running, (await world.Client.GetRun(run).GetInfoAsync()).Status);
    }

    [Fact]
    public async Task A_run_that_cannot_be_read_keeps_no_engine_from_starting()
    {
        var store = new MemoryStore();
        await using (var before = await World.StartAsync([typeof(Before)], () => store))
            await before.UntilAsync(await before.Client.StartAsync((Before w) => w.Run()), static i => i.Waiting == "signal 'go'");
        await using var world = await World.StartAsync([typeof(Before)], () => new Unreadable(store.Reopen()));
        await FirstLook.LookAsync(world.Engine, default);
        Assert.Equal(0, _steps);
    }

    sealed class Unreadable(IStore inner) : StoreWrapper(inner)
    {
        public override ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken) => throw new HoldfastException(HoldfastError.StoreCorrupt, "The test says so.");
    }
}
