namespace Holdfast.Agents.Ledgers;

/// <summary>One sweep through the ledger. After each commit it waits as long as that took, so that it never takes more than every other one.</summary>
sealed class LedgerSweep(IHoldfastClient client, LedgerRetention retention, CancellationToken cancellation)
{
    const int RunsMax = 64;

    static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(1), PauseMax = TimeSpan.FromMilliseconds(10), RateAge = TimeSpan.FromDays(1);

    readonly Dictionary<RunId, bool> _isGone = [];
    readonly TimeProvider _time = retention.TimeProvider ?? client.Time;

    // What a commit takes is real time, whether a test moves the engine's clock or not.
    readonly TimeProvider _pauses = retention.TimeProvider ?? TimeProvider.System;
    long _removed;

    /// <returns>How many rows were removed.</returns>
    public async Task<long> RunAsync()
    {
        await client.TransactAsync(LedgerTables.Make, cancellation).ConfigureAwait(false);
        for (var after = ""; ;)
        {
            var from = after;
            var runs = await client.TransactAsync(tx => SweepRows.Runs(tx, from, RunsMax), cancellation).ConfigureAwait(false);
            foreach (var run in runs)
                if (await IsGoneAsync(run).ConfigureAwait(false)) await WhileAnyAsync(tx => SweepRows.OfGone(tx, run)).ConfigureAwait(false);
            if (runs.Count < RunsMax) break;
            after = runs[^1].ToString();
            _isGone.Clear();
        }
        await ForgetAsync().ConfigureAwait(false);
        await WhileAnyAsync(tx => SweepRows.Rates(tx, _time.GetUtcNow() - RateAge)).ConfigureAwait(false);
        return _removed;
    }

    async Task ForgetAsync()
    {
        var now = _time.GetUtcNow();
        // Nothing is as old as the calendar: it is remembered for ever.
        if (retention.IdentityAge >= now - DateTimeOffset.MinValue) return;
        var before = (retention.IdentityAge > TimeSpan.Zero ? now - retention.IdentityAge : DateTimeOffset.MaxValue).ToUnixTimeMilliseconds();
        for (var after = (Settled: long.MinValue, Key: ""); ;)
        {
            var from = after;
            var calls = await client.TransactAsync(tx => SweepRows.Forgotten(tx, before, from), cancellation).ConfigureAwait(false);
            if (calls.Count == 0) return;
            var gone = new List<string>();
            foreach (var (key, run, _) in calls)
                if (await IsGoneAsync(run).ConfigureAwait(false)) gone.Add(key);
            if (gone.Count > 0) _removed += await client.TransactAsync(tx => gone.Sum(key => SweepRows.Forget(tx, key)), cancellation).ConfigureAwait(false);
            after = (calls[^1].Settled, calls[^1].Key);
            _isGone.Clear();
        }
    }

    async Task WhileAnyAsync(Func<StoreTransaction, int> remove)
    {
        while (true)
        {
            var started = _pauses.GetTimestamp();
            var removed = await client.TransactAsync(remove, cancellation).ConfigureAwait(false);
            if (removed == 0) return;
            _removed += removed;
            var took = _pauses.GetElapsedTime(started);
            await Task.Delay(took < PauseMin ? PauseMin : took > PauseMax ? PauseMax : took, _pauses, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether retention has removed the run. What is gone never comes back, so this need not be asked in the commit.</summary>
    async Task<bool> IsGoneAsync(RunId run)
    {
        if (_isGone.TryGetValue(run, out var known)) return known;
        return _isGone[run] = await FromOutside.FindAsync(client, run, cancellation).ConfigureAwait(false) is null;
    }
}
