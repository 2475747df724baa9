using System.Globalization;

namespace Claims;

/// <summary>Turns records into claims, or says which rule a record breaks. The first broken rule counts, in the order written here.</summary>
sealed class ClaimRules
{
    public const string Malformed = "malformed-row", Duplicate = "exact-duplicate", DamageCode = "damage-code", Date = "date", Number = "number", Sum = "sum";

    public static readonly string[] Header =
    [
        "Airport Name", "Aircraft Make Model", "Effect Amount of damage", "Flight Date", "Aircraft Airline Operator", "Origin State",
        "Phase of flight", "Wildlife Size", "Wildlife Species", "Time of day", "Cost Other", "Cost Repair", "Cost Total $", "Speed IAS in knots",
    ];

    // Rows that were well-formed, whether or not they became claims: a copy of a bad row is a copy too.
    readonly HashSet<string> seen = new(StringComparer.Ordinal);

    /// <summary>Exactly one of the two is given back.</summary>
    public (Claim? Claim, QuarantinedRow? Quarantined) Apply(CsvRow row)
    {
        if (row.Defect is { } defect) return Refuse(Malformed, defect);
        var field = row.Fields;
        // Lengths before contents, so that no two different rows can run together into the same text.
        if (!seen.Add(string.Join('\u001f', field.Select(text => $"{text.Length}:{text}")))) return Refuse(Duplicate, "the same in every field as an earlier row");
        if (ParseDamage(field[2]) is not { } damage) return Refuse(DamageCode, $"'{Shorten(field[2])}' is none of None, Minor, Medium, Substantial");
        if (ParseDate(field[3]) is not { } date) return Refuse(Date, $"'{Shorten(field[3])}' is no date");
        if (ParseDollars(field[10]) is not { } other) return Refuse(Number, $"Cost Other '{Shorten(field[10])}' is no whole number of dollars");
        if (ParseDollars(field[11]) is not { } repair) return Refuse(Number, $"Cost Repair '{Shorten(field[11])}' is no whole number of dollars");
        if (ParseDollars(field[12]) is not { } total) return Refuse(Number, $"Cost Total $ '{Shorten(field[12])}' is no whole number of dollars");
        int? speed = null;
        if (field[13].Length > 0)
        {
            if (!int.TryParse(field[13], NumberStyles.None, CultureInfo.InvariantCulture, out var knots))
                return Refuse(Number, $"Speed '{Shorten(field[13])}' is no whole number of knots");
            speed = knots;
        }
        if (other + repair != total) return Refuse(Sum, $"{other} + {repair} is not {total}");
        return (new Claim(
            row.Number, field[0], field[1], damage, date, field[4], field[5], field[6], field[7], field[8], field[9], other, repair, total, speed), null);

        (Claim?, QuarantinedRow?) Refuse(string rule, string detail) => (null, new QuarantinedRow(row.Number, rule, detail));
    }

    /// <summary>Whether a line, split at its commas, could be a strike, if a stray quote in it is overlooked: it has a date where a strike has one.</summary>
    public static bool LooksLikeRow(string[] fields) => ParseDate(fields[3].Trim('"')) is not null;

    static DateOnly? ParseDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    // Enum.Parse would also take "3", "minor" and "Minor, Medium".
    static Damage? ParseDamage(string code) => code switch
    {
        "None" => Damage.None,
        "Minor" => Damage.Minor,
        "Medium" => Damage.Medium,
        "Substantial" => Damage.Substantial,
        _ => null,
    };

    // Twelve digits are more than any claim and leave the sum of a whole file far from overflowing.
    static long? ParseDollars(string text) =>
        text.Length <= 12 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var dollars) ? dollars : null;

    static string Shorten(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
}
