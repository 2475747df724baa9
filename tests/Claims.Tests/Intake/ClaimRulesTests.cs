using System.Text;
using Claims;

namespace ClaimsTests.Intake;

public sealed class ClaimRulesTests
{
    const string Good = "O'HARE,B-737,Minor,1999-02-28,UNITED,Illinois,Climb,Small,Gull,Day,10,20,30,140";

    [Fact]
    public void A_good_row_becomes_a_claim()
    {
        var claim = Assert.Single(Load(Good).Valid);
        Assert.Equal(
            new Claim(1, "O'HARE", "B-737", Damage.Minor, new DateOnly(1999, 2, 28), "UNITED", "Illinois", "Climb", "Small", "Gull", "Day", 10, 20, 30, 140), claim);
        Assert.Equal(30, claim.PaymentDollars);
        Assert.False(claim.NeedsAdjuster);
    }

    [Fact]
    public void An_empty_speed_is_a_fact()
    {
        var file = Load(Good.Replace(",140", ",", StringComparison.Ordinal));
        Assert.Null(Assert.Single(file.Valid).SpeedKnots);
        Assert.Empty(file.Quarantined);
    }

    [Theory]
    [InlineData("0,0,0", 25, false)]
    [InlineData("1,0,1", 1, false)]
    [InlineData("5000,5000,10000", 10_000, false)]
    [InlineData("5000,5001,10001", 10_001, true)]
    public void The_cost_decides_what_is_paid_and_who_decides(string costs, long payment, bool adjuster)
    {
        var claim = Assert.Single(Load(Good.Replace("10,20,30", costs, StringComparison.Ordinal)).Valid);
        Assert.Equal(payment, claim.PaymentDollars);
        Assert.Equal(adjuster, claim.NeedsAdjuster);
    }

    [Theory]
    [InlineData("Minor", "C", ClaimRules.DamageCode)]
    [InlineData("Minor", "", ClaimRules.DamageCode)]
    [InlineData("Minor", "minor", ClaimRules.DamageCode)]
    [InlineData("Minor", "1", ClaimRules.DamageCode)]
    [InlineData("Minor", " Minor", ClaimRules.DamageCode)]
    [InlineData("1999-02-28", "1999-02-29", ClaimRules.Date)]
    [InlineData("1999-02-28", "28.02.1999", ClaimRules.Date)]
    [InlineData("1999-02-28", "", ClaimRules.Date)]
    [InlineData("10,20,30", "x,20,30", ClaimRules.Number)]
    [InlineData("10,20,30", "10,,30", ClaimRules.Number)]
    [InlineData("10,20,30", "10,20,", ClaimRules.Number)]
    [InlineData("10,20,30", "-10,40,30", ClaimRules.Number)]
    [InlineData("10,20,30", "1e1,20,30", ClaimRules.Number)]
    [InlineData("10,20,30", "10.0,20,30", ClaimRules.Number)]
    [InlineData("10,20,30", "9223372036854775807,1,9223372036854775808", ClaimRules.Number)]
    [InlineData(",140", ",fast", ClaimRules.Number)]
    [InlineData(",140", ",-1", ClaimRules.Number)]
    [InlineData("10,20,30", "10,20,31", ClaimRules.Sum)]
    [InlineData(",140", "", ClaimRules.Malformed)]
    [InlineData(",140", ",140,", ClaimRules.Malformed)]
    public void A_bad_row_goes_to_quarantine_with_its_rule(string good, string bad, string rule)
    {
        var file = Load("A" + Good, Good.Replace(good, bad, StringComparison.Ordinal), "B" + Good);
        Assert.Equal([1, 3], file.Valid.Select(claim => claim.Row));
        var row = Assert.Single(file.Quarantined);
        Assert.Equal((2, rule), (row.Row, row.Rule));
        Assert.Equal(3, file.Rows);
    }

    [Fact]
    public void Only_the_first_of_equal_rows_is_a_claim()
    {
        var file = Load(Good, Good, "\"" + Good.Replace(",", "\",\"", StringComparison.Ordinal) + "\"", Good + "1");
        Assert.Equal([1, 4], file.Valid.Select(claim => claim.Row));
        Assert.Equal([(2, ClaimRules.Duplicate), (3, ClaimRules.Duplicate)], file.Quarantined.Select(row => (row.Row, row.Rule)));
    }

    [Fact]
    public void A_file_with_another_header_is_refused_as_a_whole() =>
        Assert.Throws<InvalidDataException>(() => ClaimFile.Parse(Encoding.UTF8.GetBytes("a,b\n1,2\n")));

    [Fact]
    public void An_empty_file_is_refused() => Assert.Throws<InvalidDataException>(() => ClaimFile.Parse(ReadOnlyMemory<byte>.Empty));

    static ClaimFile Load(params string[] rows) =>
        ClaimFile.Parse(Encoding.UTF8.GetBytes(string.Join('\n', [string.Join(',', ClaimRules.Header), .. rows])));
}
