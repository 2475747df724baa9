using System.Diagnostics;
using System.Text.Json;
using Claims;

namespace ClaimsTests.Orchestration;

/// <summary>The sample as a user starts it: a process of its own.</summary>
sealed class ClaimsProcess : IDisposable
{
    readonly Process process;
    readonly Task<string> output, errors;

    public ClaimsProcess(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Claims.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params IEnumerable<string> arguments)
    {
        using var claims = new ClaimsProcess(arguments);
        await claims.process.WaitForExitAsync();
        return (claims.process.ExitCode, await claims.output, await claims.errors);
    }

    /// <summary>Runs to the end with <c>--json</c>, and gives the report of its last line.</summary>
    public static async Task<(int ExitCode, AuditReport Report)> AuditedAsync(params IEnumerable<string> arguments)
    {
        var (exitCode, output, errors) = await RunAsync([.. arguments, "--json"]);
        Assert.True(output.TrimEnd().EndsWith('}'), $"No report.\n{output}\n{errors}");
        var last = output.TrimEnd().Split('\n')[^1];
        return (exitCode, JsonSerializer.Deserialize(last, ClaimsJson.Default.AuditReport)!);
    }

    /// <summary>Kills one of the processes of a run on this ledger, from outside. Linux says in <c>/proc</c> which one it is.</summary>
    public static void KillRole(string role, string ledger)
    {
        var found = Process.GetProcesses().Single(one => CommandLine(one.Id).Contains($"\0{role}\0--ledger\0{ledger}\0", StringComparison.Ordinal));
        found.Kill();
        found.WaitForExit();
    }

    static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited) Kill();
        process.Dispose();
    }
}
