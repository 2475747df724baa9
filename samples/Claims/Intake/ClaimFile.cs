namespace Claims;

/// <summary>What a file came to: every record is either a claim or in quarantine.</summary>
sealed record ClaimFile(int Rows, IReadOnlyList<Claim> Valid, IReadOnlyList<QuarantinedRow> Quarantined)
{
    /// <summary>Reads a file from disk, at most <paramref name="rowsMax"/> records of it.</summary>
    public static ClaimFile Load(string path, int rowsMax = int.MaxValue) => Parse(File.ReadAllBytes(path), rowsMax);

    /// <exception cref="InvalidDataException">The header is not that of the strike database: then no row could be trusted.</exception>
    public static ClaimFile Parse(ReadOnlyMemory<byte> bytes, int rowsMax = int.MaxValue)
    {
        var reader = new CsvReader(bytes, ClaimRules.Header.Length);
        var header = reader.Read();
        if (header is null || !header.Fields.SequenceEqual(ClaimRules.Header))
            throw new InvalidDataException($"The first line is not the header of the strike database{(header?.Defect is { } defect ? $" ({defect})" : "")}; expected: {string.Join(',', ClaimRules.Header)}");
        var rules = new ClaimRules();
        var valid = new List<Claim>();
        var quarantined = new List<QuarantinedRow>();
        var rows = 0;
        while (rows < rowsMax && reader.Read() is { } row)
        {
            rows++;
            var (claim, refused) = rules.Apply(row);
            if (claim is not null) valid.Add(claim);
            if (refused is not null) quarantined.Add(refused);
        }
        return new ClaimFile(rows, valid, quarantined);
    }
}
