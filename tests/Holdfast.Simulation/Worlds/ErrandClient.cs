using System.Globalization;
using Holdfast.Agents;
using Holdfast.Simulation.Flows;

namespace Holdfast.Simulation.Worlds;

/// <summary>The person behind one agent: agrees or not, finds out what is in doubt, and looks at the end whether all that is promised holds.</summary>
sealed class ErrandClient(World world, string name, RunId run, int value)
{
    public async Task AttendAsync(Func<bool> hasEnded)
    {
        while (!hasEnded())
        {
            await world.PauseAsync(TimeSpan.FromSeconds(3), "attend");
            if (hasEnded()) return;
            try
            {
                foreach (var request in await world.AskAsync("approvals", c => Agent(c).QueryAsync(a => a.PendingApprovals))) await AnswerAsync(request);
                if (await world.AskAsync("doubt", c => Agent(c).QueryAsync(a => a.Doubt)) is { } doubt) await RuleAsync(doubt);
            }
            catch (HoldfastException error) when (world.IsOver(error, run))
            {
                return;
            }
        }
    }

    public async Task CheckAsync(RunStatus status, bool mayBeCancelled)
    {
        await CheckConversationAsync();
        if (status == RunStatus.Cancelled && mayBeCancelled) return;
        if (status != RunStatus.Completed)
        {
            world.Complain($"{name} ended as {status}");
            return;
        }
        var answer = await world.AskAsync("answer", c => c.GetRun(run).ResultAsync<AgentAnswer>());
        if (answer is not { Status: AgentStatus.Answered, Text: Errand.Done }) world.Complain($"{name} answered {answer}");
        await CheckLedgerAsync();
    }

    RunHandle<Errand, AgentAnswer> Agent(IHoldfastClient client) => client.GetRun<Errand, AgentAnswer>(run);

    async Task AnswerAsync(ApprovalRequest request)
    {
        var receipt = await world.AskAsync("approve", c => Agent(c).AnswerAsync(new(request.Id, request.Arguments, Errand.IsAgreedTo(value), "operator")));
        if (receipt is not (ApprovalReceipt.Taken or ApprovalReceipt.Repeated)) world.Complain($"{name} asked for an approval, and the answer was {receipt}");
    }

    /// <summary>By what the world outside knows. Looked up at each ask: whoever was replaced may do it still.</summary>
    Task RuleAsync(CallInDoubt doubt) => world.AskAsync("rule", c =>
    {
        var ruling = world.Ledger.Acted.ContainsKey(doubt.Key) ? CallRulingKind.Happened : value % 2 == 0 ? CallRulingKind.Retry : CallRulingKind.DidNotHappen;
        // Of a handler only; the code of other tools is not judged by how often it begins.
        if (world.Ledger.Find(doubt.Key) is { } entry) entry.MayRepeat = ruling == CallRulingKind.Retry;
        return Agent(c).RuleAsync(doubt, new(ruling, "operator", "0"));
    });

    /// <summary>No call without its result in any history, also of an agent that was cancelled.</summary>
    async Task CheckConversationAsync()
    {
        var messages = await world.AskAsync("conversation", c => c.ReadConversationAsync(run));
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            if (message is ToolResult result)
            {
                if (!open.Remove(result.CallId)) world.Complain($"{name} has a result of '{result.CallId}', and no call");
                continue;
            }
            if (open.Count > 0) world.Complain($"{name} has calls without results: {string.Join(' ', open)}");
            if (message is AssistantMessage said) open.UnionWith(said.Calls.Select(static c => c.Id));
        }
        if (open.Count > 0) world.Complain($"{name} ends with calls without results: {string.Join(' ', open)}");
    }

    async Task CheckLedgerAsync()
    {
        const int Admit = 1, Repair = 2, Approve = 3, Refuse = 4, Succeeded = 3;
        int[] expected = [.. Errand.Stammers(value) ? [Repair] : Array.Empty<int>(), Admit, Admit, Repair, Admit, Errand.IsAgreedTo(value) ? Approve : Refuse, Admit, Admit, Admit];
        var verdicts = await NumbersAsync("SELECT number, arm FROM agents_verdict WHERE run = @run ORDER BY number");
        if (!verdicts.Select(static v => v.Value).SequenceEqual(expected.Select(static e => (long)e))) world.Complain($"{name} has the verdicts {string.Join(',', verdicts)} and not {string.Join(',', expected)}");
        var phases = (await NumbersAsync("SELECT CAST(SUBSTR(key, LENGTH(run) + 7) AS INTEGER), phase FROM agents_call WHERE run = @run")).ToDictionary(static p => p.Number, static p => p.Value);
        // By key, at most once, by asking, and agreed to; and by handlers at most once, by key, and one that looks.
        foreach (var (call, mustBe) in ((int, bool?)[])[(1, true), (2, null), (4, true), (5, Errand.IsAgreedTo(value)), (6, null), (7, true), (8, true)])
        {
            var number = Errand.NumberOf(value, call);
            var key = string.Create(CultureInfo.InvariantCulture, $"{run}-call-{number}");
            var isDone = world.Ledger.Acted.ContainsKey(key) || world.Ledger.Find(key) is { Done: > 0 };
            if (isDone != (phases.GetValueOrDefault(number) == Succeeded)) world.Complain($"call {number} of {name} is in phase {phases.GetValueOrDefault(number)}, and was {(isDone ? "" : "not ")}carried out");
            if (mustBe is { } must && must != isDone) world.Complain($"call {number} of {name} was {(isDone ? "" : "not ")}carried out");
        }
        if ((await NumbersAsync("SELECT COUNT(*), COUNT(DISTINCT a.key) FROM agents_approval a JOIN agents_call c ON c.approval = a.approval WHERE c.run = @run"))[0] != (Errand.IsAgreedTo(value) ? (1, 1) : (0, 0)))
            world.Complain($"{name} has used an approval other than once");
    }

    Task<List<(long Number, long Value)>> NumbersAsync(string sql) => world.AskAsync("ledger", c => c.TransactAsync(tx =>
    {
        using var command = tx.Connection.CreateCommand();
        command.CommandText = sql;
        var of = command.CreateParameter();
        (of.ParameterName, of.Value) = ("@run", run.ToString());
        command.Parameters.Add(of);
        using var reader = command.ExecuteReader();
        var rows = new List<(long, long)>();
        while (reader.Read()) rows.Add((reader.GetInt64(0), reader.GetInt64(1)));
        return rows;
    }));
}
