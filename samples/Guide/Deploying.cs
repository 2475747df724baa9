using Holdfast;
using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Guide;

/// <summary>What becomes of the runs that wait, when their code changes.</summary>
public static class Deploying
{
    #region report
    // In Program.cs of the new build: dotnet run -- --report, or with --json for a pipeline.
    public static async Task<int?> ReportAsync(string[] args)
    {
        if (!args.Contains("--report")) return null;
        await using var store = SqliteStore.OpenReadOnly("refunds.db");                  // beside the engine that runs, without its lock
        return await HoldfastCode.PrintReportAsync(args, store, typeof(Refund).Assembly); // 0 when this build stops no run for sure, 1 otherwise; 2 for an option that there is not
    }
    #endregion

    public static async Task LookAsync(string backup)
    {
        #region report-look
        await using var store = SqliteStore.OpenReadOnly(backup);
        CodeReport report = await HoldfastCode.ReportAsync(store, typeof(Refund).Assembly);
        foreach (var group in report.Groups.Where(g => g.Verdict == CodeVerdict.NeedsMigration))
            Console.WriteLine($"{group.Count} runs of {group.Workflow}: {group.Reason}");
        if (!report.IsSafe) throw new InvalidOperationException(report.ToString());
        #endregion
    }

    public static async Task LookEncryptedAsync(string path, PayloadCodec codec)
    {
        #region report-codec
        await using var store = SqliteStore.OpenReadOnly(path);
        CodeReport report = await HoldfastCode.ReportAsync(codec.Over(store), typeof(Refund).Assembly);
        #endregion
        if (!report.IsSafe) throw new InvalidOperationException(report.ToString());
    }

    public static async Task<RunId> RestartAsync(IHoldfastClient holdfast, RunId id)
    {
        #region restart
        var next = await holdfast.GetRun<Refund, Receipt>(id).RestartAsync("The rules changed on 1 March.");
        RunInfo before = await holdfast.GetRun(id).GetInfoAsync();             // Terminated; before.RestartedAs == next.Id
        RunInfo after = await next.GetInfoAsync();                             // Running;    after.RestartOf == id
        #endregion
        return before.RestartedAs ?? after.Id;
    }

    public static async Task RedeliverAsync(IHoldfastClient holdfast, RunId id)
    {
        #region redeliver
        foreach (DeadLetter letter in await holdfast.ListDeadLettersAsync(id))
            if (letter.Mail.Name == Refund.Approved.Name) await holdfast.RedeliverAsync(letter);
        #endregion
    }
}
