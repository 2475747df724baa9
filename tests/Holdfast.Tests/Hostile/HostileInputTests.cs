using System.Diagnostics;
using System.Text.Json;
using Holdfast.Fuzz;

namespace Holdfast.Tests.Hostile;

/// <summary>A few thousand of the cases that Holdfast.Fuzz makes; the program itself makes as many as one likes.</summary>
public sealed class HostileInputTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(12);

    /// <summary>In a process of its own, because what an engine allocates can be told from what other tests do in no other way.</summary>
    [Fact]
    public async Task Damaged_snapshots_records_and_files_give_values_or_typed_errors()
    {
        using var process = new Process
        {
            StartInfo = new("dotnet", ["exec", typeof(Fuzzer).Assembly.Location, "--seed", "2026", "--cases", "3000", "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        try
        {
            var said = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(Patience);
            Assert.True(process.ExitCode == 0, await errors + await said);
            using var report = JsonDocument.Parse((await said).TrimEnd().Split('\n')[^1]);
            Assert.Equal(3_000, report.RootElement.GetProperty("cases").GetInt64());
            var outcomes = report.RootElement.GetProperty("outcomes").EnumerateObject().Select(static o => o.Name).ToList();
            // All three were really fed, and not only refused at the door.
            foreach (var outcome in new[] { "frames/value", "kernel/value", "files/Parked", "files/Completed" }) Assert.Contains(outcome, outcomes);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
