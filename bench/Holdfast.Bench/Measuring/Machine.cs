using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Holdfast.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Bench.Measuring;

/// <summary>What the figures were measured on, and what the system says of this process.</summary>
static class Machine
{
    public static void Print(string database)
    {
        foreach (var (name, value) in Facts(database)) Console.WriteLine($"{name,-10}{value}");
    }

    /// <summary>What the figures depend on, in the order in which people read it.</summary>
    public static IReadOnlyList<(string Name, string Value)> Facts(string database)
    {
        SqliteLibrary.Load(NullLogger.Instance);
        return
        [
            ("CPU", $"{Cpu()}, {Environment.ProcessorCount} cores; load {Load()}"),
            ("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0.0} GiB"),
            ("disk", FileSystem(database)),
            ("OS", RuntimeInformation.OSDescription),
            ("versions", $"Holdfast {Build.Split('+')[0]}, {RuntimeInformation.FrameworkDescription}, SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}"),
            ("runtime", $"{Collector()}{Variables()}"),
        ];
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

    /// <summary>What the kernel has written to disk for this process; 0 where it does not say.</summary>
    public static long WrittenBytes() => Field("/proc/self/io", "write_bytes");

    public static double RssMiB => Math.Round(Environment.WorkingSet / 1048576.0, 1);

    /// <summary>The most memory that this process has had since <see cref="ForgetPeak"/>.</summary>
    public static double PeakRssMiB
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return Math.Round(process.PeakWorkingSet64 / 1048576.0, 1);
        }
    }

    /// <summary>Begins anew with the peak of memory; where the system cannot, the peak is that of the whole process.</summary>
    public static void ForgetPeak()
    {
        if (File.Exists("/proc/self/clear_refs")) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    public static double FileMiB(string path) => File.Exists(path) ? Math.Round(new FileInfo(path).Length / 1048576.0, 1) : 0;

    static long Field(string path, string name)
    {
        if (!File.Exists(path)) return 0;
        var line = File.ReadLines(path).First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>The version of Holdfast with the commit that it was built from, where the build knew it.</summary>
    public static string Build => typeof(Workflow).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>As the runtime took it, from its own settings and the environment.</summary>
    public static string Collector()
    {
        var settings = GC.GetConfigurationVariables();
        string Of(string name) => settings.TryGetValue(name, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" : "";
        return $"{(Of("ServerGC") == "True" ? "server" : "workstation")} GC, {(Of("ConcurrentGC") == "True" ? "concurrent" : "not concurrent")}, conserve memory {(Of("GCConserveMem") is { Length: > 0 } conserve ? conserve : "0")}";
    }

    static string Variables()
    {
        var set = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static e => (Name: (string)e.Key, Value: (string?)e.Value))
            .Where(static e => e.Name.StartsWith("DOTNET_GC", StringComparison.OrdinalIgnoreCase) || e.Name.StartsWith("DOTNET_T", StringComparison.OrdinalIgnoreCase))
            .OrderBy(static e => e.Name, StringComparer.Ordinal).Select(static e => $"{e.Name}={e.Value}").ToList();
        return set.Count == 0 ? "; no settings by environment" : "; " + string.Join(' ', set);
    }

    /// <summary>How many threads wanted a core on average, in the last minute: figures of a busy machine say little.</summary>
    static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

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
