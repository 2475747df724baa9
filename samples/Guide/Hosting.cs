using Holdfast;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Guide;

/// <summary>How an application takes Holdfast in, and how the rest of it talks to runs.</summary>
public static class Hosting
{
    public static void Add(IHostApplicationBuilder builder)
    {
        #region host
        builder.Services.AddHoldfast(o => o.UseSqlite("refunds.db")).AddWorkflow<Refund>();
        #endregion
    }

    public static void AddAll(IServiceCollection services)
    {
        #region host-options
        services
            .AddHoldfast(o =>
            {
                o.UseSqlite("shop.db");
                o.StepsInFlightMax = 50;                            // over all runs of this process
                o.CancelGrace = TimeSpan.FromSeconds(10);           // what a running step gets once it is cancelled
                o.AllowTypesFrom(typeof(SharedContracts).Assembly); // data that runs keep, from an assembly without workflows
            })
            .AddWorkflow<Refund>()
            .AddWorkflow<Shipment>()
            .AddStep<Parcel, decimal>("weigh", (parcel, step) => Scales.Weigh(parcel, step.CancellationToken));
        #endregion
    }

    public static void AddVault(HoldfastBuilder holdfast)
    {
        #region add-secrets
        holdfast.AddSecrets<string>((services, name, cancellationToken) => Vault.ReadAsync(name, cancellationToken));
        #endregion
    }

    public static void Retain(HoldfastOptions o)
    {
        #region retention
        o.Retention = new() { Age = TimeSpan.FromDays(30), CountMax = 1_000_000 };   // whichever comes first
        o.RetainRunsOf<Refund>(new() { Age = TimeSpan.FromDays(3650) });             // one workflow by a rule of its own
        o.RetainRunsOf("ticket", Retention.Forever, isRetired: true);                // one whose class is gone
        o.JournalKeep = 100_000;                                                     // turns, of each run, while it goes on
        #endregion
    }

    public static async Task BackupAsync(IHoldfastClient holdfast)
    {
        #region backup
        StoreBackup copy = await holdfast.BackupAsync($"/backups/shop-{DateTime.UtcNow:yyyyMMdd-HHmmss}.db");
        Console.WriteLine($"{copy.Path}: {copy.Bytes} bytes, backup {copy.Id}");
        #endregion
    }

    public static void Restore(HoldfastOptions o)
    {
        #region restore
        o.UseSqlite("shop.db", new() { AcceptBackup = "019a1c5e7f0b7cc2a1b3d5f708192a3b" });   // from the refusal, or from your notes
        #endregion
    }

    public static void Encrypt(HoldfastOptions o, IReadOnlyDictionary<string, byte[]> keys)
    {
        #region payload-codec-set
        o.PayloadCodec = new AesCodec(current: "2026-11", keys);   // keys holds "2026-11", and the ones before it
        #endregion
    }

    public static async Task PruneAsync(IHoldfastClient holdfast)
    {
        #region prune
        PruneReport removed = await holdfast.PruneAsync(new() { Age = TimeSpan.FromHours(1) }, workflow: "Shipment");
        Console.WriteLine($"{removed.Runs} runs with {removed.Rows} rows are gone.");
        #endregion
    }

    public static async Task<Receipt> RefundAsync(IHoldfastClient holdfast, RefundRequest request)
    {
        #region start
        var run = await holdfast.StartAsync((Refund w) => w.Run(request), key: request.Id);   // typed, idempotent by key
        await run.SignalAsync(Refund.Approved, new Approval(Granted: true));
        Receipt receipt = await run.ResultAsync();
        #endregion
        return receipt;
    }

    public static async Task LookAsync(IHoldfastClient holdfast, RunId id)
    {
        #region look
        var run = holdfast.GetRun<Refund, Receipt>(id);
        RunInfo info = await run.GetInfoAsync();
        Console.WriteLine($"{info.Workflow} {info.Id} is {info.Status}: {info.Waiting}");
        foreach (var line in await run.ReadJournalAsync()) Console.WriteLine($"{line.Utc:u} {line.What} {line.Text}");
        await run.CancelAsync("The customer changed their mind.");
        #endregion
    }
}

public static class Scales
{
    public static async Task<decimal> Weigh(Parcel parcel, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken);
        return parcel.Items.Count * 0.5m;
    }
}

public static class Vault
{
    public static Task<string> ReadAsync(string name, CancellationToken cancellationToken) => Task.FromResult($"the value of {name}");
}

/// <summary>Stands for an assembly that holds data only.</summary>
public sealed class SharedContracts;
