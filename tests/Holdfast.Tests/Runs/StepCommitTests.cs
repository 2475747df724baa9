using Holdfast.Sqlite;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>What a step commits while it runs, and with its result.</summary>
public sealed class StepCommitTests : IDisposable
{
    static readonly StepOptions OneTry = new() { Retry = RetryPolicy.None };
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Pays once by its own ledger: a row before the payment, and its settlement with the step's result.</summary>
    public sealed class Pays(Probe probe) : Workflow
    {
        public async Durable<string> Run(int n)
        {
            await Transaction(static tx => Execute(tx, "CREATE TABLE IF NOT EXISTS payment (key TEXT PRIMARY KEY, phase TEXT NOT NULL)"));
            var paid = 0L;
            for (var i = 0; i < n; i++)
            {
                paid += await Step(async step =>
                {
                    var isNew = await step.TransactAsync(static tx => Execute(
                        tx, $"INSERT INTO payment VALUES ('{tx.IdempotencyKey}', 'started') ON CONFLICT DO NOTHING RETURNING 1"));
                    if (isNew == 0) probe.Note($"found {step.IdempotencyKey}");
                    var value = await probe.Do(step.IdempotencyKey, step);
                    step.CommitWithResult(static tx => Execute(tx, $"UPDATE payment SET phase = 'settled' WHERE key = '{tx.IdempotencyKey}'"));
                    return value;
                });
            }
            return $"{paid} paid, {await Transaction(static tx => Execute(tx, "SELECT COUNT(*) FROM payment WHERE phase = 'settled'"))} settled";
        }
    }

    public sealed class Fails(Probe probe) : Workflow
    {
        public async Durable<string> Run()
        {
            await Transaction(static tx => Execute(tx, "CREATE TABLE note (text TEXT)"));
            var seen = "";
            try
            {
                await Step(async step =>
                {
                    await step.TransactAsync(static tx =>
                    {
                        Execute(tx, "INSERT INTO note VALUES ('undone')");
                        throw new ArithmeticException("in the commit");
                    });
                }, OneTry);
            }
            catch (ArithmeticException error)
            {
                seen = error.Message;
            }
            var tries = await Step(
                step =>
                {
                    step.CommitWithResult(static tx => Execute(tx, "INSERT INTO note VALUES ('first')"));
                    step.CommitWithResult(tx =>
                    {
                        Execute(tx, $"INSERT INTO note VALUES ('attempt {step.Attempt}')");
                        if (step.Attempt < 3) throw new InvalidOperationException("not yet");
                    });
                    probe.Note("ran");
                    return Task.FromResult(step.Attempt);
                }, new() { Retry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } });
            try
            {
                await Step(
                    step =>
                    {
                        step.CommitWithResult(static tx => Execute(tx, "INSERT INTO note VALUES ('of a failure')"));
                        return Task.FromException(new ArithmeticException("failed"));
                    }, OneTry);
            }
            catch (ArithmeticException)
            {
                seen += ", failed";
            }
            return $"{seen}, {tries}, {await Transaction(static tx => Text(tx, "SELECT group_concat(text) FROM note"))}";
        }
    }

    /// <summary>Its first attempt is given up while it runs, and then wants to commit.</summary>
    public sealed class Late(Probe probe) : Workflow
    {
        public async Durable<string> Run()
        {
            await Transaction(static tx => Execute(tx, "CREATE TABLE late (attempt INT)"));
            await Step(
                async step =>
                {
                    if (step.Attempt > 1) return;
                    await probe.ReachedAsync("given up");
                    try
                    {
                        await step.TransactAsync(static tx => Execute(tx, "INSERT INTO late VALUES (1)"));
                    }
                    catch (OperationCanceledException error)
                    {
                        probe.Note(error.Message);
                    }
                    probe.Gate("refused").TrySetResult();
                }, new() { Timeout = TimeSpan.FromSeconds(30), Retry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } });
            return $"{await Transaction(static tx => Execute(tx, "SELECT COUNT(*) FROM late"))} rows";
        }
    }

    public sealed class InMemory : Workflow
    {
        public async Durable<int> Run() => await Step(static step => step.TransactAsync(static tx => 1), OneTry);
    }

    /// <summary>Books side by side, each once.</summary>
    public sealed class BooksMany(Probe probe) : Workflow
    {
        public async Durable<long> Run(int n)
        {
            await Transaction(static tx => Execute(tx, "CREATE TABLE IF NOT EXISTS booked (key TEXT NOT NULL)"));
            var all = new List<Durable<long>>();
            for (var i = 0; i < n; i++) all.Add(Book());
            await Durable.WhenAll(all);
            return await Transaction(static tx => Execute(tx, "SELECT COUNT(*) - COUNT(DISTINCT key) FROM booked"));
        }

        async Durable<long> Book()
        {
            // Turns of its own between the bookings, which take in what is known of the others.
            await Step(() => probe.Do("before", null!));
            var booked = await Transaction(static tx => Execute(tx, $"INSERT INTO booked VALUES ('{tx.IdempotencyKey}')"));
            await Step(() => probe.Do("after", null!));
            return booked;
        }
    }

    static long Execute(StepTransaction tx, string sql) => Scalar(tx, sql) as long? ?? 0;

    static string Text(StepTransaction tx, string sql) => Scalar(tx, sql) as string ?? "";

    static object? Scalar(StepTransaction tx, string sql)
    {
        using var command = tx.Connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    SqliteStore Open(string file = "runs.db") => SqliteStore.Open(_directory[file]);

    [Fact]
    public async Task What_throws_in_a_commit_is_undone_and_a_failed_attempt_commits_nothing()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Fails)], () => Open(), alwaysCold: false, probe.Register);
        Assert.Equal("in the commit, failed, 3, first,attempt 3", await world.ResultAsync<string>(await world.Client.StartAsync((Fails w) => w.Run())));
        Assert.Equal(3, probe.Count("ran"));
    }

    [Fact]
    public async Task An_attempt_that_was_given_up_commits_nothing()
    {
        var probe = new Probe();
        var time = new ManualTime();
        await using var world = await World.StartAsync([typeof(Late)], () => Open(), alwaysCold: false, probe.Register, o => o.TimeProvider = time);
        var run = await world.Client.StartAsync((Late w) => w.Run());
        await world.JournalAsync(run, static l => l.What == "StepStarted" && l.Op > 1);
        time.Advance(TimeSpan.FromSeconds(31));
        await world.JournalAsync(run, static l => l.What == "AttemptFailed");
        probe.Gate("given up").TrySetResult();
        await probe.ReachedAsync("refused");
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("0 rows", await world.ResultAsync<string>(run));
        Assert.Contains("Attempt 1 of step", Assert.Single(probe.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_without_a_database_says_so()
    {
        await using var world = await World.StartAsync([typeof(InMemory)]);
        var run = await world.Client.StartAsync((InMemory w) => w.Run());
        var failed = await Assert.ThrowsAsync<HoldfastException>(() => world.ResultAsync<int>(run));
        Assert.Contains("needs a database", failed.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Transactions_side_by_side_happen_once_whenever_the_process_dies(bool keepsLast)
    {
        for (var deaths = 0; ; deaths++)
        {
            var (probe, file) = (new Probe(), $"{deaths}.db");
            var dying = default(DyingStore);
            await using (var world = await World.StartAsync([typeof(BooksMany)], () => dying = new(Open(file), deaths, keepsLast), alwaysCold: false, probe.Register))
            {
                try
                {
                    await Task.WhenAny(dying!.Died, (await world.Client.StartAsync((BooksMany w) => w.Run(8), key: "books")).WaitAsync());
                }
                catch (HoldfastException)
                {
                    // It died before it could say that the run is there.
                }
            }
            if (!dying!.Died.IsCompleted) break;
            await using var next = await World.StartAsync([typeof(BooksMany)], () => Open(file), alwaysCold: false, probe.Register);
            Assert.Equal(0, await next.ResultAsync<long>(await next.Client.StartAsync((BooksMany w) => w.Run(8), key: "books")));
        }
    }

    /// <summary>Whenever the process dies: a payment that was made has its row from before, and a result that is there is settled.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_row_is_there_before_the_effect_and_settled_with_the_result(bool keepsLast)
    {
        const int Payments = 3;
        for (var deaths = 0; ; deaths++)
        {
            var probe = new Probe { Answer = static (_, _) => Task.FromResult(1) };
            var file = $"{deaths}.db";
            RunId id;
            var dying = default(DyingStore);
            await using (var world = await World.StartAsync([typeof(Pays)], () => dying = new(Open(file), deaths, keepsLast), alwaysCold: false, probe.Register))
            {
                RunHandle run;
                try
                {
                    run = await world.Client.StartAsync((Pays w) => w.Run(Payments), key: "pays");
                    await Task.WhenAny(dying!.Died, run.WaitAsync());
                    id = run.Id;
                }
                catch (HoldfastException)
                {
                    id = default;
                }
                if (!dying!.Died.IsCompleted) break;
            }
            var before = probe.Entries;
            await using var next = await World.StartAsync([typeof(Pays)], () => Open(file), alwaysCold: false, probe.Register);
            var again = await next.Client.StartAsync((Pays w) => w.Run(Payments), key: "pays");
            if (id != default) Assert.Equal(id, again.Id);
            Assert.Equal($"{Payments} paid, {Payments} settled", await next.ResultAsync<string>(again));
            // At most one payment was cut off, and it found the row of the attempt before it.
            var found = probe.Entries.Where(static e => e.StartsWith("found ", StringComparison.Ordinal)).ToList();
            var repeated = probe.Entries.Except(found).GroupBy(static e => e).Where(static g => g.Count() > 1).Select(static g => $"found {g.Key}").ToList();
            Assert.True(found.Count <= 1, $"death {deaths}: {string.Join(' ', probe.Entries)}");
            Assert.All(repeated, r => Assert.Contains(r, found));
            Assert.True(probe.Entries.Count - before.Count <= Payments + 2);
        }
    }

    public sealed class GivesAStream : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                return $"{await Transaction(static tx => (object)new MemoryStream(), OneTry with { Label = "look it up" })}";
            }
            catch (HoldfastException error)
            {
                return $"{error.Error}: {error.Message}";
            }
        }
    }

    [Fact]
    public async Task A_result_of_a_transaction_that_cannot_be_saved_is_told_with_the_step_which_was_undone()
    {
        await using var world = await World.StartAsync([typeof(GivesAStream)], () => SqliteStore.Open(_directory["stream.db"], new() { ReserveBytes = 0 }));
        var run = await world.Client.StartAsync((GivesAStream w) => w.Run());
        Assert.StartsWith(
            $"NotSavable: Step 'look it up' (op 1) of run {run.Id} was undone, for its result cannot be saved: A value of type System.IO.MemoryStream cannot be saved.",
            await world.ResultAsync<string>(run), StringComparison.Ordinal);
    }
}
