using Holdfast.Simulation.Worlds;

namespace Holdfast.Simulation.Tests;

public sealed class SimulatorTests
{
    public static TheoryData<string> AllSabotages => [.. Sabotages.Names];

    [Fact]
    public void What_is_promised_holds_in_many_worlds()
    {
        var report = Simulator.Run(from: 10_000, worlds: 12, TimeSpan.MaxValue, static () => new(), Environment.ProcessorCount);
        Assert.Equal(12, report.Worlds);
        Assert.True(report.IsEventful, $"{report.EventsLeast} events, {report.DeathsLeast} deaths");
        foreach (var failed in report.Failures) Assert.Fail($"seed {failed.Seed}: {failed.Violations[0]}\n{string.Join('\n', failed.Trace)}");
    }

    [Fact]
    public void Each_world_is_eventful()
    {
        var least = Enumerable.Range(1, 4).Select(static seed => World.Run(Scenario.Draw(seed), new())).ToList();
        Assert.All(least, static world => Assert.True(world.Events >= 500, $"seed {world.Seed}: {world.Events} events"));
        Assert.All(least, static world => Assert.True(world.Deaths >= 3, $"seed {world.Seed}: {world.Deaths} deaths"));
    }

    [Fact]
    public void The_same_seed_is_the_same_world()
    {
        var first = World.Run(Scenario.Draw(5), new());
        var other = World.Run(Scenario.Draw(6), new());
        var again = World.Run(Scenario.Draw(5), new());
        Assert.Equal((first.Events, first.Deaths, first.TraceHash), (again.Events, again.Deaths, again.TraceHash));
        Assert.NotEqual(first.TraceHash, other.TraceHash);
    }

    [Theory]
    [MemberData(nameof(AllSabotages))]
    public void A_broken_promise_is_noticed(string sabotage)
    {
        var report = Simulator.Run(from: 1, worlds: 200, TimeSpan.MaxValue, Sabotages.Find(sabotage)!, Environment.ProcessorCount, stopAtFirst: true);
        Assert.NotEmpty(report.Failures);
    }

    [Fact]
    public void What_failed_is_made_small_and_fails_in_the_same_way()
    {
        var make = Sabotages.Find("drop-mail")!;
        var report = Assert.Single(Simulator.Run(from: 1, worlds: 1, TimeSpan.MaxValue, make, threads: 1).Failures);
        var scenario = Scenario.Draw(report.Seed);
        var (small, failed) = Shrinking.Shrink(scenario, report, make);
        Assert.True(small.Runs.Count < scenario.Runs.Count);
        Assert.True(failed.Events < report.Events);
        Assert.NotEmpty(failed.Violations);
        Assert.Equal(failed.TraceHash, World.Run(small, make()).TraceHash);
    }

    [Fact]
    public void A_name_of_no_sabotage_is_none() => Assert.Null(Sabotages.Find("nothing"));

    [Theory]
    [InlineData("--worlds", "0")]
    [InlineData("--worlds", "-3")]
    [InlineData("--worlds", "abc")]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "-1")]
    [InlineData("--minutes", "NaN")]
    [InlineData("--from", "-1")]
    [InlineData("--from")]
    [InlineData("--threads", "0")]
    [InlineData("--sabotage", "nothing")]
    [InlineData("--seed", "1", "--from", "3")]
    [InlineData("--wolds", "3")]
    public void What_asks_for_no_world_or_for_something_else_is_refused(params string[] args)
    {
        SimulationArguments.Parse(args, out var problem);
        Assert.NotNull(problem);
    }

    [Fact]
    public void What_is_asked_for_is_done()
    {
        var read = SimulationArguments.Parse(["--seed", "7", "--worlds", "3", "--minutes", "0.5", "--threads", "1", "--sabotage", "drop-mail", "--json", "--no-shrink"], out var problem);
        Assert.Null(problem);
        Assert.Equal((7, 3, TimeSpan.FromSeconds(30), 1, "drop-mail", true, false), (read.From, read.Worlds, read.Time, read.Threads, read.SabotageName, read.Json, read.Shrinks));
    }
}
