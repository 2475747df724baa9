using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What was sent by a try that was cut off, and takes effect later.</summary>
public sealed class LateEffectTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    public sealed class Payer(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectResult> Run() => await Carry.Out(toolbox, new CallRequest(1, "transfer_by_asking", Clerks.Arguments()));
    }

    Task<Desk> StartAsync(Func<Transfer, EffectContext, Task<Receipt>> act, EffectOptions<Transfer> options) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        builder.Services.AddSingleton(services => new Toolbox(
            new Gate([BankTools.ByAsking], [BankTools.ByAsking.Admit("all", static _ => true)]),
            [BankTools.ByAsking.Reconcilable(act, (_, e) => Task.FromResult(_bank.Ask(e.IdempotencyKey)), options with { Retry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } })], services));
        builder.AddWorkflow<Payer>();
    }, static o => o.StopTime = TimeSpan.FromMilliseconds(100));

    [Fact]
    public async Task A_request_that_timed_out_and_is_applied_later_is_waited_for_and_not_sent_again()
    {
        var sent = 0;
        await using var desk = await StartAsync(
            async (transfer, call) =>
            {
                sent++;
                // The bank has the request in its queue; whoever sent it may leave.
                _ = Task.Run(async () =>
                {
                    await Task.Delay(700);
                    await _bank.TransferAsync(transfer, call.IdempotencyKey, oncePerKey: false);
                });
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                throw new InvalidOperationException();
            }, new() { Timeout = TimeSpan.FromMilliseconds(50), SettleTime = TimeSpan.FromSeconds(3) });
        var result = await desk.ResultAsync<EffectResult>(await desk.Client.StartAsync((Payer w) => w.Run()));
        Assert.Equal(EffectStatus.Succeeded, result.Status);
        Assert.Equal((1, 1, 1), (sent, _bank.Done.Count, _bank.Asked));
    }

    [Fact]
    public async Task Code_that_does_not_listen_to_its_token_is_waited_for_before_the_world_is_asked()
    {
        var (goes, timedOut) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var desk = await StartAsync(
            async (transfer, call) =>
            {
                call.CancellationToken.Register(() => timedOut.TrySetResult());
                await goes.Task;
                return await _bank.TransferAsync(transfer, call.IdempotencyKey, oncePerKey: false);
            }, new() { Timeout = TimeSpan.FromMilliseconds(50), SettleTime = TimeSpan.Zero });
        var run = await desk.Client.StartAsync((Payer w) => w.Run());
        await timedOut.Task.WaitAsync(Desk.Patience);
        // Its successor has looked, and waits.
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (!(await run.ReadJournalAsync()).Any(static l => l.What == "TimerSet")) Assert.True(DateTime.UtcNow < deadline, string.Join('\n', await run.ReadJournalAsync()));
        Assert.Equal(0, _bank.Asked);
        goes.SetResult();
        Assert.Equal(EffectStatus.Succeeded, (await desk.ResultAsync<EffectResult>(run)).Status);
        Assert.Equal((1, 1), (_bank.Done.Count, _bank.Asked));
    }

    [Fact]
    public async Task A_request_of_a_process_that_ended_is_waited_for_by_the_next_one()
    {
        var reached = new TaskCompletionSource();
        var options = new EffectOptions<Transfer> { SettleTime = TimeSpan.FromSeconds(3) };
        RunId run;
        async Task<Receipt> Act(Transfer transfer, EffectContext call)
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite);
            return new("", 0);
        }
        await using (var desk = await StartAsync(Act, options))
        {
            run = (await desk.Client.StartAsync((Payer w) => w.Run())).Id;
            await reached.Task.WaitAsync(Desk.Patience);
        }
        await using var next = await StartAsync(Act, options);
        _ = Task.Run(async () =>
        {
            await Task.Delay(700);
            await _bank.TransferAsync(new("A-1", 10), $"{run}-call-1", oncePerKey: false);
        });
        Assert.Equal(EffectStatus.Succeeded, (await next.ResultAsync<EffectResult>(next.Client.GetRun(run))).Status);
        Assert.Equal((1, 1), (_bank.Done.Count, _bank.Asked));
    }
}
