using Holdfast.Fuzz;

namespace Holdfast.Tests.Hostile;

/// <summary>A few thousand of the cases that Holdfast.Fuzz makes; the program itself makes as many as one likes.</summary>
public sealed class HostileInputTests
{
    [Fact]
    public async Task Damaged_snapshots_records_and_files_give_values_or_typed_errors()
    {
        using var fuzzer = await Fuzzer.MakeAsync();
        var report = fuzzer.Run(seed: 2026, first: 0, cases: 3_000);
        Assert.Empty(report.Violations.Select(static v => $"seed 2026, case {v.Case}: {v.What}"));
        // All three were really fed, and not only refused at the door.
        Assert.Contains(("frames", "value"), report.Outcomes.Keys);
        Assert.Contains(("kernel", "value"), report.Outcomes.Keys);
        Assert.Contains(("files", "Parked"), report.Outcomes.Keys);
        Assert.Contains(("files", "Completed"), report.Outcomes.Keys);
    }
}
