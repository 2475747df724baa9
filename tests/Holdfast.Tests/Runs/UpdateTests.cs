using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Updates change the state of a run from outside: once, in order with signals, and durably before they are answered.</summary>
public sealed class UpdateTests
{
    static readonly Signal<int> Number = new("number");

    public sealed class Budget : Workflow
    {
        readonly List<string> _log = [];
        object? _extra;
        int _limit = 10;

        public Budget(Probe probe)
        {
            if (probe.Count("broken") > probe.Count("mended")) throw new InvalidOperationException("the service is down");
        }

        [Update]
        public int Raise(int by)
        {
            _log.Add($"u{by}");
            _limit += by;
            if (by < 0) throw new ArgumentException("a budget is never lowered");
            return _limit;
        }

        [Update]
        public void Clear() => _log.Clear();

        public int Unmarked(int by) => _limit += by;

        [Update]
        public void Spoil() => _extra = new MemoryStream();

        [Update]
        public void Starts() => _extra = Delay(TimeSpan.FromDays(1));

        [Query]
        public string Log => string.Join(',', _log);

        public async Durable<string> Run(int n)
        {
            for (var i = 0; i < n; i++) _log.Add($"r{await Receive(Number)}");
            return $"{Log} {_limit} {_extra is null}";
        }
    }

    public sealed class Moves : Workflow
    {
        readonly List<string> _log = [];

        [Update]
        public string Move(int from, int to)
        {
            _log.Add($"{from} to {to}");
            return _log[^1];
        }

        public async Durable<string> Run()
        {
            await Receive(Number);
            return string.Join(", ", _log);
        }
    }

    /// <summary>Kept by a build whose parameters have other places, or other names, with which it waits for that build; and by one that did not keep names.</summary>
    [Theory]
    [InlineData("to,from", "1 to 9")]
    [InlineData("from,to", "9 to 1")]
    [InlineData("source,target", null)]
    [InlineData(null, "9 to 1")]
    public async Task Arguments_find_their_parameters_by_name(string? names, string? done)
    {
        var content = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([typeof(Moves)], () => content))
            id = (await world.Client.StartAsync((Moves w) => w.Run())).Id;
        var kept = names is null ? "[\"u\",9,1]"u8.ToArray() : new Holdfast.Runtime.UpdateCall("u", ["9"u8.ToArray(), "1"u8.ToArray()], names.Split(',')).Encode();
        var store = content.Reopen();
        var results = new WriteResult[1];
        await store.AppendAsync([new PostMail(id, new(MailKind.Update, "Move", kept, null, DateTimeOffset.UtcNow))], results);
        Assert.Equal(Verdict.Committed, results[0].Verdict);
        await using var next = await World.StartAsync([typeof(Moves)], content.Reopen);
        var run = next.Client.GetRun<Moves, string>(id);
        await run.SignalAsync(Number, 1);
        if (done is null)
        {
            Assert.Contains("which argument is which cannot be told", (await next.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
            return;
        }
        Assert.Equal(done, await next.ResultAsync<string>(run));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_update_changes_the_state_and_answers(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Budget)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Budget w) => w.Run(1));
        Assert.Equal(15, await run.UpdateAsync(w => w.Raise(5)));
        Assert.Equal(17, await run.UpdateAsync(w => w.Raise(2), key: "b"));
        Assert.Equal("u5,u2", await run.QueryAsync(w => w.Log));
        await run.UpdateAsync(w => w.Clear());
        Assert.Equal(18, await run.UpdateAsync(w => w.Raise(1)));
        await run.SignalAsync(Number, 7);
        Assert.Equal("u1,r7 18 True", await world.ResultAsync<string>(run));
        Assert.Equal(4, (await run.ReadJournalAsync()).Count(static l => l.What == "Updated"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_update_that_throws_keeps_nothing_and_tells_its_caller(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Budget)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Budget w) => w.Run(1));
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Raise(-3)));
        Assert.Equal(HoldfastError.UpdateRejected, refused.Error);
        Assert.Contains("never lowered", refused.Message, StringComparison.Ordinal);
        Assert.Equal(typeof(ArgumentException).FullName, Assert.IsType<StepFailedException>(refused.InnerException).TypeName);
        // What it would have left behind could not be saved, or is not its to start: the run must not pay for that.
        Assert.Equal(HoldfastError.UpdateRejected, (await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Spoil()))).Error);
        Assert.Contains("start nothing", (await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Starts()))).Message, StringComparison.Ordinal);
        Assert.Equal(11, await run.UpdateAsync(w => w.Raise(1)));
        await run.SignalAsync(Number, 7);
        Assert.Equal("u1,r7 11 True", await world.ResultAsync<string>(run));
        Assert.Equal(3, (await run.ReadJournalAsync()).Count(static l => l.What == "UpdateRejected"));
    }

    [Fact]
    public async Task A_method_that_is_no_update_is_refused_as_unknown_and_leaves_its_key_free()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Budget)], configure: probe.Register);
        var run = await world.Client.StartAsync((Budget w) => w.Run(1));
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Unmarked(5), key: "a"));
        Assert.Equal(HoldfastError.UnknownMember, refused.Error);
        Assert.Contains("has no update 'Unmarked'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(15, await run.UpdateAsync(w => w.Raise(5), key: "a"));
        await run.SignalAsync(Number, 7);
        Assert.Equal("u5,r7 15 True", await world.ResultAsync<string>(run));
        Assert.DoesNotContain(await run.ReadJournalAsync(), static l => l.What == "UpdateRejected");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_another_update_has_used_is_refused_and_both_are_named(bool inFile)
    {
        using var directory = new TemporaryDirectory();
        var (probe, content) = (new Probe(), new MemoryStore());
        Func<IStore> store = inFile ? () => SqliteStore.Open(directory["keys.db"], new() { ReserveBytes = 0 }) : content.Reopen;
        RunId id;
        await using (var before = await World.StartAsync([typeof(Budget)], store, configure: probe.Register))
        {
            var begun = await before.Client.StartAsync((Budget w) => w.Run(1));
            id = begun.Id;
            Assert.Equal(15, await begun.UpdateAsync(w => w.Raise(5), key: "a"));
            Assert.Contains("never lowered", (await Assert.ThrowsAsync<HoldfastException>(() => begun.UpdateAsync(w => w.Raise(-1), key: "bad"))).Message, StringComparison.Ordinal);
            await RefusesAsync(begun);
            Assert.Equal("u5", await begun.QueryAsync(w => w.Log));
        }
        await using var world = await World.StartAsync([typeof(Budget)], store, configure: probe.Register);
        var run = world.Client.GetRun<Budget, string>(id);
        await RefusesAsync(run);
        // Neither is it of a signal, nor are keys of updates and of signals the same; and what was refused has used nothing.
        await run.UpdateAsync(w => w.Clear(), key: "free");
        await run.SignalAsync(Number, 7, dedupKey: "a");
        Assert.Equal("r7 15 True", await world.ResultAsync<string>(run));
        await RefusesAsync(run);
        Assert.Equal(15, await run.UpdateAsync(w => w.Raise(6), key: "a"));

        static async Task RefusesAsync(RunHandle<Budget, string> run)
        {
            foreach (var key in (string[])["a", "bad"])
            {
                var refused = await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Clear(), key));
                Assert.Equal(HoldfastError.KeyUsed, refused.Error);
                foreach (var part in (string[])[$"'{key}'", "'Raise'", "'Clear'", run.Id.ToString()]) Assert.Contains(part, refused.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>One that waits for a parked run has its key already.</summary>
    [Fact]
    public async Task A_key_that_a_waiting_update_has_is_refused_to_another_one()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Budget)], configure: probe.Register, alwaysCold: true);
        var run = await world.Client.StartAsync((Budget w) => w.Run(2));
        await run.QueryAsync(w => w.Log);
        probe.Note("broken");
        await run.SignalAsync(Number, 1);
        await world.ParkedAsync(run);
        var waiting = run.UpdateAsync(w => w.Raise(5), key: "k", timeout: World.Patience);
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Clear(), key: "k", timeout: TimeSpan.FromMilliseconds(20)));
        Assert.Equal(HoldfastError.KeyUsed, refused.Error);
        probe.Note("mended");
        await run.ResumeAsync();
        Assert.Equal(15, await waiting);
        await run.SignalAsync(Number, 2);
        Assert.Equal("r1,u5,r2 15 True", await world.ResultAsync<string>(run));
    }

    [Fact]
    public async Task The_same_key_gets_the_same_answer_also_after_a_restart_and_after_the_end()
    {
        var (probe, content) = (new Probe(), new MemoryStore());
        RunId id;
        await using (var before = await World.StartAsync([typeof(Budget)], () => content.Reopen(), configure: probe.Register))
        {
            var begun = await before.Client.StartAsync((Budget w) => w.Run(1));
            id = begun.Id;
            Assert.Equal(15, await begun.UpdateAsync(w => w.Raise(5), key: "a"));
            Assert.Equal(HoldfastError.UpdateRejected, (await Assert.ThrowsAsync<HoldfastException>(() => begun.UpdateAsync(w => w.Raise(-1), key: "bad"))).Error);
            Assert.Equal(15, await begun.UpdateAsync(w => w.Raise(5), key: "a"));
        }
        await using var world = await World.StartAsync([typeof(Budget)], () => content.Reopen(), configure: probe.Register);
        var run = world.Client.GetRun<Budget, string>(id);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(15, await run.UpdateAsync(w => w.Raise(5), key: "a"));
            // A refusal is an answer like any other.
            Assert.Contains("never lowered", (await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Raise(-1), key: "bad"))).Message, StringComparison.Ordinal);
            if (i > 0) break;
            // An idle run, which this process has not touched so far.
            Assert.Equal(16, await run.UpdateAsync(w => w.Raise(1)));
            await run.SignalAsync(Number, 7);
            Assert.Equal("u5,u1,r7 16 True", await world.ResultAsync<string>(run));
        }
        Assert.Equal(HoldfastError.RunFinished, (await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Raise(1), key: "late"))).Error);
        var unknown = world.Client.GetRun<Budget, string>(RunId.Create(DateTimeOffset.UtcNow, Random.Shared));
        Assert.Equal(HoldfastError.UnknownRun, (await Assert.ThrowsAsync<HoldfastException>(() => unknown.UpdateAsync(w => w.Raise(1)))).Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Updates_and_signals_take_effect_in_the_order_in_which_they_came(bool alwaysCold)
    {
        var (probe, store) = (new Probe(), new HeldStore(new MemoryStore()));
        await using var world = await World.StartAsync([typeof(Budget)], () => store, alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Budget w) => w.Run(4));
        await run.QueryAsync(w => w.Log);
        store.Holds = static write => write is Transition;
        await run.SignalAsync(Number, 1);
        await store.Held.WaitAsync(World.Patience);
        // They gather behind the commit that is under way, and come to the run all at once.
        Task[] sent = [run.UpdateAsync(w => w.Raise(2)), run.SignalAsync(Number, 3), run.UpdateAsync(w => w.Raise(4)), run.UpdateAsync(w => w.Raise(-5)), run.SignalAsync(Number, 6), run.SignalAsync(Number, 7)];
        Assert.All(sent, static s => Assert.False(s.IsCompleted));
        store.Release();
        Assert.Equal("r1,u2,r3,u4,r6,r7 16 True", await world.ResultAsync<string>(run));
        await Assert.ThrowsAsync<HoldfastException>(() => Task.WhenAll(sent));
    }

    [Fact]
    public async Task A_parked_run_keeps_its_updates_and_does_them_in_order_when_it_goes_on()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Budget)], configure: probe.Register);
        var run = await world.Client.StartAsync((Budget w) => w.Run(3));
        await run.SignalAsync(Number, 1);
        while (await run.QueryAsync(w => w.Log) != "r1") await Task.Yield();
        probe.Note("broken");
        await run.SignalAsync(Number, 2);
        await world.ParkedAsync(run);
        var late = await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Raise(3), key: "k", timeout: TimeSpan.FromMilliseconds(20)));
        Assert.Equal(HoldfastError.AnswerTimeout, late.Error);
        await run.SignalAsync(Number, 4);
        probe.Note("mended");
        await run.ResumeAsync();
        Assert.Equal(13, await run.UpdateAsync(w => w.Raise(3), key: "k", timeout: World.Patience));
        Assert.Equal("r1,r2,u3,r4 13 True", await world.ResultAsync<string>(run));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_between_the_commit_and_the_answer_loses_neither(bool keepsLast)
    {
        var probe = new Probe();
        for (var appends = 1; ; appends++)
        {
            var content = new MemoryStore();
            var dying = new DyingStore(content.Reopen(), appends, keepsLast);
            RunId? id = null;
            var answered = false;
            await using (var before = await World.StartAsync([typeof(Budget)], () => dying, configure: probe.Register))
            {
                try
                {
                    var begun = await before.Client.StartAsync((Budget w) => w.Run(1), key: "one");
                    id = begun.Id;
                    answered = await begun.UpdateAsync(w => w.Raise(5), key: "a", timeout: World.Patience) == 15;
                }
                catch (HoldfastException)
                {
                    // The caller learns nothing, and asks again after the restart.
                }
            }
            await using var world = await World.StartAsync([typeof(Budget)], () => content.Reopen(), configure: probe.Register);
            var run = await world.Client.StartAsync((Budget w) => w.Run(1), key: "one");
            Assert.Equal(15, await run.UpdateAsync(w => w.Raise(5), key: "a"));
            Assert.Equal("u5", await run.QueryAsync(w => w.Log));
            if (answered && id is not null) return;
            Assert.True(appends < 20);
        }
    }

    [Fact]
    public async Task An_answer_whose_commit_fails_is_not_told()
    {
        var (probe, store) = (new Probe(), new HeldStore(new MemoryStore()));
        await using var world = await World.StartAsync([typeof(Budget)], () => store, configure: probe.Register);
        var run = await world.Client.StartAsync((Budget w) => w.Run(1));
        await run.QueryAsync(w => w.Log);
        store.Holds = static write => write is Transition { Answers.Count: > 0 };
        var update = run.UpdateAsync(w => w.Raise(5), timeout: World.Patience);
        await store.Held.WaitAsync(World.Patience);
        store.Release(new HoldfastException(HoldfastError.OutcomeUnknown, "The test says so."));
        Assert.Equal(HoldfastError.OutcomeUnknown, (await Assert.ThrowsAsync<HoldfastException>(() => update)).Error);
    }

    [Fact]
    public async Task The_answer_comes_after_the_commit()
    {
        var (probe, store) = (new Probe(), new HeldStore(new MemoryStore()));
        await using var world = await World.StartAsync([typeof(Budget)], () => store, configure: probe.Register);
        var run = await world.Client.StartAsync((Budget w) => w.Run(1));
        await run.QueryAsync(w => w.Log);
        store.Holds = static write => write is Transition { Answers.Count: > 0 };
        var update = run.UpdateAsync(w => w.Raise(5));
        await store.Held.WaitAsync(World.Patience);
        Assert.False(update.IsCompleted);
        store.Release();
        Assert.Equal(15, await update);
    }

    public sealed class AsyncUpdate : Workflow
    {
        [Update]
        public async Durable Raise() => await Delay(TimeSpan.Zero);

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    public sealed class VoidAsync : Workflow
    {
        [Update]
        public async void Raise() => await Task.Yield();

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    public sealed class Both : Workflow
    {
        [Update, Query]
        public int Raise() => 1;

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(typeof(AsyncUpdate), "must be synchronous")]
    [InlineData(typeof(VoidAsync), "must be synchronous")]
    [InlineData(typeof(Both), "as query and as update")]
    public async Task What_could_not_be_done_between_two_turns_is_refused_at_registration(Type workflow, string why)
    {
        var error = await Assert.ThrowsAsync<HoldfastException>(() => World.StartAsync([workflow]));
        Assert.Equal(HoldfastError.InvalidWorkflow, error.Error);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }
}
