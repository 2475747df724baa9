using System.Globalization;
using System.Text.RegularExpressions;
using Claims;

namespace ClaimsDesk;

/// <summary>Carries the script out: takes notices, answers when it is time, and repeats an answer until it hears what became of it.</summary>
sealed partial class ApproverDesk(ApproverScript script, Ledger<ApproverLine> ledger, Func<ApprovalNotice, ApprovalWord, CancellationToken, Task<string?>> deliver) : IAsyncDisposable
{
    static readonly TimeSpan RepeatPause = TimeSpan.FromMilliseconds(50);
    readonly Lock gate = new();
    readonly Dictionary<string, (Task Told, Task Answered)> requests = new(StringComparer.Ordinal);
    readonly CancellationTokenSource stopping = new();
    int lines;

    public async Task TellAsync(ApprovalNotice notice)
    {
        (Task Told, Task) request;
        lock (gate)
        {
            if (!requests.TryGetValue(notice.Approval, out request))
                requests[notice.Approval] = request = (WriteAsync(notice, ApproverLine.Asked, 0, notice.Arguments, granted: false, null), AnswerAllAsync(notice));
        }
        await request.Told;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        Task[] open;
        lock (gate) open = [.. requests.Values.Select(request => request.Answered)];
        await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    async Task AnswerAllAsync(ApprovalNotice notice)
    {
        foreach (var (at, planned) in script.PlanFor(notice.Row, notice.Call).Index())
        {
            var wait = planned.IsLate ? notice.UntilUtc + planned.Delay - DateTimeOffset.UtcNow : planned.Delay;
            if (wait > TimeSpan.Zero) await Task.Delay(wait, stopping.Token);
            var word = new ApprovalWord(notice.Row, notice.Approval, planned.IsAltered ? Altered(notice.Arguments) : notice.Arguments, planned.Granted);
            // The line before the message: an answer that nobody wrote down could not be audited.
            await WriteAsync(notice, ApproverLine.Sent, at + 1, word.Arguments, word.Granted, null);
            string? receipt;
            while ((receipt = await deliver(notice, word, stopping.Token)) is null) await Task.Delay(RepeatPause, stopping.Token);
            await WriteAsync(notice, ApproverLine.Heard, at + 1, word.Arguments, word.Granted, receipt);
        }
    }

    Task WriteAsync(ApprovalNotice notice, string what, int answer, string arguments, bool granted, string? receipt)
    {
        // Numbered in the order in which they reach the file.
        lock (gate)
        {
            return ledger.AppendAsync(new(
                ++lines, what, notice.Row, notice.Run, notice.Approval, notice.Call, arguments, answer, granted, DateTimeOffset.UtcNow, notice.UntilUtc, receipt));
        }
    }

    internal static string Altered(string arguments) =>
        Amount().Replace(arguments, static amount => $"\"amount\":{long.Parse(amount.Groups[1].ValueSpan, CultureInfo.InvariantCulture) + 1}");

    [GeneratedRegex("\"amount\":([0-9]+)")]
    private static partial Regex Amount();
}
