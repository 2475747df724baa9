using Holdfast.Simulation.Flows;
using Holdfast.Simulation.Worlds;

namespace Holdfast.Simulation.Tests;

public sealed class AccountTests
{
    [Fact]
    public void Firms_run_out_of_what_they_have_now_and_then_and_hold_what_was_cut_off()
    {
        var worlds = Enumerable.Range(1, 60).Select(static seed => Scenario.Draw(seed)).Where(static s => s.Runs.Any(static r => r.Firm is not null)).Select(static s => World.Run(s, new(), linesKept: int.MaxValue)).ToList();
        Assert.All(worlds, static w => Assert.Empty(w.Violations));
        int With(string what) => worlds.Count(w => w.Trace.Any(line => line.Contains(what, StringComparison.Ordinal)));
        Assert.True(With(AccountWatch.TooLittleForCall) > 1, $"{With(AccountWatch.TooLittleForCall)} of {worlds.Count}");
        Assert.True(With(AccountWatch.TooLittleForQuestion) > 1, $"{With(AccountWatch.TooLittleForQuestion)} of {worlds.Count}");
        Assert.True(With("settle") > 1, $"{With("settle")} of {worlds.Count}");
    }
}
