namespace Holdfast.Bench;

/// <summary>Everything that can be measured.</summary>
static class Scenarios
{
    static readonly Option InFlightList = new("--in-flight", OptionKind.Counts, "128", "runs at the same time; several, as in 1,16,128,1000, are measured in turn, each on a fresh file");
    static readonly Option Window = new("--seconds", OptionKind.Number, "10", "how long is measured");
    static readonly Option WarmUp = new("--warmup", OptionKind.Seconds, "2", "seconds before that");
    static readonly Option Allocations = new("--allocations", OptionKind.Flag, null, "also print which types are allocated, sampled; costs speed");

    static readonly Option[] ResumeOptions =
    [
        new("--steps", OptionKind.Counts, "10,1000,100000", "how many steps are behind a run; 1,000,000 take minutes to be done first"),
        new("--runs", OptionKind.Count, "5", "how many runs of each number of steps are measured in each place"),
    ];
    static readonly Option[] LedgerOptions = [new("--ledger", OptionKind.Text, null, ""), new("--entries", OptionKind.Count, "1", "")];

    public static readonly Scenario[] All =
    [
        new("seq10", "runs of 10 sequential no-op steps with 100-byte results; fails if the log was not synced between the steps", [InFlightList, Window, WarmUp, Allocations], Seq10.RunAsync),
        new("fan100", "runs of 100 parallel no-op steps with 100-byte results", [InFlightList with { Default = "1" }, Window, WarmUp, Allocations], Fan100.RunAsync),
        new("snapshot", "encode and decode 3 frames with 20 locals, in memory", [Window with { Default = "5" }], SnapshotBench.Run),
        new("gate", "calls that a model proposes, from UTF-8 JSON to verdict, in memory, on one core", [Window with { Default = "5" }], GateBench.Run),
        new("agents", "live agents that wait for mail: memory, messages a second; and what a long conversation takes in the file; fails beyond 10 KB each, 500 MiB, or if a turn takes more and more",
            [new("--runs", OptionKind.Count, "2000", "live agents"), new("--turns", OptionKind.Count, "1000", "turns of the conversation")], AgentsBench.RunAsync),
        new("long", "one run of many sequential steps: cost per step and snapshot size, early and late", [new("--steps", OptionKind.Count, "1000000", "how many")], LongRun.RunAsync),
        new("soak", "the load of seq10 for a long time, with ended runs removed after seconds: fails if the file goes on growing",
            [new("--minutes", OptionKind.Number, "20", "how long"), new("--in-flight", OptionKind.Count, "128", "runs at the same time")], Soak.RunAsync),
        new("parked", "many runs that wait: bytes on the disk, memory, time to be ready; fails beyond 1 KB, 100 MiB, 2 s",
            [new("--runs", OptionKind.Count, "1000000", "how many")], ParkedRuns.RunAsync),
        new("parked-open", "", [], ParkedRuns.OpenAsync),
        new("sleepers", "runs that sleep until the same moment: how late they wake, and what they take in memory",
            [new("--runs", OptionKind.Count, "10000", "how many"), new("--lead", OptionKind.Number, null, "seconds from the first start to the moment (20 and one for each 2,000 runs)")], Sleepers.RunAsync),
        new("signal", "from a signal to the result of a run that waits for it in memory",
            [new("--runs", OptionKind.Count, "5000", "how many, each signalled once"), InFlightList with { Default = "1", What = "signals at the same time; several, as in 1,16,128, are measured in turn" }], Signals.RunAsync),
        new("resume", "from a signal to the result of a run that has done N steps: in memory, in the file, in a new process after kill -9", ResumeOptions, Resume.RunAsync),
        new("resume-alive", "", ResumeOptions, Resume.AliveAsync),
        new("resume-fresh", "", [new("--run", OptionKind.Text, null, "")], Resume.FreshAsync),
        new("crash", "kill -9 at full load: until the first and the last run has gone on and ended; fails if more than one step of a run, or a committed one, runs again",
            [new("--in-flight", OptionKind.Count, "2000", "runs at the same time"), new("--seconds", OptionKind.Number, "10", "from the first start to the kill")], Crash.RunAsync),
        new("growth", "what a step costs in a run that holds more and more: in many small values, and in one large one",
            [new("--kilobytes", OptionKind.Counts, "1,10,100,1024,10240", "how much it holds"), Window with { Default = "3" }], Growth.RunAsync),
        new("tail", "10,000 live runs under a load that comes at planned times, with retention on: latency of a step from the planned time, GC pauses, allocation, file, by the minute",
            [
                new("--minutes", OptionKind.Number, "10", "how long"), new("--runs", OptionKind.Count, "10000", "live runs"), new("--rate", OptionKind.Number, null, "steps a second that are planned (a part of what is measured first)"),
                new("--load", OptionKind.Number, "0.5", "that part"), new("--calibrate", OptionKind.Number, "20", "seconds for which the capacity is measured, after half as long"), WarmUp with { Default = "15" },
            ], Tail.RunAsync),
        new("all", "all of these but soak, in processes of their own, with short times", [new("--full", OptionKind.Flag, null, "the sizes and times that results are recorded with: about an hour")], Everything.RunAsync),
        new("crash-load", "", [.. LedgerOptions, new("--in-flight", OptionKind.Count, "2000", "")], Crash.LoadAsync),
        new("crash-recovery", "", LedgerOptions, Crash.RecoverAsync),
    ];

    public static string Help()
    {
        var text = new System.Text.StringBuilder("usage: dotnet run -c Release --project bench/Holdfast.Bench -- SCENARIO [options]\n");
        foreach (var scenario in All.Where(static s => !s.IsPart))
        {
            text.Append('\n').Append($"{scenario.Name,-10} {scenario.What}\n");
            foreach (var option in scenario.Options) Append(option);
        }
        text.Append("\nall of them:\n");
        foreach (var option in Arguments.Common) Append(option);
        text.Append(
            """

            Every scenario runs on SQLite with every commit fsynced, and prints the machine, the versions, the settings and what its stopwatch covers. The collector is
            set by the environment: DOTNET_gcServer, DOTNET_gcConcurrent, DOTNET_GCConserveMemory, DOTNET_TieredPGO.
            """);
        return text.ToString();

        void Append(Option option)
        {
            var name = option.Kind switch
            {
                OptionKind.Flag => option.Name,
                OptionKind.Counts => $"{option.Name} N,N",
                OptionKind.Text => $"{option.Name} PATH",
                OptionKind.Count => $"{option.Name} N",
                _ => $"{option.Name} X",
            };
            text.Append($"           {name,-18} {option.What}{(option.Default is { Length: > 0 } byDefault ? $" ({byDefault})" : "")}\n");
        }
    }
}
