using System.Buffers;
using System.Text;
using SQLitePCL;

namespace Holdfast.Sqlite;

/// <summary>One prepared statement, used over and over. Parameters and columns are numbered as SQLite does: from 1 and from 0.</summary>
sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, bool value) => Bind(index, value ? 1 : 0);

    public Statement Bind(int index, DateTimeOffset utc) => Bind(index, utc.UtcTicks);

    public Statement Bind(int index, DateTimeOffset? utc) => utc is { } value ? Bind(index, value.UtcTicks) : BindNull(index);

    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        // SQLite takes an empty array, whose address is null, for NULL.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    public Statement Bind(int index, RunId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.WriteBytes(bytes);
        return Bind(index, bytes);
    }

    public Statement Bind(int index, string? text)
    {
        if (text is null) return BindNull(index);
        if (text.Length == 0)
        {
            // As with blobs, an empty span would be taken for NULL.
            Check(raw.sqlite3_bind_text(handle, index, text));
            return this;
        }
        // With an explicit length, so that a zero character does not end the text.
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            Check(raw.sqlite3_bind_text(handle, index, bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes))));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
        return this;
    }

    public Statement BindNull(int index)
    {
        Check(raw.sqlite3_bind_null(handle, index));
        return this;
    }

    /// <summary>Goes to the next row; false when there is none. The caller resets the statement when it is done with the row.</summary>
    public bool Step() => raw.sqlite3_step(handle) switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        _ => throw Fail(),
    };

    /// <summary>Runs the statement to its end, and makes it ready for the next time.</summary>
    public void Run()
    {
        while (Step()) { }
        Reset();
    }

    public void Reset() => raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public bool IsLong(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_INTEGER;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public bool Bool(int column) => Long(column) != 0;

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public RunId RunId(int column) => Holdfast.RunId.FromBytes(raw.sqlite3_column_blob(handle, column));

    public RunId? RunIdOrNull(int column) => IsNull(column) ? null : RunId(column);

    // Read as a blob, because that has a length: text with a zero character would end there.
    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    // A time outside the calendar is damage, and must not hide its run: the kernel keeps the times it goes by in its own record.
    public DateTimeOffset Utc(int column) => new(Math.Clamp(Long(column), 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);

    public DateTimeOffset? UtcOrNull(int column) => IsNull(column) ? null : Utc(column);

    public void Dispose() => handle.Dispose();

    SqliteFault Fail()
    {
        var fault = database.Fault();
        Reset();
        return fault;
    }

    void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw database.Fault();
    }
}
