using Holdfast.Storage;

namespace Holdfast.Sqlite.Reading;

/// <summary>Reads a run's journal: from the nearest mark after the page, back along the chain.</summary>
sealed class JournalReader(Database database)
{
    readonly Statement _place = database.Prepare(
        "SELECT r.k, r.journal_seq, r.journal_last FROM holdfast_run_info i JOIN holdfast_run r ON r.k = i.k WHERE i.id = ?1");
    readonly Statement _mark = database.Prepare("SELECT n FROM holdfast_journal_mark WHERE k = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1");
    readonly Statement _oldestMark = database.Prepare("SELECT seq FROM holdfast_journal_mark WHERE k = ?1 ORDER BY seq LIMIT 1");
    readonly Statement _entry = database.Prepare("SELECT seq, previous, utc, entries FROM holdfast_journal WHERE n = ?1");

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

        if (_mark.Bind(1, key).Bind(2, last).Step()) n = _mark.Long(0);
        _mark.Reset();
        var rows = new JournalRow[last - after];
        for (var sequence = long.MaxValue; sequence > after + 1;)
        {
            if (!_entry.Bind(1, n).Step()) throw new HoldfastException(HoldfastError.StoreCorrupt, $"The journal of run {run} misses an entry before {sequence}.");
            (sequence, n) = (_entry.Long(0), _entry.Long(1));
            if (sequence <= last) rows[sequence - after - 1] = new(sequence, _entry.Utc(2), _entry.Bytes(3));
            _entry.Reset();
        }
        return rows;
    }
}
