namespace Holdfast.Agents.Tests;

/// <summary>What nobody said is not zero.</summary>
public sealed class UsageTests
{
    static readonly ModelPrice Price = new(Input: 3, Output: 15, CachedInput: 0.30m);

    [Fact]
    public void A_cost_counts_what_came_from_the_cache_for_less()
    {
        Assert.Equal(3m + 15m, Price.CostOf(new(1_000_000, 1_000_000, 0)));
        Assert.Equal(0.0018m + 0.00012m + 0.015m, Price.CostOf(new(1_000, 1_000, 400)));
        Assert.Equal(0.003m + 0.015m, (Price with { CachedInput = null }).CostOf(new(1_000, 1_000, 400)));
        Assert.Equal(0.003m + 0.015m, Price.CostOf(new(1_000, 1_000, null)));
        Assert.Equal(0m, Price.CostOf(new(0, 0, 0)));
        Assert.Equal(0.030m + 0.015m, (Price with { CachedInput = 30 }).CostOf(new(1_000, 1_000, 1_000)));
        // Where nobody knows how much came from the cache, it is what costs more.
        Assert.Equal(0.030m + 0.015m, (Price with { CachedInput = 30 }).CostOf(new(1_000, 1_000, null)));
    }

    [Fact]
    public void What_is_unknown_has_no_cost()
    {
        Assert.Null(Price.CostOf(Usage.Unknown));
        Assert.Null(Price.CostOf(new(10, null, 0)));
        Assert.Null(Price.CostOf(new(null, 10, 0)));
        Assert.Equal(new(null, 3, null), new Usage(1, 1, 1) + new Usage(null, 2, null));
    }

    [Fact]
    public void What_cannot_be_is_unknown()
    {
        Assert.Equal(new(null, 5, null), Usage.Plausible(-1, 5, 0));
        Assert.Equal(new(null, 0, null), Usage.Plausible(0, 0, 0));
        Assert.Equal(new(10, 0, 0), Usage.Plausible(10, 0, 0));
        Assert.Equal(new(10, null, 10), Usage.Plausible(10, -5, 10));
        Assert.Equal(new(10, 5, null), Usage.Plausible(10, 5, 11));
        Assert.Equal(new(null, 5, null), Usage.Plausible(null, 5, 1));
        Assert.Equal(new(null, 5, null), Usage.Plausible(long.MaxValue, 5, 5));
        Assert.Equal(new(5, null, 0), Usage.Plausible(5, long.MaxValue, 0));
        Assert.Equal(new(1_000_000_000_000_000, 1_000_000_000_000_000, 1_000_000_000_000_000), Usage.Plausible(1_000_000_000_000_000, 1_000_000_000_000_000, 1_000_000_000_000_000));
        Assert.Equal(Usage.Unknown, Usage.Plausible(1_000_000_000_000_001, 1_000_000_000_000_001, 1));
    }

    [Theory]
    [InlineData(-1, 1, null)]
    [InlineData(1, -0.001, null)]
    [InlineData(1, 1, -1.0)]
    [InlineData(1_000_000_001, 1, null)]
    [InlineData(1, 1e28, null)]
    [InlineData(1, 1, 1e10)]
    public void A_price_that_is_none_is_refused_when_it_is_made(double input, double output, double? cached)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelPrice((decimal)input, (decimal)output, (decimal?)cached));
        Assert.Throws<ArgumentOutOfRangeException>(() => Price with { Input = (decimal)input, Output = (decimal)output, CachedInput = (decimal?)cached });
        Assert.Equal(1_000_000_000m, new ModelPrice(0, 1_000_000_000).CostOf(new(0, 1_000_000, 0)));
    }

    [Fact]
    public async Task A_reply_has_its_cost_where_the_model_has_a_price_and_the_provider_counted()
    {
        var request = new ModelRequest("", [new UserMessage("Hello?")]);
        var script = new ScriptedModel(static call => ScriptedReply.Say("") with { Usage = call.Number == 3 ? Usage.Unknown : new(1_000, 100, 0) });
        Assert.Equal(0.0045m, (await new Model("m", script) { Price = Price }.AskAsync(request)).Cost);
        Assert.Null((await new Model("m", script).AskAsync(request)).Cost);
        Assert.Null((await new Model("m", script) { Price = Price }.AskAsync(request)).Cost);
    }
}
