namespace Claims;

/// <summary>One record of a CSV file: either its fields, or the reason why it has none.</summary>
/// <param name="Number">The record's number, counted from 1 after the header. A malformed row has one too.</param>
/// <param name="Fields">The decoded fields; empty for a malformed row.</param>
/// <param name="Defect">What is wrong with a malformed row; null for a good one.</param>
sealed record CsvRow(int Number, IReadOnlyList<string> Fields, string? Defect)
{
    public bool IsMalformed => Defect is not null;
}
