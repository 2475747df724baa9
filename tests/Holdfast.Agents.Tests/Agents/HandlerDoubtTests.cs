using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>A handler that must not be repeated, and is cut off by the end of the process.</summary>
public sealed class HandlerDoubtTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>An engine whose clerk pays by a handler.</summary>
    Task<Desk> StartAsync(Func<Transfer, StepContext, Task<int>> handler)
    {
        var model = new ScriptedModel(static c => c.Messages.Count == 1 ? ScriptedReply.Call("transfer_once", Clerks.Arguments()) : ScriptedReply.Say("Done."));
        return Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new Toolbox(
                new Gate([BankTools.Once], [BankTools.Once.Admit("all", static _ => true)]), [BankTools.Once.Calls(EffectKind.AtMostOnce, "transfer")], services));
            builder.AddStep("transfer", handler);
            builder.Services.AddSingleton(services => new ClerkDefinition(new(new Model("scripted", model)), services.GetRequiredService<Toolbox>()));
            builder.AddAgent<Clerk>();
        }, static o => o.StopTime = TimeSpan.FromMilliseconds(100));
    }

    static async Task<CallInDoubt> DoubtAsync(RunHandle<Clerk, AgentAnswer> run)
    {
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            if (await run.QueryAsync(a => a.Doubt) is { } doubt) return doubt;
            Assert.True(DateTime.UtcNow < deadline, (await run.GetInfoAsync()).Waiting);
        }
    }

    [Theory]
    [InlineData(CallRulingKind.Happened, 0)]
    [InlineData(CallRulingKind.Retry, 1)]
    public async Task Its_doubt_is_the_agents_and_decided_there(CallRulingKind kind, int more)
    {
        var (called, reached, hangs) = (0, new TaskCompletionSource(), true);
        Func<Transfer, StepContext, Task<int>> handler = async (_, _) =>
        {
            called++;
            reached.TrySetResult();
            if (hangs) await Task.Delay(Timeout.Infinite);
            return 7;
        };
        RunId id;
        await using (var desk = await StartAsync(handler))
        {
            id = (await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", new() { Calls = 1 })))).Id;
            await reached.Task.WaitAsync(Desk.Patience);
        }
        hangs = false;
        await using var next = await StartAsync(handler);
        var run = next.Client.GetRun<Clerk, AgentAnswer>(id);
        var doubt = await DoubtAsync(run);
        Assert.Empty(await next.Client.ListInDoubtAsync());
        Assert.Equal(($"{id}-call-1", 1), (doubt.Key, doubt.Try));
        Assert.True(await run.RuleAsync(doubt, new(kind, "Ada", "7")));
        Assert.Equal("Done.", (await next.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal(1 + more, called);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task The_key_that_a_person_is_told_is_the_one_that_the_handler_paid_with(bool hasPaid, int called)
    {
        var (bank, reached, keys) = (new Bank(), new TaskCompletionSource(), new List<string>());
        Func<Transfer, StepContext, Task<int>> handler = async (transfer, step) =>
        {
            keys.Add(step.IdempotencyKey);
            var isCutOff = keys.Count == 1;
            if (hasPaid || !isCutOff) await bank.TransferAsync(transfer, step.IdempotencyKey, oncePerKey: false);
            reached.TrySetResult();
            if (isCutOff) await Task.Delay(Timeout.Infinite);
            return 7;
        };
        RunId id;
        await using (var desk = await StartAsync(handler))
        {
            id = (await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.")))).Id;
            await reached.Task.WaitAsync(Desk.Patience);
        }
        await using var next = await StartAsync(handler);
        var run = next.Client.GetRun<Clerk, AgentAnswer>(id);
        var doubt = await DoubtAsync(run);
        // As the guide has it: look outside by the key, then rule.
        var isThere = bank.Done.Any(r => r.Key == doubt.Key);
        Assert.True(await run.RuleAsync(doubt, new(isThere ? CallRulingKind.Happened : CallRulingKind.Retry, "night shift", "7")));
        Assert.Equal("Done.", (await next.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal(doubt.Key, Assert.Single(bank.Done).Key);
        // Another try of the call has its key as well, as with every other tool.
        Assert.Equal(Enumerable.Repeat(doubt.Key, called), keys);
    }
}
