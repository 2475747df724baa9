using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Work of clients in the store's own transaction.</summary>
public sealed partial class SqliteStoreTests
{
    ClientTransaction Client(string sql, long? epoch = null, bool keeps = true) => new()
    {
        Epoch = epoch ?? Epoch,
        Work = connection =>
        {
            Scalar(connection, sql);
            return keeps;
        },
    };

    [Fact]
    public async Task Work_of_a_client_commits_with_its_neighbours_unless_it_is_undone_or_its_owner_was_replaced()
    {
        var run = await CreateWithAccountsAsync();
        var results = await AppendAsync(
            Client("INSERT INTO accounts (name) VALUES ('a')"), Client("INSERT INTO accounts (name) VALUES ('undone')", keeps: false), Mail(run.Id, "between"),
            Client("INSERT INTO accounts (name) VALUES ('late')", Epoch - 1), Client("DELETE FROM holdfast_run"), Client("INSERT INTO accounts (name) VALUES ('b')"));
        Assert.Equal([Verdict.Committed, Verdict.Undone, Verdict.Committed, Verdict.Stale, Verdict.Refused, Verdict.Committed], results.Select(static r => r.Verdict));
        Assert.Equal("a,b", await AccountsAsync());
    }
}
