using System.Text.Json;

namespace Claims;

/// <summary>The rows that no claim was made of, one JSON line each, for the people who have to look at them.</summary>
static class QuarantineReport
{
    public const string FileName = "quarantine.jsonl";

    /// <summary>Writes the report as a whole or not at all. It follows from the file alone, so a worker that starts again writes the same.</summary>
    public static void Write(string directory, IEnumerable<QuarantinedRow> rows)
    {
        var path = Path.Combine(directory, FileName);
        var draft = path + ".new";
        using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            foreach (var row in rows)
            {
                JsonSerializer.Serialize(file, row, ClaimsJson.Default.QuarantinedRow);
                file.WriteByte((byte)'\n');
            }
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
    }
}
