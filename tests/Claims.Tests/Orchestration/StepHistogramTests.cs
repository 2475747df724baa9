using Claims;

namespace ClaimsTests.Orchestration;

public sealed class StepHistogramTests
{
    [Fact]
    public void Percentiles_are_right_within_a_bucket()
    {
        var histogram = new StepHistogram();
        for (var i = 1; i <= 1_000; i++) histogram.Record(i / 10.0);
        Assert.InRange(histogram.PercentileMs(50), 50, 55.1);
        Assert.InRange(histogram.PercentileMs(99), 99, 109);
        Assert.Equal(1_000, histogram.Count);
    }

    [Fact]
    public void Histograms_of_several_processes_add_up()
    {
        StepHistogram first = new(), second = new(), sum = new();
        first.Record(1);
        second.Record(100);
        sum.Add(first.Snapshot());
        sum.Add(second.Snapshot());
        Assert.Equal(2, sum.Count);
        Assert.InRange(sum.PercentileMs(50), 1, 1.11);
        Assert.InRange(sum.PercentileMs(99), 100, 111);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(double.MaxValue)]
    public void Odd_durations_find_a_bucket(double milliseconds)
    {
        var histogram = new StepHistogram();
        histogram.Record(milliseconds);
        Assert.Equal(1, histogram.Count);
    }

    [Fact]
    public void Nothing_recorded_is_zero() => Assert.Equal(0, new StepHistogram().PercentileMs(50));
}
