using System.Globalization;
using System.Text.Json;
using Holdfast.Simulation;
using Holdfast.Simulation.Worlds;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = SimulationArguments.Parse(args, out var problem);
if (problem is not null)
{
    Console.Error.WriteLine(problem);
    return 2;
}
if (options.Helps)
{
    Console.WriteLine($"""
        usage: dotnet run -c Release --project tests/Holdfast.Simulation -- [options]

        Runs the real engine and the real SQLite store in simulated worlds: one thread each, virtual time, a disk that loses, tears and fails, processes
        that die anywhere. Ends with 0 when everything held, else with 1 and the seed of the first world in which something did not, made small.
        Each world has at least {SimulationReport.EventsMin} events and {SimulationReport.DeathsMin} deaths, or it ends with 1 as well.

        --seed S, --from S (1)  the first world; the others follow it
        --worlds N (200)        how many; without a number and with --minutes, as many as fit
        --minutes M             how long worlds may begin
        --threads N             how many worlds at a time; as many as there are processors
        --no-shrink             shows the first failing world as it was
        --trace                 runs one world, and shows all that happens in it
        --json                  nothing but the JSON line
        --sabotage NAME         breaks a promise, to see that it is noticed:

        {string.Join('\n', Sabotages.Lines)}
        """);
    return 0;
}

if (options.Traces)
{
    var world = World.Run(Scenario.Draw(options.From), options.Sabotage(), linesKept: int.MaxValue);
    foreach (var line in world.Trace.Concat(world.Violations)) Console.WriteLine(line);
    return world.Violations.Count == 0 ? 0 : 1;
}

var (done, events, clock, gate) = (0L, 0L, System.Diagnostics.Stopwatch.StartNew(), new Lock());
var report = Simulator.Run(options.From, options.Worlds ?? (options.Time is null ? 200 : long.MaxValue - options.From), options.Time ?? TimeSpan.MaxValue, options.Sabotage, options.Threads, Tell, stopAtFirst: true);
WorldReport? first = report.Failures.Count > 0 ? report.Failures[0] : null;
if (first is not null && !options.Json) Show(first);
Console.WriteLine(JsonSerializer.Serialize(new
{
    worlds = report.Worlds,
    events = report.Events,
    deaths = report.Deaths,
    violations = report.Failures.Sum(static f => f.Violations.Count),
    firstFailingSeed = first?.Seed,
    traceHash = report.TraceHash,
}));
if (!report.IsEventful) Console.Error.WriteLine($"A world had only {report.EventsLeast} events, or {report.DeathsLeast} deaths; each is to have {SimulationReport.EventsMin} and {SimulationReport.DeathsMin}.");
return first is null && report.IsEventful ? 0 : 1;

void Tell(WorldReport world)
{
    lock (gate)
    {
        (done, events) = (done + 1, events + world.Events);
        if (!options.Json && done % 100 == 0) Console.WriteLine($"{done} worlds, {events} events, {clock.Elapsed.TotalSeconds:0} s");
    }
}

void Show(WorldReport failed)
{
    var scenario = Scenario.Draw(failed.Seed);
    Console.WriteLine($"seed {failed.Seed}, {failed.Events} events, trace {failed.TraceHash:x16}: {failed.Violations[0]}");
    if (options.Shrinks) (scenario, failed) = Shrinking.Shrink(scenario, failed, options.Sabotage);
    Console.WriteLine();
    Console.WriteLine($"{scenario.Settings}");
    foreach (var run in scenario.Runs) Console.WriteLine(run.Errand is { } errand ? $"{run.Key}: an errand about {errand}" : run.Firm is { } firm ? $"{run.Key}: {firm}" : run.Plan is null ? $"{run.Key}: an inbox for {run.Messages.Length} messages" : $"{run.Key}: {string.Join("; ", run.Plan.Select(static c => c.ToString()))}");
    foreach (var fault in scenario.Faults) Console.WriteLine(fault);
    Console.WriteLine();
    foreach (var line in failed.Trace) Console.WriteLine(line);
    Console.WriteLine($"{failed.Events} events, trace {failed.TraceHash:x16}: {failed.Violations[0]}");
    Console.WriteLine($"Again, and made small again: dotnet run -c Release --project tests/Holdfast.Simulation -- --seed {failed.Seed} --worlds 1{(options.SabotageName is { } name ? $" --sabotage {name}" : "")}");
}
