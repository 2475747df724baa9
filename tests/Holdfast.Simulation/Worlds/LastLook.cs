using Microsoft.Data.Sqlite;

namespace Holdfast.Simulation.Worlds;

/// <summary>Looks at everything once more when all runs have ended: in a new process, and in the file itself.</summary>
sealed class LastLook(World world, Scenario scenario)
{
    public async Task LookAsync(Action over)
    {
        if (world.Current is { IsUp: true } process) await RestartAsync(process);
        await world.AskAsync("last look", static c => c.ListAsync(new() { Limit = 1 }));
        var open = await world.AskAsync("unfinished", static c => c.ListAsync(new() { Status = RunStatus.Running }));
        foreach (var run in open)
            if (run.Parent is null) world.Complain($"{world.NameOf(run.Id)} had ended, and runs: {run.Waiting}");
        LookIntoFile();
        over();
    }

    async Task RestartAsync(SimulatedProcess process)
    {
        world.Restart(process);
        while (!process.IsDead) await world.PauseAsync(TimeSpan.FromMilliseconds(100), "restarting");
    }

    void LookIntoFile()
    {
        using var connection = new SqliteConnection($"Data Source=file:{Uri.EscapeDataString(Path.Combine(world.Root, "look", "holdfast.db"))}?vfs={world.Disk.Name};Pooling=False");
        connection.Open();
        if (Ask(connection, "PRAGMA integrity_check") is not "ok" and var damage) world.Complain($"the file is damaged: {damage}");
        if (!scenario.Runs.Any(static r => r.Plan is { } plan && Array.Exists(plan, static c => c.Kind == Flows.ChoreKind.Transaction) && r.CancelMillis is null)) return;
        if (Ask(connection, "SELECT count(*) - count(DISTINCT key) FROM sim_row") is not 0L and var doubles) world.Complain($"{doubles} transaction steps are in the file twice");
    }

    static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
