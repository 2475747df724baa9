using Holdfast.Simulation.Worlds;

namespace Holdfast.Simulation;

/// <summary>
/// Leaves out of a world that failed whatever it fails without: faults, runs, chores, messages. What is left is run from the same seed, and is
/// what a person has to understand.
/// </summary>
static class Shrinking
{
    const int TriesMax = 400;

    public static (Scenario Scenario, WorldReport Report) Shrink(Scenario failing, WorldReport report, Func<Sabotage> sabotage)
    {
        var tries = 0;
        var (least, leastReport) = (failing, report);
        for (var isSmaller = true; isSmaller && tries < TriesMax;)
        {
            isSmaller = false;
            foreach (var candidate in Smaller(least))
            {
                if (++tries > TriesMax) break;
                var tried = World.Run(candidate, sabotage());
                if (tried.Violations.Count == 0 || KindOf(tried) != KindOf(report)) continue;
                (least, leastReport, isSmaller) = (candidate, tried, true);
                break;
            }
        }
        return (least, leastReport);
    }

    /// <summary>The scenarios that are a little less, those that leave out most first.</summary>
    static IEnumerable<Scenario> Smaller(Scenario scenario)
    {
        for (var half = scenario.Runs.Count / 2; half > 0; half /= 2)
            for (var at = 0; at < scenario.Runs.Count; at += half)
                if (scenario.Runs.Count > 1) yield return scenario with { Runs = [.. scenario.Runs.Where((_, i) => i < at || i >= at + half)] };
        for (var i = 0; i < scenario.Faults.Count; i++)
        {
            // Where in time the others lie stays as it was.
            var (left, gap) = (scenario.Faults.ToList(), scenario.Faults[i].Gap);
            left.RemoveAt(i);
            yield return scenario with { Faults = [.. left] };
            if (i < left.Count) left[i] = left[i] with { Gap = left[i].Gap + gap };
            yield return scenario with { Faults = left };
        }
        for (var i = 0; i < scenario.Runs.Count; i++)
        {
            var run = scenario.Runs[i];
            PlannedRun[] less =
            [
                .. Enumerable.Range(0, run.Plan is { Length: > 1 } ? run.Plan.Length : 0).Select(at => run with { Plan = [.. run.Plan!.Where((_, c) => c != at)] }),
                .. run.Plan is not null && run.Messages.Length > 0 ? [run with { Messages = [] }] : Array.Empty<PlannedRun>(),
                .. run.Messages.Length > 3 ? [run with { Messages = run.Messages[..(run.Messages.Length / 2)] }, run with { Messages = run.Messages[(run.Messages.Length / 2)..] }] : Array.Empty<PlannedRun>(),
                .. run.Messages.Length is 2 or 3 ? Enumerable.Range(0, run.Messages.Length).Select(at => run with { Messages = [.. run.Messages.Where((_, m) => m != at)] }) : [],
                .. run.CancelMillis is null ? Array.Empty<PlannedRun>() : [run with { CancelMillis = null }],
            ];
            foreach (var one in less) yield return scenario with { Runs = [.. scenario.Runs.Select((r, at) => at == i ? one : r)] };
        }
    }

    /// <summary>The violation without its names and numbers: what is shrunk must go on failing in the same way.</summary>
    static string KindOf(WorldReport report) => new([.. report.Violations[0].Take(200).Where(static c => !char.IsDigit(c))]);
}
