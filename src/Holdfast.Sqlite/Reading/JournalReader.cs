using Holdfast.Storage;

namespace Holdfast.Sqlite.Reading;

/// <summary>Reads a run's journal: from the nearest mark after the page, back along the chain.</summary>
sealed class JournalReader(Database database)
{
    readonly Statement _place = database.Prepare(
        "SELECT r.k, r.journal_seq, r.journal_last FROM holdfast_run_info i JOIN holdfast_run r ON r.k = i.k WHERE i.id = ?1");
    readonly Statement _mark = database.Prepare("SELECT n, seq FROM holdfast_journal_mark WHERE k = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1");
    readonly Statement _oldestMark = database.Prepare("SELECT seq FROM holdfast_journal_mark WHERE k = ?1 ORDER BY seq LIMIT 1");
    readonly Statement _entry = database.Prepare("SELECT seq, previous, utc, entries FROM holdfast_journal WHERE n = ?1 AND k = ?2");

    public IReadOnlyList<JournalRow> Read(RunId run, long after, int limit)
    {
        if (!_place.Bind(1, run).Step())
        {
            _place.Reset();
            return [];
        }
        var (key, newest, n) = (_place.Long(0), _place.Long(1), _place.Long(2));
        _place.Reset();
        // A long journal was shortened in whole blocks, each with its mark.
        if (_oldestMark.Bind(1, key).Step()) after = Math.Max(after, _oldestMark.Long(0) - Writing.JournalRows.MarkInterval);
        _oldestMark.Reset();
        after = Math.Max(0, after);
        var last = Math.Min(newest, after + Math.Max(0, limit));
        if (last <= after) return [];

        var sequence = newest;
        if (_mark.Bind(1, key).Bind(2, last).Step()) (n, sequence) = (_mark.Long(0), _mark.Long(1));
        _mark.Reset();
        // Grows with what is there: how much that is, a damaged number may say.
        List<JournalRow> rows = [];
        for (; sequence > after; sequence--)
        {
            // Each step goes exactly one back, in the run's own entries: a chain that leads anywhere else comes to its end here too.
            if (!_entry.Bind(1, n).Bind(2, key).Step() || _entry.Long(0) != sequence)
                throw new HoldfastException(HoldfastError.StoreCorrupt, $"The journal of run {run} is damaged: entry {sequence} is not where the one after it says. Restore the store from a backup; the run itself does not need it.");
            if (sequence <= last) rows.Add(new(sequence, _entry.Utc(2), _entry.Bytes(3)));
            n = _entry.Long(1);
            _entry.Reset();
        }
        rows.Reverse();
        return rows;
    }
}
