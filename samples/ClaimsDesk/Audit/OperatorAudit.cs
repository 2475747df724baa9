using Claims;

namespace ClaimsDesk;

/// <summary>Holds what the operator's ledger says against the calls that were in doubt and against what the provider did.</summary>
/// <param name="calls">All calls.</param>
/// <param name="provider">The provider's lines, by their key.</param>
/// <param name="principals">The run of each claim, by the key that it was started with.</param>
/// <param name="wrong">Takes what is wrong.</param>
sealed class OperatorAudit(IReadOnlyList<CallRow> calls, ILookup<string, ProviderLine> provider, IReadOnlyDictionary<string, string> principals, Action<string> wrong)
{
    /// <summary>So the engine's file says who found out about a call.</summary>
    public const string Says = "It happened, says the operator.";

    public void Run(IReadOnlyList<OperatorLine> lines)
    {
        var byKey = calls.ToDictionary(static call => call.Key);
        foreach (var line in lines)
        {
            if (line.Decision == OperatorLine.Resume) CheckResume(line);
            else if (byKey.TryGetValue(line.Key, out var call)) CheckRuling(line, call);
            else wrong($"{OperatorLine.FileName}: {line.Key} is no call, and was decided about");
        }
        // Each decision is written down before it is carried out; some may not have been, and none can have been otherwise.
        var rulings = lines.ToLookup(static line => (line.Key, line.Decision));
        foreach (var call in calls)
        {
            if (call.Tries - 1 > rulings[(call.Key, OperatorLine.Retry)].Count()) wrong($"{OperatorLine.FileName}: {call.Key} was tried {call.Tries} times, and the operator did not say so");
            if ((call.Note == Says) != rulings.Contains((call.Key, OperatorLine.Succeeded))) wrong($"{OperatorLine.FileName}: of {call.Key} is noted '{call.Note}', and the operator did not say so");
        }
    }

    void CheckRuling(OperatorLine line, CallRow call)
    {
        if (line.Run != call.Run || call.Tool != "notify") wrong($"{OperatorLine.FileName}: {line.Key} is {call.Tool} of {call.Run}, and was decided about as of {line.Run}");
        if (line.Decision is not (OperatorLine.Succeeded or OperatorLine.Retry) || line.Applied != (line.Decision == OperatorLine.Succeeded)) wrong($"{OperatorLine.FileName}: {line.Key}: '{line.Decision}' is not what was found");
        // The provider's answer is its last: what it had not applied then was applied by a later request, if at all.
        var applied = provider[line.Key].FirstOrDefault(static one => one.Applied);
        if (line.Applied ? applied is null || Hours.IsBefore(line.Utc, applied.Utc) : applied is not null && Hours.IsBefore(applied.Utc, line.Utc))
            wrong($"{OperatorLine.FileName}: {line.Key} was {(line.Applied ? "not " : "")}applied when the operator asked");
    }

    void CheckResume(OperatorLine line)
    {
        if (line.Applied || !principals.TryGetValue(line.Key, out var run) || run != line.Run) wrong($"{OperatorLine.FileName}: '{line.Key}' is not the key of run {line.Run}");
    }
}
