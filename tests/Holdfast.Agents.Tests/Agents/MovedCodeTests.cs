using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>A call that is cut off, and goes on under a build in which its tool's code has become a handler, or the other way round.</summary>
public sealed class MovedCodeTests : IDisposable
{
    readonly Files _files = new();
    readonly List<string> _keys = [];

    public void Dispose() => _files.Dispose();

    public sealed class Payer(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectResult> Run() => await Carry.Out(toolbox, new CallRequest(1, "transfer_once", Clerks.Arguments()));
    }

    Task<Desk> StartAsync(bool isHandler, EffectKind kind, Func<string, Task<int>> pay, Action<HoldfastBuilder>? more = null) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        var tool = BankTools.Once;
        builder.AddStep<Transfer, int>("pay", (_, step) => pay(step.IdempotencyKey));
        builder.Services.AddSingleton(services => new Toolbox(
            new Gate([tool], [tool.Admit("all", static _ => true)]),
            [
                isHandler ? tool.Calls(kind, "pay") : kind switch
                {
                    EffectKind.AtMostOnce => tool.AtMostOnce((_, call) => pay(call.IdempotencyKey)),
                    EffectKind.ReadOnly => tool.ReadOnly((_, call) => pay(call.IdempotencyKey)),
                    _ => tool.Idempotent((_, call) => pay(call.IdempotencyKey)),
                },
            ], services));
        builder.AddWorkflow<Payer>();
        more?.Invoke(builder);
    }, static o => o.StopTime = TimeSpan.FromMilliseconds(100));

    [Theory]
    [InlineData(true, EffectKind.ReadOnly, false)]
    [InlineData(true, EffectKind.Idempotent, false)]
    [InlineData(true, EffectKind.AtMostOnce, true)]
    [InlineData(false, EffectKind.ReadOnly, false)]
    [InlineData(false, EffectKind.Idempotent, false)]
    [InlineData(false, EffectKind.AtMostOnce, true)]
    public async Task It_goes_on_under_its_key_or_is_in_doubt_at_once(bool becomesHandler, EffectKind kind, bool isInDoubt)
    {
        var reached = new TaskCompletionSource();
        RunId id;
        await using (var desk = await StartAsync(!becomesHandler, kind, async key =>
        {
            _keys.Add(key);
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite);
            return 0;
        }))
        {
            id = (await desk.Client.StartAsync((Payer w) => w.Run())).Id;
            await reached.Task.WaitAsync(Desk.Patience);
        }
        await using var next = await StartAsync(becomesHandler, kind, key =>
        {
            _keys.Add(key);
            return Task.FromResult(7);
        });
        var result = await next.ResultAsync<EffectResult>(next.Client.GetRun(id));
        Assert.Equal(isInDoubt ? EffectStatus.InDoubt : EffectStatus.Succeeded, result.Status);
        Assert.Equal(Enumerable.Repeat($"{id}-call-1", isInDoubt ? 1 : 2), _keys);
        Assert.Equal(isInDoubt ? 2L : 3L, await _files.ReadAsync("runs.db", "SELECT phase FROM agents_call"));
        if (isInDoubt && becomesHandler) Assert.Contains("handler", result.Reason, StringComparison.Ordinal);
    }
}
