using Holdfast.Agents;
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
            // Of a run whose predecessor was removed before its client looked, no client knows.
            if (run.Parent is null && !(run.RestartOf is { } before && world.Books.MayBeGone(before))) world.Complain($"{world.NameOf(run.Id)} had ended, and runs: {run.Waiting}");
        LookIntoFile(isPruned: false);
        if (world.Current is { IsUp: true } pruning)
        {
            // Somebody may still ask for a run, while what is left is looked at.
            world.Books.Allow(new() { Age = TimeSpan.Zero }, null);
            await pruning.PruneAllAsync();
            LookIntoFile(isPruned: true);
            if (world.Accounts is not null && HasLedger()) await SettleAsync();
            if (HasLedger()) await new SweptLook(world, pruning).LookAsync(Open);
        }
        over();
    }

    async Task RestartAsync(SimulatedProcess process)
    {
        world.Restart(process);
        while (!process.IsDead) await world.PauseAsync(TimeSpan.FromMilliseconds(100), "restarting");
    }

    void LookIntoFile(bool isPruned)
    {
        using var connection = Open();
        if (Ask(connection, "PRAGMA integrity_check") is not "ok" and var damage) world.Complain($"the file is damaged: {damage}");
        if (isPruned) LookForRests(connection);
        LookIntoBooks(connection);
        if (!scenario.Runs.Any(static r => r.Plan is { } plan && Array.Exists(plan, static c => c.Kind is Flows.ChoreKind.Transaction or Flows.ChoreKind.RowFan) && r.CancelMillis is null)) return;
        if (Ask(connection, "SELECT count(*) - count(DISTINCT key) FROM sim_row") is not 0L and var doubles) world.Complain($"{doubles} transaction steps are in the file twice");
    }

    /// <summary>What is reserved and spent is what the calls say, to the last one, whatever died in between.</summary>
    void LookIntoBooks(SqliteConnection connection, bool isSettled = false)
    {
        if (AccountBooks.Read(connection)?.Problems(world.Ledger.Silent, isSettled).FirstOrDefault() is { } problem) world.Complain($"the accounts do not agree with the calls: {problem}");
    }

    /// <summary>Somebody has found out what it took of which nobody knew: nothing. Then nothing is reserved any more, up to the highest account.</summary>
    async Task SettleAsync()
    {
        var left = await world.AskAsync("reservations", static async c =>
        {
            var all = new List<OpenReservation>();
            await foreach (var reservation in c.ReadReservationsAsync()) all.Add(reservation);
            return all;
        });
        foreach (var reservation in left)
            if (await world.AskAsync("settle", c => c.SettleAsync(reservation, new() { Tokens = 0, Money = 0, Calls = 0, Time = TimeSpan.Zero }, "operator")) is FindingReceipt.RunGoesOn) world.Complain($"the reservation {reservation.Key} cannot be settled: its run goes on");
        using var connection = Open();
        LookIntoBooks(connection, isSettled: true);
    }

    /// <summary>With a run goes all that belongs to it.</summary>
    void LookForRests(SqliteConnection connection)
    {
        foreach (var table in (string[])["run_info", "outcome", "result", "mail", "journal", "journal_mark", "blob", "ended", "leftover"])
            if (Ask(connection, $"SELECT count(*) FROM holdfast_{table} WHERE k NOT IN (SELECT k FROM holdfast_run)") is not 0L and var rests)
                world.Complain($"{rests} rows of runs that were removed are left in holdfast_{table}");
        if (Ask(connection, "SELECT count(*) FROM holdfast_long WHERE n / 2 NOT IN (SELECT k FROM holdfast_run)") is not 0L and var values) world.Complain($"{values} long values of runs that were removed are left");
        if (Ask(connection, "SELECT count(*) FROM holdfast_run WHERE status NOT IN (1, 6)") is not 0L and var ended) world.Complain($"{ended} ended runs were not removed");
    }

    SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source=file:{Uri.EscapeDataString(Path.Combine(world.Root, "look", "holdfast.db"))}?vfs={world.Disk.Name};Pooling=False");
        connection.Open();
        return connection;
    }

    bool HasLedger()
    {
        using var connection = Open();
        return Ask(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'agents_call'") is not 0L;
    }

    static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
