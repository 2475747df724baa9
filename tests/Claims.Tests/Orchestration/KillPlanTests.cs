using Claims;

namespace ClaimsTests.Orchestration;

public sealed class KillPlanTests
{
    static readonly IReadOnlyList<Claim> Claims = ClaimFile.Load(Intake.StrikeFile.Path).Valid;

    [Fact]
    public void A_seed_repeats_the_moments()
    {
        Assert.Equal(KillMoment.Plan(5, 3, Claims), KillMoment.Plan(5, 3, Claims));
        Assert.NotEqual(KillMoment.Plan(5, 3, Claims), KillMoment.Plan(5, 4, Claims));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public void Kills_are_spread_over_the_load(int kills)
    {
        var load = 2 * (Claims.Count - 116);
        var moments = KillMoment.Plan(kills, 1, Claims).Select(moment => moment.AfterApplied).ToArray();
        Assert.Equal(kills, moments.Length);
        Assert.Equal(moments.Order(), moments);
        for (var kill = 0; kill < kills; kill++) Assert.InRange(moments[kill], (load * 0.95 * kill / kills) - 1, load * 0.95 * (kill + 1) / kills);
    }

    [Fact]
    public void What_an_earlier_run_has_done_is_not_killed_for_again()
    {
        Assert.All(KillMoment.Plan(5, 1, Claims, applied: 10_000), moment => Assert.InRange(moment.AfterApplied, 10_000, 2 * Claims.Count));
        Assert.Empty(KillMoment.Plan(5, 1, Claims, applied: 2 * Claims.Count));
    }

    [Fact]
    public void No_kills_are_no_plan() => Assert.Empty(KillMoment.Plan(0, 1, Claims));
}
