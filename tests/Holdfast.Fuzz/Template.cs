using Holdfast.Kernel;
using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Holdfast.Fuzz;

/// <summary>A database with one waiting run of each workflow, and what is stored of each.</summary>
sealed class Template
{
    static readonly SqliteStoreOptions Small = new() { ReserveBytes = 0 };

    Template(byte[] file, byte[] log, byte[] fileBeforeLog, IReadOnlyList<StoredRun> runs)
    {
        File = file;
        Log = log;
        FileBeforeLog = fileBeforeLog;
        Runs = runs;
    }

    /// <summary>The file after an orderly end.</summary>
    public byte[] File { get; }

    /// <summary>The write-ahead log as a process leaves it that is killed.</summary>
    public byte[] Log { get; }

    /// <summary>The file beside that log.</summary>
    public byte[] FileBeforeLog { get; }

    /// <summary>The runs. Each ends with its workflow's name once it is signalled.</summary>
    public IReadOnlyList<StoredRun> Runs { get; }

    public static SqliteStore Open(string path) => SqliteStore.Open(path, Small);

    public static async Task<Template> MakeAsync()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-fuzz-");
        try
        {
            var path = Path.Combine(directory.FullName, "runs.db");
            byte[] log, before;
            var runs = new List<StoredRun>();
            var engine = await FuzzEngine.StartAsync(() => Open(path), new StoppedClock()).ConfigureAwait(false);
            await using (engine.ConfigureAwait(false))
            {
                // One after the other, so that the file comes out the same each time.
                await StartAsync<Flows.Loops>(engine, w => w.Run(nameof(Flows.Loops))).ConfigureAwait(false);
                await StartAsync<Flows.Closures>(engine, w => w.Run(nameof(Flows.Closures))).ConfigureAwait(false);
                await StartAsync<Flows.Nested>(engine, w => w.Run(nameof(Flows.Nested))).ConfigureAwait(false);
                await StartAsync<Flows.FanOut>(engine, w => w.Run(nameof(Flows.FanOut))).ConfigureAwait(false);
                await StartAsync<Flows.Large>(engine, w => w.Run(nameof(Flows.Large))).ConfigureAwait(false);
                await StartAsync<Flows.Waits>(engine, w => w.Run(nameof(Flows.Waits))).ConfigureAwait(false);
                await StartAsync<Flows.Parent>(engine, w => w.Run(nameof(Flows.Parent))).ConfigureAwait(false);
                var all = await engine.Client.ListAsync(new()).ConfigureAwait(false);
                foreach (var run in all.Reverse())
                    runs.Add(await engine.Engine.Store.LoadAsync(run.Id, default).ConfigureAwait(false) ?? throw new InvalidOperationException($"{run.Id} is gone"));
                before = ReadShared(path);
                log = ReadShared(path + "-wal");
            }
            return new(System.IO.File.ReadAllBytes(path), log, before, runs);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    static async Task StartAsync<TWorkflow>(FuzzEngine engine, System.Linq.Expressions.Expression<Func<TWorkflow, Durable<string>>> call) where TWorkflow : Workflow
    {
        var run = await engine.Client.StartAsync(call).ConfigureAwait(false);
        var waits = await FuzzEngine.UntilAsync(
            async () =>
            {
                var newest = (await engine.Client.ListAsync(new()).ConfigureAwait(false))[0].Id;
                var stored = (await engine.Engine.Store.LoadAsync(newest, default).ConfigureAwait(false))!;
                var ops = StateCodec.Decode(stored.Run.State.Span).Ops;
                return ops.Any(static op => op is ReceiveOp) && ops.All(op => op is not StepOp { Phase: StepPhase.Ready } || stored.Results.Any(r => r.Op == op.Id));
            }, TimeSpan.FromMinutes(1)).ConfigureAwait(false);
        if (!waits) throw new InvalidOperationException($"{typeof(TWorkflow).Name} does not come to wait: {(await run.GetInfoAsync().ConfigureAwait(false)).Waiting}");
    }

    static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
