using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>An agent that goes on under a build which has lost a tool.</summary>
public sealed class RemovedToolTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    Task<Desk> StartAsync(params Tool<Transfer>[] tools)
    {
        var model = new ScriptedModel(static c => c.LastText == "Both." ? ScriptedReply.Call("transfer_once", Clerks.Arguments(1)).AndCall("transfer_by_key", Clerks.Arguments(2, "A-2")) : ScriptedReply.Say($"Heard: {c.LastText}"));
        return Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new Toolbox(
                new Gate(tools, tools.Select(static t => t.Approve(t.Name, static _ => true))),
                tools.Select(t => t.Idempotent((transfer, call) => _bank.TransferAsync(transfer, call.IdempotencyKey, oncePerKey: true))), services));
            builder.Services.AddSingleton(services => new ClerkDefinition(new(new Model("scripted", model)), services.GetRequiredService<Toolbox>()));
            builder.AddAgent<Clerk>();
        });
    }

    static async Task<ApprovalRequest> PendingAsync(RunHandle<Clerk, AgentAnswer> run)
    {
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            if (await run.QueryAsync(a => a.PendingApprovals) is [var request]) return request;
            Assert.True(DateTime.UtcNow < deadline, (await run.GetInfoAsync()).Waiting);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_proposed_of_it_is_refused_and_what_happened_is_told(bool isAskedFor)
    {
        RunId id;
        await using (var desk = await StartAsync(BankTools.Once, BankTools.ByKey))
        {
            var begun = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Both.")));
            id = begun.Id;
            var first = await PendingAsync(begun);
            if (isAskedFor)
            {
                await begun.AnswerAsync(new(first.Id, first.Arguments, IsGranted: true, "Ada"));
                while ((await PendingAsync(begun)).Tool == "transfer_once") await Task.Yield();
            }
        }
        await using var next = await StartAsync(BankTools.Once);
        var run = next.Client.GetRun<Clerk, AgentAnswer>(id);
        var request = await PendingAsync(run);
        Assert.Equal(ApprovalReceipt.Taken, await run.AnswerAsync(new(request.Id, request.Arguments, IsGranted: true, "Ada")));
        var answer = await next.ResultAsync<AgentAnswer>(run);
        Assert.Equal(AgentStatus.Answered, answer.Status);
        Assert.Contains("There is no tool 'transfer_by_key'", answer.Text, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(_bank.Done).Amount);
        Assert.Equal([false, true], (await next.Client.ReadConversationAsync(id)).OfType<ToolResult>().Select(static r => r.IsError));
    }
}
