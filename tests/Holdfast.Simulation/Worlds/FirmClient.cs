using Holdfast.Agents;
using Holdfast.Simulation.Flows;

namespace Holdfast.Simulation.Worlds;

/// <summary>Whoever founded a firm: waits until nobody works for it any more, and asks of everything that was refused whether there was too little for it.</summary>
sealed class FirmClient(World world, string name, RunId run, FirmPlan plan)
{
    public async Task CheckAsync(RunStatus status, bool mayBeCancelled)
    {
        // Helpers are no children: they go on when whoever asked is cancelled.
        while ((await world.AskAsync("helpers", static c => c.ListAsync(new() { Status = RunStatus.Running, Workflow = nameof(Assistant) }))).Count > 0) await world.PauseAsync(TimeSpan.FromSeconds(5), "helpers");
        if (status == RunStatus.Cancelled && mayBeCancelled) return;
        if (status != RunStatus.Completed)
        {
            world.Complain($"{name} ended as {status}");
            return;
        }
        var answers = await world.AskAsync("answers", c => c.GetRun(run).ResultAsync<AgentStatus?[]>());
        if (answers.Length != plan.Leads || answers.Any(static a => a is not (AgentStatus.Answered or AgentStatus.OutOfBudget))) world.Complain($"{name} was answered {string.Join(',', answers)}");
        var leads = await RunsAsync($"SELECT substr(account, 7), 0 FROM agents_account WHERE parent = 'desk {run}'");
        var (unasked, isShort) = (answers.Count(static a => a == AgentStatus.OutOfBudget), leads.Count(l => world.Ledger.Short.GetValueOrDefault(l.Run).Questions > 0));
        if (unasked > isShort) world.Complain($"{unasked} agents of {name} could not ask their models, and only for {isShort} there was too little");
        await CheckRefusedAsync(leads.Select(static l => l.Run));
    }

    async Task CheckRefusedAsync(IEnumerable<RunId> leads)
    {
        const int Refuse = 4, Budget = 8;
        foreach (var lead in leads)
            foreach (var (agent, refused) in await RunsAsync(
                $"SELECT run, count(*) FROM agents_verdict WHERE arm = {Refuse} AND stage = {Budget} AND run IN (SELECT '{lead}' UNION SELECT substr(account, 7) FROM agents_account WHERE parent = 'agent {lead}') GROUP BY run"))
                if (world.Ledger.Short.GetValueOrDefault(agent).Calls is var times && refused > times) world.Complain($"{refused} calls of {world.NameOf(agent)} were refused for want of budget, and {times} times there was too little");
    }

    Task<List<(RunId Run, long Number)>> RunsAsync(string sql) => world.AskAsync("ledger", c => c.TransactAsync(tx =>
    {
        using var command = tx.Connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<(RunId, long)>();
        while (reader.Read()) rows.Add((RunId.Parse(reader.GetString(0)), reader.GetInt64(1)));
        return rows;
    }));
}
