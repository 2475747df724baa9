using System.Globalization;
using Holdfast.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [] or ["--help" or "-h" or "help"])
{
    Console.WriteLine(Scenarios.Help());
    return args is [] ? 2 : 0;
}
if (Array.Find(Scenarios.All, s => s.Name == args[0]) is not { } scenario)
{
    Console.Error.WriteLine($"There is no scenario '{args[0]}'. There are {string.Join(", ", Scenarios.All.Where(static s => !s.IsPart).Select(static s => s.Name))}; --help says what they measure.");
    return 2;
}
Measured measured;
Arguments arguments;
try
{
    arguments = Arguments.Parse(scenario.Name, scenario.Options, args[1..]);
    if (arguments.Text("--save") is { } place) FigureJson.CheckPlace(place);
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
try
{
    measured = await scenario.RunAsync(arguments);
}
catch (InvalidOperationException failed)
{
    Progress.Clear();
    Console.Error.WriteLine($"{scenario.Name} failed: {failed.Message}");
    return 1;
}
Progress.Clear();
if (arguments.Json)
{
    foreach (var figures in measured.Figures) Console.WriteLine(FigureJson.Line(figures));
}
if (arguments.Text("--save") is { } path) FigureJson.Save(path, args, measured);
return measured.IsWithin ? 0 : 1;
