using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Agents.Approvals;

/// <summary>The approvals that a run has asked for, as part of the run: an answer is kept in the commit that takes it.</summary>
sealed class ApprovalBook
{
    /// <summary>Of so many that are over it is known what they were; answers to older ones are answers to nothing.</summary>
    const int ClosedMax = 100;

    readonly List<Page> _pages = [];
    readonly List<Closed> _closed = [];

    /// <summary>Those that wait for an answer.</summary>
    public IReadOnlyList<ApprovalRequest> Open(DateTimeOffset now) => [.. _pages.Where(p => p.Answer is null && p.Request.UntilUtc > now).Select(static p => p.Request)];

    /// <summary>Asks. The same call of the same run is asked for once.</summary>
    public ApprovalRequest Ask(RunId run, long call, Tool tool, string arguments, string? rule, DateTimeOffset until)
    {
        var id = IdOf(run, call, tool, arguments);
        if (_pages.Find(p => p.Request.Id == id) is { } there) return there.Request;
        var request = new ApprovalRequest(id, tool.Name, tool.Version, arguments, rule, call, until);
        _pages.Add(new() { Request = request });
        return request;
    }

    public ApprovalReceipt Take(ApprovalAnswer answer, DateTimeOffset now)
    {
        if (_closed.Find(c => c.Id == answer.Id) is { } closed) return closed.WasAnswered ? ApprovalReceipt.Repeated : ApprovalReceipt.Late;
        if (_pages.Find(p => p.Request.Id == answer.Id) is not { } page) return ApprovalReceipt.Unknown;
        if (page.Answer is not null) return ApprovalReceipt.Repeated;
        if (page.Request.UntilUtc <= now) return ApprovalReceipt.Late;
        if (page.Request.Arguments != answer.Arguments) return ApprovalReceipt.Altered;
        page.Answer = answer;
        return ApprovalReceipt.Taken;
    }

    /// <summary>The answer that counts; null while there is none.</summary>
    public ApprovalAnswer? AnswerTo(ApprovalId id) => _pages.Find(p => p.Request.Id == id)?.Answer;

    /// <summary>Nobody waits for it any more.</summary>
    public void Close(ApprovalId id)
    {
        _closed.Add(new(id, AnswerTo(id) is not null));
        if (_closed.Count > ClosedMax) _closed.RemoveAt(0);
        _pages.RemoveAll(p => p.Request.Id == id);
    }

    /// <summary>The one name of an approval for exactly this call.</summary>
    public static ApprovalId IdOf(RunId run, long call, Tool tool, string arguments) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{run}\n{call}\n{tool.Name}\n{tool.Version}\n{arguments}"))));

    sealed record Closed(ApprovalId Id, bool WasAnswered);

    sealed class Page
    {
        public required ApprovalRequest Request { get; init; }

        public ApprovalAnswer? Answer { get; set; }
    }
}
