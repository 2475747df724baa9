using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>A run's cost follows from what it holds, not from how long it has run. The benchmark does the million; this is its little sister.</summary>
public sealed class LongRunTests
{
    public sealed class Counts : Workflow
    {
        public async Durable<long> Run(int steps)
        {
            var sum = 0L;
            var deadline = Receive(new Signal<int>("stop"));
            for (var i = 0; i < steps; i++)
            {
                sum += await Step(() => Task.FromResult(i & 7));
                // Each iteration starts a wait for the same signal and drops it again, as a loop with a way out does.
                if (i % 100 == 0) await deadline.Within(TimeSpan.Zero).Outcome();
                if (i % 100 == 0) deadline = Receive(new Signal<int>("stop"));
            }
            return sum;
        }
    }

    [Fact]
    public async Task The_saved_frames_stay_as_small_after_20_000_steps_as_after_10()
    {
        const int steps = 20_000;
        var store = new MeasuringStore();
        await using var world = await World.StartAsync([typeof(Counts)], () => store, alwaysCold: false);
        var run = await world.Client.StartAsync((Counts w) => w.Run(steps));
        Assert.Equal(Enumerable.Range(0, steps).Sum(static i => (long)(i & 7)), await world.ResultAsync<long>(run));
        Assert.True(store.Turns >= steps);
        Assert.True(store.LateMax <= store.EarlyMax + 16, $"{store.EarlyMax} bytes at first, {store.LateMax} later");
    }

    sealed class MeasuringStore() : StoreWrapper(new MemoryStore())
    {
        const int Early = 1_000;

        public int Turns { get; private set; }

        public int EarlyMax { get; private set; }

        public int LateMax { get; private set; }

        public override ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var turn in writes.OfType<Transition>())
            {
                var bytes = turn.State.Length + (turn.Snapshot?.Length ?? 0);
                if (++Turns <= Early) EarlyMax = Math.Max(EarlyMax, bytes);
                else LateMax = Math.Max(LateMax, bytes);
            }
            return base.AppendAsync(writes, results);
        }
    }
}
