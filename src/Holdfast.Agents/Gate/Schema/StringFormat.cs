using System.Buffers.Text;

namespace Holdfast.Agents.Schemas;

/// <summary>The formats that types produce. They are checked, not only named.</summary>
sealed class StringFormat
{
    public static readonly StringFormat DateTime = new("date-time", "a date and time with an offset, as 2026-01-31T08:00:00Z", static text => TryDateTime(text, out _));
    public static readonly StringFormat Date = new("date", "a date, as 2026-01-31", static text => TryDate(text, out _));
    public static readonly StringFormat Uuid = new("uuid", "a UUID", static text => TryUuid(text, out _));

    static readonly StringFormat[] All = [DateTime, Date, Uuid];

    readonly Matcher _isMatch;

    StringFormat(string name, string noun, Matcher isMatch) => (Name, Noun, _isMatch) = (name, noun, isMatch);

    delegate bool Matcher(ReadOnlySpan<byte> text);

    public string Name { get; }

    public string Noun { get; }

    public static IEnumerable<string> Names => All.Select(static f => f.Name);

    public static StringFormat? Find(string name) => Array.Find(All, f => f.Name == name);

    public bool IsMatch(ReadOnlySpan<byte> text) => _isMatch(text);

    /// <summary>RFC 3339, with an offset: a time without one is another time in another place.</summary>
    public static bool TryDateTime(ReadOnlySpan<byte> text, out DateTimeOffset value)
    {
        value = default;
        if (text.Length is < 20 or > 33 || text[10] is not ((byte)'T' or (byte)'t') || !TryDate(text[..10], out var date) || !TryTime(text[11..], out var time, out var rest)) return false;
        var offset = TimeSpan.Zero;
        if (rest is not [(byte)'Z' or (byte)'z'])
        {
            if (rest is not [(byte)'+' or (byte)'-', _, _, (byte)':', _, _] || !TryTwo(rest[1..], 14, out var hours) || !TryTwo(rest[4..], 59, out var minutes)) return false;
            offset = new(hours, minutes, 0);
            if (offset > TimeSpan.FromHours(14)) return false;
            if (rest[0] == '-') offset = -offset;
        }
        var ticks = date.DayNumber * TimeSpan.TicksPerDay + time;
        if (ticks < offset.Ticks || ticks - offset.Ticks > System.DateTime.MaxValue.Ticks) return false;
        value = new(ticks, offset);
        return true;
    }

    public static bool TryDate(ReadOnlySpan<byte> text, out DateOnly value)
    {
        value = default;
        if (text is not [_, _, _, _, (byte)'-', _, _, (byte)'-', _, _]) return false;
        if (!TryTwo(text, 99, out var century) || !TryTwo(text[2..], 99, out var year) || !TryTwo(text[5..], 12, out var month) || !TryTwo(text[8..], 31, out var day)) return false;
        year += century * 100;
        if (year == 0 || month == 0 || day == 0 || day > System.DateTime.DaysInMonth(year, month)) return false;
        value = new(year, month, day);
        return true;
    }

    public static bool TryUuid(ReadOnlySpan<byte> text, out Guid value)
    {
        value = default;
        return text.Length == 36 && Utf8Parser.TryParse(text, out value, out var used, 'D') && used == 36;
    }

    /// <summary>The time of a day in ticks. A fraction has at most seven digits, as many as a value can hold; leap seconds are not held either.</summary>
    static bool TryTime(ReadOnlySpan<byte> text, out long ticks, out ReadOnlySpan<byte> rest)
    {
        ticks = 0;
        rest = default;
        if (text is not [_, _, (byte)':', _, _, (byte)':', _, _, ..] || !TryTwo(text, 23, out var hours) || !TryTwo(text[3..], 59, out var minutes) || !TryTwo(text[6..], 59, out var seconds)) return false;
        ticks = ((((hours * 60L) + minutes) * 60) + seconds) * TimeSpan.TicksPerSecond;
        rest = text[8..];
        if (rest is not [(byte)'.', ..]) return true;
        var (digits, unit) = (1, TimeSpan.TicksPerSecond);
        for (; digits < rest.Length && rest[digits] - (uint)'0' <= 9; digits++)
        {
            unit /= 10;
            ticks += (rest[digits] - '0') * unit;
        }
        rest = rest[digits..];
        return digits is > 1 and <= 8;
    }

    static bool TryTwo(ReadOnlySpan<byte> text, int max, out int value)
    {
        var (tens, ones) = (text[0] - (uint)'0', text[1] - (uint)'0');
        value = (int)((tens * 10) + ones);
        return tens <= 9 && ones <= 9 && value <= max;
    }
}
