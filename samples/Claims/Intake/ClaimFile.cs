namespace Claims;

/// <summary>What a file came to: every record is either a claim or in quarantine.</summary>
sealed record ClaimFile(int Rows, IReadOnlyList<Claim> Valid, IReadOnlyList<QuarantinedRow> Quarantined)
{
    /// <summary>Reads a file from disk, at most <paramref name="rowsMax"/> records of it.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or is not a file of strikes.</exception>
    public static ClaimFile Load(string path, int rowsMax = int.MaxValue)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"There is no file {path}.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(Directory.Exists(path) ? $"{path} is a directory, not a CSV file." : $"{path} cannot be read: {failure.Message}", failure);
        }
        return Parse(bytes, rowsMax);
    }

    /// <exception cref="InvalidDataException">The header is not that of the strike database: then no row could be trusted.</exception>
    public static ClaimFile Parse(ReadOnlyMemory<byte> bytes, int rowsMax = int.MaxValue)
    {
        var reader = new CsvReader(bytes, ClaimRules.Header.Length, looksLikeRow: ClaimRules.LooksLikeRow);
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
