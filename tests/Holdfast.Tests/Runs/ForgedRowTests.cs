using Holdfast.Sqlite;
using Holdfast.Tests.Payloads;
using Holdfast.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.Tests.Runs;

/// <summary>Rows of single runs that the store never wrote: the run is set aside with the reason where it can be named, and no other notices.</summary>
public sealed class ForgedRowTests : IDisposable
{
    const string Key = "k = (SELECT k FROM holdfast_run_info WHERE key = 'bad')";
    const string ShortId = "UPDATE holdfast_run_info SET id = x'00' WHERE key = 'bad'";
    const string ShortParent = "UPDATE holdfast_run_info SET parent = x'01' WHERE key = 'bad'";
    const string TextOp = "INSERT INTO holdfast_result SELECT k, 'abc', 0, x'00' FROM holdfast_run_info WHERE key = 'bad'";

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public sealed class Waits : Workflow
    {
        public static readonly Signal<int> Go = new("go");

        public async Durable<int> Run() => 40 + await Receive(Go);
    }

    Task<World> StartAsync(PayloadCodec? codec = null) =>
        World.StartAsync([typeof(Waits)], () => SqliteStore.Open(_directory["runs.db"], new() { ReserveBytes = 0 }), alwaysCold: false, options: o => o.PayloadCodec = codec);

    void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_directory["runs.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    static async Task<List<RunHandle>> BeginAsync(World world)
    {
        var runs = new List<RunHandle>();
        foreach (var key in (string[])["one", "bad", "two"])
        {
            runs.Add(await world.Client.StartAsync((Waits w) => w.Run(), key));
            await world.UntilAsync(runs[^1], static i => i.Waiting == "signal 'go'");
        }
        return runs;
    }

    [Theory]
    [InlineData(ShortId)]
    [InlineData(ShortParent)]
    [InlineData(TextOp)]
    public async Task It_keeps_no_other_run_from_being_taken_up_again(string forge)
    {
        List<RunId> runs;
        await using (var world = await StartAsync(Keys.Of("k1"))) runs = (await BeginAsync(world)).ConvertAll(static run => run.Id);
        await using (var world = await StartAsync())
        {
            foreach (var run in runs.ConvertAll(world.Client.GetRun))
            {
                await run.SignalAsync(Waits.Go, 2);
                await world.ParkedAsync(run);
            }
        }
        Sql(forge);
        await using var back = await StartAsync(Keys.Of("k1"));
        foreach (var run in (RunId[])[runs[0], runs[2]])
        {
            await back.UntilAsync(back.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
            Assert.Equal(42, await back.ResultAsync<int>(back.Client.GetRun(run)));
        }
        var listed = await back.Client.ListAsync(new());
        Assert.Equal(forge == ShortId ? 2 : 3, listed.Count);
        if (forge != ShortId) Assert.StartsWith("parked: cannot be loaded: ", listed.Single(each => each.Id == runs[1]).Waiting, StringComparison.Ordinal);
        Assert.DoesNotContain(back.Errors, static e => e.Contains("could not be looked through", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ShortParent, "UPDATE holdfast_run_info SET parent = NULL WHERE key = 'bad'")]
    [InlineData(TextOp, "DELETE FROM holdfast_result")]
    [InlineData("UPDATE holdfast_run_info SET w = w + 4711 WHERE key = 'bad'", "UPDATE holdfast_run_info SET w = w - 4711 WHERE key = 'bad'")]
    [InlineData($"INSERT INTO holdfast_result SELECT k, 1, 0, x'00' FROM holdfast_run WHERE {Key}", "DELETE FROM holdfast_result", false)]
    [InlineData($"INSERT INTO holdfast_result SELECT k, -5, 0, x'00' FROM holdfast_run WHERE {Key}", "DELETE FROM holdfast_result", false)]
    [InlineData($"INSERT INTO holdfast_result SELECT k, 5000, 0, x'00' FROM holdfast_run WHERE {Key}", "DELETE FROM holdfast_result", false)]
    [InlineData($"UPDATE holdfast_run SET status = 99 WHERE {Key}", null)]
    [InlineData($"UPDATE holdfast_run SET status = 'abc' WHERE {Key}", null)]
    public async Task Its_run_is_parked_with_the_reason_and_goes_on_when_it_is_mended(string forge, string? mend, bool byItself = true)
    {
        RunId bad;
        await using (var world = await StartAsync()) bad = (await BeginAsync(world))[1].Id;
        Sql($"{forge}; UPDATE holdfast_run SET owed = 1");
        await using (var world = await StartAsync())
        {
            var one = (await world.Client.FindAsync<Waits>("one"))!;
            await one.SignalAsync(Waits.Go, 2);
            Assert.Equal(42, await world.ResultAsync<int>(one));
            var run = world.Client.GetRun(bad);
            var info = await world.ParkedAsync(run);
            Assert.StartsWith("parked: cannot be loaded: ", info.Waiting, StringComparison.Ordinal);
            await world.JournalAsync(run, static l => l.What == "Parked" && l.Text.StartsWith("cannot be loaded: ", StringComparison.Ordinal));
            await run.SignalAsync(Waits.Go, 3);
            Assert.DoesNotContain(world.Errors, static e => e.Contains("could not be run", StringComparison.Ordinal));
        }
        if (mend is not null) Sql(mend);
        await using var mended = await StartAsync();
        var again = mended.Client.GetRun(bad);
        if (mend is null || !byItself) await again.ResumeAsync();
        await mended.UntilAsync(again, static i => i.Status != RunStatus.Parked);
        Assert.Equal(43, await mended.ResultAsync<int>(again));
    }

    [Fact]
    public async Task Without_its_id_it_keeps_no_engine_from_starting()
    {
        await using (var world = await StartAsync()) await BeginAsync(world);
        Sql($"{ShortId}; UPDATE holdfast_run SET owed = 1, wake = 1");
        await using var again = await StartAsync();
        foreach (var key in (string[])["one", "two"])
        {
            var run = (await again.Client.FindAsync<Waits>(key))!;
            await run.SignalAsync(Waits.Go, 2);
            Assert.Equal(42, await again.ResultAsync<int>(run));
        }
        // Nor does the start with its key harm anybody.
        Assert.Equal(HoldfastError.StoreCorrupt, (await Assert.ThrowsAsync<HoldfastException>(() => again.Client.StartAsync((Waits w) => w.Run(), "bad"))).Error);
        Assert.Null(again.Engine.Failure);
    }

    [Fact]
    public async Task A_parked_run_can_be_ended_though_its_parent_cannot_be_read()
    {
        RunId bad;
        await using (var world = await StartAsync()) bad = (await BeginAsync(world))[1].Id;
        Sql(ShortParent);
        await using var again = await StartAsync();
        var run = again.Client.GetRun(bad);
        await run.SignalAsync(Waits.Go, 2);
        await again.ParkedAsync(run);
        await run.TerminateAsync();
        Assert.Equal(RunStatus.Terminated, await run.WaitAsync().WaitAsync(World.Patience));
    }

    [Fact]
    public async Task A_result_whose_row_is_gone_is_damage_and_nobody_waits_for_it()
    {
        await using var world = await StartAsync();
        var run = (await BeginAsync(world))[1];
        await run.SignalAsync(Waits.Go, 2);
        Assert.Equal(42, await world.ResultAsync<int>(run));
        Sql("DELETE FROM holdfast_outcome");
        var error = await Assert.ThrowsAsync<HoldfastException>(() => run.ResultAsync<int>().WaitAsync(World.Patience));
        Assert.Equal(HoldfastError.StoreCorrupt, error.Error);
        Assert.Contains(run.Id.ToString(), error.Message, StringComparison.Ordinal);
    }
}
