namespace Holdfast.Sqlite.Writing;

/// <summary>
/// Whether a table whose numbers only rise has a row with a number that the store never comes to, written by somebody else. At the very last number there is no next one,
/// and SQLite answers as if the disk were full, which undoes the whole batch and makes the store wait for room.
/// </summary>
sealed class LastNumber(Database database, string table, string column)
{
    /// <summary>What is given is less: at a million a second it would take a hundred thousand years.</summary>
    public const long NumberMax = 1L << 62;

    readonly Statement _read = database.Prepare($"SELECT max(coalesce((SELECT max({column}) FROM {table}), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0))");
    long? _last;

    /// <summary>Forgets what was learnt: a transaction was undone, or somebody else wrote to the file.</summary>
    public void Forget() => _last = null;

    /// <exception cref="InvalidOperationException">There is no next number.</exception>
    public void ThrowIfGiven()
    {
        if ((_last ??= Read()) > NumberMax)
            throw new InvalidOperationException($"{table} has a row with the number {_last}, which was never given, and none can come after it.");
    }

    long Read()
    {
        _read.Step();
        var last = _read.Long(0);
        _read.Reset();
        return last;
    }
}
