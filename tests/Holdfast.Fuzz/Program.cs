using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using Holdfast.Fuzz;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (cases, seed, first, json, trail) = (20_000L, 1, 0L, false, (string?)null);
for (var i = 0; i < args.Length; i++)
{
    string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
    switch (args[i])
    {
        case "--cases": cases = long.Parse(Value(), CultureInfo.InvariantCulture); break;
        case "--seed": seed = int.Parse(Value(), CultureInfo.InvariantCulture); break;
        case "--case": (first, cases) = (long.Parse(Value(), CultureInfo.InvariantCulture), 1); break;
        case "--json": json = true; break;
        case "--trail": trail = Value(); break;
        default:
            Console.WriteLine("""
                usage: dotnet run -c Release --project tests/Holdfast.Fuzz -- [options]

                Feeds damaged snapshots, step intents, values, kernel records and database files to the engine. Ends with 0 when each gave a
                value or a typed error, within its time and memory; else with 1, and the seed and number of each case that did not.

                --cases N (20000)   how many
                --seed S (1)        which
                --case N            this one only
                --json              one JSON line last
                """);
            return args[i] is "--help" or "-h" ? 0 : 2;
    }
}
return trail is null ? Parent() : await FeedAsync(trail);

// An overflowing stack ends its process, whatever it catches. So the cases run in a second one, which notes each before it feeds it.
int Parent()
{
    var path = Path.GetTempFileName();
    try
    {
        File.WriteAllBytes(path, new byte[sizeof(long)]);
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var word in args) start.ArgumentList.Add(word);
        start.ArgumentList.Add("--trail");
        start.ArgumentList.Add(path);
        using var child = Process.Start(start)!;
        child.WaitForExit();
        if (child.ExitCode is 0 or 1) return child.ExitCode;
        Console.Error.WriteLine($"seed {seed}, case {BitConverter.ToInt64(File.ReadAllBytes(path))}: the process ended with {child.ExitCode}");
        return 1;
    }
    finally
    {
        File.Delete(path);
    }
}

async Task<int> FeedAsync(string path)
{
    using var file = MemoryMappedFile.CreateFromFile(path);
    using var view = file.CreateViewAccessor();
    var fuzzer = await Fuzzer.MakeAsync();
    fuzzer.OnCase = number => view.Write(0, number);
    var report = fuzzer.Run(seed, first, cases, done => Console.WriteLine($"{done:N0} of {cases:N0}"));
    Console.WriteLine();
    Console.WriteLine("| | outcome | cases |");
    Console.WriteLine("|---|---|---:|");
    foreach (var ((target, outcome), count) in report.Outcomes.OrderBy(static o => o.Key.Target).ThenByDescending(static o => o.Value)) Console.WriteLine($"| {target} | {outcome} | {count:N0} |");
    Console.WriteLine();
    Console.WriteLine($"seed {seed}: {report.Cases:N0} cases in {report.Elapsed.TotalSeconds:N0} s, {report.Violations.Count} violations");
    foreach (var (number, what) in report.Violations) await Console.Error.WriteLineAsync($"seed {seed}, case {number}: {what}");
    if (json)
    {
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            seed,
            first,
            cases = report.Cases,
            seconds = Math.Round(report.Elapsed.TotalSeconds, 1),
            violations = report.Violations.Select(static v => v.Case),
            outcomes = report.Outcomes.ToDictionary(static o => $"{o.Key.Target}/{o.Key.Outcome}", static o => o.Value),
        }));
    }
    // A case that hangs holds its thread, and with it what there is to dispose of.
    if (report.Violations.Count == 0) fuzzer.Dispose();
    await Console.Out.FlushAsync();
    Environment.Exit(report.Violations.Count == 0 ? 0 : 1);
    return 0;
}
