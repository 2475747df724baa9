using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>A call that is cut off, and goes on under a build in which its tool is another one.</summary>
public sealed class ChangedCodeTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    public sealed record TransferIn(string Invoice, decimal Amount, string Currency = "EUR");

    public sealed record TransferTo(string Invoice, decimal Amount, string Iban);

    /// <summary>What a build does with the call: its tool's version, its word for what the code does, and the type of its arguments.</summary>
    public enum Build { First, Second, WithDefault, Repeatable, Narrow }

    /// <summary>An engine of a build, whose clerk pays once.</summary>
    Task<Desk> StartAsync(Build build, EffectKind kind, Func<EffectContext, Task<Receipt>> act)
    {
        var model = new ScriptedModel(static c => c.LastText == "Pay." ? ScriptedReply.Call("pay", Clerks.Arguments()) : ScriptedReply.Say($"Heard: {c.LastText}"));
        return Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => build switch
            {
                Build.First => Box(services, new Tool<Transfer>("pay", 1, "Pays."), kind, act),
                Build.Second => Box(services, new Tool<Transfer>("pay", 2, "Pays."), kind, act),
                Build.WithDefault => Box(services, new Tool<TransferIn>("pay", 1, "Pays."), kind, act),
                Build.Repeatable => Box(services, new Tool<Transfer>("pay", 1, "Pays."), EffectKind.Idempotent, act),
                _ => Box(services, new Tool<TransferTo>("pay", 2, "Pays."), kind, act),
            });
            builder.Services.AddSingleton(services => new ClerkDefinition(new(new Model("scripted", model)), services.GetRequiredService<Toolbox>()));
            builder.AddAgent<Clerk>();
        }, static o => o.StopTime = TimeSpan.FromMilliseconds(100));
    }

    Toolbox Box<T>(IServiceProvider services, Tool<T> tool, EffectKind kind, Func<EffectContext, Task<Receipt>> act) where T : notnull
    {
        var options = new EffectOptions<T> { SettleTime = TimeSpan.Zero };
        return new(new Gate([tool], [tool.Admit("all", static _ => true)]),
        [
            kind switch
            {
                EffectKind.AtMostOnce => tool.AtMostOnce((_, call) => act(call), options),
                EffectKind.Reconcilable => tool.Reconcilable((_, call) => act(call), (_, call) => Task.FromResult(_bank.Ask(call.IdempotencyKey)), options),
                _ => tool.Idempotent((_, call) => act(call), options),
            },
        ], services);
    }

    Task<Receipt> PayAsync(EffectContext call, bool oncePerKey) => _bank.TransferAsync(new("A-1", 10), call.IdempotencyKey, oncePerKey);

    /// <summary>The first build begins, has paid if it does, and is cut off.</summary>
    async Task<RunId> CutOffAsync(EffectKind kind, bool pays)
    {
        var reached = new TaskCompletionSource();
        await using var desk = await StartAsync(Build.First, kind, async call =>
        {
            if (pays) await PayAsync(call, oncePerKey: false);
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite);
            return new("", 0);
        });
        var run = (await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", new() { Calls = 5 })))).Id;
        await reached.Task.WaitAsync(Desk.Patience);
        return run;
    }

    /// <summary>Waits until it is in doubt, or has ended.</summary>
    static async Task<CallInDoubt?> DoubtAsync(RunHandle<Clerk, AgentAnswer> run)
    {
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            var info = await run.GetInfoAsync();
            if (info.Status != RunStatus.Running) return null;
            try
            {
                if (await run.QueryAsync(a => a.Doubt) is { } doubt) return doubt;
            }
            catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished)
            {
                // Meanwhile.
            }
            Assert.True(DateTime.UtcNow < deadline, info.Waiting);
            await Task.Delay(5);
        }
    }

    [Theory]
    [InlineData(EffectKind.AtMostOnce, Build.Second, true)]
    [InlineData(EffectKind.AtMostOnce, Build.WithDefault, true)]
    [InlineData(EffectKind.AtMostOnce, Build.Narrow, true)]
    [InlineData(EffectKind.AtMostOnce, Build.Repeatable, true)]
    [InlineData(EffectKind.Reconcilable, Build.Second, false)]
    [InlineData(EffectKind.Reconcilable, Build.WithDefault, false)]
    [InlineData(EffectKind.Reconcilable, Build.Repeatable, true)]
    [InlineData(EffectKind.Idempotent, Build.Second, true)]
    [InlineData(EffectKind.Idempotent, Build.WithDefault, false)]
    public async Task What_was_done_is_not_done_again_by_another_build(EffectKind kind, Build build, bool isInDoubt)
    {
        var run = await CutOffAsync(kind, pays: true);
        await using var next = await StartAsync(build, kind, call => PayAsync(call, oncePerKey: kind == EffectKind.Idempotent));
        var handle = next.Client.GetRun<Clerk, AgentAnswer>(run);
        var doubt = await DoubtAsync(handle);
        Assert.Equal((isInDoubt, 1), (doubt is not null, _bank.Done.Count));
        if (doubt is not null)
        {
            Assert.Equal(($"{run}-call-1", 2L), (doubt.Key, await _files.ReadAsync("runs.db", "SELECT phase FROM agents_call")));
            Assert.True(await handle.RuleAsync(doubt, new(CallRulingKind.Happened, "Ada", "\"paid\"")));
        }
        var answer = await next.ResultAsync<AgentAnswer>(handle);
        Assert.DoesNotContain("another one", answer.Text, StringComparison.Ordinal);
        Assert.Equal((3L, 1L), (await _files.ReadAsync("runs.db", "SELECT phase FROM agents_call"), await _files.ReadAsync("runs.db", "SELECT COUNT(*) FROM agents_call")));
        Assert.Equal(kind == EffectKind.Reconcilable && build != Build.Repeatable ? 1 : 0, _bank.Asked);
    }

    [Theory]
    [InlineData(EffectKind.AtMostOnce, Build.Second)]
    [InlineData(EffectKind.AtMostOnce, Build.WithDefault)]
    [InlineData(EffectKind.AtMostOnce, Build.Repeatable)]
    [InlineData(EffectKind.Idempotent, Build.Second)]
    public async Task A_decision_to_try_again_holds_for_the_code_of_today(EffectKind kind, Build build)
    {
        var run = await CutOffAsync(kind, pays: false);
        await using var next = await StartAsync(build, kind, call => PayAsync(call, oncePerKey: false));
        var handle = next.Client.GetRun<Clerk, AgentAnswer>(run);
        var doubt = await DoubtAsync(handle);
        Assert.Empty(_bank.Done);
        Assert.True(await handle.RuleAsync(doubt!, new(CallRulingKind.Retry, "night shift")));
        Assert.Contains("amount", (await next.ResultAsync<AgentAnswer>(handle)).Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(doubt!.Key, Assert.Single(_bank.Done).Key);
    }

    [Fact]
    public async Task Arguments_that_the_code_of_today_cannot_read_stay_in_doubt_until_somebody_says_what_became_of_them()
    {
        var run = await CutOffAsync(EffectKind.AtMostOnce, pays: true);
        await using var next = await StartAsync(Build.Narrow, EffectKind.AtMostOnce, call => PayAsync(call, oncePerKey: false));
        var handle = next.Client.GetRun<Clerk, AgentAnswer>(run);
        var doubt = await DoubtAsync(handle);
        Assert.Contains("iban", doubt!.Why, StringComparison.Ordinal);
        Assert.True(await handle.RuleAsync(doubt, new(CallRulingKind.Retry, "night shift")));
        var again = doubt;
        while (again is { Try: 1 }) again = await DoubtAsync(handle);
        Assert.Contains("It was begun before, and would not be now", again!.Why, StringComparison.Ordinal);
        Assert.True(await handle.RuleAsync(again, new(CallRulingKind.Happened, "night shift", "\"paid\"")));
        Assert.Contains("paid", (await next.ResultAsync<AgentAnswer>(handle)).Text, StringComparison.Ordinal);
        Assert.Single(_bank.Done);
    }
}
