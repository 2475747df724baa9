using System.Runtime.InteropServices;

namespace Holdfast.Simulation.Disk;

/// <summary>The memory that connections to one log share, and its locks. It is gone when the last living connection is.</summary>
sealed unsafe class SharedMemory
{
    public const int Locks = 8;

    readonly List<nint> _regions = [];
    readonly HashSet<OpenFile> _attached = [];

    /// <summary>Whether a process that lives still uses it; the next one to come must not find what dead ones left.</summary>
    public bool IsInUse => _attached.Any(static f => !f.IsDead);

    /// <summary>A region, made when it is not there and <paramref name="extend"/> says so; else null.</summary>
    public void* Map(OpenFile file, int region, int bytes, bool extend)
    {
        _attached.Add(file);
        while (_regions.Count <= region)
        {
            if (!extend) return null;
            _regions.Add((nint)NativeMemory.AllocZeroed((nuint)bytes));
        }
        return (void*)_regions[region];
    }

    /// <summary>Takes or gives back locks; false when somebody else holds one of them.</summary>
    public bool Lock(OpenFile file, int first, int count, bool take, bool shared)
    {
        var wanted = ((1 << count) - 1) << first;
        if (!take)
        {
            if (shared) file.SharedLocks &= ~wanted;
            else file.ExclusiveLocks &= ~wanted;
            return true;
        }
        foreach (var other in _attached)
            if (other != file && (((other.ExclusiveLocks & wanted) != 0) || (!shared && (other.SharedLocks & wanted) != 0))) return false;
        if (shared) file.SharedLocks |= wanted;
        else file.ExclusiveLocks |= wanted;
        return true;
    }

    public void Detach(OpenFile file)
    {
        file.SharedLocks = file.ExclusiveLocks = 0;
        _attached.Remove(file);
        if (_attached.Count > 0) return;
        foreach (var region in _regions) NativeMemory.Free((void*)region);
        _regions.Clear();
    }
}
