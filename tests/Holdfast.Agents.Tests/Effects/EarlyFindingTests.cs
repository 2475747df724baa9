using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What is found out about the call of an ended run while that may still take effect.</summary>
public sealed class EarlyFindingTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    public sealed class Payer(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectStatus> Run(string tool) => (await Carry.Out(toolbox, new CallRequest(1, tool, Clerks.Arguments()))).Status;
    }

    /// <summary>An engine that pays an invoice once, whoever asks for it.</summary>
    Task<Desk> StartAsync(Func<EffectContext, Task> before, TimeSpan settleTime) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        var options = new EffectOptions<Transfer> { Identity = static t => t.Invoice, SettleTime = settleTime };
        async Task<Receipt> Act(Transfer transfer, EffectContext call)
        {
            await before(call);
            return await _bank.TransferAsync(transfer, call.IdempotencyKey, oncePerKey: false);
        }
        Tool<Transfer>[] tools = [BankTools.ByAsking, BankTools.ByKey, BankTools.Once];
        builder.Services.AddSingleton(services => new Toolbox(
            new Gate(tools, tools.Select(static t => t.Admit(t.Name, static _ => true))),
            [
                BankTools.ByAsking.Reconcilable(Act, (_, call) => Task.FromResult(_bank.Ask(call.IdempotencyKey)), options), BankTools.ByKey.Idempotent(Act, options), BankTools.Once.AtMostOnce(Act, options),
            ], services));
        builder.AddWorkflow<Payer>();
    }, static o => o.StopTime = TimeSpan.FromMilliseconds(100));

    /// <summary>As the guide has it.</summary>
    Task<int> FindOutAsync(Desk desk) => desk.Client.ReconcileAsync((call, _) => Task.FromResult<CallFinding?>(new(Happened: _bank.Ask(call.Key) is { Happened: true }, "the bank")));

    static async Task<OpenCall> OpenAsync(Desk desk)
    {
        await foreach (var call in desk.Client.ReadOpenCallsAsync()) return call;
        throw new InvalidOperationException("No call is open.");
    }

    [Theory]
    [InlineData("transfer_by_asking")]
    [InlineData("transfer_by_key")]
    [InlineData("transfer_once")]
    public async Task A_no_does_not_count_while_a_try_of_it_goes_on(string tool)
    {
        var (reached, goes) = (new TaskCompletionSource(), new TaskCompletionSource());
        // It does not look at its token.
        await using var desk = await StartAsync(
            _ =>
            {
                reached.TrySetResult();
                return goes.Task;
            }, TimeSpan.Zero);
        var run = await desk.Client.StartAsync((Payer w) => w.Run(tool));
        await reached.Task.WaitAsync(Desk.Patience);
        await run.TerminateAsync("the wrong customer");
        await run.WaitAsync();
        Assert.Equal(0, await FindOutAsync(desk));
        Assert.Equal(EffectStatus.Refused, await desk.ResultAsync<EffectStatus>(await desk.Client.StartAsync((Payer w) => w.Run(tool))));
        Assert.Equal(0, _bank.Asked);
        goes.SetResult();
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (await FindOutAsync(desk) == 0) Assert.True(DateTime.UtcNow < deadline);
        Assert.Equal(EffectStatus.Refused, await desk.ResultAsync<EffectStatus>(await desk.Client.StartAsync((Payer w) => w.Run(tool))));
        Assert.Single(_bank.Done);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nor_before_what_it_sent_has_settled_also_in_the_next_process(bool isNext)
    {
        var reached = new TaskCompletionSource();
        Task Hang(EffectContext call)
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.Infinite, call.CancellationToken);
        }
        var desk = await StartAsync(Hang, TimeSpan.FromHours(1));
        var run = await desk.Client.StartAsync((Payer w) => w.Run("transfer_by_asking"));
        await reached.Task.WaitAsync(Desk.Patience);
        await run.TerminateAsync("the wrong customer");
        await run.WaitAsync();
        if (isNext)
        {
            await desk.DisposeAsync();
            desk = await StartAsync(Hang, TimeSpan.Zero);
        }
        await using var last = desk;
        Assert.Equal(0, await FindOutAsync(desk));
        Assert.Equal(0, _bank.Asked);
        var call = await OpenAsync(desk);
        Assert.Equal((await desk.Client.GetRun(run.Id).GetInfoAsync()).UpdatedUtc.ToUnixTimeMilliseconds() + 3_600_000, call.AskUtc.ToUnixTimeMilliseconds());
        Assert.Equal(FindingReceipt.TooEarly, await desk.Client.SettleAsync(call, new(Happened: false, "the bank")));
        // An earlier build did not note the time: it is that of tools which say none.
        await desk.Client.TransactAsync(static tx =>
        {
            using var command = tx.Connection.CreateCommand();
            command.CommandText = "UPDATE agents_call SET quiet = NULL";
            return command.ExecuteNonQuery();
        });
        Assert.Equal(call.AskUtc - TimeSpan.FromHours(1) + new EffectOptions<Transfer>().SettleTime, (await OpenAsync(desk)).AskUtc);
        // A yes is the last word at any time.
        Assert.Equal(FindingReceipt.Taken, await desk.Client.SettleAsync(call, new(Happened: true, "the bank")));
    }
}
