using System.Globalization;
using Holdfast.Storage;

namespace Holdfast.Sqlite.Reading;

/// <summary>Reads runs as lists show them, newest first; one statement for each combination of conditions, so that each uses its index.</summary>
sealed class RunLists(Database database, string state)
{
    readonly string _select =
        $"""
        SELECT i.id, w.name, i.version, i.key, i.parent, r.status, i.created, r.updated, r.wake, r.rev, {state}, o.result, o.error,
            (SELECT group_concat(op) FROM holdfast_result x WHERE x.k = i.k)
        FROM holdfast_run_info i JOIN holdfast_run r ON r.k = i.k JOIN holdfast_workflow w ON w.w = i.w LEFT JOIN holdfast_outcome o ON o.k = i.k
        """;

    readonly Statement?[] _lists = new Statement?[8];
    Statement? _get;

    public RunRow? Get(RunId run) => Reader.First((_get ??= database.Prepare($"{_select} WHERE i.id = ?1")).Bind(1, run), Read);

    public IReadOnlyList<RunRow> List(RunQuery query)
    {
        var which = (query.Workflow is null ? 0 : 1) | (query.Status is null ? 0 : 2) | (query.Before is null ? 0 : 4);
        var list = (_lists[which] ??= database.Prepare(Sql(which))).Bind(1, Reader.AtLeastNone(query.Limit));
        if (query.Workflow is { } workflow) list.Bind(2, workflow);
        if (query.Status is { } status) list.Bind(3, (long)status);
        if (query.Before is { } before) list.Bind(4, before);
        return Reader.ReadAll(list, Read);
    }

    string Sql(int which)
    {
        List<string> conditions = [];
        // The plus signs keep an index from being chosen: without them a workflow's or all runs would be sorted first.
        var byStatus = (which & 2) != 0;
        if ((which & 1) != 0) conditions.Add($"{(byStatus ? "+" : "")}i.w = (SELECT w FROM holdfast_workflow WHERE name = ?2)");
        if (byStatus) conditions.Add("r.status = ?3");
        var key = byStatus ? "r.k" : "i.k";
        // A run that is gone still marks its place, because ids are in order of time.
        if ((which & 4) != 0)
            conditions.Add($"{key} < coalesce((SELECT k FROM holdfast_run_info WHERE id = ?4), (SELECT k + 1 FROM holdfast_run_info WHERE id < ?4 ORDER BY id DESC LIMIT 1), 0)");
        var where = conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
        return $"{_select} {where} ORDER BY {key} DESC LIMIT ?1";
    }

    static RunRow Read(Statement row)
    {
        var status = (RunStatus)row.Long(5);
        return new(
            row.RunId(0), row.Text(1), (int)row.Long(2), row.TextOrNull(3), row.RunIdOrNull(4), status, row.Utc(6), row.Utc(7), row.UtcOrNull(8), row.Long(9),
            row.Bytes(10), row.IsNull(11) ? null : new(status, row.Bytes(11), row.Bytes(12)))
        {
            StoredResults = row.TextOrNull(13) is { } ops ? [.. ops.Split(',').Select(static op => long.Parse(op, CultureInfo.InvariantCulture)).Order()] : [],
        };
    }
}
