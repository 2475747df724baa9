using Holdfast.Simulation.Disk;
using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Holdfast.Simulation.Worlds;

/// <summary>Breaks one promise, from outside of the engine: to see whether the worlds notice. This one breaks none.</summary>
class Sabotage
{
    /// <summary>Whether the disk says that it has synced, and has not.</summary>
    public virtual bool LiesAboutSyncs => false;

    /// <summary>Whether the disk says that it has written this, and has not.</summary>
    public virtual bool LosesWrite(in DiskCall call) => false;

    /// <summary>How far the engine's clock is ahead at this moment.</summary>
    public virtual TimeSpan Ahead(World world) => TimeSpan.Zero;

    /// <summary>A step has worked, and has not reported yet.</summary>
    public virtual void Worked(SimulatedProcess process, StepContext step, long result)
    {
    }

    public virtual ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results) => store.AppendAsync(writes, results);

    /// <summary>A run was read.</summary>
    public virtual StoredRun Loaded(SimulatedProcess process, StoredRun stored) => stored;

    /// <summary>Whether the batch that was appended just now was, so that it goes into the books.</summary>
    public virtual bool IsNoted => true;

    public virtual ValueTask SyncAsync(SqliteStore store) => store.SyncAsync();
}
