using Claims;

namespace ClaimsDesk;

/// <summary>Holds each request that the provider wrote down against what it had to do with it: the first one moves the money unless it met a fault, and no other does.</summary>
sealed class ProviderAudit(FaultScript faults, Action<string> wrong)
{
    public void Run(IEnumerable<ProviderLine> lines)
    {
        foreach (var request in lines.GroupBy(static line => line.Key))
        {
            var isApplied = false;
            foreach (var (at, line) in request.Index())
            {
                var isLate = line.Kind.StartsWith(ProviderLine.Late, StringComparison.Ordinal);
                var applies = !isLate && !isApplied && faults.For(line.Row, line.Kind, at + 1) != Fault.Unavailable;
                if (line.Applied != applies) wrong($"row {line.Row}: request {at + 1} of the {line.Kind} {line.Key} {(applies ? "had to be applied" : "could not be applied")}, and the provider says otherwise");
                isApplied |= line.Applied;
            }
        }
    }
}
