using System.Collections.Concurrent;
using System.Net.Http.Json;
using Claims;
using Holdfast;
using Holdfast.Agents;

namespace ClaimsDesk;

/// <summary>Looks at the agents at work: brings to the approver what waits for it, and finds out at the provider about notifications that a kill has left in doubt.</summary>
sealed class DeskClerk(DeskRuns runs, ClaimFacts facts, ProviderClient provider, Uri approver, Ledger<OperatorLine> ledger) : IDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    readonly HttpClient http = Loopback.Client(approver);
    readonly ConcurrentDictionary<string, int> told = new(StringComparer.Ordinal);
    int waiting, inDoubt;

    /// <summary>How many calls wait for a person.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>How many notifications were in doubt.</summary>
    public int InDoubt => Volatile.Read(ref inDoubt);

    /// <summary>Approvals have a time, and doubts have not: the few that wait for a person are looked at by themselves, and not in turn with all others.</summary>
    public async Task RunAsync(CancellationToken cancel) => await await Task.WhenAny(
        LookAsync(row => ClaimFacts.NeedsApproval(facts[row]), TellAsync, cancel),
        LookAsync(static _ => true, RuleAsync, cancel));

    async Task LookAsync(Func<int, bool> which, Func<int, RunHandle<ClaimAgent, AgentAnswer>, CancellationToken, Task> look, CancellationToken cancel)
    {
        while (true)
        {
            foreach (var (row, run) in runs.Live.Where(live => which(live.Key)))
            {
                try
                {
                    await look(row, run, cancel);
                }
                catch (Exception failure) when (failure is HoldfastException or HttpRequestException)
                {
                    // It has ended meanwhile, or cannot say now; the next look will tell.
                }
            }
            await Task.Delay(Pause, cancel);
        }
    }

    public void Dispose() => http.Dispose();

    async Task TellAsync(int row, RunHandle<ClaimAgent, AgentAnswer> run, CancellationToken cancel)
    {
        foreach (var request in await run.QueryAsync(agent => agent.PendingApprovals, cancellationToken: cancel))
        {
            if (told.ContainsKey(request.Id.Value)) continue;
            var notice = new ApprovalNotice(row, run.Id.ToString(), request.Id.Value, request.Call, request.Arguments, request.UntilUtc);
            using var response = await http.PostAsJsonAsync("requests", notice, DeskJson.Default.ApprovalNotice, cancel);
            response.EnsureSuccessStatusCode();
            told[request.Id.Value] = row;
            Interlocked.Increment(ref waiting);
        }
    }

    async Task RuleAsync(int row, RunHandle<ClaimAgent, AgentAnswer> run, CancellationToken cancel)
    {
        if (await run.QueryAsync(agent => agent.Doubt, cancellationToken: cancel) is not { } doubt) return;
        var happened = await provider.WasNotifiedAsync(doubt.Key, cancel);
        // Written before it is done, so that a kill between the two leaves a decision too many in the book, not one too few.
        await ledger.AppendAsync(new OperatorLine(doubt.Key, run.Id.ToString(), happened, happened ? OperatorLine.Succeeded : OperatorLine.Retry, DateTimeOffset.UtcNow));
        var receipt = $$"""{"receipt":"{{PaymentDesk.Receipt(doubt.Key).Receipt}}"}""";
        await run.RuleAsync(doubt, happened ? new(CallRulingKind.Happened, "the operator", receipt) : new(CallRulingKind.Retry, "the operator"), cancel);
        Interlocked.Increment(ref inDoubt);
    }
}
