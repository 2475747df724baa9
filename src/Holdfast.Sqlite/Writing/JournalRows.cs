namespace Holdfast.Sqlite.Writing;

/// <summary>
/// Writes journals. The entries of all runs stand at the end of one table; each names its run's entry before, and every 64th has a mark. A
/// journal is shortened from its old end, one block between two marks at a time.
/// </summary>
sealed class JournalRows(Database database)
{
    /// <summary>How many entries of one run lie between two marks: a page of the journal is found within so many steps.</summary>
    public const int MarkInterval = 64;

    /// <summary>How many blocks one entry may push out: more than one, so that a journal that was longer comes down to its bound.</summary>
    const int TrimBlocksMax = 2;

    readonly Statement _append = database.Prepare("INSERT INTO holdfast_journal (k, seq, previous, utc, entries) VALUES (?1, ?2, ?3, ?4, ?5)");
    readonly Statement _mark = database.Prepare("INSERT INTO holdfast_journal_mark VALUES (?1, ?2, ?3)");
    readonly Statement _oldestMark = database.Prepare("SELECT seq, n FROM holdfast_journal_mark WHERE k = ?1 ORDER BY seq LIMIT 1");
    readonly Statement _dropMark = database.Prepare("DELETE FROM holdfast_journal_mark WHERE k = ?1 AND seq = ?2");

    // The run is asked for at every link: the number of a deleted entry may have been given again, to another run's.
    readonly Statement _dropChain = database.Prepare(
        $"""
        WITH RECURSIVE chain (n, previous) AS (
            SELECT n, previous FROM holdfast_journal WHERE n = ?1 AND k = ?2
            UNION ALL SELECT j.n, j.previous FROM chain c JOIN holdfast_journal j ON j.n = c.previous AND j.k = ?2 LIMIT {MarkInterval})
        DELETE FROM holdfast_journal WHERE n IN (SELECT n FROM chain)
        """);

    /// <summary>Appends to the run's journal, and returns the place that the run's row has to remember.</summary>
    /// <param name="head">The run.</param>
    /// <param name="utc">When it happened.</param>
    /// <param name="entries">What happened; empty for nothing.</param>
    /// <param name="keep">How many of the newest entries are kept at least; 0 for all.</param>
    public (long Sequence, long Last) Append(in RunHead head, DateTimeOffset utc, ReadOnlySpan<byte> entries, int keep)
    {
        if (entries.IsEmpty) return (head.JournalSequence, head.JournalLast);
        var sequence = head.JournalSequence + 1;
        _append.Bind(1, head.Key).Bind(2, sequence).Bind(3, head.JournalLast).Bind(4, utc).Bind(5, entries).Run();
        var last = database.LastInsertRowId;
        if (sequence % MarkInterval == 0)
        {
            _mark.Bind(1, head.Key).Bind(2, sequence).Bind(3, last).Run();
            if (keep > 0 && sequence > keep) Trim(head.Key, sequence - keep);
        }
        return (sequence, last);
    }

    /// <summary>Deletes a removed run's journal, oldest first, as far as the budget goes; true when nothing of it is left.</summary>
    public bool TryDelete(long key, long last, ref int budget)
    {
        while (OldestMark(key) is { } mark)
        {
            if (budget <= 0) return false;
            budget -= DropBlock(key, mark);
        }
        budget -= DropChain(key, last);
        return true;
    }

    void Trim(long key, long upTo)
    {
        for (var i = 0; i < TrimBlocksMax && OldestMark(key) is { } mark && mark.Sequence <= upTo; i++) DropBlock(key, mark);
    }

    (long Sequence, long Entry)? OldestMark(long key)
    {
        (long, long)? mark = _oldestMark.Bind(1, key).Step() ? (_oldestMark.Long(0), _oldestMark.Long(1)) : null;
        _oldestMark.Reset();
        return mark;
    }

    int DropBlock(long key, (long Sequence, long Entry) mark)
    {
        _dropMark.Bind(1, key).Bind(2, mark.Sequence).Run();
        return DropChain(key, mark.Entry);
    }

    int DropChain(long key, long last)
    {
        _dropChain.Bind(1, last).Bind(2, key).Run();
        return database.Changes;
    }
}
