using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Calls that were under way when their run was ended from outside.</summary>
public sealed class OpenCallTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    /// <summary>Carries one call out, and says how its account stands when it is told to.</summary>
    public sealed class Payer(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectStatus> Run(string tool)
        {
            await Carry.OpenAccount(new("treasury"), new() { Money = 100 });
            return (await Carry.Out(toolbox, new CallRequest(1, tool, """{"invoice":"A-1","amount":60}""") { Account = new("treasury") })).Status;
        }
    }

    public sealed class Look : Workflow
    {
        public async Durable<Account?> Run() => await Carry.ReadAccount(new("treasury"));
    }

    Task<Desk> StartAsync() => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        var options = new EffectOptions<Transfer> { Identity = static t => t.Invoice, CostMax = static t => new() { Money = t.Amount } };
        builder.Services.AddSingleton(_bank).AddSingleton(services => BankTools.Make(services, options));
        builder.AddWorkflow<Payer>().AddWorkflow<Look>();
    });

    static async Task<List<OpenCall>> OpenAsync(Desk desk)
    {
        var calls = new List<OpenCall>();
        await foreach (var call in desk.Client.ReadOpenCallsAsync()) calls.Add(call);
        return calls;
    }

    static async Task<(decimal?, decimal?)> TreasuryAsync(Desk desk)
    {
        var account = (await desk.ResultAsync<Account?>(await desk.Client.StartAsync((Look w) => w.Run())))!;
        return (account.Reserved.Money, account.Spent.Money);
    }

    /// <summary>A run whose call is in the middle of its effect; what it does then waits for the second of what is given.</summary>
    async Task<(RunHandle Run, TaskCompletionSource Going)> CutOffAsync(Desk desk, string tool)
    {
        var (reached, going) = (new TaskCompletionSource(), new TaskCompletionSource());
        _bank.Middle = _ =>
        {
            reached.TrySetResult();
            return going.Task;
        };
        var run = await desk.Client.StartAsync((Payer w) => w.Run(tool));
        await reached.Task.WaitAsync(Desk.Patience);
        return (run, going);
    }

    [Theory]
    [InlineData(true, 40, 0, 40)]
    [InlineData(true, null, 0, 60)]
    [InlineData(false, null, 0, 0)]
    public async Task A_call_of_a_terminated_run_is_settled_once_by_whoever_finds_out(bool happened, int? cost, int reserved, int spent)
    {
        await using var desk = await StartAsync();
        var (run, going) = await CutOffAsync(desk, "transfer_once");
        Assert.Empty(await OpenAsync(desk));
        await run.TerminateAsync("no longer wanted");
        await run.WaitAsync();
        var call = Assert.Single(await OpenAsync(desk));
        Assert.Equal(($"{run.Id}-call-1", "transfer_once", """{"amount":60,"invoice":"A-1"}""", 1, false), (call.Key, call.Tool, call.Arguments, call.Try, call.IsInDoubt));
        Assert.Equal((60m, 0m), await TreasuryAsync(desk));

        var finding = new CallFinding(happened, "night shift") { Cost = cost is { } money ? new() { Money = money } : null };
        Assert.Equal(happened ? FindingReceipt.TooLate : FindingReceipt.TooEarly, await desk.Client.SettleAsync(call with { Try = 2 }, finding));
        if (!happened)
        {
            // It may still happen, as long as its code goes on.
            Assert.True(call.IsUnderWay);
            Assert.Equal(FindingReceipt.TooEarly, await desk.Client.SettleAsync(call, finding));
            going.SetException(new TimeoutException());
            while (Assert.Single(await OpenAsync(desk)).IsUnderWay) await Task.Yield();
            Assert.Equal(FindingReceipt.TooLate, await desk.Client.SettleAsync(call with { Try = 2 }, finding));
        }
        var receipts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.Client.SettleAsync(call, finding)));
        Assert.Equal(7, receipts.Count(static r => r == FindingReceipt.TooLate));
        Assert.Single(receipts, FindingReceipt.Taken);
        // The attempt ends now, and may not settle what is settled.
        going.TrySetResult();
        Assert.Equal(((decimal)reserved, (decimal)spent), await TreasuryAsync(desk));
        Assert.Empty(await OpenAsync(desk));
        // What happened is not done again; what did not may be.
        _bank.Middle = null;
        var again = await desk.ResultAsync<EffectStatus>(await desk.Client.StartAsync((Payer w) => w.Run("transfer_once")));
        Assert.Equal(happened ? EffectStatus.Refused : EffectStatus.Succeeded, again);
    }

    [Fact]
    public async Task A_call_of_a_run_that_goes_on_is_left_to_it()
    {
        await using var desk = await StartAsync();
        var (run, going) = await CutOffAsync(desk, "transfer_once");
        var call = new OpenCall($"{run.Id}-call-1", default, "", 0, EffectKind.AtMostOnce, "", 1, false, null, default, null);
        Assert.Equal(FindingReceipt.RunGoesOn, await desk.Client.SettleAsync(call, new(Happened: false, "somebody")));
        going.SetResult();
        Assert.Equal(EffectStatus.Succeeded, await desk.ResultAsync<EffectStatus>(run));
        Assert.Equal(FindingReceipt.TooLate, await desk.Client.SettleAsync(call, new(Happened: false, "somebody")));
        Assert.Equal((60m, 0m), await TreasuryAsync(desk));
        await Assert.ThrowsAsync<ArgumentException>(() => desk.Client.SettleAsync(call with { Key = "call 1" }, new(Happened: true, "somebody")));
    }

    [Fact]
    public async Task A_call_of_a_cancelled_run_is_found_in_the_next_process_and_asked_about()
    {
        await using (var desk = await StartAsync())
        {
            var (run, going) = await CutOffAsync(desk, "transfer_by_asking");
            await run.CancelAsync();
            going.SetException(new TimeoutException());
            await run.WaitAsync();
        }
        await using var next = await StartAsync();
        Assert.Equal(0, await next.Client.ReconcileAsync(static (_, _) => Task.FromResult<CallFinding?>(null)));
        Assert.True(Assert.Single(await OpenAsync(next)).IsInDoubt);
        Assert.Equal(1, await next.Client.ReconcileAsync((call, _) => Task.FromResult<CallFinding?>(new(_bank.Done.Any(d => d.Key == call.Key), "the bank"))));
        Assert.Equal((0m, 0m), await TreasuryAsync(next));
        Assert.Equal(0, await next.Client.ReconcileAsync(static (_, _) => throw new InvalidOperationException("There is nothing to ask about.")));
    }
}
