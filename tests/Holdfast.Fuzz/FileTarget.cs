using Holdfast.Kernel;
using Microsoft.Data.Sqlite;

namespace Holdfast.Fuzz;

/// <summary>
/// Damaged database files under the real engine. Either it refuses the file with a typed error, or every run ends, is parked with a
/// reason, or says what it waits for; and where the damage is inside one run's own bytes, all others must go on as if nothing were.
/// </summary>
sealed class FileTarget(Template template) : ITarget
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How long runs get whose rows may say anything, before what they say they wait for is taken as it is.</summary>
    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(250);

    /// <summary>What a case may allocate: an engine that starts, all runs read and ended, and the errors that the damage costs. In 180 cases that were measured it was 0.6 to 4 million bytes.</summary>
    const long AllocatedMax = 32 << 20;

    static readonly string[] RowTargets =
    [
        "UPDATE holdfast_run SET state = $bytes WHERE k = $k AND state IS NOT NULL", "UPDATE holdfast_run SET snapshot = $bytes WHERE k = $k AND snapshot IS NOT NULL", "UPDATE holdfast_run_info SET input = $bytes WHERE k = $k",
        "UPDATE holdfast_long SET data = $bytes WHERE n / 2 = $k", "UPDATE holdfast_result SET outcome = $bytes WHERE k = $k", "UPDATE holdfast_blob SET data = $bytes WHERE k = $k",
    ];

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("holdfast-fuzz-");
    int _files;

    public string Name => "files";

    public void Dispose() => _directory.Delete(recursive: true);

    public string Feed(Random random)
    {
        var seed = random.Next();
        var result = FeedOnce(new(seed), out var allocated);
        // The first sight of a type costs once; what a case costs it costs each time.
        for (var again = 0; again < 2 && allocated > AllocatedMax; again++) result = FeedOnce(new(seed), out allocated);
        return allocated <= AllocatedMax ? result : throw new Violation($"{allocated:N0} bytes are allocated each time for a file of {template.File.Length:N0}");
    }

    string FeedOnce(Random random, out long allocated)
    {
        var path = Path.Combine(_directory.FullName, $"{_files++}.db");
        var before = GC.GetTotalAllocatedBytes();
        try
        {
            var result = (random.Next(2) == 0 ? WholeFileAsync(path, random) : OneRunAsync(path, random)).GetAwaiter().GetResult();
            Delete(path);
            return result;
        }
        catch (Violation)
        {
            // Named as it was damaged: the engine has been on the other.
            throw;
        }
        catch (Exception error)
        {
            throw new Violation($"{error.GetType().Name} for a damaged file", error);
        }
        finally
        {
            // Of the whole process, for an engine works on many threads; so nothing else may run in it.
            allocated = GC.GetTotalAllocatedBytes() - before;
        }
    }

    static void Delete(string path)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*")) File.Delete(file);
    }

    async Task<string> WholeFileAsync(string path, Random random)
    {
        var file = template.File;
        if (random.Next(3) == 0)
        {
            file = template.FileBeforeLog;
            var log = Scarred(template.Log, random);
            if (random.Next(2) == 0) file = Scarred(file, random);
            await File.WriteAllBytesAsync(path + "-wal", log).ConfigureAwait(false);
        }
        else
        {
            file = Scarred(file, random);
        }
        await File.WriteAllBytesAsync(path, file).ConfigureAwait(false);
        FuzzEngine engine;
        try
        {
            engine = await FuzzEngine.StartAsync(() => Template.Open(path)).ConfigureAwait(false);
        }
        catch (HoldfastException error)
        {
            return $"refused: {error.Error}";
        }
        await using (engine.ConfigureAwait(false))
        {
            var result = "read";
            foreach (var run in template.Runs)
            {
                try
                {
                    var handle = engine.Client.GetRun(run.Run.Id);
                    await handle.SignalAsync(Flows.Go, 1).ConfigureAwait(false);
                    await CheckAsync(engine, handle, Short).ConfigureAwait(false);
                }
                catch (HoldfastException error)
                {
                    result = $"read: {error.Error}";
                }
            }
            return engine.Defect is { } defect ? throw new Violation(defect) : result;
        }
    }

    async Task<string> OneRunAsync(string path, Random random)
    {
        await File.WriteAllBytesAsync(path, template.File).ConfigureAwait(false);
        var victim = template.Runs[random.Next(template.Runs.Count)];
        var donor = template.Runs[random.Next(template.Runs.Count)];
        await ScarRunAsync(path, victim.Key.Value, donor.Snapshot.ToArray(), random).ConfigureAwait(false);
        var engine = await FuzzEngine.StartAsync(() => Template.Open(path)).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            foreach (var run in template.Runs) await SignalAsync(engine, run.Run.Id).ConfigureAwait(false);
            var result = "";
            foreach (var run in template.Runs)
            {
                var handle = engine.Client.GetRun(run.Run.Id);
                if (IsTouched(run, victim)) result = await CheckAsync(engine, handle, Short).ConfigureAwait(false);
                else await MustEndAsync(engine, handle, run.Run.Workflow, victim.Run.Workflow).ConfigureAwait(false);
            }
            if (engine.Defect is { } defect) throw new Violation($"{victim.Run.Workflow} was damaged: {defect}");
            return result;
        }
    }

    static async Task SignalAsync(FuzzEngine engine, RunId run)
    {
        try
        {
            await engine.Client.GetRun(run).SignalAsync(Flows.Go, 1).ConfigureAwait(false);
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished)
        {
            // Damage may have ended it.
        }
    }

    /// <summary>A parent and its child share their fate.</summary>
    static bool IsTouched(Storage.StoredRun run, Storage.StoredRun victim) => run.Run.Id == victim.Run.Id || run.Run.Parent == victim.Run.Id || victim.Run.Parent == run.Run.Id;

    static async Task MustEndAsync(FuzzEngine engine, RunHandle run, string name, string victim)
    {
        var ended = await FuzzEngine.UntilAsync(async () => (await run.GetInfoAsync().ConfigureAwait(false)).Status is not RunStatus.Running, Patience).ConfigureAwait(false);
        var info = await run.GetInfoAsync().ConfigureAwait(false);
        if (!ended || info.Status != RunStatus.Completed) throw new Violation($"{victim} was damaged, and {name} is {info.Status}: {info.Waiting} {info.Error?.Message}{engine.Engine.Failure?.Message}");
        // A child is told its parent's name, and gives it back.
        if (await run.ResultAsync<string>().ConfigureAwait(false) != (name == nameof(Flows.Child) ? nameof(Flows.Parent) : name)) throw new Violation($"{victim} was damaged, and {name} ended with another result.");
    }

    /// <summary>Whatever the damage made of the run, it must have ended, be parked, or say what it waits for.</summary>
    static async Task<string> CheckAsync(FuzzEngine engine, RunHandle run, TimeSpan patience)
    {
        await FuzzEngine.UntilAsync(async () => engine.Engine.Failure is not null || (await run.GetInfoAsync().ConfigureAwait(false)).Status is not RunStatus.Running, patience).ConfigureAwait(false);
        var row = await engine.Engine.Store.GetAsync(run.Id, default).ConfigureAwait(false) ?? throw new HoldfastException(HoldfastError.UnknownRun, "gone");
        if (row.Status == RunStatus.Running && StateBytes.TryRead(row.State, out _) is null)
        {
            // Parking it is a commit of its own, on a machine that may be busy.
            await FuzzEngine.UntilAsync(async () => engine.Engine.Failure is not null || (await run.GetInfoAsync().ConfigureAwait(false)).Status is not RunStatus.Running, Patience).ConfigureAwait(false);
        }
        var info = await run.GetInfoAsync().ConfigureAwait(false);
        if (info.Status == RunStatus.Running && StateBytes.TryRead(row.State, out _) is null) throw new Violation($"{run.Id} has a damaged state and still counts as running: {info.Waiting}");
        if (info.Status is RunStatus.Running or RunStatus.Parked && info.Waiting.Length == 0) throw new Violation($"{run.Id} is {info.Status} and does not say why.");
        return info.Status.ToString();
    }

    /// <summary>Damages what is stored of one run, as the engine would read it.</summary>
    static async Task ScarRunAsync(string path, long key, byte[] donor, Random random)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync().ConfigureAwait(false);
        for (var tries = 0; tries < 20; tries++)
        {
            var update = RowTargets[random.Next(RowTargets.Length)];
            using var read = connection.CreateCommand();
            var words = update.Split(' ');
#pragma warning disable CA2100 // Built from the constants above.
            read.CommandText = $"SELECT {words[3]} FROM {words[1]} {update[update.IndexOf("WHERE", StringComparison.Ordinal)..]} LIMIT 1";
            read.Parameters.AddWithValue("$k", key);
            if (await read.ExecuteScalarAsync().ConfigureAwait(false) is not byte[] { Length: > 0 } bytes) continue;
            using var write = connection.CreateCommand();
            write.CommandText = update;
#pragma warning restore CA2100
            write.Parameters.AddWithValue("$k", key);
            write.Parameters.AddWithValue("$bytes", Damage.Of(bytes, donor, random));
            await write.ExecuteNonQueryAsync().ConfigureAwait(false);
            return;
        }
    }

    /// <summary>What disks do: flipped bits, lost and exchanged sectors, an end that came too early.</summary>
    static byte[] Scarred(byte[] bytes, Random random)
    {
        const int Sector = 512;
        var scarred = bytes.ToArray();
        for (var hits = random.Next(1, 5); hits > 0 && scarred.Length > Sector; hits--)
        {
            var at = random.Next(scarred.Length);
            var sector = Math.Min(at / Sector * Sector, scarred.Length - Sector);
            switch (random.Next(8))
            {
                case 0:
                    scarred = scarred[..at];
                    break;
                case 1:
                    scarred.AsSpan(sector, Sector).Clear();
                    break;
                case 2:
                    bytes.AsSpan(random.Next(bytes.Length - Sector), Sector).CopyTo(scarred.AsSpan(sector));
                    break;
                case 3:
                    random.NextBytes(scarred.AsSpan(at, Math.Min(scarred.Length - at, random.Next(1, 17))));
                    break;
                default:
                    scarred[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return scarred;
    }
}
