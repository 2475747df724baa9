namespace Holdfast.Tests.Runs;

/// <summary>Settings with which an engine could not do its work are refused where they are set.</summary>
public sealed class OptionTests
{
    static readonly Dictionary<string, Action<HoldfastOptions>> Impossible = new()
    {
        ["BatchMax"] = static o => o.BatchMax = 0,
        ["StepsInFlightMax"] = static o => o.StepsInFlightMax = 0,
        ["HotRunsMax"] = static o => o.HotRunsMax = -1,
        ["CrashesMax"] = static o => o.CrashesMax = -1,
        ["CrashesInStepMax"] = static o => o.CrashesInStepMax = -1,
        ["IdleTime"] = static o => o.IdleTime = TimeSpan.FromTicks(-1),
        ["CancelGrace"] = static o => o.CancelGrace = TimeSpan.FromTicks(-1),
        ["CancelRunGrace"] = static o => o.CancelRunGrace = TimeSpan.FromTicks(-1),
        ["SlowTurn"] = static o => o.SlowTurn = TimeSpan.FromTicks(-1),
        ["StopTime"] = static o => o.StopTime = TimeSpan.FromTicks(-1),
        ["AnswerTimeout"] = static o => o.AnswerTimeout = TimeSpan.FromTicks(-1),
    };

    public static TheoryData<string> Names => [.. Impossible.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_number_that_cannot_be_is_refused_with_the_name_of_the_setting(string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => Impossible[name](new HoldfastOptions())).ParamName);

    [Fact]
    public void What_means_none_or_no_limit_is_taken()
    {
        var options = new HoldfastOptions
        {
            HotRunsMax = 0, CrashesMax = 0, CrashesInStepMax = 0, IdleTime = TimeSpan.Zero, CancelGrace = TimeSpan.Zero, CancelRunGrace = TimeSpan.Zero, StopTime = TimeSpan.Zero,
            AnswerTimeout = Timeout.InfiniteTimeSpan,
        };
        Assert.Equal(Timeout.InfiniteTimeSpan, options.AnswerTimeout);
    }
}
