using Claims;

namespace ClaimsTests.Intake;

/// <summary>hostile.csv record by record: the good ones are rows of the real file, between them one bad row of each kind.</summary>
public sealed class HostileFileTests
{
    static readonly ClaimFile Hostile = ClaimFile.Load(StrikeFile.Hostile);
    static readonly Dictionary<int, Claim> Real = ClaimFile.Load(StrikeFile.Path).Valid.ToDictionary(claim => claim.Row);

    /// <summary>Row in hostile.csv → row of the real file that it is a copy of.</summary>
    static readonly Dictionary<int, int> Copies = new()
    {
        [1] = 1, [2] = 16, [4] = 2, [5] = 108, [7] = 3, [8] = 4, [10] = 5, [11] = 305, [13] = 6, [14] = 389, [16] = 7, [18] = 9, [19] = 395, [21] = 10,
        [23] = 11, [24] = 412, [26] = 12, [28] = 13, [29] = 14, [31] = 15, [34] = 432, [35] = 18,
    };

    [Fact]
    public void Every_record_before_and_after_a_bad_one_comes_out_unchanged()
    {
        Assert.Equal(35, Hostile.Rows);
        Assert.Equal(Copies.Keys.Concat([30, 32]).Order(), Hostile.Valid.Select(claim => claim.Row));
        foreach (var claim in Hostile.Valid.Where(claim => Copies.ContainsKey(claim.Row)))
            Assert.Equal(Real[Copies[claim.Row]] with { Row = claim.Row }, claim);
    }

    [Fact]
    public void What_rfc_4180_allows_is_read()
    {
        Assert.Equal(Real[28] with { Row = 30, Airport = "CHARLESTON, AFB \"INTL\"\nANNEX" }, Claim(30));
        Assert.Equal(Real[29] with { Row = 32, Airport = "ZÜRICH – KLOTEN" }, Claim(32));
    }

    [Fact]
    public void A_quoted_field_may_have_as_many_commas_as_a_row()
    {
        var aircraft = string.Join(",", Enumerable.Range(0, 14)) + "\nof many parts";
        var lines = $"{string.Join(',', ClaimRules.Header)}\n\"{aircraft}\",B-737,None,1999-01-01,UNITED,Texas,Climb,Small,Gull,Day,0,0,0,\n";
        var file = ClaimFile.Parse(System.Text.Encoding.UTF8.GetBytes(lines));
        Assert.Empty(file.Quarantined);
        Assert.Equal(aircraft, Assert.Single(file.Valid).Airport);
    }

    [Theory]
    [InlineData(3, "5 of 14 fields")]
    [InlineData(6, "text after a closing quote")]
    [InlineData(9, "a quote inside an unquoted field")]
    [InlineData(12, "a quote that swallows the following rows")]
    [InlineData(15, "a quote inside an unquoted field")]
    [InlineData(17, "a NUL character")]
    [InlineData(20, "a field of more than 65536 bytes")]
    [InlineData(22, "bytes that are not UTF-8")]
    [InlineData(25, "more than 14 fields")]
    [InlineData(27, "1 of 14 fields")]
    [InlineData(33, "a quote that is never closed")]
    public void Every_bad_row_is_in_quarantine_with_its_reason(int row, string detail)
    {
        Assert.Equal(11, Hostile.Quarantined.Count);
        Assert.Contains(new QuarantinedRow(row, ClaimRules.Malformed, detail), Hostile.Quarantined);
    }

    static Claim Claim(int row) => Hostile.Valid.Single(claim => claim.Row == row);
}
