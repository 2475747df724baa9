namespace ClaimsDesk;

/// <summary>What the approver's ledger allows. Where it did not hear what became of an answer, nobody outside knows whether that counted.</summary>
sealed class ApprovalAudit
{
    readonly ILookup<string, ApproverLine> requests;
    readonly Action<string> wrong;

    public ApprovalAudit(IReadOnlyList<ApproverLine> lines, Action<string> wrong)
    {
        this.wrong = wrong;
        requests = lines.ToLookup(static line => line.Approval);
        foreach (var (at, line) in lines.Index())
            if (line.Number != at + 1) wrong($"{ApproverLine.FileName}: line {at + 1} has the number {line.Number}");
        foreach (var request in requests) Check([.. request]);
    }

    /// <summary>Answers that counted for nothing.</summary>
    public int Rejected { get; private set; }

    public IEnumerable<string> Requests => requests.Select(static request => request.Key);

    /// <summary>Whether the call may have passed, and whether it may not have.</summary>
    public (bool MayPass, bool MayNot) Allowed(string approval, string run, Proposal proposal, int row)
    {
        ApproverLine[] lines = [.. requests[approval]];
        // A kill may have outlasted the time for an answer; then nobody was asked.
        if (lines.Length == 0) return (false, true);
        var asked = lines[0];
        if (asked.Run != run || asked.Row != row || asked.Call != proposal.Number || asked.Arguments != proposal.Canonical) wrong($"row {row}: the approver was asked about something else than call {proposal.Number}");
        if (Counted(lines) is { } counted) return (counted.Granted, !counted.Granted);
        return lines.Any(line => line.Event == ApproverLine.Sent && IsAbout(asked, line) && line.Granted && Heard(lines, line) is null) ? (true, true) : (false, true);
    }

    void Check(ApproverLine[] lines)
    {
        var name = $"the approval {lines[0].Approval[..Math.Min(12, lines[0].Approval.Length)]} of row {lines[0].Row}";
        if (lines[0].Event != ApproverLine.Asked || lines.Count(static line => line.Event == ApproverLine.Asked) > 1) wrong($"{name} was not asked for once, and first");
        if (lines.Any(line => line.Run != lines[0].Run || line.Call != lines[0].Call || line.Row != lines[0].Row || line.UntilUtc != lines[0].UntilUtc)) wrong($"{name} is about two calls");
        var heard = lines.Where(static line => line.Event == ApproverLine.Heard).ToArray();
        foreach (var line in heard)
        {
            var sent = lines.FirstOrDefault(one => one.Event == ApproverLine.Sent && one.Answer == line.Answer);
            if (sent is null || sent.Arguments != line.Arguments || sent.Granted != line.Granted) wrong($"{name}: answer {line.Answer} was heard of and not sent so");
            if (line.Receipt == "Taken" && (!IsAbout(lines[0], line) || sent?.Utc > line.UntilUtc)) wrong($"{name}: an answer counted that was late or about something else");
            if (line.Receipt == "Late" && line.Utc < line.UntilUtc) wrong($"{name}: an answer was refused as late before its time was over");
        }
        if (heard.Count(static line => line.Receipt == "Taken") > 1) wrong($"{name}: two answers counted");
        Rejected += heard.Count(line => line.Receipt != "Taken") - (Counted(lines) is { Receipt: "Repeated" } ? 1 : 0);
    }

    /// <summary>The answer that counted. If its receipt was lost with a worker, it was told at the next try that it came again.</summary>
    static ApproverLine? Counted(ApproverLine[] lines) =>
        lines.FirstOrDefault(static line => line.Receipt == "Taken") ?? lines.FirstOrDefault(line => line.Receipt == "Repeated" && IsAbout(lines[0], line));

    static ApproverLine? Heard(ApproverLine[] lines, ApproverLine sent) => lines.FirstOrDefault(line => line.Event == ApproverLine.Heard && line.Answer == sent.Answer);

    static bool IsAbout(ApproverLine asked, ApproverLine answer) => answer.Arguments == asked.Arguments;
}
