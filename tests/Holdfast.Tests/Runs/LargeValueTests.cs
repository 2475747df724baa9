using Holdfast.Runtime;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Large values are kept apart, for as long as something of the run refers to them.</summary>
public sealed class LargeValueTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public sealed class Changes(Probe probe) : Workflow
    {
        const int Length = 20_000;

        string _field = "";

        public async Durable<int> Run(int rounds)
        {
            var sum = 0;
            for (var i = 0; i < rounds; i++)
            {
                var local = new string((char)('a' + i), Length);
                _field = new string((char)('A' + i), Length);
                // In the frames, in what the step has captured, and in what it gives back.
                var back = await Step(step => Task.FromResult(local.ToUpperInvariant() + step.Attempt));
                sum += local.Length + back.Length;
            }
            var last = new string('z', Length);
            var step = Step(async context =>
            {
                await probe.Do("last", context);
                return last.Length;
            });
            last = _field = "";
            await Receive(new Signal<int>("go"));
            sum += await step;
            await Receive(new Signal<int>("end"));
            return sum;
        }
    }

    /// <summary>Knows every large value that was ever kept.</summary>
    sealed class Keeps(IStore inner) : StoreWrapper(inner)
    {
        readonly HashSet<(RunKey Run, BlobHash Hash)> _all = [];

        public int EverKept => _all.Count;

        public override ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            lock (_all)
                foreach (var turn in writes.OfType<Transition>())
                    foreach (var blob in turn.Blobs) _all.Add((turn.Key, blob.Hash));
            return base.AppendAsync(writes, results);
        }

        public async Task<HashSet<BlobHash>> KeptAsync()
        {
            (RunKey, BlobHash)[] all;
            lock (_all) all = [.. _all];
            var kept = new HashSet<BlobHash>();
            foreach (var (run, hash) in all)
                if (await Inner.LoadBlobAsync(run, hash, default) is not null) kept.Add(hash);
            return kept;
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task What_a_going_run_no_longer_refers_to_is_gone(bool inFile, bool alwaysCold)
    {
        const int rounds = 6;
        var probe = new Probe();
        probe.Answer = async (_, _) =>
        {
            await probe.Gate("last").Task;
            return 0;
        };
        var store = new Keeps(inFile ? SqliteStore.Open(_directory["runs.db"], new() { ReserveBytes = 0 }) : new MemoryStore());
        await using var world = await World.StartAsync([typeof(Changes)], () => store, alwaysCold, probe.Register);
        var run = await world.Client.StartAsync((Changes w) => w.Run(rounds));
        await world.UntilAsync(run, static i => i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
        Assert.True(store.EverKept > rounds, $"{store.EverKept} large values were kept");
        // What the step that still runs has captured is among it, though its frame has let go of it.
        Assert.NotEmpty(await OnlyNeededAsync());

        await run.SignalAsync(new Signal<int>("go"), 1);
        probe.Gate("last").TrySetResult();
        await world.UntilAsync(run, static i => i.Waiting == "signal 'end'");
        await OnlyNeededAsync();
        await run.SignalAsync(new Signal<int>("end"), 1);
        Assert.Equal((rounds * 40_001) + 20_000, await world.ResultAsync<int>(run));
        Assert.Empty(await store.KeptAsync());

        async Task<HashSet<BlobHash>> OnlyNeededAsync()
        {
            var needed = LargeValues.NeededBy((await store.LoadAsync(run.Id, default))!).ToHashSet();
            var kept = await store.KeptAsync();
            Assert.True(kept.SetEquals(needed), $"{kept.Count} are kept, {needed.Count} are needed");
            Assert.True(kept.Count <= 2, $"{kept.Count} are kept");
            return kept;
        }
    }

    public sealed class TriesAgain(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            var large = new string('x', 20_000);
            var step = Step(
                async context =>
                {
                    await probe.Do("tried", context);
                    return large.Length;
                },
                new() { Retry = new() { FirstDelay = TimeSpan.FromMilliseconds(20), Factor = 1 } });
            // The step alone has it from now on.
            large = "";
            return await step;
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task What_a_step_has_captured_is_there_for_its_next_try(bool inFile, bool alwaysCold)
    {
        var tries = 0;
        var probe = new Probe { Answer = (_, _) => Interlocked.Increment(ref tries) < 3 ? throw new IOException("busy") : Task.FromResult(0) };
        await using var world = await World.StartAsync([typeof(TriesAgain)], () => inFile ? SqliteStore.Open(_directory["runs.db"], new() { ReserveBytes = 0 }) : new MemoryStore(), alwaysCold, probe.Register);
        Assert.Equal(20_000, await world.ResultAsync<int>(await world.Client.StartAsync((TriesAgain w) => w.Run())));
        Assert.Equal(3, tries);
    }
}
