using Claims;

namespace ClaimsTests.Adjuster;

public sealed class AdjusterScriptTests
{
    [Fact]
    public void The_same_seed_means_the_same_answers()
    {
        var plans = Enumerable.Range(1, 300).Select(new AdjusterScript(4).PlanFor).ToArray();
        Assert.Equal(plans, Enumerable.Range(1, 300).Select(new AdjusterScript(4).PlanFor));
        Assert.NotEqual(plans, Enumerable.Range(1, 300).Select(new AdjusterScript(5).PlanFor));
    }

    [Fact]
    public void Most_approve_some_are_late_a_few_refuse_and_some_never_answer()
    {
        var plans = Enumerable.Range(1, 10_000).Select(new AdjusterScript(1).PlanFor).ToArray();
        Assert.InRange(plans.Count(plan => plan is { Answer: AdjusterLine.Approve, IsLate: false }), 5_500, 6_500);
        Assert.InRange(plans.Count(plan => plan.IsLate), 1_200, 1_800);
        Assert.InRange(plans.Count(plan => plan.Answer == AdjusterLine.Refuse), 1_000, 1_600);
        Assert.InRange(plans.Count(plan => plan.Answer == AdjusterLine.None), 900, 1_500);
    }

    [Fact]
    public void Late_is_after_the_deadline_and_quick_is_soon()
    {
        var told = DateTimeOffset.UnixEpoch;
        var deadline = told.AddSeconds(8);
        foreach (var plan in Enumerable.Range(1, 1_000).Select(new AdjusterScript(1).PlanFor))
        {
            var sent = plan.SendUtc(told, deadline);
            if (plan.Answer == AdjusterLine.None) Assert.Null(sent);
            else if (plan.IsLate) Assert.True(sent > deadline);
            else Assert.InRange(sent!.Value, told, told + AdjusterScript.QuickMax);
        }
    }

    [Fact]
    public void Every_kind_of_answer_occurs_among_the_real_claims()
    {
        var claims = ClaimFile.Load(Intake.StrikeFile.Path).Valid.Where(claim => claim.NeedsAdjuster);
        Assert.Equal(4, claims.Select(claim => new AdjusterScript(new Options().Seed).PlanFor(claim.Row)).DistinctBy(plan => (plan.Answer, plan.IsLate)).Count());
    }
}
