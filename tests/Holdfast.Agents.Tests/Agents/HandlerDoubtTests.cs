using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>A handler that must not be repeated, and is cut off by the end of the process.</summary>
public sealed class HandlerDoubtTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(CallRulingKind.Happened, 0)]
    [InlineData(CallRulingKind.Retry, 1)]
    public async Task Its_doubt_is_the_agents_and_decided_there(CallRulingKind kind, int more)
    {
        var (called, reached, hangs) = (0, new TaskCompletionSource(), true);
        var model = new ScriptedModel(static c => c.Messages.Count == 1 ? ScriptedReply.Call("transfer_once", Clerks.Arguments()) : ScriptedReply.Say("Done."));
        Task<Desk> StartAsync() => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new Toolbox(
                new Gate([BankTools.Once], [BankTools.Once.Admit("all", static _ => true)]), [BankTools.Once.Calls(EffectKind.AtMostOnce, "transfer")], services));
            builder.AddStep<Transfer, int>("transfer", async (_, _) =>
            {
                called++;
                reached.TrySetResult();
                if (hangs) await Task.Delay(Timeout.Infinite);
                return 7;
            });
            builder.Services.AddSingleton(services => new ClerkDefinition(new(new Model("scripted", model)), services.GetRequiredService<Toolbox>()));
            builder.AddAgent<Clerk>();
        }, static o => o.StopTime = TimeSpan.FromMilliseconds(100));
        RunId id;
        await using (var desk = await StartAsync())
        {
            id = (await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", new() { Calls = 1 })))).Id;
            await reached.Task.WaitAsync(Desk.Patience);
        }
        hangs = false;
        await using var next = await StartAsync();
        var run = next.Client.GetRun<Clerk, AgentAnswer>(id);
        var deadline = DateTime.UtcNow + Desk.Patience;
        CallInDoubt? doubt;
        while ((doubt = await run.QueryAsync(a => a.Doubt)) is null) Assert.True(DateTime.UtcNow < deadline, (await run.GetInfoAsync()).Waiting);
        Assert.Empty(await next.Client.ListInDoubtAsync());
        Assert.Equal(($"{id}-call-1", 1), (doubt.Key, doubt.Try));
        Assert.True(await run.RuleAsync(doubt, new(kind, "Ada", "7")));
        Assert.Equal("Done.", (await next.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal(1 + more, called);
    }
}
