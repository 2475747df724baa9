using System.Data.Common;
using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Steps inside the store's own transaction, and writes that the store cannot take.</summary>
public sealed partial class SqliteStoreTests
{
    static TransactionAnswer Kept(string outcome = "done") => new(Keep: true, Bytes(outcome), Bytes("journal-" + outcome));

    static object? Scalar(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    TransactionStep Step((RunId Id, RunKey Key) run, long op, Func<DbConnection, TransactionAnswer> work) =>
        new() { Run = run.Id, Key = run.Key, Epoch = Epoch, Utc = Start, Op = op, Work = work };

    TransactionStep Step((RunId Id, RunKey Key) run, long op, string sql) => Step(run, op, connection =>
    {
        Scalar(connection, sql);
        return Kept();
    });

    async Task<string> AccountsAsync()
    {
        await Store.DisposeAsync();
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        var accounts = Scalar(connection, "SELECT group_concat(name) FROM accounts") as string ?? "";
        connection.Close();
        await ReopenAsync();
        return accounts;
    }

    async Task<(RunId Id, RunKey Key)> CreateWithAccountsAsync()
    {
        var run = await CreateAsync();
        await AppendAsync(Step(run, 1000, "CREATE TABLE accounts (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE)"), (Turn(run, 0) with { FoldedResults = [1000] }).ToTransition());
        return run;
    }

    [Fact]
    public async Task A_step_commits_with_its_result_and_its_neighbours()
    {
        var run = await CreateWithAccountsAsync();
        var results = await AppendAsync(
            Mail(run.Id, "before"), Step(run, 1, "INSERT INTO accounts (name) VALUES ('a')"), Step(run, 2, "INSERT INTO accounts (name) VALUES ('b')"),
            (Turn(run, 1) with { State = "after" }).ToTransition());

        Assert.All(results, result => Assert.Equal(Verdict.Committed, result.Verdict));
        Assert.Equal("done", Text(results[1].Outcome));
        Assert.Equal("a,b", await AccountsAsync());
        var stored = await LoadAsync(run.Id);
        Assert.Equal([(1L, "done"), (2L, "done")], stored.Results.Select(each => (each.Op, Text(each.Outcome))));
        Assert.Equal("after", Text(stored.Run.State));
        Assert.Equal("journal-done", Text((await Store.ReadJournalAsync(run.Id, 0, 10, default))[^1].Entries));
    }

    [Fact]
    public async Task What_a_step_did_is_not_committed_before_its_result_is()
    {
        var run = await CreateWithAccountsAsync();
        var seen = "";
        await AppendAsync(
            Step(run, 1, "INSERT INTO accounts (name) VALUES ('a')"),
            Step(run, 2, _ =>
            {
                // What another process would find that took over now.
                using var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={DatabasePath};Pooling=False");
                other.Open();
                seen = $"{Scalar(other, "SELECT COUNT(*) FROM accounts")} {Scalar(other, "SELECT COUNT(*) FROM holdfast_result WHERE op = 1")}";
                return Kept();
            }));
        Assert.Equal("0 0", seen);
        Assert.Equal("a", await AccountsAsync());
    }

    [Fact]
    public async Task A_step_that_fails_leaves_only_its_recorded_failure()
    {
        var run = await CreateWithAccountsAsync();
        var results = await AppendAsync(
            Step(run, 1, connection =>
            {
                Scalar(connection, "INSERT INTO accounts (name) VALUES ('undone')");
                return new(Keep: false, Bytes("failed"), default);
            }),
            Step(run, 2, connection =>
            {
                Scalar(connection, "INSERT INTO accounts (name) VALUES ('again')");
                return new(Keep: true, Outcome: null, default);
            }),
            Step(run, 3, connection =>
            {
                Scalar(connection, "INSERT INTO accounts (name) VALUES ('thrown')");
                throw new FormatException("oops");
            }),
            Step(run, 4, "INSERT INTO accounts (name) VALUES ('kept')"));

        Assert.Equal([Verdict.Committed, Verdict.Undone, Verdict.Refused, Verdict.Committed], results.Select(each => each.Verdict));
        Assert.Contains("oops", results[2].Reason, StringComparison.Ordinal);
        Assert.Equal("kept", await AccountsAsync());
        Assert.Equal([(1L, "failed"), (4L, "done")], (await LoadAsync(run.Id)).Results.Select(each => (each.Op, Text(each.Outcome))));
    }

    [Fact]
    public async Task A_step_of_a_stale_owner_or_with_a_result_does_not_run()
    {
        var run = await CreateWithAccountsAsync();
        await AppendAsync(Result(run, 1, "known"));
        static TransactionAnswer MustNotRun(DbConnection connection) => throw new InvalidOperationException("It ran.");
        var fenced = Step(run, 2, MustNotRun);
        await ReopenAsync();

        var results = await AppendAsync(fenced, Step(run, 1, MustNotRun), Step((run.Id, new(999)), 3, MustNotRun));
        Assert.Equal([Verdict.Stale, Verdict.Duplicate, Verdict.UnknownRun], results.Select(each => each.Verdict));
    }

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("ROLLBACK")]
    [InlineData("BEGIN")]
    [InlineData("SAVEPOINT mine")]
    [InlineData("RELEASE holdfast_write")]
    [InlineData("ATTACH ':memory:' AS other")]
    [InlineData("DETACH main")]
    [InlineData("PRAGMA writable_schema = 1")]
    [InlineData("UPDATE holdfast_meta SET value = 99 WHERE name = 'epoch'")]
    [InlineData("SELECT * FROM holdfast_run")]
    [InlineData("DROP TABLE holdfast_mail")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON accounts BEGIN DELETE FROM holdfast_run; END; INSERT INTO accounts (name) VALUES ('x')")]
    [InlineData("CREATE TRIGGER t AFTER UPDATE ON holdfast_run BEGIN SELECT 1; END")]
    [InlineData("DELETE FROM sqlite_sequence")]
    [InlineData("CREATE VIEW runs AS SELECT * FROM Holdfast_run")]
    [InlineData("CREATE TABLE mine (k INTEGER REFERENCES holdfast_run)")]
    [InlineData("ALTER TABLE accounts ADD COLUMN k INTEGER REFERENCES \"holdfast_run\"(k)")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON accounts BEGIN DELETE FROM holdfast_run; END")]
    public async Task A_step_cannot_touch_what_is_the_engines(string sql)
    {
        var run = await CreateWithAccountsAsync();
        var results = await AppendAsync(Step(run, 1, sql), (Turn(run, 1) with { State = "after" }).ToTransition());

        Assert.Equal([Verdict.Refused, Verdict.Committed], results.Select(each => each.Verdict));
        Assert.Equal("", await AccountsAsync());
        Assert.Equal("after", Text((await LoadAsync(run.Id)).Run.State));
    }

    [Fact]
    public async Task A_step_cannot_close_the_connection_or_hold_the_transaction_open()
    {
        var run = await CreateWithAccountsAsync();
        var results = await AppendAsync(
            Step(run, 1, connection =>
            {
                using (connection)
                    Scalar(connection, "INSERT INTO accounts (name) VALUES ('a')");
                connection.Close();
                return Kept();
            }),
            Step(run, 2, connection =>
            {
                var command = connection.CreateCommand();
                command.CommandText = "INSERT INTO accounts (name) VALUES ('b'), ('c') RETURNING id";
                command.ExecuteReader().Read();
                return Kept();
            }),
            Step(run, 3, connection =>
            {
                Assert.Throws<InvalidOperationException>(connection.BeginTransaction);
                return Kept();
            }));

        Assert.All(results, result => Assert.Equal(Verdict.Committed, result.Verdict));
        Assert.Equal("a,b,c", await AccountsAsync());
    }

    [Fact]
    public async Task A_step_that_keeps_what_it_was_lent_cannot_use_it_afterwards()
    {
        var run = await CreateWithAccountsAsync();
        DbConnection? kept = null;
        DbCommand? command = null;
        DbDataReader? reader = null;
        var results = await AppendAsync(Step(run, 1, connection =>
        {
            Scalar(connection, "INSERT INTO accounts (name) VALUES ('a'), ('b')");
            kept = connection;
            command = connection.CreateCommand();
            command.CommandText = "DELETE FROM holdfast_run";
            using var open = connection.CreateCommand();
            open.CommandText = "UPDATE accounts SET name = name || '!' RETURNING name";
            reader = open.ExecuteReader();
            return Kept();
        }));
        Assert.Equal(Verdict.Committed, Assert.Single(results).Verdict);

        Assert.ThrowsAny<InvalidOperationException>(() => Scalar(kept!, "DELETE FROM accounts"));
        Assert.ThrowsAny<InvalidOperationException>(() => command!.ExecuteNonQuery());
        Assert.ThrowsAny<Exception>(() =>
        {
            while (reader!.Read()) { }
        });
        // While another step has it, it is not the first one's again.
        await AppendAsync(Step(run, 2, _ =>
        {
            var stranger = new Thread(() => Assert.ThrowsAny<InvalidOperationException>(() => Scalar(kept!, "DELETE FROM accounts")));
            stranger.Start();
            stranger.Join();
            return Kept();
        }));
        Assert.Equal("a!,b!", await AccountsAsync());
        Assert.Equal(2, (await LoadAsync(run.Id)).Results.Count);
    }

    [Fact]
    public async Task A_step_that_makes_SQLite_roll_everything_back_is_refused_alone()
    {
        var run = await CreateWithAccountsAsync();
        await AppendAsync(Step(run, 1, "INSERT INTO accounts (name) VALUES ('taken')"));
        var results = await AppendAsync(
            (Turn(run, 1) with { State = "before" }).ToTransition(),
            Step(run, 2, connection =>
            {
                Assert.ThrowsAny<DbException>(() => Scalar(connection, "INSERT OR ROLLBACK INTO accounts (name) VALUES ('taken')"));
                // Now there is no transaction any more: this would be committed by itself.
                try
                {
                    Scalar(connection, "INSERT INTO accounts (name) VALUES ('alone')");
                }
                catch (DbException)
                {
                    // As it must.
                }
                return Kept();
            }),
            (Turn(run, 2) with { State = "after" }).ToTransition());

        Assert.Equal([Verdict.Committed, Verdict.Refused, Verdict.Committed], results.Select(each => each.Verdict));
        Assert.Equal("taken", await AccountsAsync());
        var stored = await LoadAsync(run.Id);
        Assert.Equal(("after", 3L), (Text(stored.Run.State), stored.Revision));
    }

    [Fact]
    public async Task A_step_that_leaves_a_foreign_key_violated_is_refused_alone()
    {
        var run = await CreateWithAccountsAsync();
        await AppendAsync(Step(run, 1, "CREATE TABLE cards (account INTEGER REFERENCES accounts DEFERRABLE INITIALLY DEFERRED)"));
        var results = await AppendAsync(Step(run, 2, "INSERT INTO cards VALUES (4711)"), (Turn(run, 1) with { State = "after" }).ToTransition());

        Assert.Equal([Verdict.Refused, Verdict.Committed], results.Select(each => each.Verdict));
        Assert.Contains("foreign key", results[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO accounts (name) SELECT i FROM n")]
    [InlineData("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n")]
    public async Task A_step_that_takes_too_long_is_interrupted_and_undone_alone(string sql)
    {
        var run = await CreateWithAccountsAsync();
        _options = Small with { TransactionStepLimit = TimeSpan.FromMilliseconds(50) };
        await ReopenAsync();
        var results = await AppendAsync((Turn(run, 1) with { State = "before" }).ToTransition(), Step(run, 1, sql), (Turn(run, 2) with { State = "after" }).ToTransition());

        Assert.Equal([Verdict.Committed, Verdict.Undone, Verdict.Committed], results.Select(each => each.Verdict));
        Assert.Contains("longer", results[1].Reason, StringComparison.Ordinal);
        Assert.Equal("", await AccountsAsync());
        Assert.Equal("after", Text((await LoadAsync(run.Id)).Run.State));
    }

    [Fact]
    public async Task A_temporary_table_does_not_take_the_place_of_one_of_the_engines()
    {
        var run = await CreateWithAccountsAsync();
        var results = await AppendAsync(
            Step(run, 1, "CREATE TEMP TABLE mine (k INTEGER PRIMARY KEY, rev, status); ALTER TABLE temp.mine RENAME TO holdfast_run"),
            Step(run, 2, "CREATE TEMP TABLE mine (k INTEGER PRIMARY KEY); INSERT INTO mine VALUES (1); DROP TABLE mine"));
        Assert.Equal([Verdict.Refused, Verdict.Committed], results.Select(each => each.Verdict));
        Assert.NotNull(await Store.LoadAsync(run.Id, default));
    }

    [Fact]
    public async Task A_step_that_dawdles_outside_of_SQLite_is_undone_too()
    {
        var run = await CreateWithAccountsAsync();
        _options = Small with { TransactionStepLimit = TimeSpan.FromMilliseconds(20) };
        await ReopenAsync();
        var result = await AppendOneAsync(Step(run, 1, connection =>
        {
            Scalar(connection, "INSERT INTO accounts (name) VALUES ('late')");
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            SpinWait.SpinUntil(() => System.Diagnostics.Stopwatch.GetElapsedTime(began) > TimeSpan.FromMilliseconds(21));
            return Kept();
        }));

        Assert.Equal(Verdict.Undone, result.Verdict);
        Assert.Contains("longer", result.Reason, StringComparison.Ordinal);
        Assert.Equal("", await AccountsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_is_too_large_is_refused_alone(bool withStep)
    {
        _options = Small with { ValueBytesMax = 100_000 };
        await ReopenAsync();
        var run = await CreateWithAccountsAsync();
        var other = await CreateAsync();
        var large = new string('x', 200_000);
        List<StoreWrite> batch =
        [
            (Turn(run, 1) with { State = "first" }).ToTransition(),
            (Turn(other, 0) with { State = large, Outgoing = [Mail(run.Id, "no")], Journal = "no" }).ToTransition(),
            new CreateRun(NewRun("fresh-workflow") with { Input = Bytes(large) }),
            Mail(other.Id, large),
            Result(other, 1, large),
            new CreateRun(NewRun("fresh-workflow")),
            (Turn(run, 2) with { State = "last" }).ToTransition(),
        ];
        if (withStep) batch.Add(Step(run, 5, "INSERT INTO accounts (name) VALUES ('once')"));
        var results = await AppendAsync([.. batch]);

        Assert.Equal(
            [Verdict.Committed, Verdict.Refused, Verdict.Refused, Verdict.Refused, Verdict.Refused, Verdict.Committed, Verdict.Committed],
            results.Take(7).Select(each => each.Verdict));
        Assert.All(results.Skip(1).Take(4), result => Assert.False(string.IsNullOrEmpty(result.Reason)));
        Assert.Equal(withStep ? "once" : "", await AccountsAsync());
        Assert.Equal("last", Text((await LoadAsync(run.Id)).Run.State));
        Assert.Empty((await LoadAsync(run.Id)).Mail);
        Assert.Equal(("s0", 0L), (Text((await LoadAsync(other.Id)).Run.State), (await LoadAsync(other.Id)).Revision));
        Assert.Single(await Store.ListAsync(new RunQuery { Workflow = "fresh-workflow" }, default));
    }
}
