using System.Diagnostics;
using System.Text.Json;
using Holdfast.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>A process that carries one call out, stops for good where it is told to, so that a test can kill it there, and otherwise says how the call ended.</summary>
static class CarryProcess
{
    public const string Name = "carry", Here = "here";

    static readonly AccountId Till = new("till");

    public sealed record Came(EffectStatus Status, Spending Reserved, Spending Spent);

    /// <param name="file">The store.</param>
    /// <param name="outside">The world's book.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="place">Where to stop; empty for nowhere.</param>
    public static Process Start(string file, string outside, string tool, string place) => TestProcess.Start([Name, file, outside, tool, place]);

    public static async Task RunAsync(string file, string book, string tool, string place)
    {
        var outside = new Outside(book, place);
        await using var desk = await Desk.StartAsync(() => SqliteStore.Open(file), builder =>
        {
            builder.Services.AddSingleton(outside).AddSingleton(services => Make(services, outside));
            builder.AddStep<Transfer, int>("pay", (_, step) => outside.PayAsync(step.IdempotencyKey)).AddWorkflow<Carries>();
        });
        var run = await desk.Client.StartAsync((Carries w) => w.Run(tool), key: "carries");
        // It waits for its timer.
        if (place == Outside.Waits)
            while (!(await run.ReadJournalAsync()).Any(static l => l.What == "TimerSet")) await Task.Delay(5);
        outside.Hold(Outside.Waits);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(await desk.ResultAsync<Came>(run)));
    }

    static Toolbox Make(IServiceProvider services, Outside outside)
    {
        var options = new EffectOptions<Transfer> { CostMax = static t => new() { Money = t.Amount }, SettleTime = TimeSpan.FromSeconds(8) };
        Tool<Transfer>[] tools = [BankTools.Once, BankTools.ByKey, BankTools.ByAsking];
        return new(
            new Gate(tools, tools.Select(static t => t.Admit(t.Name, static _ => true))),
            [
                BankTools.Once.AtMostOnce((_, call) => Said(call, outside.PayAsync(call.IdempotencyKey)), options), BankTools.ByKey.Calls(EffectKind.AtMostOnce, "pay", options),
                BankTools.ByAsking.Reconcilable(
                    (_, call) => Said(call, outside.PayAsync(call.IdempotencyKey)),
                    (_, call) => Said(call, Task.FromResult(outside.Has(call.IdempotencyKey) ? Reconciled.Happened(7) : Reconciled.DidNotHappen<int>())), options),
            ], services, new() { TimeProvider = outside });
    }

    static Task<T> Said<T>(EffectContext call, Task<T> result)
    {
        call.Cost = new() { Money = 60 };
        return result;
    }

    /// <summary>Carries one call out, and looks outside by its key what became of it if nobody knows.</summary>
    public sealed class Carries(Toolbox toolbox, Outside outside) : Workflow
    {
        public async Durable<Came> Run(string tool)
        {
            await Carry.OpenAccount(Till, new() { Money = 100, Calls = 1, Time = TimeSpan.FromHours(1) });
            var request = new CallRequest(1, tool, Clerks.Arguments(60)) { Account = Till };
            var result = await Carry.Out(toolbox, request);
            if (result.Status == EffectStatus.InDoubt)
            {
                var happened = await Step(() => Task.FromResult(outside.Has(result.Key)));
                result = await Carry.Settle(toolbox, request, happened, "7", "somebody looked");
            }
            var till = (await Carry.ReadAccount(Till))!;
            return new(result.Status, till.Reserved, till.Spent);
        }
    }

    /// <summary>The world: a file with a line for each payment. It is the clock of the ledger, too, which is asked in the commit that settles a call.</summary>
    public sealed class Outside(string book, string place) : TimeProvider
    {
        public const string Before = "before it pays", After = "after it has paid", Settles = "in the commit that settles", Rules = "in the commit of the ruling", Waits = "while it waits";

        bool _hasPaid, _hasLooked;

        public Task<int> PayAsync(string key)
        {
            Hold(Before);
            File.AppendAllText(book, $"{key}\n");
            Hold(After);
            _hasPaid = true;
            return Task.FromResult(7);
        }

        public bool Has(string key)
        {
            File.AppendAllText($"{book}.asked", $"{key}\n");
            _hasLooked = true;
            return File.Exists(book) && File.ReadAllLines(book).Contains(key);
        }

        public override DateTimeOffset GetUtcNow()
        {
            if (_hasPaid) Hold(Settles);
            if (_hasLooked) Hold(Rules);
            return base.GetUtcNow();
        }

        public void Hold(string here)
        {
            if (here != place) return;
            Console.Out.WriteLine(Here);
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
