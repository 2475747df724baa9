using Holdfast.Sqlite;
using Holdfast.Tests.Faults;
using Holdfast.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Tests.Runs;

/// <summary>Runs on an SQLite file: transactions with the user's own tables, and disks that do not do their part.</summary>
public sealed class SqliteRunTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly FaultyVfs _disk = new();

    public void Dispose()
    {
        _disk.Dispose();
        _directory.Dispose();
    }

    Task<World> StartAsync(Type[] workflows, Probe probe, Action<HoldfastBuilder>? configure = null, int reserveBytes = 0) => World.StartAsync(
        workflows, () => SqliteStore.Open(_directory["runs.db"], new() { FileSystem = _disk.Name, ReserveBytes = reserveBytes }), alwaysCold: false,
        builder =>
        {
            probe.Register(builder);
            configure?.Invoke(builder);
        });

    public sealed class Books(Probe probe) : Workflow
    {
        public async Durable<string> Run(int n)
        {
            await Transaction(static tx => Execute(tx, "CREATE TABLE IF NOT EXISTS booking (key TEXT NOT NULL, amount INT NOT NULL)"));
            var total = 0L;
            for (var i = 0; i < n; i++)
            {
                total += await Transaction(
                    tx =>
                    {
                        probe.Note($"book {i}");
                        Execute(tx, $"INSERT INTO booking VALUES ('{tx.IdempotencyKey}', {i})");
                        // The first time the step fails after it has written.
                        if (i == 1 && probe.Count("book 1") == 1) throw new InvalidOperationException("once");
                        return Execute(tx, "SELECT COUNT(*) FROM booking");
                    }, new() { Retry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } });
            }
            return $"{total} {await Transaction(static tx => Execute(tx, "SELECT COUNT(*) FROM booking"))}";
        }
    }

    public sealed class TooSlow(Probe probe) : Workflow
    {
        public async Durable<string> Run()
        {
            await Transaction(static tx => Execute(tx, "CREATE TABLE slow (x INT)"));
            try
            {
                await Transaction(
                    tx =>
                    {
                        Execute(tx, "INSERT INTO slow VALUES (1)");
                        Thread.Sleep(20);
                        probe.Note("slow");
                        return 1;
                    }, new() { Timeout = TimeSpan.FromMilliseconds(1), Retry = RetryPolicy.None });
                return "kept";
            }
            catch (TimeoutException)
            {
                return $"undone {await Transaction(static tx => Execute(tx, "SELECT COUNT(*) FROM slow"))}";
            }
        }
    }

    static long Execute(StepTransaction tx, string sql) => Execute(tx.Connection, sql);

    static long Execute(System.Data.Common.DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() as long? ?? 0;
    }

    [Fact]
    public async Task A_transaction_commits_with_its_result_or_is_undone_whole()
    {
        var probe = new Probe();
        await using var world = await StartAsync([typeof(Books), typeof(TooSlow)], probe);
        Assert.Equal("6 3", await world.ResultAsync<string>(await world.Client.StartAsync((Books w) => w.Run(3))));
        Assert.Equal(["book 0", "book 1", "book 1", "book 2"], probe.Entries);
        Assert.Equal("undone 0", await world.ResultAsync<string>(await world.Client.StartAsync((TooSlow w) => w.Run())));
    }

    public sealed class HeldUp(Probe probe) : Workflow
    {
        public async Durable<long> Run()
        {
            await Transaction(static tx => Execute(tx, "CREATE TABLE held (x INT)"));
            return await Transaction(
                tx =>
                {
                    Execute(tx, "INSERT INTO held VALUES (1)");
                    probe.Note("tried");
                    if (probe.Count("tried") == 1) Dawdle();
                    return Execute(tx, "SELECT COUNT(*) FROM held");
                }, new() { Retry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } });
        }
    }

    static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    static void Dawdle()
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        SpinWait.SpinUntil(() => System.Diagnostics.Stopwatch.GetElapsedTime(began) > Limit + TimeSpan.FromMilliseconds(1));
    }

    /// <summary>On a machine that has much to do, anything can take too long once: that must not end a run, nor a call from outside look as if it were forbidden.</summary>
    [Fact]
    public async Task What_takes_too_long_inside_a_commit_is_undone_and_tried_again()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync(
            [typeof(HeldUp)], () => SqliteStore.Open(_directory["slow.db"], new() { ReserveBytes = 0, TransactionStepLimit = Limit }), alwaysCold: false, probe.Register);
        var run = await world.Client.StartAsync((HeldUp w) => w.Run());
        Assert.Equal(1, await world.ResultAsync<long>(run));
        Assert.InRange(probe.Count("tried"), 2, 100);
        Assert.Contains(await run.ReadJournalAsync(), static l => l.Text.Contains("longer than 0.1 s", StringComparison.Ordinal));

        var late = await Assert.ThrowsAsync<TimeoutException>(() => world.Client.TransactAsync(static tx =>
        {
            Dawdle();
            return Execute(tx, "INSERT INTO held VALUES (2)");
        }));
        Assert.Contains("longer than 0.1 s", late.Message, StringComparison.Ordinal);
        Assert.Equal(1, await CountedAsync());

        // This one can take too long as well, which is not what is looked at.
        async Task<long> CountedAsync()
        {
            while (true)
                try
                {
                    return await world.Client.TransactAsync(static tx => Execute(tx, "SELECT COUNT(*) FROM held"));
                }
                catch (TimeoutException)
                {
                }
        }
    }

    static long Execute(StoreTransaction tx, string sql) => Execute(tx.Connection, sql);

    public sealed class Calls(IHoldfastClient client, Probe probe) : Workflow
    {
        public async Durable<string> Run((string Verb, bool IsElsewhere) call)
        {
            var (run, (verb, isElsewhere)) = (RunId, call);
            try
            {
                return await Transaction(_ => isElsewhere ? Task.Run(() => CallAsync(verb, run)).GetAwaiter().GetResult() : CallAsync(verb, run).GetAwaiter().GetResult());
            }
            catch (HoldfastException error)
            {
                return $"{error.Error}: {error.Message}";
            }
        }

        async Task<string> CallAsync(string verb, RunId run)
        {
            probe.Note(verb);
            switch (verb)
            {
                case "start": await client.StartAsync((Steps w) => w.Run(0), "other"); break;
                case "signal": await client.GetRun(run).SignalAsync(new Signal<int>("go"), 1); break;
                case "update": await client.GetRun<Waits, int>(run).UpdateAsync(w => w.Add(1)); break;
                case "query": await client.GetRun<Waits, int>(run).QueryAsync(w => w.Sum); break;
                case "result": await client.GetRun(run).WaitAsync(); break;
                case "prune": await client.PruneAsync(); break;
                case "restart": await client.RestartAsync(run, "again"); break;
                case "backup": await client.BackupAsync(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())); break;
                case "look": return (await client.GetRun(run).GetInfoAsync()).Workflow;
                default: throw new ArgumentOutOfRangeException(nameof(verb));
            }
            return "done";
        }
    }

    public sealed class Waits : Workflow
    {
        [Query]
        public int Sum { get; private set; }

        [Update]
        public void Add(int by) => Sum += by;

        public async Durable<int> Run() => await Receive(new Signal<int>("go"));
    }

    /// <summary>What it would wait for comes after the commit in which it runs: so it would for ever, and all runs with it.</summary>
    [Theory]
    [InlineData("start", false)]
    [InlineData("start", true)]
    [InlineData("signal", false)]
    [InlineData("update", false)]
    [InlineData("query", false)]
    [InlineData("result", true)]
    [InlineData("prune", false)]
    [InlineData("restart", false)]
    [InlineData("backup", true)]
    public async Task A_transaction_that_asks_the_client_for_what_comes_after_its_own_commit_is_refused_and_holds_nobody_up(string verb, bool isElsewhere)
    {
        var probe = new Probe();
        await using var world = await StartAsync([typeof(Calls), typeof(Steps), typeof(Waits)], probe);
        var answer = await world.ResultAsync<string>(await world.Client.StartAsync((Calls w) => w.Run(ValueTuple.Create(verb, isElsewhere))));
        Assert.StartsWith("Misuse: ", answer, StringComparison.Ordinal);
        Assert.Contains("ordinary step", answer, StringComparison.Ordinal);
        Assert.Equal([verb], probe.Entries);
        Assert.Null(await world.Client.FindAsync<Steps>("other"));
    }

    [Fact]
    public async Task A_transaction_may_look_at_runs_and_what_it_started_may_call_the_client_afterwards()
    {
        var probe = new Probe();
        await using var world = await StartAsync([typeof(Calls), typeof(Leaves), typeof(Steps)], probe);
        Assert.Equal(nameof(Calls), await world.ResultAsync<string>(await world.Client.StartAsync((Calls w) => w.Run(ValueTuple.Create("look", false)))));
        Assert.Equal(1, await world.ResultAsync<int>(await world.Client.StartAsync((Leaves w) => w.Run())));
        probe.Gate("committed").SetResult();
        await probe.ReachedAsync("started");
    }

    public sealed class Leaves(IHoldfastClient client, Probe probe) : Workflow
    {
        public async Durable<int> Run() => await Transaction(tx =>
        {
            var later = Task.Run(StartAsync);
            return later.IsFaulted ? 0 : 1;
        });

        async Task StartAsync()
        {
            await probe.Gate("committed").Task;
            await client.StartAsync((Steps w) => w.Run(0));
            probe.Gate("started").SetResult();
        }
    }

    public sealed class Steps(Probe probe) : Workflow
    {
        public async Durable<int> Run(int n)
        {
            var sum = 0;
            for (var i = 0; i < n; i++) sum += await Step(step => probe.Do($"step {i}", step));
            return sum;
        }
    }

    /// <summary>A probe whose workflow stands in its step 1 until the gate is opened.</summary>
    static Probe HeldAtStep1()
    {
        var probe = new Probe();
        probe.Answer = async (what, _) =>
        {
            if (what == "step 1")
            {
                probe.Gate("in step 1").TrySetResult();
                await probe.Gate("broken").Task;
            }
            return 1;
        };
        return probe;
    }

    [Fact]
    public async Task A_full_disk_stops_acknowledging_and_runs_go_on_once_there_is_room()
    {
        var probe = HeldAtStep1();
        await using var world = await StartAsync([typeof(Steps)], probe);
        var run = await world.Client.StartAsync((Steps w) => w.Run(4));
        await probe.ReachedAsync("in step 1");
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _disk.Hook = (in VfsCall call) =>
        {
            if (call.Operation != VfsOperation.Write) return VfsAnswer.Pass;
            refused.TrySetResult();
            return VfsAnswer.Fail(VfsAnswer.Full);
        };
        probe.Gate("broken").SetResult();
        await refused.Task.WaitAsync(World.Patience);
        var error = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.StartAsync((Steps w) => w.Run(1)));
        Assert.Equal(HoldfastError.StoreFull, error.Error);
        Assert.True(error.IsTransient);
        Assert.Equal(0, probe.Count("step 2"));
        _disk.Hook = null;
        Assert.Equal(4, await world.ResultAsync<int>(run));
        Assert.Equal(["step 0", "step 1", "step 2", "step 3"], probe.Entries);
    }

    public sealed class Waiting : Workflow
    {
        static readonly Signal<int> Never = new("never");

        public async Durable<int> Run() => await Receive(Never);
    }

    [Fact]
    public async Task Runs_can_be_ended_while_the_disk_is_full_and_others_hold_back()
    {
        var probe = HeldAtStep1();
        await using var world = await StartAsync([typeof(Steps), typeof(Waiting)], probe, reserveBytes: 100_000);
        var waiting = await world.Client.StartAsync((Waiting w) => w.Run());
        var cancelled = await world.Client.StartAsync((Waiting w) => w.Run());
        // A first turn that finds no room is held back, and a request to cancel with it.
        foreach (var each in (RunHandle[])[waiting, cancelled]) await world.UntilAsync(each, static i => i.Waiting.Contains("never", StringComparison.Ordinal));
        var run = await world.Client.StartAsync((Steps w) => w.Run(4));
        await probe.ReachedAsync("in step 1");
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isFull = true;
        var reserve = _directory["runs.db"] + ".reserve";
        // The disk has room for exactly the reserve; once that is gone, a directory in its place keeps it from being made again.
        _disk.Hook = (in VfsCall call) =>
        {
            if (!isFull || call.Operation != VfsOperation.Write) return VfsAnswer.Pass;
            if (!File.Exists(reserve))
            {
                Directory.CreateDirectory(reserve);
                return VfsAnswer.Pass;
            }
            refused.TrySetResult();
            return VfsAnswer.Fail(VfsAnswer.Full);
        };
        probe.Gate("broken").SetResult();
        await refused.Task.WaitAsync(World.Patience);

        await waiting.TerminateAsync("makes room");
        await cancelled.CancelAsync("makes room");
        Assert.Equal(RunStatus.Terminated, await world.EndAsync(waiting));
        Assert.Equal(RunStatus.Cancelled, await world.EndAsync(cancelled));
        Assert.Equal(0, probe.Count("step 2"));
        isFull = false;
        Directory.Delete(reserve);
        Assert.Equal(4, await world.ResultAsync<int>(run));
    }

    public sealed class Pays : Workflow
    {
        public static readonly Signal<int> Go = new("go");

        public async Durable<string> Run(string who)
        {
            var payee = $"account-{who}";
            var amount = await Receive(Go);
            return await Step(() => Task.FromResult($"{amount} to {payee}"));
        }
    }

    [Fact]
    public async Task A_bit_that_the_disk_has_turned_parks_its_run_and_harms_no_other()
    {
        RunId alice, bob;
        await using (var world = await StartAsync([typeof(Pays)], new Probe()))
        {
            var runs = (await world.Client.StartAsync((Pays w) => w.Run("alice")), await world.Client.StartAsync((Pays w) => w.Run("bob")));
            (alice, bob) = (runs.Item1.Id, runs.Item2.Id);
            await world.UntilAsync(runs.Item1, static i => i.Waiting.Contains("go", StringComparison.Ordinal));
            await world.UntilAsync(runs.Item2, static i => i.Waiting.Contains("go", StringComparison.Ordinal));
        }
        var file = await File.ReadAllBytesAsync(_directory["runs.db"]);
        var at = file.AsSpan().LastIndexOf("account-alice"u8);
        Assert.True(at > 0);
        file[at + "account-".Length] ^= 2;
        await File.WriteAllBytesAsync(_directory["runs.db"], file);

        await using var next = await StartAsync([typeof(Pays)], new Probe());
        await next.Client.GetRun(alice).SignalAsync(Pays.Go, 3000);
        await next.Client.GetRun(bob).SignalAsync(Pays.Go, 20);
        Assert.Equal("20 to account-bob", await next.ResultAsync<string>(next.Client.GetRun(bob)));
        Assert.Contains("checksum", (await next.ParkedAsync(next.Client.GetRun(alice))).Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_fsync_leaves_the_outcome_open_stops_the_engine_and_a_restart_goes_on()
    {
        var probe = HeldAtStep1();
        var host = new Lifetime();
        RunId id;
        await using (var world = await StartAsync([typeof(Steps)], probe, b => b.Services.AddSingleton<IHostApplicationLifetime>(host)))
        {
            var run = await world.Client.StartAsync((Steps w) => w.Run(3));
            id = run.Id;
            await probe.ReachedAsync("in step 1");
            var result = run.ResultAsync();
            _disk.Hook = (in VfsCall call) => call.Operation == VfsOperation.Sync ? VfsAnswer.Fail(VfsAnswer.IoErrorFsync) : VfsAnswer.Pass;
            probe.Gate("broken").SetResult();
            Assert.Equal(HoldfastError.OutcomeUnknown, (await Assert.ThrowsAsync<HoldfastException>(() => result.WaitAsync(World.Patience))).Error);
            await host.Stopped.WaitAsync(World.Patience);
            await Assert.ThrowsAsync<HoldfastException>(() => world.Client.StartAsync((Steps w) => w.Run(1)));
            await Assert.ThrowsAsync<HoldfastException>(() => run.SignalAsync(new Signal<int>("x"), 1));
            Assert.Equal(0, probe.Count("step 2"));
        }
        _disk.Hook = null;
        await using var next = await StartAsync([typeof(Steps)], probe);
        Assert.Equal(3, await next.ResultAsync<int>(next.Client.GetRun(id)));
        Assert.Equal(1, probe.Count("step 0"));
        Assert.Equal(1, probe.Count("step 2"));
    }
}
