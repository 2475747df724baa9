using System.Globalization;
using Holdfast.Storage;

namespace Holdfast.Sqlite.Reading;

/// <summary>Reads runs as lists show them, newest first; one statement for each combination of conditions, so that each uses its index.</summary>
sealed class RunLists(Database database, string state, OddRows odd)
{
    const int KeyColumn = 14;

    readonly string _select =
        $"""
        SELECT i.id, w.name, i.version, i.key, i.parent, r.status, i.created, r.updated, r.wake, r.rev, {state}, o.result, o.error,
            (SELECT group_concat(op) FROM holdfast_result x WHERE x.k = i.k), i.k
        FROM holdfast_run_info i JOIN holdfast_run r ON r.k = i.k LEFT JOIN holdfast_workflow w ON w.w = i.w LEFT JOIN holdfast_outcome o ON o.k = i.k
        """;

    readonly Statement?[] _lists = new Statement?[8];
    Statement? _get;

    public RunRow? Get(RunId run) => Reader.First((_get ??= database.Prepare($"{_select} WHERE i.id = ?1")).Bind(1, run), Read);

    public IReadOnlyList<RunRow> List(RunQuery query)
    {
        var which = (query.Workflow is null ? 0 : 1) | (query.Status is null ? 0 : 2) | (query.Before is null ? 0 : 4);
        var list = _lists[which] ??= database.Prepare(Sql(which));
        if (query.Workflow is { } workflow) list.Bind(1, workflow);
        if (query.Status is { } status) list.Bind(2, (long)status);
        if (query.Before is { } before) list.Bind(3, before);
        return odd.Read(list, query.Limit, KeyColumn, Read);
    }

    string Sql(int which)
    {
        List<string> conditions = [];
        // The plus signs keep an index from being chosen: without them a workflow's or all runs would be sorted first.
        var byStatus = (which & 2) != 0;
        if ((which & 1) != 0) conditions.Add($"{(byStatus ? "+" : "")}i.w = (SELECT w FROM holdfast_workflow WHERE name = ?1)");
        if (byStatus) conditions.Add("r.status = ?2");
        var key = byStatus ? "r.k" : "i.k";
        // A run that is gone still marks its place, because ids are in order of time.
        if ((which & 4) != 0)
            conditions.Add($"{key} < coalesce((SELECT k FROM holdfast_run_info WHERE id = ?3), (SELECT k + 1 FROM holdfast_run_info WHERE id < ?3 ORDER BY id DESC LIMIT 1), 0)");
        var where = conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
        return $"{_select} {where} ORDER BY {key} DESC";
    }

    static RunRow Read(Statement row)
    {
        var status = (RunStatus)row.Long(5);
        HoldfastException? damage = null;
        var (workflow, parent) = (OddRows.WorkflowOf(row, 1, ref damage), OddRows.ParentOf(row, 4, ref damage));
        var results = ResultsOf(row.TextOrNull(13), ref damage);
        return new(
            row.RunId(0), workflow, (int)row.Long(2), row.TextOrNull(3), parent, status, row.Utc(6), row.Utc(7), row.UtcOrNull(8), row.Long(9),
            row.Bytes(10), row.IsNull(11) ? null : new(status, row.Bytes(11), row.Bytes(12)))
        {
            StoredResults = results,
            Unreadable = damage,
        };
    }

    static List<long> ResultsOf(string? ops, ref HoldfastException? damage)
    {
        List<long> results = [];
        foreach (var op in ops?.Split(',') ?? [])
        {
            if (long.TryParse(op, CultureInfo.InvariantCulture, out var number)) results.Add(number);
            else damage ??= OddRows.Damage("a result is not of an op by its number");
        }
        results.Sort();
        return results;
    }
}
