using Holdfast.Storage;

namespace Holdfast.Sqlite.Writing;

/// <summary>Writes what hangs on a run beside its state: results that stand apart, large values.</summary>
sealed class ValueRows(Database database)
{
    readonly Statement _putResult = database.Prepare("INSERT INTO holdfast_result VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
    readonly Statement _findResult = database.Prepare("SELECT 1 FROM holdfast_result WHERE k = ?1 AND op = ?2");
    readonly Statement _dropResult = database.Prepare("DELETE FROM holdfast_result WHERE k = ?1 AND op = ?2");
    readonly Statement _dropResults = database.Prepare("DELETE FROM holdfast_result WHERE k = ?1");
    readonly Statement _putBlob = database.Prepare("INSERT INTO holdfast_blob (k, hash, data) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
    readonly Statement _dropBlob = database.Prepare("DELETE FROM holdfast_blob WHERE k = ?1 AND hash = ?2");
    readonly Statement _dropBlobs = database.Prepare("DELETE FROM holdfast_blob WHERE k = ?1");
    readonly Statement _putCode = database.Prepare("INSERT INTO holdfast_code VALUES (?1, ?2) ON CONFLICT DO NOTHING");
    long _arrival;

    /// <summary>Results that arrive under a later epoch come after all of the earlier ones.</summary>
    public void StartEpoch(long epoch) => _arrival = epoch << 40;

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

    public void DropResult(long key, long op) => _dropResult.Bind(1, key).Bind(2, op).Run();

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
