using Holdfast;

namespace Guide;

public sealed class Notice(IPager pager) : Workflow
{
    public async Durable Run(string text)
    {
        #region at-most-once
        await Step(step => pager.Send(text, step.IdempotencyKey), new() { AtMostOnce = true });
        #endregion
    }
}

public interface IPager
{
    Task Send(string text, string key);

    Task<bool> WasSent(string key);
}

/// <summary>Decides what a crash left in doubt, by asking the other side.</summary>
public static class NoticeOperator
{
    public static async Task TakeUpAsync(IHoldfastClient holdfast)
    {
        #region suspects
        foreach (var run in await holdfast.ListAsync(new() { Status = RunStatus.Parked }))
            if (run.Waiting.StartsWith("parked: suspect", StringComparison.Ordinal)) await holdfast.GetRun(run.Id).ResumeAsync();
        #endregion
    }

    public static async Task DecideAsync(IHoldfastClient holdfast, IPager pager)
    {
        #region in-doubt
        foreach (var step in await holdfast.ListInDoubtAsync())
        {
            if (step.Workflow != nameof(Notice)) continue;
            var happened = await pager.WasSent(step.IdempotencyKey);
            // Its step gives no value. A Step<Receipt> is decided with Succeeded(receipt): what it would have given, of that very type.
            await holdfast.ResolveInDoubtAsync(step, happened ? InDoubtDecision.Succeeded() : InDoubtDecision.Retry());
        }
        #endregion
    }
}
