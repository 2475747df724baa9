using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Torture.Corpus;
using Holdfast.Torture.Driving;

namespace Holdfast.Torture.Sweeping;

/// <summary>The drives of a workflow that need one process only.</summary>
static class InProcess
{
    static readonly SqliteStoreOptions Small = new() { ReserveBytes = 0, CacheBytes = 1 << 20 };

    /// <summary>Drives the workflow straight, and then restored at every await; notes where the two part.</summary>
    public static async Task RunAsync(Tortured one, string folder)
    {
        var name = one.Case.Name;
        await DriveAsync(one.Case, one.Straight, folder, alwaysCold: false);
        one.Divergence = one.Straight.End == one.Case.Expected ? null : new(name, "straight", one.Straight.Awaits, one.Case.Expected, one.Straight.End ?? "no end");
        if (one.Divergence is not null) return;
        await DriveAsync(one.Case, one.Cold, folder, alwaysCold: true);
        one.Divergence = Divergence.Between(name, "restored in-process", one.Straight, one.Cold);
    }

    public static IStore OpenFile(string path) => SqliteStore.Open(path, Small);

    static async Task DriveAsync(CorpusCase tested, DriveState state, string folder, bool alwaysCold)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
        try
        {
            await Drive.RunAsync(tested, state, tested.NeedsDatabase ? OpenFile(path) : new MemoryStore(), alwaysCold);
        }
        finally
        {
            foreach (var file in Directory.GetFiles(folder, Path.GetFileName(path) + "*")) File.Delete(file);
        }
    }
}
