namespace ClaimsDesk;

/// <summary>What the approver's ledger allows. Where it did not hear what became of an answer, nobody outside knows whether that counted.</summary>
sealed class ApprovalAudit
{
    readonly ILookup<string, ApproverLine> requests;
    readonly ApproverScript script;
    readonly TimeSpan time;
    readonly Action<string> wrong;

    public ApprovalAudit(IReadOnlyList<ApproverLine> lines, ApproverScript script, Hours hours, TimeSpan time, Action<string> wrong)
    {
        (this.script, this.time, this.wrong) = (script, time, wrong);
        requests = lines.ToLookup(static line => line.Approval);
        // Answers that come late come up to one time for answers after the work is over.
        foreach (var odd in hours.Odd(ApproverLine.FileName, lines, static line => line.Utc, time)) wrong(odd);
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

    /// <summary>Whether the approver said no; otherwise the time for an answer was over.</summary>
    public bool Refused(string approval)
    {
        ApproverLine[] lines = [.. requests[approval]];
        return lines.Length > 0 && Counted(lines) is { Granted: false };
    }

    void Check(ApproverLine[] lines)
    {
        var name = $"the approval {lines[0].Approval[..Math.Min(12, lines[0].Approval.Length)]} of row {lines[0].Row}";
        if (lines[0].Event != ApproverLine.Asked || lines.Count(static line => line.Event == ApproverLine.Asked) > 1) wrong($"{name} was not asked for once, and first");
        if (lines.Any(line => line.Run != lines[0].Run || line.Call != lines[0].Call || line.Row != lines[0].Row || line.UntilUtc != lines[0].UntilUtc)) wrong($"{name} is about two calls");
        // It is asked for at once, and brought to the approver while it is open.
        if (lines[0].UntilUtc - lines[0].Utc is var left && (left > time + Hours.Slack || left < -Hours.Slack)) wrong($"{name} was asked for at {lines[0].Utc:O} and open until {lines[0].UntilUtc:O}, and the time for an answer is {time}");
        CheckPlan(name, lines);
        var heard = lines.Where(static line => line.Event == ApproverLine.Heard).ToArray();
        foreach (var line in heard)
        {
            var sent = lines.FirstOrDefault(one => one.Event == ApproverLine.Sent && one.Answer == line.Answer);
            if (sent is null || sent.Arguments != line.Arguments || sent.Granted != line.Granted) wrong($"{name}: answer {line.Answer} was heard of and not sent so");
            if (line.Receipt == "Taken" && (!IsAbout(lines[0], line) || sent?.Utc > line.UntilUtc)) wrong($"{name}: an answer counted that was late or about something else");
            if (line.Receipt is not ("Taken" or "Late" or "Repeated" or "Altered" or ApproverLine.Ended) || (line.Receipt == "Altered" && IsAbout(lines[0], line))) wrong($"{name}: what was heard of answer {line.Answer} is '{line.Receipt}'");
            if (line.Receipt == "Late" && line.Utc < line.UntilUtc) wrong($"{name}: an answer was refused as late before its time was over");
        }
        // Before the answer that counted the call was open, and after it the call was answered; late is only what nobody was waiting for.
        var counted = Array.IndexOf(heard, Counted(lines));
        foreach (var (at, line) in heard.Index())
            if (counted >= 0 && at != counted && line.Receipt is var told && (at < counted ? told != "Altered" : told is not ("Repeated" or ApproverLine.Ended))) wrong($"{name}: answer {heard[counted].Answer} counted, and of answer {line.Answer} was heard '{told}'");
        if (heard.Count(static line => line.Receipt == "Taken") > 1) wrong($"{name}: two answers counted");
        Rejected += heard.Count(line => line.Receipt != "Taken") - (Counted(lines) is { Receipt: "Repeated" } ? 1 : 0);
    }

    /// <summary>What the approver sends is its script's, answer by answer; the next one only when it has heard of the one before. At the end of the work some may be left.</summary>
    void CheckPlan(string name, ApproverLine[] lines)
    {
        var plan = script.PlanFor(lines[0].Row, lines[0].Call);
        foreach (var (at, line) in lines.Skip(1).Index())
        {
            var (answer, what) = ((at / 2) + 1, at % 2 == 0 ? ApproverLine.Sent : ApproverLine.Heard);
            if (line.Event != what || line.Answer != answer || answer > plan.Count || (line.Receipt is null) != (what == ApproverLine.Sent))
            {
                wrong($"{name}: line {line.Number} is not answer {answer} as it was {what}");
                continue;
            }
            var planned = plan[answer - 1];
            var isAsPlanned = line.Granted == planned.Granted && line.Arguments == (planned.IsAltered ? ApproverDesk.Altered(lines[0].Arguments) : lines[0].Arguments);
            if (!isAsPlanned || Hours.IsBefore(line.Utc, lines[at].Utc) || (planned.IsLate && Hours.IsBefore(line.Utc, line.UntilUtc))) wrong($"{name}: answer {answer} is not what the approver says to this");
        }
        if (lines[0].Answer != 0 || lines[0].Granted || lines[0].Receipt is not null) wrong($"{name}: the question has an answer");
    }

    /// <summary>The answer that counted. If its receipt was lost with a worker, it was told at the next try that it came again.</summary>
    static ApproverLine? Counted(ApproverLine[] lines) =>
        lines.FirstOrDefault(static line => line.Receipt == "Taken") ?? lines.FirstOrDefault(line => line.Receipt == "Repeated" && IsAbout(lines[0], line));

    static ApproverLine? Heard(ApproverLine[] lines, ApproverLine sent) => lines.FirstOrDefault(line => line.Event == ApproverLine.Heard && line.Answer == sent.Answer);

    static bool IsAbout(ApproverLine asked, ApproverLine answer) => answer.Arguments == asked.Arguments;
}
