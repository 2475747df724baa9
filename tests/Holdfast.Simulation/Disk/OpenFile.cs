namespace Holdfast.Simulation.Disk;

/// <summary>A file as one connection of one process has it open.</summary>
sealed class OpenFile(SimulatedDisk disk, string process, FileImage image)
{
    public const int None = 0, Shared = 1, Reserved = 2, Pending = 3, Exclusive = 4;

    int _heard = image.FailedSyncs;

    public SimulatedDisk Disk { get; } = disk;

    public string Process { get; } = process;

    public FileImage Image { get; } = image;

    /// <summary>The process is gone: nothing that is left of it reaches the disk.</summary>
    public bool IsDead { get; private set; }

    /// <summary>SQLite's lock on the file itself.</summary>
    public int Level { get; set; }

    public SharedMemory? Memory { get; set; }

    public int SharedLocks { get; set; }

    public int ExclusiveLocks { get; set; }

    /// <summary>Whether a sync of the file has failed since it was opened here, or since somebody was last told: as on Linux, each who has it open is told once, by his next sync.</summary>
    public bool HearsOfFailedSync()
    {
        var heard = _heard;
        _heard = Image.FailedSyncs;
        return heard != _heard;
    }

    public void Die()
    {
        IsDead = true;
        Level = None;
        SharedLocks = ExclusiveLocks = 0;
    }
}
