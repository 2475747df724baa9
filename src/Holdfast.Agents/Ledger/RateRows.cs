namespace Holdfast.Agents.Ledgers;

/// <summary>
/// Rates, as the generic cell rate algorithm of ATM networks (ITU-T I.371) counts them: one number for each, the time at which it would be as good as unused. It needs no list of
/// what happened. After a rest all come through at once, and then one by one as each becomes free again: within one time up to twice the count less one, and never more in the long run.
/// </summary>
static class RateRows
{
    /// <exception cref="LedgerRefusal">It is too often.</exception>
    public static void Take(StepTransaction transaction, Rate rate, DateTimeOffset now)
    {
        var ticks = now.UtcTicks;
        var each = Math.Max(1, rate.Time.Ticks / Math.Max(1, rate.Count));
        var rows = Sql.Read(transaction, "SELECT free FROM agents_rate WHERE name = @name", static r => r.GetInt64(0), ("@name", rate.Name));
        var free = Math.Max(rows.Count == 0 ? 0 : rows[0], ticks) + each;
        var ahead = free - ticks - (each * Math.Max(1, rate.Count));
        if (rate.Count < 1 || ahead > 0)
            throw new LedgerRefusal(GateStage.Rate, rate.Name, $"The rate '{rate.Name}' allows {rate.Count} in {rate.Time}, and they are used up for now.", rate.Count < 1 ? null : TimeSpan.FromTicks(ahead));
        Sql.Run(transaction, "INSERT INTO agents_rate (name, free) VALUES (@name, @free) ON CONFLICT (name) DO UPDATE SET free = excluded.free", ("@name", rate.Name), ("@free", free));
    }
}
