using System.Diagnostics;
using System.Text.Json;
using Holdfast.Storage;
using Holdfast.Torture.Corpus;

namespace Holdfast.Tests.Runs;

/// <summary>
/// Every workflow of the corpus hears the same and ends the same straight through, restored in-process at every await, and restored in
/// fresh processes. Here the fresh processes are those that fit into a minute; <c>sweep</c> without a limit makes all of them.
/// </summary>
public sealed class TortureTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(12);

    /// <summary>What the corpus was when this was last looked at. It may grow; raise them then.</summary>
    const int WorkflowsMin = 116, AwaitsMin = 3_143;

    [Fact]
    public async Task All_restores_agree()
    {
        var (exitCode, said) = await SweepAsync("--seconds", "60", "--json");
        Assert.True(exitCode == 0, said);
        using var report = JsonDocument.Parse(said.TrimEnd().Split('\n')[^1]);
        Assert.Equal(CorpusCases.All.Count, report.RootElement.GetProperty("workflows").GetInt32());
        // Each await is a snapshot, and each is restored and compared in the sweep's own process, however few fresh ones there is time for.
        var awaits = report.RootElement.GetProperty("awaits").GetInt32();
        Assert.True(awaits >= AwaitsMin, said);
        Assert.Equal(awaits, report.RootElement.GetProperty("restoresInProcess").GetInt32());
        Assert.True(report.RootElement.GetProperty("restores").GetInt32() >= CorpusCases.All.Count - 1, said);
    }

    [Fact]
    public void The_corpus_is_large_and_every_workflow_is_in_it_once()
    {
        Assert.True(CorpusCases.All.Count >= WorkflowsMin, $"There are {CorpusCases.All.Count} workflows in the corpus, and there were {WorkflowsMin}.");
        Assert.Equal(CorpusCases.All.Count, CorpusCases.All.Select(static c => c.Name).Distinct().Count());
        var classes = typeof(CorpusCases).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(Workflow)) && t is { IsAbstract: false, ContainsGenericParameters: false });
        Assert.Empty(classes.Except(CorpusCases.Workflows));
    }

    static async Task<(int ExitCode, string Said)> SweepAsync(params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new("dotnet", ["exec", typeof(CorpusCases).Assembly.Location, "sweep", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        try
        {
            var said = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(Patience);
            return (process.ExitCode, await errors + await said);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
