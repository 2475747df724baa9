namespace Holdfast.Simulation.Disk;

enum DiskOperation { Read, Write, Truncate, Sync, Delete }

/// <summary>One call of a process on a file.</summary>
readonly record struct DiskCall(DiskOperation Operation, string Process, string File, long Offset, int Bytes)
{
    public bool IsLog => File.EndsWith("-wal", StringComparison.Ordinal);
}

/// <summary>What becomes of a call.</summary>
enum DiskAnswer
{
    Pass,

    /// <summary>There is no room; nothing is done.</summary>
    Full,

    /// <summary>It fails. Of a sync, nobody knows what it did.</summary>
    Fail,

    /// <summary>It says that it was done, and was not.</summary>
    Lie,

    /// <summary>The process dies before the call is done, or after.</summary>
    DieBefore, DieAfter,
}

/// <summary>Asked before each call.</summary>
delegate DiskAnswer DiskHook(in DiskCall call);
