using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Holdfast.Sqlite.Reading;

/// <summary>Rows that the store never wrote: somebody else did, or they are damaged. Each is told of, and hides no other. Thread-safe.</summary>
sealed class OddRows(string path, ILogger logger)
{
    readonly ConcurrentDictionary<long, bool> _told = [];

    /// <summary>
    /// Reads rows up to a number of them. One that cannot be read is passed over and does not count: a page that is not full would be taken for the last one.
    /// </summary>
    /// <param name="select">The statement, without a limit of its own.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="keyColumn">The column with the run's number, which names it in the log.</param>
    /// <param name="read">Reads one row.</param>
    public IReadOnlyList<T> Read<T>(Statement select, int limit, int keyColumn, Func<Statement, T> read)
    {
        List<T> rows = [];
        while (rows.Count < limit && select.Step())
        {
            try
            {
                rows.Add(read(select));
            }
            catch (Exception error) when (error is ArgumentException or OverflowException)
            {
                // Scans come by again and again: once is enough.
                if (_told.TryAdd(select.Long(keyColumn), true)) Log.RowPassedOver(logger, path, select.Long(keyColumn), error.Message);
            }
        }
        select.Reset();
        return rows;
    }

    /// <summary>The run's workflow; and what is wrong with it. The run itself can be named, and is shown and set aside by that.</summary>
    public static string WorkflowOf(Statement row, int column, ref HoldfastException? damage)
    {
        if (row.TextOrNull(column) is { } name) return name;
        damage ??= Damage("the number of its workflow names none");
        return "?";
    }

    /// <summary>The run's parent, or null; and what is wrong with it. The run itself can be named, and is shown and set aside by that.</summary>
    public static RunId? ParentOf(Statement row, int column, ref HoldfastException? damage)
    {
        try
        {
            return row.RunIdOrNull(column);
        }
        catch (ArgumentException error)
        {
            damage ??= Damage("its parent is not the id of a run", error);
            return null;
        }
    }

    public static HoldfastException Damage(string what, Exception? error = null) =>
        new(HoldfastError.StoreCorrupt, $"A row of the run is damaged: {what}. Stop, copy the file away, and restore it from a backup.", error);
}
