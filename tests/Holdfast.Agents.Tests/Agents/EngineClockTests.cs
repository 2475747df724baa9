using Holdfast.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>The ledger and agents go by the engine's clock, which a test moves.</summary>
public sealed class EngineClockTests : IDisposable
{
    static readonly Tool<Transfer> s_pay = new("pay", 1, "Pays.");

    readonly Files _files = new();
    readonly TaskCompletionSource _reached = new();

    public void Dispose() => _files.Dispose();

    public sealed class Payer(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectStatus> Run() => (await Carry.Out(toolbox, new CallRequest(1, "pay", Clerks.Arguments()))).Status;
    }

    Task<TestEngine> StartAsync(Rule rule, Func<EffectContext, Task<string>> pay, EffectOptions<Transfer>? options = null) => TestEngine.StartAsync(builder =>
    {
        var model = new ScriptedModel(static c => c.Messages.Count == 1 ? ScriptedReply.Call("pay", Clerks.Arguments()) : ScriptedReply.Say(c.LastText));
        builder.Services.AddSingleton(services => new Toolbox(
            new Gate([s_pay], [rule == Rule.Approve ? s_pay.Approve("all", static _ => true) : s_pay.Admit("all", static _ => true)]),
            [s_pay.Reconcilable((_, call) => pay(call), static (_, _) => Task.FromResult(Reconciled.Unknown<string>()), options)], services));
        builder.Services.AddSingleton(services => new ClerkDefinition(new(new Model("scripted", model)), services.GetRequiredService<Toolbox>()));
        builder.AddAgent<Clerk>().AddWorkflow<Payer>();
    }, o => o.UseStore(_ => _files.Open("runs.db")).UseAgents());

    enum Rule
    {
        Admit,
        Approve,
    }

    [Fact]
    public async Task An_approval_that_nobody_gives_is_waited_for_as_long_as_it_takes_by_that_clock()
    {
        await using var engine = await StartAsync(Rule.Approve, static _ => Task.FromResult("paid"));
        var run = await engine.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.")));
        var began = engine.Client.Time.GetUtcNow();
        Assert.Contains("Nobody agreed to it in time.", (await engine.ResultAsync(run)).Text, StringComparison.Ordinal);
        Assert.InRange(engine.Time.GetUtcNow() - began, TimeSpan.FromDays(1), TimeSpan.FromDays(1.1));
    }

    [Fact]
    public async Task A_no_about_an_open_call_counts_when_its_time_is_over_by_that_clock()
    {
        await using var engine = await StartAsync(Rule.Admit, async call =>
        {
            _reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
            return "";
        }, new() { SettleTime = TimeSpan.FromHours(1) });
        var run = await engine.Client.StartAsync((Payer w) => w.Run());
        await _reached.Task.WaitAsync(Desk.Patience);
        await run.TerminateAsync("the wrong customer");
        await run.WaitAsync();
        Task<int> FindOutAsync() => engine.Client.ReconcileAsync(static (_, _) => Task.FromResult<CallFinding?>(new(Happened: false, "the bank")));
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (await IsUnderWayAsync(engine.Client)) Assert.True(DateTime.UtcNow < deadline);
        Assert.Equal(0, await FindOutAsync());
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(1, await FindOutAsync());
    }

    [Fact]
    public async Task What_was_done_is_forgotten_when_its_time_is_over_by_that_clock()
    {
        await using var engine = await StartAsync(Rule.Admit, static _ => Task.FromResult("paid"));
        await engine.ResultAsync(await engine.Client.StartAsync((Payer w) => w.Run()));
        await engine.AdvanceAsync(TimeSpan.FromDays(89));
        await engine.Client.PruneAsync(new Retention { Age = TimeSpan.FromDays(1) });
        await engine.Client.SweepLedgerAsync().WaitAsync(Desk.Patience);
        Assert.Equal(1L, await CallsAsync(engine.Client));
        await engine.AdvanceAsync(TimeSpan.FromDays(2));
        await engine.Client.SweepLedgerAsync().WaitAsync(Desk.Patience);
        Assert.Equal(0L, await CallsAsync(engine.Client));
    }

    static Task<long> CallsAsync(IHoldfastClient client) => client.TransactAsync(static tx =>
    {
        using var command = tx.Connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM agents_call";
        return (long)command.ExecuteScalar()!;
    });

    static async Task<bool> IsUnderWayAsync(IHoldfastClient client)
    {
        await foreach (var call in client.ReadOpenCallsAsync()) return call.IsUnderWay;
        throw new InvalidOperationException("No call is open.");
    }
}
