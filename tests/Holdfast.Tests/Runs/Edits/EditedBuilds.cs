using System.Collections.Concurrent;
using System.Reflection;
using Holdfast.Sqlite;
using Holdfast.Tests.Frames.Code;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>One file, on which builds of a workflow's assembly are run one after the other.</summary>
sealed class EditedBuilds : IDisposable
{
    static readonly SqliteStoreOptions Small = new() { ReserveBytes = 0 };
    static readonly ConcurrentDictionary<(string Source, bool Release), Compiled> Originals = new();
    static readonly MethodInfo StartMany = typeof(IHoldfastClient).GetMethod(nameof(IHoldfastClient.StartManyAsync))!;

    readonly TemporaryDirectory _directory = new();

    public string Path => _directory["edits.db"];

    public static Compiled Original(string source, bool release) => Originals.GetOrAdd((source, release), static key => Compiled.From(key.Source, key.Release));

    /// <summary>Another build of the same assembly.</summary>
    public static Compiled Edited(string source, Edit edit, bool release)
    {
        Assert.Contains(edit.Old, source, StringComparison.Ordinal);
        return Compiled.From(source.Replace(edit.Old, edit.New, StringComparison.Ordinal), release);
    }

    /// <summary>Starts an engine with a build, on the file.</summary>
    public Task<World> StartAsync(Compiled build, TimeProvider? time = null, params string[] types) => World.StartAsync(
        [.. (types.Length == 0 ? ["W"] : types).Select(build.Type)], () => SqliteStore.Open(Path, Small),
        options: o =>
        {
            o.StopTime = TimeSpan.FromSeconds(1);
            if (time is not null) o.TimeProvider = time;
        });

    /// <summary>Starts a run in a build, and stops the engine once the run waits for what is asked for.</summary>
    public async Task<RunId> ParkAsync(Compiled build, int input, string waitsFor, TimeProvider? time = null)
    {
        await using var world = await StartAsync(build, time);
        var run = await StartRunAsync(world, build.Type("W"), input);
        await world.UntilAsync(run, i => i.Waiting.Contains(waitsFor, StringComparison.Ordinal));
        return run.Id;
    }

    /// <summary>What is said of the file's one run before a build is started on it.</summary>
    public async Task<CodeReportGroup> ReportAsync(Compiled build)
    {
        await using var store = SqliteStore.OpenReadOnly(Path, Small);
        var report = await HoldfastCode.ReportAsync(store, build.Assembly);
        Assert.Empty(report.Problems);
        return Assert.Single(report.Groups);
    }

    public static async Task<RunHandle> StartRunAsync(World world, Type workflow, int input, string? key = null)
    {
        IEnumerable<(object?, string?)> inputs = [(input, key)];
        return (await (Task<IReadOnlyList<RunHandle>>)StartMany.MakeGenericMethod(workflow).Invoke(world.Client, [inputs, CancellationToken.None])!)[0];
    }

    /// <summary>Sends signals, and returns the result once the run has completed, or why it is parked.</summary>
    public static async Task<(string? Result, string? Parked)> GoOnAsync(World world, RunId id, string? signal, int times = 1)
    {
        var run = world.Client.GetRun(id);
        try
        {
            for (var i = 0; signal is not null && i < times; i++) await run.SignalAsync(new Signal<string>(signal), $"s{i}", dedupKey: $"{signal}{i}");
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished)
        {
            // It needed fewer of them than there are in the list. How it ended is looked at below.
        }
        var info = await world.UntilAsync(run, static i => i.Status != RunStatus.Running);
        Assert.All(world.Errors, static e => Assert.Contains("parked", e, StringComparison.Ordinal));
        if (info.Status == RunStatus.Parked) return (null, info.Waiting);
        return (await run.ResultAsync<string>(), null);
    }

    public void Dispose() => _directory.Dispose();
}
