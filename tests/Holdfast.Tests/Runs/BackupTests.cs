using Holdfast.Sqlite;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Backups as clients make them, and what runs do that were restored from one.</summary>
public sealed class BackupTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public sealed class Ordered(Probe probe) : Workflow
    {
        public static readonly Signal<string> Go = new("go");

        public async Durable<string> Run(string name)
        {
            var local = $"order of {name}";
            await Step(step => probe.Do($"reserve {step.IdempotencyKey}", step));
            var word = await Receive(Go);
            await Step(step => probe.Do($"charge {step.IdempotencyKey}", step));
            return $"{local}: {word}";
        }
    }

    Task<World> StartAsync(Probe probe, string file, SqliteStoreOptions? store = null) => World.StartAsync(
        [typeof(Ordered)], () => SqliteStore.Open(_directory[file], (store ?? new()) with { ReserveBytes = 0 }), configure: probe.Register);

    [Fact]
    public async Task Runs_in_a_copy_go_on_from_the_moment_of_the_backup_with_the_keys_of_the_original()
    {
        var (probe, again) = (new Probe(), new Probe());
        RunId id;
        string backupId;
        await using (var world = await StartAsync(probe, "shop.db"))
        {
            var run = await world.Client.StartAsync((Ordered w) => w.Run("ann"), key: "o-1");
            id = run.Id;
            await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
            backupId = (await world.Client.BackupAsync(_directory["copy.db"])).Id;
            await run.SignalAsync(Ordered.Go, "original");
            Assert.Equal("order of ann: original", await world.ResultAsync<string>(run));
        }
        await Assert.ThrowsAsync<HoldfastException>(() => StartAsync(again, "copy.db"));
        Assert.Empty(again.Entries);

        await using var restored = await StartAsync(again, "copy.db", new() { AcceptBackup = backupId });
        var copy = restored.Client.GetRun(id);
        await copy.SignalAsync(Ordered.Go, "copy");
        Assert.Equal("order of ann: copy", await restored.ResultAsync<string>(copy));
        // The step before the backup is not repeated. The one after it is, and its key is the same, so that the other side can see it.
        Assert.Equal([$"reserve {id}-1", $"charge {id}-3"], probe.Entries);
        Assert.Equal([$"charge {id}-3"], again.Entries);
    }

    [Fact]
    public async Task A_store_without_a_file_refuses()
    {
        await using var world = await World.StartAsync([]);
        var error = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.BackupAsync(_directory["copy.db"]));
        Assert.Equal(HoldfastError.BackupFailed, error.Error);
        Assert.False(File.Exists(_directory["copy.db"]));
    }
}
