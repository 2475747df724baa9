using System.Text;
using System.Text.Unicode;

namespace Claims;

/// <summary>
/// Reads RFC 4180 records one by one and never throws for a bad one. A violation costs exactly one physical line: the reader
/// reports that line as malformed and goes on with the next, so a stray quote cannot swallow the records after it.
/// </summary>
/// <param name="looksLikeRow">Whether the fields of a physical line, with whatever quotes it has, could be a record's; null for any of the right number.</param>
sealed class CsvReader(ReadOnlyMemory<byte> file, int fieldsExpected, int fieldBytesMax = 64 * 1024, Func<string[], bool>? looksLikeRow = null)
{
    const byte Quote = (byte)'"', Comma = (byte)',', LineFeed = (byte)'\n', CarriageReturn = (byte)'\r';

    readonly List<string> fields = [];
    // A byte order mark is an encoding note, not part of the first field.
    int position = file.Span.StartsWith("\uFEFF"u8) ? 3 : 0;
    int number = -1;

    /// <summary>The next record, null at the end of the file. The first is the header and has number 0.</summary>
    public CsvRow? Read()
    {
        var bytes = file.Span;
        if (position >= bytes.Length) return null;
        number++;
        fields.Clear();
        var start = position;
        var defect = TryReadRecord(bytes, start, out var end);
        if (defect is null)
        {
            position = end;
            return new CsvRow(number, fields.ToArray(), null);
        }
        var line = bytes[start..].IndexOf(LineFeed);
        position = line < 0 ? bytes.Length : start + line + 1;
        return new CsvRow(number, [], defect);
    }

    string? TryReadRecord(ReadOnlySpan<byte> bytes, int start, out int end)
    {
        end = start;
        while (true)
        {
            var quoted = end < bytes.Length && bytes[end] == Quote;
            var defect = quoted ? ReadQuoted(bytes, ref end) : ReadPlain(bytes, ref end);
            if (defect is not null) return defect;
            var more = end < bytes.Length && bytes[end] == Comma;
            if (!more) break;
            if (fields.Count == fieldsExpected) return $"more than {fieldsExpected} fields";
            end++;
        }
        if (fields.Count != fieldsExpected) return $"{fields.Count} of {fieldsExpected} fields";
        if (HidesRows(bytes[start..end])) return "a quote that swallows the following rows";
        if (end < bytes.Length && bytes[end] == CarriageReturn) end++;
        if (end < bytes.Length) end++;
        return null;
    }

    string? ReadPlain(ReadOnlySpan<byte> bytes, ref int at)
    {
        var rest = bytes[at..];
        var length = rest.IndexOfAny(Comma, LineFeed);
        if (length < 0) length = rest.Length;
        var atLineEnd = length < rest.Length && rest[length] == LineFeed;
        if (atLineEnd && length > 0 && rest[length - 1] == CarriageReturn) length--;
        var field = rest[..length];
        if (field.Contains(Quote)) return "a quote inside an unquoted field";
        if (field.Contains(CarriageReturn)) return "a carriage return inside an unquoted field";
        at += length;
        return Keep(field, doubledQuotes: false);
    }

    string? ReadQuoted(ReadOnlySpan<byte> bytes, ref int at)
    {
        var start = at + 1;
        var doubled = false;
        for (var from = start; ;)
        {
            // Looking no further than the limit keeps a file full of stray quotes from costing quadratic time.
            var limit = Math.Min(bytes.Length, start + fieldBytesMax + 1);
            var length = from < limit ? bytes[from..limit].IndexOf(Quote) : -1;
            if (length < 0) return start + fieldBytesMax < bytes.Length ? "a quoted field without an end" : "a quote that is never closed";
            var close = from + length;
            var next = close + 1 < bytes.Length ? bytes[close + 1] : LineFeed;
            if (next == Quote)
            {
                doubled = true;
                from = close + 2;
                continue;
            }
            var ends = next is Comma or LineFeed
                || (next == CarriageReturn && (close + 2 == bytes.Length || bytes[close + 2] == LineFeed));
            if (!ends) return "text after a closing quote";
            at = close + 1;
            return Keep(bytes[start..close], doubled);
        }
    }

    string? Keep(ReadOnlySpan<byte> field, bool doubledQuotes)
    {
        if (field.Length > fieldBytesMax) return $"a field of more than {fieldBytesMax} bytes";
        if (field.Contains((byte)0)) return "a NUL character";
        if (!Utf8.IsValid(field)) return "bytes that are not UTF-8";
        var text = Encoding.UTF8.GetString(field);
        fields.Add(doubledQuotes ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text);
        return null;
    }

    /// <summary>
    /// Two stray quotes in different rows look like one legal field that spans them. What gives them away: a line in the middle that is a row
    /// of its own, or, where there is none, a first and a last line that both are. Commas and line breaks alone in a quoted field are legal.
    /// </summary>
    bool HidesRows(ReadOnlySpan<byte> record)
    {
        bool first = false, last = false;
        foreach (var line in record.Split(LineFeed))
        {
            var isFirst = line.Start.Value == 0;
            var isLast = line.End.Value == record.Length;
            if (isFirst && isLast) return false;
            var isRow = IsRow(record[line]);
            if (isRow && !isFirst && !isLast) return true;
            if (isFirst) first = isRow;
            if (isLast) last = isRow;
        }
        return first && last;
    }

    bool IsRow(ReadOnlySpan<byte> line) =>
        line.Count(Comma) == fieldsExpected - 1 && (looksLikeRow is null || looksLikeRow(Encoding.UTF8.GetString(line).TrimEnd('\r').Split(',')));
}
