using System.Diagnostics;
using Holdfast.Torture.Corpus;
using Spectre.Console;

namespace Holdfast.Torture.Sweeping;

/// <summary>Drives the whole corpus straight, restored in-process, and restored by fresh processes, and compares.</summary>
sealed class Sweep(SweepOptions options)
{
    readonly List<Tortured> _all = [.. CorpusCases.All.Where(c => c.Name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase)).Select(static c => new Tortured(c))];
    readonly Stopwatch _clock = Stopwatch.StartNew();
    TimeSpan _inProcess;
    int _processes;

    public static async Task<int> RunAsync(SweepOptions options)
    {
        if (options.Reflection) Round.UseReflection();
        var sweep = new Sweep(options);
        if (sweep._all.Count == 0) throw new ArgumentException($"No workflow's name contains '{options.Filter}'; 'list' prints them.");
        // Memory instead of a disk where there is a choice: what is tested is the frames, and every commit is synced.
        var root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var folder = Directory.CreateDirectory(Path.Combine(root, $"holdfast-torture-{Guid.NewGuid():N}")).FullName;
        try
        {
            await sweep.ShowAsync(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return new SweepReport(sweep._all, sweep._inProcess, sweep._clock.Elapsed, sweep._processes, options.Reflection).Print(options.Json);
    }

    Task ShowAsync(string folder) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(async view =>
        {
            var inProcess = view.AddTask("in this process", maxValue: _all.Count);
            var fresh = view.AddTask("in fresh processes", autoStart: false);
            await Parallel.ForEachAsync(_all, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (one, _) =>
            {
                await InProcess.RunAsync(one, folder);
                inProcess.Increment(1);
            });
            _inProcess = _clock.Elapsed;
            fresh.StartTask();
            fresh.MaxValue = _all.Sum(one => Math.Min(one.Straight.Awaits + 1, options.ProcessesMax));
            while (_all.Exists(static one => !one.IsDone)) await RoundAsync(folder, () => fresh.Increment(1));
            fresh.Value = fresh.MaxValue;
        });

    async Task RoundAsync(string folder, Action done)
    {
        var timeIsUp = (_clock.Elapsed - _inProcess).TotalSeconds >= options.Seconds;
        var tasks = _all.Index().Where(static o => !o.Item.IsDone).Select(o => new RoundTask(
            o.Item.Case.Name, Path.Combine(folder, $"{o.Index}.db"), timeIsUp ? int.MaxValue : o.Item.NextAwaits(options.ProcessesMax), o.Item.Fresh)).ToArray();
        _processes++;
        foreach (var task in await FreshProcess.RunAsync(tasks, folder, options.Reflection, done))
        {
            var one = _all.Single(t => t.Case.Name == task.Name);
            if (one.Fresh.Awaits > 0) one.Restores++;
            var stands = task.State.Awaits == one.Fresh.Awaits && task.State.Delivered.Count == one.Fresh.Delivered.Count && task.State.End is null;
            one.Fresh = task.State;
            one.Divergence = task.Error is { } error
                ? new(task.Name, "restored in a fresh process", task.State.Awaits, "no error of the harness", error)
                : stands
                    ? new(task.Name, "restored in a fresh process", task.State.Awaits, "to go on", "stands still")
                    : Divergence.Between(task.Name, "restored in a fresh process", one.Straight, one.Fresh);
        }
    }
}
