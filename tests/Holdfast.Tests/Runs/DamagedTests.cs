using Holdfast.Sqlite;
using Holdfast.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.Tests.Runs;

/// <summary>Runs whose bytes in the file were damaged: each is set aside with the reason, and no other notices.</summary>
public sealed class DamagedTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public sealed class Waits(Probe probe) : Workflow
    {
        [Query]
        public string Name => nameof(Waits);

        public async Durable<int> Run()
        {
            var sum = await Step(step => probe.Do("before", step));
            return sum + await Receive(new Signal<int>("go"));
        }
    }

    Task<World> StartAsync(Probe probe) => World.StartAsync([typeof(Waits)], () => SqliteStore.Open(_directory["runs.db"], new() { ReserveBytes = 0 }), alwaysCold: false, probe.Register);

    /// <summary>Puts other bytes where a run's are, and returns those.</summary>
    byte[] Replace(string column, RunId run, byte[] bytes)
    {
        using var connection = new SqliteConnection($"Data Source={_directory["runs.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = $"""
            SELECT {column} FROM holdfast_run WHERE k = (SELECT k FROM holdfast_run_info WHERE id = $id);
            UPDATE holdfast_run SET {column} = $bytes WHERE k = (SELECT k FROM holdfast_run_info WHERE id = $id)
            """;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$id", run.ToBytes());
        command.Parameters.AddWithValue("$bytes", bytes);
        return (byte[])command.ExecuteScalar()!;
    }

    [Fact]
    public async Task A_run_whose_saved_record_cannot_be_read_is_parked_with_the_reason_and_goes_on_when_it_can()
    {
        var probe = new Probe { Answer = static (_, _) => Task.FromResult(40) };
        var runs = new List<RunId>();
        await using (var world = await StartAsync(probe))
        {
            for (var i = 0; i < 4; i++)
            {
                var run = await world.Client.StartAsync((Waits w) => w.Run());
                await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
                runs.Add(run.Id);
            }
        }
        var state = Replace("state", runs[0], [200, 1, 2, 3]);
        Replace("state", runs[1], []);
        Replace("snapshot", runs[2], [1, 255, 255, 3]);
        await using (var world = await StartAsync(probe))
        {
            var handles = runs.ConvertAll(world.Client.GetRun);
            foreach (var run in handles) await run.SignalAsync(new Signal<int>("go"), 2);
            Assert.Equal(42, await world.ResultAsync<int>(handles[3]));
            foreach (var run in handles[..3])
            {
                var info = await world.ParkedAsync(run);
                Assert.StartsWith("parked: cannot be loaded: ", info.Waiting, StringComparison.Ordinal);
                Assert.Contains("damaged", info.Waiting, StringComparison.Ordinal);
                Assert.Contains(await run.ReadJournalAsync(), static l => l.What == "Parked");
            }
            Assert.Equal(3, (await world.Client.ListAsync(new() { Status = RunStatus.Parked })).Count);

            // What it was is not known well enough to begin it anew in its place.
            foreach (var run in handles[..2])
            {
                var refused = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.RestartAsync(run.Id, "it hangs").WaitAsync(World.Patience));
                Assert.Equal(HoldfastError.CorruptSnapshot, refused.Error);
                Assert.Contains(run.Id.ToString(), refused.Message, StringComparison.Ordinal);
            }

            // Asked to go on it tries, and stays. To end it is always possible.
            await handles[0].ResumeAsync();
            await handles[1].TerminateAsync();
            await handles[2].TerminateAsync();
            Assert.Equal(RunStatus.Terminated, await world.Client.GetRun(runs[1]).WaitAsync().WaitAsync(World.Patience));
            Assert.Equal(RunStatus.Terminated, await world.Client.GetRun(runs[2]).WaitAsync().WaitAsync(World.Patience));
            Assert.Equal(RunStatus.Parked, (await handles[0].GetInfoAsync()).Status);
            Assert.DoesNotContain(world.Errors, static e => e.Contains("could not be run", StringComparison.Ordinal));
        }
        Assert.Equal([200, 1, 2, 3], Replace("state", runs[0], state));
        await using var mended = await StartAsync(probe);
        var first = mended.Client.GetRun(runs[0]);
        await mended.UntilAsync(first, static i => i.Status != RunStatus.Parked);
        Assert.Equal(42, await mended.ResultAsync<int>(first));
        Assert.Equal(4, probe.Count("before"));
    }

    [Fact]
    public async Task A_run_whose_snapshot_can_be_read_again_goes_on_at_the_next_start()
    {
        var probe = new Probe { Answer = static (_, _) => Task.FromResult(40) };
        RunId id;
        await using (var world = await StartAsync(probe))
        {
            var run = await world.Client.StartAsync((Waits w) => w.Run());
            await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
            id = run.Id;
        }
        var snapshot = Replace("snapshot", id, [1, 255, 255, 3]);
        await using (var world = await StartAsync(probe))
        {
            await world.Client.GetRun(id).SignalAsync(new Signal<int>("go"), 2);
            Assert.StartsWith("parked: cannot be loaded: ", (await world.ParkedAsync(world.Client.GetRun(id))).Waiting, StringComparison.Ordinal);
        }
        Replace("snapshot", id, snapshot);
        await using var mended = await StartAsync(probe);
        var again = mended.Client.GetRun(id);
        await mended.UntilAsync(again, static i => i.Status != RunStatus.Parked);
        Assert.Equal(42, await mended.ResultAsync<int>(again));
    }

    [Theory]
    [InlineData("state", false)]
    [InlineData("state", true)]
    [InlineData("snapshot", false)]
    [InlineData("snapshot", true)]
    public async Task A_question_to_a_damaged_run_is_answered_with_what_is_wrong_with_it(string column, bool isParked)
    {
        var probe = new Probe();
        RunId id;
        await using (var world = await StartAsync(probe))
        {
            var waiting = await world.Client.StartAsync((Waits w) => w.Run());
            await world.UntilAsync(waiting, static i => i.Waiting == "signal 'go'");
            id = waiting.Id;
        }
        var bytes = Replace(column, id, []);
        bytes[bytes.Length / 2] ^= 1;
        Replace(column, id, bytes);
        await using var next = await StartAsync(probe);
        var run = next.Client.GetRun<Waits, int>(id);
        if (isParked)
        {
            await run.SignalAsync(new Signal<int>("go"), 2);
            await next.ParkedAsync(run);
        }
        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<HoldfastException>(() => run.QueryAsync(w => w.Name).WaitAsync(World.Patience));
            Assert.Equal(HoldfastError.CorruptSnapshot, refused.Error);
            Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
        }
    }
}
