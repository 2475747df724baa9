using Holdfast.Storage;

namespace Holdfast.Sqlite.Writing;

/// <summary>Writes what hangs on a run beside its state: journal entries, results that stand apart, large values.</summary>
sealed class ValueRows(Database database)
{
    /// <summary>How many entries of one run lie between two marks: a page of the journal is found within so many steps.</summary>
    public const int JournalMarkInterval = 64;

    readonly Statement _journal = database.Prepare("INSERT INTO holdfast_journal (k, seq, previous, utc, entries) VALUES (?1, ?2, ?3, ?4, ?5)");
    readonly Statement _mark = database.Prepare("INSERT INTO holdfast_journal_mark VALUES (?1, ?2, ?3)");
    readonly Statement _putResult = database.Prepare("INSERT INTO holdfast_result VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
    readonly Statement _findResult = database.Prepare("SELECT 1 FROM holdfast_result WHERE k = ?1 AND op = ?2");
    readonly Statement _dropResults = database.Prepare("DELETE FROM holdfast_result WHERE k = ?1");
    readonly Statement _putBlob = database.Prepare("INSERT INTO holdfast_blob (k, hash, data) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
    readonly Statement _dropBlob = database.Prepare("DELETE FROM holdfast_blob WHERE k = ?1 AND hash = ?2");
    readonly Statement _dropBlobs = database.Prepare("DELETE FROM holdfast_blob WHERE k = ?1");
    readonly Statement _putCode = database.Prepare("INSERT INTO holdfast_code VALUES (?1, ?2) ON CONFLICT DO NOTHING");
    long _arrival;

    /// <summary>Results that arrive under a later epoch come after all of the earlier ones.</summary>
    public void StartEpoch(long epoch) => _arrival = epoch << 40;

    /// <summary>Appends to the run's journal, and returns the place that the run's row has to remember.</summary>
    public (long Sequence, long Last) Record(in RunHead head, DateTimeOffset utc, ReadOnlySpan<byte> entries)
    {
        if (entries.IsEmpty) return (head.JournalSequence, head.JournalLast);
        var sequence = head.JournalSequence + 1;
        _journal.Bind(1, head.Key).Bind(2, sequence).Bind(3, head.JournalLast).Bind(4, utc).Bind(5, entries).Run();
        var last = database.LastInsertRowId;
        if (sequence % JournalMarkInterval == 0) _mark.Bind(1, head.Key).Bind(2, sequence).Bind(3, last).Run();
        return (sequence, last);
    }

    /// <summary>Keeps a result; false when the op has one.</summary>
    public bool PutResult(long key, long op, ReadOnlySpan<byte> outcome)
    {
        _putResult.Bind(1, key).Bind(2, op).Bind(3, ++_arrival).Bind(4, outcome).Run();
        return database.Changes > 0;
    }

    public bool HasResult(long key, long op)
    {
        var found = _findResult.Bind(1, key).Bind(2, op).Step();
        _findResult.Reset();
        return found;
    }

    public void DropResults(long key) => _dropResults.Bind(1, key).Run();

    public void PutBlob(long key, Blob blob)
    {
        Span<byte> hash = stackalloc byte[32];
        blob.Hash.WriteBytes(hash);
        _putBlob.Bind(1, key).Bind(2, hash).Bind(3, blob.Data.Span).Run();
    }

    public void PutCode(CodeRecord code)
    {
        Span<byte> id = stackalloc byte[16];
        code.Id.WriteBytes(id);
        _putCode.Bind(1, id).Bind(2, code.Description.Span).Run();
    }

    public void DropBlob(long key, BlobHash blob)
    {
        Span<byte> hash = stackalloc byte[32];
        blob.WriteBytes(hash);
        _dropBlob.Bind(1, key).Bind(2, hash).Run();
    }

    public void DropBlobs(long key) => _dropBlobs.Bind(1, key).Run();
}
