using Holdfast.Sqlite;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>What a client does in the store's own database, beside the runs.</summary>
public sealed class ClientTransactionTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public sealed class Notes : Workflow
    {
        public async Durable<long> Run() => await Transaction(static tx =>
        {
            Read(tx, "CREATE TABLE IF NOT EXISTS note (text TEXT)");
            Read(tx, "INSERT INTO note VALUES ('of a run')");
            return Read(tx, "SELECT COUNT(*) FROM note") as long? ?? 0;
        });
    }

    /// <summary>Asks the client for a commit in the middle of one.</summary>
    public sealed class Nested(IHoldfastClient client) : Workflow
    {
        public async Durable<string> Run() => await Step(async () =>
        {
            try
            {
                return await client.TransactAsync(tx => client.TransactAsync(static inner => Read(inner, "SELECT 1")).GetAwaiter().GetResult() is null ? "" : "nested");
            }
            catch (HoldfastException error)
            {
                return error.Message;
            }
        });
    }

    static object? Read(StoreTransaction tx, string sql)
    {
        using var command = tx.Connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    SqliteStore Open() => SqliteStore.Open(_directory["runs.db"]);

    [Fact]
    public async Task It_sees_what_steps_wrote_and_is_seen_by_them_and_what_throws_is_undone()
    {
        await using (var world = await World.StartAsync([typeof(Notes)], Open))
        {
            Assert.Equal(1, await world.ResultAsync<long>(await world.Client.StartAsync((Notes w) => w.Run())));
            Assert.Equal(1L, await world.Client.TransactAsync(static tx =>
            {
                var before = Read(tx, "SELECT COUNT(*) FROM note");
                Read(tx, "INSERT INTO note VALUES ('of a client')");
                return before;
            }));
            var thrown = await Assert.ThrowsAsync<ArithmeticException>(() => world.Client.TransactAsync<int>(static tx =>
            {
                Read(tx, "INSERT INTO note VALUES ('undone')");
                throw new ArithmeticException("in the commit");
            }));
            Assert.Equal("in the commit", thrown.Message);
            Assert.Equal(3, await world.ResultAsync<long>(await world.Client.StartAsync((Notes w) => w.Run())));
        }
        await using var next = await World.StartAsync([typeof(Notes)], Open);
        Assert.Equal("of a run,of a client,of a run", await next.Client.TransactAsync(static tx => Read(tx, "SELECT group_concat(text) FROM note")));
    }

    [Theory]
    [InlineData("DELETE FROM holdfast_run")]
    [InlineData("COMMIT")]
    public async Task It_can_neither_touch_runs_nor_end_the_commit(string sql)
    {
        await using var world = await World.StartAsync([typeof(Notes)], Open);
        await Assert.ThrowsAnyAsync<Exception>(() => world.Client.TransactAsync(tx => Read(tx, sql)));
        Assert.Equal(1, await world.ResultAsync<long>(await world.Client.StartAsync((Notes w) => w.Run())));
    }

    [Fact]
    public async Task It_is_refused_in_the_middle_of_another_and_without_a_database()
    {
        await using (var world = await World.StartAsync([typeof(Nested)], Open))
            Assert.Contains("A transaction of the client calls the client in the middle of its own commit", await world.ResultAsync<string>(await world.Client.StartAsync((Nested w) => w.Run())), StringComparison.Ordinal);
        await using var memory = await World.StartAsync([typeof(Notes)]);
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => memory.Client.TransactAsync(static tx => 1));
        Assert.Equal(HoldfastError.Misuse, refused.Error);
        Assert.Contains("needs a database", refused.Message, StringComparison.Ordinal);
    }
}
