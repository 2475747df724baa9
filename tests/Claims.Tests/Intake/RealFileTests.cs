using Claims;

namespace ClaimsTests.Intake;

/// <summary>The numbers were counted independently, with Python's csv module.</summary>
public sealed class RealFileTests
{
    static readonly ClaimFile File = ClaimFile.Load(StrikeFile.Path);

    [Fact]
    public void Every_row_is_either_a_claim_or_in_quarantine()
    {
        Assert.Equal(10_000, File.Rows);
        Assert.Equal(9_961, File.Valid.Count);
        Assert.Equal(39, File.Quarantined.Count);
        Assert.Equal(Enumerable.Range(1, 10_000), File.Valid.Select(claim => claim.Row).Concat(File.Quarantined.Select(row => row.Row)).Order());
    }

    [Fact]
    public void The_exact_duplicates_are_found() => Assert.Equal(
        [
            342, 1115, 1133, 1269, 1815, 2082, 2898, 3044, 6191, 6237, 6238, 6239, 6240, 6290, 7019, 7117, 7178, 7903, 7982, 8233, 8548, 8721, 8940, 9166,
        ],
        Rows(ClaimRules.Duplicate));

    [Fact]
    public void The_stray_damage_codes_are_found() => Assert.Equal(
        [300, 442, 599, 649, 1494, 2544, 3382, 5271, 5754, 7408, 7964, 8364, 8646, 9492, 9882], Rows(ClaimRules.DamageCode));

    [Fact]
    public void No_other_rule_is_broken() =>
        Assert.Equal([ClaimRules.DamageCode, ClaimRules.Duplicate], File.Quarantined.Select(row => row.Rule).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_sums_are_those_of_the_file()
    {
        Assert.Equal(39_023_825, File.Valid.Sum(claim => claim.CostTotalDollars));
        Assert.Equal(194, File.Valid.Count(claim => claim.CostTotalDollars > 0));
        Assert.Equal(116, File.Valid.Count(claim => claim.NeedsAdjuster));
        Assert.Equal(39_023_825 + (25 * (9_961 - 194)), File.Valid.Sum(claim => claim.PaymentDollars));
    }

    [Fact]
    public void Fewer_rows_can_be_asked_for()
    {
        var part = ClaimFile.Load(StrikeFile.Path, 350);
        Assert.Equal((350, 348), (part.Rows, part.Valid.Count));
        Assert.Equal(File.Valid.Take(348), part.Valid);
    }

    static IEnumerable<int> Rows(string rule) => File.Quarantined.Where(row => row.Rule == rule).Select(row => row.Row);
}
