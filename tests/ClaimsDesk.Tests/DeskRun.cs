using System.Diagnostics;
using System.Text.Json;
using ClaimsDesk;

namespace ClaimsDeskTests;

/// <summary>One small run of the sample, as a user starts it, with a kill; its books are kept for the tests of the audit.</summary>
public sealed class DeskRun : IAsyncLifetime
{
    readonly string root = Directory.CreateTempSubdirectory("holdfast-claims-desk-").FullName;

    /// <summary>With this seed the model makes each kind of mistake, and of the three payments that need a person one is answered twice, and one about another amount first.</summary>
    public const string Rows = "40", Seed = "76";

    /// <summary>How long a payment waits for a person.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public string Db => Path.Combine(root, "desk.db");

    public string Ledger => Path.Combine(root, "ledger");

    public int ExitCode { get; private set; }

    public string Output { get; private set; } = "";

    internal DeskReport Report => ReportOf(Output);

    public async Task InitializeAsync() =>
        (ExitCode, Output) = await StartAsync("--rows", Rows, "--kills", "1", "--seed", Seed, "--deadline-seconds", "60", "--db", Db, "--ledger", Ledger, "--json");

    public Task DisposeAsync()
    {
        Directory.Delete(root, recursive: true);
        return Task.CompletedTask;
    }

    internal static DeskReport ReportOf(string output)
    {
        var last = output.TrimEnd().Split('\n')[^1];
        Assert.True(last.StartsWith('{'), $"No report.\n{output}");
        return JsonSerializer.Deserialize(last, DeskJson.Default.DeskReport)!;
    }

    internal static async Task<(int ExitCode, string Output)> StartAsync(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ClaimsDesk.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await errors + await output);
    }
}
