using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

public sealed record Transfer(string Invoice, decimal Amount);

public sealed record Receipt(string Key, decimal Amount);

/// <summary>The world outside: what was transferred, and under which keys.</summary>
public sealed class Bank
{
    int _asked;

    public ConcurrentQueue<Receipt> Done { get; } = new();

    public int Asked => _asked;

    /// <summary>What happens in the middle of a transfer.</summary>
    public Func<Transfer, Task>? Middle { get; set; }

    /// <summary>What a transfer is said to cost.</summary>
    public Func<Transfer, Spending?>? CostOf { get; set; }

    public async Task<Receipt> TransferAsync(Transfer transfer, string key, bool oncePerKey)
    {
        if (Middle is { } middle) await middle(transfer);
        if (oncePerKey && Done.FirstOrDefault(r => r.Key == key) is { } before) return before;
        var receipt = new Receipt(key, transfer.Amount);
        Done.Enqueue(receipt);
        return receipt;
    }

    public Reconciled<Receipt> Ask(string key)
    {
        Interlocked.Increment(ref _asked);
        return Done.FirstOrDefault(r => r.Key == key) is { } receipt ? Reconciled.Happened(receipt) : Reconciled.DidNotHappen<Receipt>();
    }
}

/// <summary>Tools of each kind for the same transfer.</summary>
static class BankTools
{
    public static readonly Tool<Transfer> Quote = new("quote", 1, "Computes a fee.");
    public static readonly Tool<Transfer> Look = new("look", 1, "Looks an invoice up.");
    public static readonly Tool<Transfer> ByKey = new("transfer_by_key", 1, "Transfers money.");
    public static readonly Tool<Transfer> ByAsking = new("transfer_by_asking", 1, "Transfers money.");
    public static readonly Tool<Transfer> Once = new("transfer_once", 1, "Transfers money.");

    public static Toolbox Make(IServiceProvider services, EffectOptions<Transfer>? options = null, ToolboxOptions? toolbox = null)
    {
        var bank = services.GetRequiredService<Bank>();
        Tool<Transfer>[] tools = [Quote, Look, ByKey, ByAsking, Once];
        return new(
            new Gate(tools, tools.SelectMany(static t => new[] { t.Admit($"small {t.Name}", static a => a.Amount <= 1000), t.Approve($"large {t.Name}", static a => a.Amount is > 100 and <= 1000) })),
            [
                Quote.Pure(static t => t.Amount / 100, options),
                Look.ReadOnly((t, e) => bank.TransferAsync(t with { Amount = 0 }, e.IdempotencyKey, oncePerKey: true), options),
                ByKey.Idempotent((t, e) => bank.TransferAsync(t, e.IdempotencyKey, oncePerKey: true), options),
                ByAsking.Reconcilable((t, e) => bank.TransferAsync(t, e.IdempotencyKey, oncePerKey: false), (_, e) => Task.FromResult(bank.Ask(e.IdempotencyKey)), (options ?? new()) with { SettleTime = TimeSpan.Zero }),
                Once.AtMostOnce(
                    (t, e) =>
                    {
                        e.Cost = bank.CostOf?.Invoke(t);
                        return bank.TransferAsync(t, e.IdempotencyKey, oncePerKey: false);
                    }, options),
            ], services, toolbox);
    }
}
