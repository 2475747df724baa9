using Holdfast.Kernel;

namespace Holdfast.Tests.Kernel;

public sealed class BackoffTests
{
    static readonly RetryRule Plain = RetryRule.Default with { Jitter = 0 };

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1000)]
    [InlineData(3, 2000)]
    [InlineData(7, 32_000)]
    [InlineData(8, 60_000)]
    [InlineData(1_000_000, 60_000)]
    public void Waits_grow_to_the_longest(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Backoff.Delay(Plain, failures, 0));

    [Theory]
    [InlineData(0, 400)]
    [InlineData(0.5, 450)]
    [InlineData(1, 500)]
    public void The_lot_draws_its_share_of_the_wait(double sample, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Backoff.Delay(RetryRule.Default, 1, sample));

    [Fact]
    public void No_wait_stays_none() =>
        Assert.All([1, 2, 2000], failures => Assert.Equal(TimeSpan.Zero, Backoff.Delay(Plain with { FirstDelay = TimeSpan.Zero }, failures, 0.5)));

    [Fact]
    public void Whatever_the_rule_says_a_wait_lies_between_zero_and_the_longest()
    {
        var random = new Random(20260301);
        double[] odd = [0, -1, 0.5, 1, 1.5, 2, 1e300, -1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon];
        long[] ticks = [long.MinValue, -1, 0, 1, 10_000_000, long.MaxValue - 1, long.MaxValue];
        for (var i = 0; i < 50_000; i++)
        {
            var rule = new RetryRule(
                new(Pick(ticks)), Pick(odd), new(Pick(ticks)), random.Next(2) == 0 ? Pick(odd) : random.NextDouble(), 0, null, []);
            var wait = Backoff.Delay(rule, random.Next(3) == 0 ? random.Next(1, int.MaxValue) : random.Next(1, 50), random.NextDouble());
            Assert.True(wait >= TimeSpan.Zero && wait <= TimeSpan.FromTicks(Math.Max(0, rule.MaxDelay.Ticks)), $"{rule} gave {wait}");
        }

        T Pick<T>(T[] from) => from[random.Next(from.Length)];
    }

    [Fact]
    public void With_the_same_lot_a_later_wait_is_not_shorter()
    {
        var random = new Random(7);
        for (var i = 0; i < 1000; i++)
        {
            var rule = Plain with { Factor = 1 + (random.NextDouble() * 4), Jitter = random.NextDouble(), FirstDelay = TimeSpan.FromTicks(random.Next(1, 100_000_000)) };
            var sample = random.NextDouble();
            for (var failures = 1; failures < 40; failures++)
                Assert.True(Backoff.Delay(rule, failures, sample) <= Backoff.Delay(rule, failures + 1, sample), $"{rule} after {failures}");
        }
    }
}
