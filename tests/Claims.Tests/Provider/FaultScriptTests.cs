using Claims;

namespace ClaimsTests.Provider;

public sealed class FaultScriptTests
{
    [Fact]
    public void The_same_seed_means_the_same_faults_on_every_machine()
    {
        var script = new FaultScript(1);
        var faults = Enumerable.Range(1, 200).Select(row => script.For(row, ProviderLine.Payment, 1));
        Assert.Equal(faults, Enumerable.Range(1, 200).Select(row => new FaultScript(1).For(row, ProviderLine.Payment, 1)));
        Assert.NotEqual(faults, Enumerable.Range(1, 200).Select(row => new FaultScript(2).For(row, ProviderLine.Payment, 1)));
    }

    [Fact]
    public void Both_faults_occur_about_as_often_as_asked()
    {
        var counts = Enumerable.Range(1, 10_000).CountBy(row => new FaultScript(1).For(row, ProviderLine.Payment, 1)).ToDictionary();
        Assert.InRange(counts[Fault.Unavailable], 300, 500);
        Assert.InRange(counts[Fault.AppliedThenDropped], 300, 500);
    }

    [Fact]
    public void A_payment_gets_through_in_the_end() => Assert.Equal(Fault.None, new FaultScript(1, PerMille: 500).For(1, ProviderLine.Payment, 4));

    [Fact]
    public void Notifications_meet_only_kills() =>
        Assert.All(Enumerable.Range(1, 1_000), row => Assert.Equal(Fault.None, new FaultScript(1, PerMille: 500).For(row, ProviderLine.Notification, 1)));
}
