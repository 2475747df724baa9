namespace Claims;

/// <summary>How the worker received an answer.</summary>
enum Delivery
{
    /// <summary>The worker holds it, on disk.</summary>
    Acknowledged,

    /// <summary>The claim is closed; nobody waits for the answer any more.</summary>
    TooLate,

    /// <summary>The worker is down or could not say; the answer has to be sent again.</summary>
    Unknown,
}

/// <summary>Carries the script out: takes notices, answers when it is time, and repeats an answer until the worker confirms it.</summary>
sealed class AdjusterDesk(
    AdjusterScript script, Ledger<AdjusterLine> ledger, Func<string, AdjusterAnswer, CancellationToken, Task<Delivery>> deliver, TimeProvider clock) : IAsyncDisposable
{
    static readonly TimeSpan RepeatPause = TimeSpan.FromMilliseconds(50);
    readonly Lock gate = new();
    readonly Dictionary<int, (Task Told, Task Answered)> claims = [];
    readonly CancellationTokenSource stopping = new();

    /// <summary>Goes on with the claims that an earlier adjuster was told of and did not finish.</summary>
    public void Resume(IEnumerable<AdjusterLine> past)
    {
        foreach (var lines in past.GroupBy(line => line.Row))
        {
            var last = lines.Last();
            var notice = new ClaimNotice(last.Row, 0, last.Run!, last.DeadlineUtc!.Value);
            var answered = last.Acknowledged ? Task.CompletedTask : AnswerAsync(notice, last.SentUtc, clock.GetUtcNow());
            lock (gate) claims[last.Row] = (Task.CompletedTask, answered);
        }
    }

    /// <summary>Takes a notice. The worker repeats one after a kill; the adjuster still answers once.</summary>
    public async Task TellAsync(ClaimNotice notice)
    {
        var told = clock.GetUtcNow();
        (Task Told, Task) claim;
        lock (gate)
        {
            if (!claims.TryGetValue(notice.Row, out claim))
            {
                var line = new AdjusterLine(notice.Row, AdjusterLine.None, null, false, null, notice.DeadlineUtc, notice.Run);
                claims[notice.Row] = claim = (ledger.AppendAsync(line), AnswerAsync(notice, null, told));
            }
        }
        await claim.Told;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        Task[] open;
        lock (gate) open = [.. claims.Values.Select(claim => claim.Answered)];
        await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    async Task AnswerAsync(ClaimNotice notice, DateTimeOffset? sentUtc, DateTimeOffset toldUtc)
    {
        var plan = script.PlanFor(notice.Row);
        if (plan.SendUtc(toldUtc, notice.DeadlineUtc) is not { } sendUtc) return;
        var wait = sentUtc is null ? sendUtc - clock.GetUtcNow() : TimeSpan.Zero;
        if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, stopping.Token);

        var sent = sentUtc ?? clock.GetUtcNow();
        var line = new AdjusterLine(notice.Row, plan.Answer, sent, false, null, notice.DeadlineUtc, notice.Run);
        // The line before the message: an answer that nobody wrote down could not be audited.
        if (sentUtc is null) await ledger.AppendAsync(line);
        var answer = new AdjusterAnswer(notice.Row, plan.Answer == AdjusterLine.Approve, sent, $"adjuster-{notice.Row}");
        Delivery delivery;
        while ((delivery = await deliver(notice.Run, answer, stopping.Token)) == Delivery.Unknown)
            await Task.Delay(RepeatPause, clock, stopping.Token);
        if (delivery == Delivery.Acknowledged)
            await ledger.AppendAsync(line with { Acknowledged = true, AcknowledgedUtc = clock.GetUtcNow() });
    }
}
