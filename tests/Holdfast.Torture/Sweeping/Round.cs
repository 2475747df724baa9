using System.Text.Json;
using Holdfast.Torture.Corpus;
using Holdfast.Torture.Driving;

namespace Holdfast.Torture.Sweeping;

/// <summary>What one fresh process does for one workflow: it restores what the last one saved, and goes on for so many awaits.</summary>
sealed record RoundTask(string Name, string File, int Awaits, DriveState State)
{
    /// <summary>What went wrong where nothing may; null for nothing.</summary>
    public string? Error { get; init; }
}

/// <summary>One round of a sweep: all workflows that have not ended, each an await further, in this process.</summary>
static class Round
{
    public const string Verb = "round";

    public const string Reflection = "reflection";

    /// <summary>Fields are reached by reflection in this process, instead of by compiled code.</summary>
    public static void UseReflection() => AppContext.SetSwitch("Holdfast.UseReflection", true);

    /// <summary>Reads the round's tasks from a file, does them, and writes them back. Prints the name of each as it is done.</summary>
    public static async Task<int> RunAsync(string plan)
    {
        var tasks = JsonSerializer.Deserialize<RoundTask[]>(await File.ReadAllTextAsync(plan))!;
        await Parallel.ForAsync(0, tasks.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (i, _) =>
        {
            tasks[i] = await DoAsync(tasks[i]);
            Console.WriteLine(tasks[i].Name);
        });
        await File.WriteAllTextAsync(plan, JsonSerializer.Serialize(tasks));
        return 0;
    }

    static async Task<RoundTask> DoAsync(RoundTask task)
    {
        try
        {
            var tested = CorpusCases.All.Single(c => c.Name == task.Name);
            await Drive.RunAsync(tested, task.State, InProcess.OpenFile(task.File), alwaysCold: true, task.Awaits);
            return task;
        }
        catch (Exception error)
        {
            return task with { Error = error.ToString() };
        }
    }
}
