using System.Globalization;
using Holdfast.Storage;

namespace Holdfast.Sqlite.Writing;

/// <summary>
/// Deletes ended runs and what hangs on them, a bounded number of rows at a time. The first write that touches a run deletes what makes it
/// one; what does not fit goes to the leftovers, which later writes finish before they take the next run.
/// </summary>
sealed class PruneRows(Database database, JournalRows journal)
{
    /// <summary>Rows that a run has at least: its info, its state, its outcome, its place in the queue.</summary>
    const int RunRowsMin = 4;

    const int PageMax = 64;

    /// <summary>A place beyond is damage: counted from there, all that have ended would be too many, and the next one would have no place.</summary>
    static readonly string IsGiven = string.Create(CultureInfo.InvariantCulture, $"n < {LastNumber.NumberMax}");

    readonly Statement _workflows = database.Prepare("SELECT w, name FROM holdfast_workflow");
    readonly Statement _front = database.Prepare("SELECT n, k, ended FROM holdfast_ended WHERE w = ?1 ORDER BY n LIMIT ?2");
    readonly Statement _newest = database.Prepare($"SELECT max(n) FROM holdfast_ended WHERE w = ?1 AND {IsGiven}");
    readonly Statement _enqueue = database.Prepare(
        $"""
        INSERT INTO holdfast_ended SELECT i.w, (SELECT coalesce(max(n), 0) + 1 FROM holdfast_ended WHERE w = i.w AND {IsGiven}), ?1, ?2 FROM holdfast_run_info i WHERE i.k = ?1
        """);

    readonly Statement _dequeue = database.Prepare("DELETE FROM holdfast_ended WHERE w = ?1 AND n <= ?2");
    // The row itself is asked whether the run has ended: an entry of the queue that is damaged may name any run, or none.
    readonly Statement _deleteRun = database.Prepare(
        $"""
        DELETE FROM holdfast_run WHERE k = ?1 AND status BETWEEN {(int)RunStatus.Completed} AND {(int)RunStatus.Terminated} RETURNING journal_last, state IS NULL
        """);
    readonly Statement _deleteInfo = database.Prepare("DELETE FROM holdfast_run_info WHERE k = ?1");
    readonly Statement _deleteOutcome = database.Prepare("DELETE FROM holdfast_outcome WHERE k = ?1");
    readonly Statement _deleteLong = database.Prepare("DELETE FROM holdfast_long WHERE n = 2 * ?1");

    // Each of the three has its own index, and a message is in one of them at least.
    readonly Statement[] _deleteMail =
    [
        .. new[] { "dedup IS NOT NULL", "state = 0", "state = 2" }.Select(which =>
            database.Prepare($"DELETE FROM holdfast_mail WHERE seq IN (SELECT seq FROM holdfast_mail WHERE k = ?1 AND {which} LIMIT ?2)")),
    ];

    readonly Statement _leave = database.Prepare("INSERT INTO holdfast_leftover VALUES (?1, ?2)");
    readonly Statement _leftovers = database.Prepare("SELECT k, journal_last FROM holdfast_leftover ORDER BY k LIMIT ?1");
    readonly Statement _finishLeftover = database.Prepare("DELETE FROM holdfast_leftover WHERE k = ?1");

    /// <summary>Puts a run that ends in this transaction at the end of its workflow's queue.</summary>
    public void Enqueue(long key, DateTimeOffset endedUtc) => _enqueue.Bind(1, key).Bind(2, endedUtc).Run();

    public Pruned Prune(PruneRuns prune)
    {
        var budget = prune.RowsMax;
        var runs = 0;
        var isDone = Finish(ref budget);
        if (isDone)
        {
            foreach (var (workflow, name) in Read(_workflows, static row => (row.Long(0), row.Text(1))))
            {
                isDone = Prune(workflow, prune.RuleOf(name), ref budget, ref runs);
                if (!isDone) break;
            }
        }
        return new(runs, prune.RowsMax - budget, isDone);
    }

    bool Prune(long workflow, PruneRule rule, ref int budget, ref int runs)
    {
        if (rule is { EndedBeforeUtc: null, KeepMax: null }) return true;
        // The queue has no gaps, because runs leave it at the front only: its length follows from its ends.
        var newest = Read(_newest.Bind(1, workflow), static row => row.Long(0))[0];
        var lastToGo = rule.KeepMax is { } keep ? newest - keep : 0;
        var before = rule.EndedBeforeUtc?.UtcTicks ?? 0;
        while (true)
        {
            var page = Read(_front.Bind(1, workflow).Bind(2, PageMax), static row => (Number: row.Long(0), Key: row.Long(1), Ended: row.Long(2)));
            var gone = 0L;
            foreach (var (number, key, ended) in page)
            {
                var goes = number <= lastToGo || ended < before;
                if (!goes || budget <= 0)
                {
                    if (gone > 0) _dequeue.Bind(1, workflow).Bind(2, gone).Run();
                    return !goes;
                }
                gone = number;
                if (TryRemove(key, ref budget, ref runs)) continue;
                _dequeue.Bind(1, workflow).Bind(2, gone).Run();
                return false;
            }
            if (gone > 0) _dequeue.Bind(1, workflow).Bind(2, gone).Run();
            if (page.Count < PageMax) return true;
        }
    }

    /// <summary>Removes a run, if there is one and it has ended; false when something of it is left for later.</summary>
    bool TryRemove(long key, ref int budget, ref int runs)
    {
        budget -= RunRowsMin;
        var removed = Read(_deleteRun.Bind(1, key), static row => (Last: row.Long(0), IsLong: row.Bool(1)));
        if (removed is not [var (last, isLong)]) return true;
        runs++;
        _deleteInfo.Bind(1, key).Run();
        _deleteOutcome.Bind(1, key).Run();
        if (isLong) _deleteLong.Bind(1, key).Run();
        if (TryDeleteRest(key, last, ref budget)) return true;
        _leave.Bind(1, key).Bind(2, last).Run();
        return false;
    }

    bool Finish(ref int budget)
    {
        while (true)
        {
            var page = Read(_leftovers.Bind(1, PageMax), static row => (Key: row.Long(0), Last: row.Long(1)));
            foreach (var (key, last) in page)
            {
                if (budget <= 0 || !TryDeleteRest(key, last, ref budget)) return false;
                _finishLeftover.Bind(1, key).Run();
            }
            if (page.Count < PageMax) return true;
        }
    }

    /// <summary>Deletes messages and journal as far as the budget goes. Results and large values went when the run ended.</summary>
    bool TryDeleteRest(long key, long journalLast, ref int budget)
    {
        foreach (var delete in _deleteMail)
        {
            // At least one, so that a write always gets on.
            var most = Math.Max(1, budget);
            delete.Bind(1, key).Bind(2, most).Run();
            var deleted = database.Changes;
            budget -= deleted;
            if (deleted == most) return false;
        }
        return journal.TryDelete(key, journalLast, ref budget);
    }

    static List<T> Read<T>(Statement select, Func<Statement, T> read) => Reading.Reader.ReadAll(select, read);
}
