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
