using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Nothing is acknowledged before it is durable: each of the client's calls that change something waits for its commit, and fails with it.</summary>
public sealed class AcknowledgementTests
{
    static readonly Signal<int> Go = new("go");

    public sealed class Waits : Workflow
    {
        public async Durable<int> Run() => await Receive(Go) + await Receive(Go);
    }

    /// <summary>Holds an append or a sync back until the test lets it go, or lets it fail.</summary>
    sealed class HeldStore(IStore inner) : StoreWrapper(inner)
    {
        TaskCompletionSource? _entered, _release;
        bool _atSync;

        /// <summary>The next append waits, or the next sync; completes when it has come.</summary>
        public Task HoldNext(bool atSync)
        {
            _atSync = atSync;
            _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var entered = _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return entered.Task;
        }

        public void Release(Exception? error = null)
        {
            var release = _release!;
            if (error is null) release.SetResult();
            else release.SetException(error);
        }

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            if (!_atSync) await HoldAsync();
            await base.AppendAsync(writes, results);
        }

        public override async ValueTask SyncAsync()
        {
            if (_atSync) await HoldAsync();
            await base.SyncAsync();
        }

        async Task HoldAsync()
        {
            if (Interlocked.Exchange(ref _entered, null) is not { } entered) return;
            entered.SetResult();
            await _release!.Task;
        }
    }

    static Func<World, RunHandle, Task> Call(string verb) => verb switch
    {
        "start" => static (world, _) => world.Client.StartAsync((Waits w) => w.Run()),
        "start many" => static (world, _) => world.Client.StartManyAsync<Waits>([(null, "a"), (null, "b")]),
        "signal" => static (_, run) => run.SignalAsync(Go, 1),
        "cancel" => static (_, run) => run.CancelAsync("enough"),
        "terminate" => static (_, run) => run.TerminateAsync(),
        "resume" => static (_, run) => run.ResumeAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(verb)),
    };

    public static TheoryData<string, bool> Verbs
    {
        get
        {
            var verbs = new TheoryData<string, bool>();
            foreach (var verb in (string[])["start", "start many", "signal", "cancel", "terminate", "resume"])
            {
                verbs.Add(verb, false);
                verbs.Add(verb, true);
            }
            return verbs;
        }
    }

    [Theory, MemberData(nameof(Verbs))]
    public async Task A_call_returns_only_once_what_it_asked_for_is_durable(string verb, bool atSync)
    {
        var store = new HeldStore(new MemoryStore());
        await using var world = await World.StartAsync([typeof(Waits)], () => store);
        var run = await WaitingAsync(world);
        var held = store.HoldNext(atSync);
        var call = Call(verb)(world, run);
        await held.WaitAsync(World.Patience);
        Assert.False(call.IsCompleted);
        store.Release();
        await call.WaitAsync(World.Patience);
    }

    [Theory, MemberData(nameof(Verbs))]
    public async Task A_call_whose_commit_fails_does_not_succeed(string verb, bool atSync)
    {
        var store = new HeldStore(new MemoryStore());
        await using var world = await World.StartAsync([typeof(Waits)], () => store);
        var run = await WaitingAsync(world);
        var held = store.HoldNext(atSync);
        var call = Call(verb)(world, run);
        await held.WaitAsync(World.Patience);
        store.Release(new HoldfastException(HoldfastError.OutcomeUnknown, "The test says so."));
        Assert.Equal(HoldfastError.OutcomeUnknown, (await Assert.ThrowsAsync<HoldfastException>(() => call.WaitAsync(World.Patience))).Error);
    }

    /// <summary>A run in which nothing is going on, so that the next append is the call's.</summary>
    static async Task<RunHandle> WaitingAsync(World world)
    {
        var run = await world.Client.StartAsync((Waits w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
        return run;
    }
}
