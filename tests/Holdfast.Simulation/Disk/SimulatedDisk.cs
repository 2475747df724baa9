namespace Holdfast.Simulation.Disk;

/// <summary>
/// The files of one simulated machine, in memory, behind a file system of SQLite's. Processes reach the same files by paths of their own,
/// <c>root/process/name</c>. Used by one thread.
/// </summary>
sealed class SimulatedDisk : IDisposable
{
    readonly Dictionary<string, FileImage> _files = new(StringComparer.Ordinal);
    readonly Dictionary<string, FileImage> _unnamed = new(StringComparer.Ordinal);
    readonly Dictionary<string, SharedMemory> _memories = new(StringComparer.Ordinal);
    readonly List<OpenFile> _open = [];
    readonly HashSet<string> _dead = new(StringComparer.Ordinal);
    readonly DiskFileSystem _fileSystem;
    readonly Random _lot;

    public SimulatedDisk(Random lot)
    {
        _lot = lot;
        _fileSystem = new(this);
    }

    /// <summary>The name by which SQLite finds it.</summary>
    public string Name => _fileSystem.Name;

    /// <summary>Decides about each call; null lets everything through.</summary>
    public DiskHook? Hook { get; set; }

    /// <summary>A process died in the middle of a call.</summary>
    public Action<string>? Died { get; set; }

    /// <summary>How many connections are open, dead ones too.</summary>
    public int OpenCount => _open.Count;

    public IReadOnlyCollection<string> FileNames => _files.Keys;

    /// <summary>An exception of the hook, which must not go through SQLite.</summary>
    public Exception? Broken { get; set; }

    public FileImage? Find(string name) => _files.GetValueOrDefault(name);

    /// <summary>The process is gone; what it had written, synced or not, other processes still see.</summary>
    public void Kill(string process)
    {
        _dead.Add(process);
        foreach (var file in _open)
            if (file.Process == process) file.Die();
    }

    /// <summary>The machine loses its power: all processes are gone, and so is some of what was not synced.</summary>
    public void CutPower()
    {
        foreach (var file in _open) Kill(file.Process);
        foreach (var image in _files.Values.OrderBy(static f => f.Name, StringComparer.Ordinal).ToArray())
        {
            image.CutPower(_lot);
            // A name that was never synced may be gone with all that is behind it.
            if (!image.IsNamed && _lot.Next(2) == 0) _files.Remove(image.Name);
        }
        // So may the removal of a name.
        foreach (var image in _unnamed.Values.OrderBy(static f => f.Name, StringComparer.Ordinal))
        {
            if (_lot.Next(2) == 0 || !_files.TryAdd(image.Name, image)) continue;
            image.CutPower(_lot);
        }
        _unnamed.Clear();
    }

    public DiskAnswer Ask(DiskOperation operation, OpenFile file, long offset = 0, int bytes = 0) => Ask(new(operation, file.Process, file.Image.Name, offset, bytes));

    public DiskAnswer Ask(in DiskCall call)
    {
        try
        {
            return Hook?.Invoke(call) ?? DiskAnswer.Pass;
        }
        catch (Exception error)
        {
            Broken ??= error;
            return DiskAnswer.Fail;
        }
    }

    /// <summary>Says that the process is dead from now on.</summary>
    public void Die(string process)
    {
        Kill(process);
        Died?.Invoke(process);
    }

    public OpenFile? Open(string path, bool create)
    {
        var (process, name) = Split(path);
        if (_dead.Contains(process)) return null;
        if (!_files.TryGetValue(name, out var image))
        {
            if (!create) return null;
            _files.Add(name, image = new(name));
        }
        var file = new OpenFile(this, process, image);
        _open.Add(file);
        return file;
    }

    public void Close(OpenFile file)
    {
        Unmap(file);
        _open.Remove(file);
    }

    public bool Exists(string path) => _files.ContainsKey(Split(path).Name);

    public bool Delete(string path, bool syncDirectory)
    {
        var (process, name) = Split(path);
        if (_dead.Contains(process) || !_files.Remove(name, out var image)) return false;
        if (!syncDirectory && image.IsNamed) _unnamed.TryAdd(name, image);
        return true;
    }

    /// <summary>Puts a file onto the platter under another name, whole or not at all, as a rename between two syncs does.</summary>
    public void Publish(string name, string published)
    {
        if (!_files.Remove(name, out var image)) throw new InvalidOperationException($"There is no file {name}.");
        _files.Add(published, new(published, image));
    }

    public void Remove(string name) => _files.Remove(name);

    /// <summary>Brings a file from another disk.</summary>
    public void Import(string name, FileImage image) => _files.Add(name, new(name, image));

    /// <summary>Called when a file is on the platter, before whoever asked for it hears so: what is written now is not.</summary>
    public Action<OpenFile>? Synced { get; set; }

    public void Sync(OpenFile file)
    {
        file.Image.Sync();
        // As SQLite does on Linux: with a new log or journal, its directory is synced, and with that all names of made and removed files.
        if (file.Image.IsNamed || !(file.Image.Name.EndsWith("-wal", StringComparison.Ordinal) || file.Image.Name.EndsWith("-journal", StringComparison.Ordinal))) return;
        _unnamed.Clear();
        foreach (var image in _files.Values) image.IsNamed = true;
    }

    public void FailSync(OpenFile file) => file.Image.FailSync(_lot);

    public bool Lock(OpenFile file, int level)
    {
        if (file.Level >= level) return true;
        var others = _open.Where(o => o != file && o.Image == file.Image);
        var highest = others.Select(static o => o.Level).DefaultIfEmpty(OpenFile.None).Max();
        if (level == OpenFile.Shared && highest >= OpenFile.Pending) return false;
        if (level >= OpenFile.Reserved && highest >= OpenFile.Reserved) return false;
        if (level == OpenFile.Exclusive && highest >= OpenFile.Shared)
        {
            file.Level = OpenFile.Pending;
            return false;
        }
        file.Level = level;
        return true;
    }

    public bool IsReserved(OpenFile file) => _open.Exists(o => o.Image == file.Image && o.Level >= OpenFile.Reserved);

    public SharedMemory MemoryOf(OpenFile file)
    {
        if (file.Memory is { } present) return present;
        if (!_memories.TryGetValue(file.Image.Name, out var memory) || !memory.IsInUse) _memories[file.Image.Name] = memory = new();
        return file.Memory = memory;
    }

    public void Unmap(OpenFile file)
    {
        file.Memory?.Detach(file);
        file.Memory = null;
    }

    public (string Process, string Name) Split(string path)
    {
        var name = Path.GetFileName(path);
        return (Path.GetFileName(Path.GetDirectoryName(path)!), name);
    }

    public void Dispose() => _fileSystem.Dispose();
}
