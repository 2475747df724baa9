using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Live frames are a cache of what is durable: whatever the store does not keep, they must not keep either.</summary>
public sealed class CommitTests
{
    public sealed class Logs(Probe probe) : Workflow
    {
        readonly List<int> _log = [];

        public async Durable<string> Run(int n)
        {
            for (var i = 0; i < n; i++)
            {
                _log.Add(i);
                await Step(step => probe.Do($"step {i}", step), new() { AtMostOnce = true });
            }
            return string.Join(',', _log);
        }
    }

    /// <summary>Answers single writes as the test wants.</summary>
    sealed class PickyStore(IStore inner, Func<StoreWrite, int, Verdict?> answer) : StoreWrapper(inner)
    {
        int _turns;

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            var kept = new List<StoreWrite>();
            var verdicts = new Verdict?[writes.Count];
            for (var i = 0; i < writes.Count; i++)
            {
                if (writes[i] is Transition) _turns++;
                verdicts[i] = answer(writes[i], _turns);
                if (verdicts[i] is null) kept.Add(writes[i]);
            }
            var inner = new WriteResult[kept.Count];
            await Inner.AppendAsync(kept, inner);
            for (int i = 0, k = 0; i < writes.Count; i++)
                results[i] = verdicts[i] is { } verdict ? new(verdict, Reason: "the test says so") : inner[k++];
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refused_turn_parks_the_run_keeps_the_result_and_has_no_effect_twice(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync(
            [typeof(Logs)], () => new PickyStore(new MemoryStore(), static (write, turns) => write is Transition && turns == 3 ? Verdict.Refused : null), alwaysCold, probe.Register);
        var run = await world.Client.StartAsync((Logs w) => w.Run(4));
        Assert.Contains("the store refused the turn: the test says so", (await world.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
        Assert.Equal(["step 0", "step 1"], probe.Entries);
        await world.ResumeAsync(run);
        Assert.Equal("0,1,2,3", await world.ResultAsync<string>(run));
        Assert.Equal(["step 0", "step 1", "step 2", "step 3"], probe.Entries);
    }

    /// <summary>A reason that is not kept is no reason: nobody would take the run up again before the next start.</summary>
    [Fact]
    public async Task A_run_whose_parking_is_refused_too_is_taken_up_again_by_itself()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync(
            [typeof(Logs)], () => new PickyStore(new MemoryStore(), static (write, turns) => write is Transition && turns is 3 or 4 ? Verdict.Refused : null), configure: probe.Register);
        var run = await world.Client.StartAsync((Logs w) => w.Run(4));
        Assert.Equal("0,1,2,3", await run.ResultAsync().WaitAsync(World.Patience));
        Assert.Equal(["step 0", "step 1", "step 2", "step 3"], probe.Entries);
        Assert.Contains(world.Errors, static e => e.Contains("the test says so", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_whose_deaths_cannot_be_counted_goes_on_all_the_same()
    {
        using var directory = new Storage.TemporaryDirectory();
        var content = new MemoryStore();
        var (counts, hasRefused) = (false, false);
        IStore Store(IStore inner) => new PickyStore(new Beside(inner, directory["store"]), (write, _) =>
        {
            if (!counts || hasRefused || write is not Transition) return null;
            hasRefused = true;
            return Verdict.Refused;
        });
        RunId id;
        await using (var world = await World.StartAsync([typeof(Waits)], () => Store(content)))
        {
            var run = await world.Client.StartAsync((Waits w) => w.Run());
            await world.UntilAsync(run, static i => i.Waiting.StartsWith("signal", StringComparison.Ordinal));
            id = run.Id;
        }
        using var marks = Runtime.RunningMarks.Open(directory["store"], Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        marks.Enter(id);
        counts = true;
        await using var next = await World.StartAsync([typeof(Waits)], () => Store(content.Reopen()));
        var waiting = next.Client.GetRun<Waits, int>(id);
        await waiting.SignalAsync(new Signal<int>("go"), 3);
        Assert.Equal(3, await next.ResultAsync<int>(waiting));
        Assert.True(hasRefused);
        Assert.Contains(next.Errors, static e => e.Contains("the test says so", StringComparison.Ordinal));
    }

    /// <summary>A store with room for files beside it.</summary>
    sealed class Beside(IStore inner, string path) : StoreWrapper(inner)
    {
        public override string? SidecarPath => path;
    }

    [Fact]
    public async Task An_owner_that_was_replaced_acts_no_more_and_the_new_one_goes_on()
    {
        var probe = new Probe();
        probe.Answer = async (what, _) =>
        {
            if (what == "step 1" && probe.Count(what) == 1)
            {
                probe.Gate("in step 1").TrySetResult();
                await probe.Gate("replaced").Task;
            }
            return 0;
        };
        var content = new MemoryStore();
        await using var old = await World.StartAsync([typeof(Ordinary)], () => content, configure: probe.Register);
        var run = await old.Client.StartAsync((Ordinary w) => w.Run(3));
        await probe.ReachedAsync("in step 1");
        var result = run.ResultAsync();
        await using var heir = await World.StartAsync([typeof(Ordinary)], content.Reopen, configure: probe.Register);
        Assert.Equal("0,1,2", await heir.ResultAsync<string>(heir.Client.GetRun(run.Id)));
        probe.Gate("replaced").SetResult();
        Assert.Equal(HoldfastError.OwnershipLost, (await Assert.ThrowsAsync<HoldfastException>(() => result.WaitAsync(World.Patience))).Error);
        Assert.Equal(HoldfastError.OwnershipLost, (await Assert.ThrowsAsync<HoldfastException>(() => run.GetInfoAsync())).Error);
        Assert.Equal(1, probe.Count("step 2"));
    }

    [Fact]
    public async Task An_owner_that_was_replaced_acknowledges_no_start_and_no_message_of_which_the_new_one_would_not_hear()
    {
        var probe = new Probe();
        var content = new MemoryStore();
        await using var old = await World.StartAsync([typeof(Ordinary)], () => content, configure: probe.Register);
        await using var heir = await World.StartAsync([typeof(Ordinary)], content.Reopen, configure: probe.Register);
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => old.Client.StartAsync((Ordinary w) => w.Run(1), "late"));
        Assert.Equal(HoldfastError.OwnershipLost, refused.Error);
        Assert.Empty(await heir.Client.ListAsync(new()));
        Assert.Equal("0", await heir.ResultAsync<string>(await heir.Client.StartAsync((Ordinary w) => w.Run(1), "late")));
    }

    public sealed class Ordinary(Probe probe) : Workflow
    {
        readonly List<int> _log = [];

        public async Durable<string> Run(int n)
        {
            for (var i = 0; i < n; i++)
            {
                _log.Add(i);
                await Step(step => probe.Do($"step {i}", step));
            }
            return string.Join(',', _log);
        }
    }

    [Fact]
    public async Task A_full_store_refuses_clients_holds_turns_back_and_goes_on_by_itself()
    {
        var probe = new Probe();
        probe.Answer = async (what, _) =>
        {
            if (what == "step 1")
            {
                probe.Gate("in step 1").TrySetResult();
                await probe.Gate("full").Task;
            }
            return 0;
        };
        var store = new FullStore();
        await using var world = await World.StartAsync([typeof(Logs)], () => store, alwaysCold: false, probe.Register);
        var run = await world.Client.StartAsync((Logs w) => w.Run(3));
        await probe.ReachedAsync("in step 1");
        store.IsFull = true;
        probe.Gate("full").SetResult();
        await store.Refused.WaitAsync(World.Patience);
        Assert.Equal(HoldfastError.StoreFull, (await Assert.ThrowsAsync<HoldfastException>(() => world.Client.StartAsync((Logs w) => w.Run(1)))).Error);
        Assert.Equal(0, probe.Count("step 2"));
        store.IsFull = false;
        Assert.Equal("0,1,2", await world.ResultAsync<string>(run));
        Assert.Equal(["step 0", "step 1", "step 2"], probe.Entries);
    }

    [Fact]
    public async Task A_disk_with_room_for_a_part_of_what_waits_takes_it_part_by_part()
    {
        var store = new FullStore { Room = 2 };
        await using var world = await World.StartAsync([typeof(Ordinary)], () => store, configure: new Probe().Register);
        store.IsFull = true;
        var results = Enumerable.Range(1, 8).Select(op => new ResultOnly
        {
            Run = RunId.Create(DateTimeOffset.UnixEpoch, new(1)), Key = new(1), Epoch = world.Engine.Epoch, Utc = DateTimeOffset.UnixEpoch, Op = op, Outcome = new byte[] { 1 },
        });
        var answers = await world.Engine.Committer.CommitAsync([.. results]).WaitAsync(World.Patience);
        Assert.All(answers, static answer => Assert.Equal(Verdict.UnknownRun, answer.Verdict));
        Assert.True(store.Refused.IsCompleted);
    }

    sealed class FullStore() : StoreWrapper(new MemoryStore())
    {
        readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsFull;

        /// <summary>How many writes of a batch there is room for, all the same.</summary>
        public int Room { get; init; }

        public Task Refused => _refused.Task;

        public override ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            if (!IsFull || writes.Count <= Room) return base.AppendAsync(writes, results);
            _refused.TrySetResult();
            throw new HoldfastException(HoldfastError.StoreFull, "full");
        }
    }

    [Fact]
    public async Task A_run_that_could_not_be_read_is_tried_again_with_what_had_happened_to_it()
    {
        var probe = new Probe();
        var store = new UnreadableStore();
        await using var world = await World.StartAsync([typeof(Waits)], () => store, configure: probe.Register);
        var run = await world.Client.StartAsync((Waits w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting.StartsWith("signal", StringComparison.Ordinal));
        store.FailuresLeft = 1;
        await run.SignalAsync(new Signal<int>("go"), 3);
        Assert.Equal(3, await run.ResultAsync().WaitAsync(World.Patience));
        Assert.Equal(0, store.FailuresLeft);
        Assert.Single(world.Errors);
    }

    public sealed class Waits : Workflow
    {
        public async Durable<int> Run() => await Receive(new Signal<int>("go"));
    }

    /// <summary>It was done: for want of its result it must not be done again, neither at once nor when the run is taken up.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_step_whose_result_the_store_does_not_take_has_failed_and_does_not_begin_again(bool isBesideAnother)
    {
        var probe = new Probe();
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Verdict? Answer(StoreWrite write, int turns)
        {
            if (write is not ResultOnly { Outcome.Length: > 10_000 } && (isBesideAnother || write is not Transition || turns != 2)) return null;
            refused.TrySetResult();
            return Verdict.Refused;
        }
        await using var world = await World.StartAsync([typeof(Bulky)], () => new PickyStore(new MemoryStore(), Answer), configure: probe.Register);
        probe.Answer = async (what, _) =>
        {
            if (what == "other") await probe.Gate("go").Task;
            return 0;
        };
        var run = await world.Client.StartAsync((Bulky w) => w.Run(isBesideAnother));
        if (isBesideAnother)
        {
            await refused.Task.WaitAsync(World.Patience);
            probe.Gate("go").SetResult();
        }
        else
        {
            await world.ParkedAsync(run);
            await world.ResumeAsync(run);
        }
        Assert.Contains("the test says so", await run.ResultAsync().WaitAsync(World.Patience), StringComparison.Ordinal);
        Assert.Equal(1, probe.Count("bulky"));
    }

    public sealed class Bulky(Probe probe) : Workflow
    {
        public async Durable<string> Run(bool isBesideAnother)
        {
            var bulky = Step(BulkyAsync, new() { AtMostOnce = true });
            if (isBesideAnother) await Step(step => probe.Do("other", step));
            try
            {
                return await bulky;
            }
            catch (HoldfastException error)
            {
                return error.Message;
            }
        }

        async Task<string> BulkyAsync(StepContext step)
        {
            await probe.Do("bulky", step);
            return new string('x', 20_000);
        }
    }

    /// <summary>The attempt has reported, and nothing durable says so yet: whatever else happens to the run must not have it begin again.</summary>
    [Fact]
    public async Task What_a_turn_that_broke_had_taken_is_taken_by_the_next_one_whatever_that_comes_for()
    {
        var probe = new Probe();
        var store = new UnreadableStore();
        probe.Answer = (what, _) =>
        {
            if (what == "once" && probe.Count(what) == 1) store.BlobFailuresLeft = 1;
            return Task.FromResult(0);
        };
        await using var world = await World.StartAsync([typeof(Heavy)], () => store, alwaysCold: true, probe.Register);
        var run = await world.Client.StartAsync((Heavy w) => w.Run());
        var deadline = DateTime.UtcNow + World.Patience;
        while (world.Errors.Count == 0)
        {
            Assert.True(DateTime.UtcNow < deadline, "The turn was not reported.");
            await Task.Delay(5);
        }
        await run.SignalAsync(new Signal<int>("anything"), 1);
        Assert.Equal(100_000, await run.ResultAsync().WaitAsync(World.Patience));
        Assert.Equal(["once"], probe.Entries);
    }

    public sealed class Heavy(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            // Kept apart from the frames, so that reading them again asks the store.
            var heavy = new string('x', 100_000);
            await Step(step => probe.Do("once", step), new() { AtMostOnce = true });
            return heavy.Length;
        }
    }

    sealed class UnreadableStore() : StoreWrapper(new MemoryStore())
    {
        public volatile int FailuresLeft;

        public volatile int BlobFailuresLeft;

        public override ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken)
        {
            if (BlobFailuresLeft <= 0) return base.LoadBlobAsync(key, hash, cancellationToken);
            BlobFailuresLeft--;
            throw new HoldfastException(HoldfastError.StoreUnavailable, "busy");
        }

        public override ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken)
        {
            if (FailuresLeft <= 0) return base.LoadAsync(run, cancellationToken);
            FailuresLeft--;
            throw new HoldfastException(HoldfastError.StoreUnavailable, "busy");
        }
    }
}
