using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Holdfast.Bench;

/// <summary>What the figures were measured on.</summary>
static class Machine
{
    public static void Print(string database)
    {
        Console.WriteLine($"CPU       {Cpu()}, {Environment.ProcessorCount} cores");
        Console.WriteLine($"memory    {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0.0} GiB");
        Console.WriteLine($"disk      {FileSystem(database)}");
        Console.WriteLine($"OS        {RuntimeInformation.OSDescription}");
        Console.WriteLine($"runtime   {RuntimeInformation.FrameworkDescription}, {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} GC, {System.Runtime.GCSettings.LatencyMode}");
    }

    /// <summary>The median of appends of one page with an fsync each, to a file beside the database: what the disk asks for one commit.</summary>
    public static double MedianFsyncMs(string database, int count = 500)
    {
        var path = database + ".fsync";
        var page = new byte[8192];
        var times = new List<double>(count);
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1))
        {
            for (var i = 0; i < count; i++)
            {
                file.Write(page);
                var started = Stopwatch.GetTimestamp();
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        File.Delete(path);
        times.Sort();
        return times[times.Count / 2];
    }

    static string Cpu()
    {
        if (!File.Exists("/proc/cpuinfo")) return RuntimeInformation.ProcessArchitecture.ToString();
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "unknown";
    }

    static string FileSystem(string path)
    {
        var full = Path.GetFullPath(path);
        var drive = DriveInfo.GetDrives().Where(d => full.StartsWith(d.Name, StringComparison.Ordinal)).MaxBy(static d => d.Name.Length);
        return drive is null ? "unknown" : $"{drive.DriveFormat}, {drive.AvailableFreeSpace >> 30} GiB free";
    }
}
