using Claims;

namespace ClaimsDesk;

/// <summary>Holds each request that the provider wrote down against what it had to do with it: the first one moves the money unless it met a fault, and no other does.</summary>
sealed class ProviderAudit(FaultScript faults, Hours hours, IReadOnlyList<CallRow> calls, Action<string> wrong)
{
    readonly Dictionary<string, CallRow> kept = calls.ToDictionary(static call => call.Key);

    public void Run(IReadOnlyList<ProviderLine> lines)
    {
        foreach (var odd in hours.Odd(ProviderLine.FileName, lines, static line => line.Utc)) wrong(odd);
        foreach (var line in lines.Where(static line => line.Attempt != 1)) wrong($"row {line.Row}: the {line.Kind} {line.Key} says that it is attempt {line.Attempt}, and the desk counts none");
        foreach (var request in lines.GroupBy(static line => line.Key)) Check(request.Key, [.. request]);
    }

    void Check(string key, ProviderLine[] lines)
    {
        var (isApplied, isAnswered) = (false, false);
        var call = kept.GetValueOrDefault(key);
        foreach (var (at, line) in lines.Index())
        {
            var isLate = line.Kind.StartsWith(ProviderLine.Late, StringComparison.Ordinal);
            var fault = faults.For(line.Row, line.Kind, at + 1);
            var applies = !isLate && !isApplied && fault != Fault.Unavailable;
            if (line.Applied != applies) wrong($"row {line.Row}: request {at + 1} of the {line.Kind} {key} {(applies ? "had to be applied" : "could not be applied")}, and the provider says otherwise");
            if (call is not null && !IsIn(call, line)) wrong($"row {line.Row}: the {line.Kind} {key} was asked for at {line.Utc:O}, when its call was not under way");
            isApplied |= line.Applied;
            isAnswered |= !isLate && fault == Fault.None;
        }
        // A payment is settled by an answer, and only one of its requests can have got it.
        if (call is { Tool: "pay", Phase: CallRow.Succeeded } && !isAnswered) wrong($"row {lines[0].Row}: the payment {key} is settled, and none of its {lines.Length} requests was answered");
    }

    static bool IsIn(CallRow call, ProviderLine line) =>
        !Hours.IsBefore(line.Utc, DateTimeOffset.FromUnixTimeMilliseconds(call.Begun)) && (!line.Applied || call.Settled is not { } settled || !Hours.IsBefore(DateTimeOffset.FromUnixTimeMilliseconds(settled), line.Utc));
}
