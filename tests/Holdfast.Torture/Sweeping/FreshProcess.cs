using System.Diagnostics;
using System.Text.Json;

namespace Holdfast.Torture.Sweeping;

/// <summary>This program, started again for one round.</summary>
static class FreshProcess
{
    /// <summary>Has the tasks done by a fresh process, and gives them back as it left them.</summary>
    /// <param name="tasks">What it is to do.</param>
    /// <param name="folder">Where the plan is written.</param>
    /// <param name="reflection">Whether it reaches fields by reflection.</param>
    /// <param name="done">Told after each workflow.</param>
    public static async Task<RoundTask[]> RunAsync(RoundTask[] tasks, string folder, bool reflection, Action done)
    {
        var plan = Path.Combine(folder, "plan.json");
        await File.WriteAllTextAsync(plan, JsonSerializer.Serialize(tasks));
        using var process = new Process
        {
            StartInfo = new("dotnet", ["exec", typeof(FreshProcess).Assembly.Location, Round.Verb, plan, .. reflection ? [Round.Reflection] : Array.Empty<string>()]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is not null) done();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"A round's process ended with {process.ExitCode}: {await errors}");
        return JsonSerializer.Deserialize<RoundTask[]>(await File.ReadAllTextAsync(plan))!;
    }
}
