using System.Globalization;

namespace Holdfast.Bench;

enum OptionKind { Count, Counts, Seconds, Number, Text, Flag }

/// <summary>An option of a scenario; text options are null by default, the others have a default that the help names.</summary>
sealed record Option(string Name, OptionKind Kind, string? Default, string What);

/// <summary>What was asked of a scenario. Only options that the scenario has, each of them well-formed.</summary>
sealed class Arguments
{
    /// <summary>What every scenario takes.</summary>
    public static readonly Option[] Common =
    [
        new("--db", OptionKind.Text, null, "the file (a fresh one in the temporary folder, removed at the end)"),
        new("--json", OptionKind.Flag, null, "one line of JSON for each measurement, last"),
        new("--save", OptionKind.Text, null, "also write the figures to this file, with the machine and the build, one figure a line"),
    ];

    /// <summary>For a scenario that another one runs: without the lines about the machine.</summary>
    public static readonly Option Bare = new("--bare", OptionKind.Flag, null, "");

    readonly Dictionary<string, string> _values;

    Arguments(Dictionary<string, string> values) => _values = values;

    public int InFlight => Counts("--in-flight")[0];

    public double Seconds => Number("--seconds");

    public double WarmUp => Number("--warmup");

    public double Minutes => Number("--minutes");

    public int Steps => Count("--steps");

    public int Runs => Count("--runs");

    public string? Database => Text("--db");

    public bool Json => Has("--json");

    public bool IsBare => Has("--bare");

    public bool Has(string option) => _values.ContainsKey(option);

    public string? Text(string option) => _values.GetValueOrDefault(option);

    public int Count(string option) => Counts(option)[0];

    public int[] Counts(string option) => [.. _values[option].Split(',').Select(static word => int.Parse(word, CultureInfo.InvariantCulture))];

    public double Number(string option) => double.Parse(_values[option], CultureInfo.InvariantCulture);

    /// <exception cref="ArgumentException">The words are not options of the scenario; the message says which.</exception>
    public static Arguments Parse(string scenario, IReadOnlyList<Option> options, string[] words)
    {
        var known = options.Concat(Common).Append(Bare).ToDictionary(static o => o.Name);
        var values = known.Values.Where(static o => o.Default is not null).ToDictionary(static o => o.Name, static o => o.Default!);
        for (var i = 0; i < words.Length; i++)
        {
            if (!known.TryGetValue(words[i], out var option))
                throw new ArgumentException($"{scenario} has no option '{words[i]}'; it takes {string.Join(", ", known.Keys.Where(static k => k != Bare.Name))}.");
            if (option.Kind == OptionKind.Flag)
            {
                values[option.Name] = "";
                continue;
            }
            if (i + 1 == words.Length) throw new ArgumentException($"{option.Name} needs a value.");
            var value = words[++i];
            if (Problem(option.Kind, value) is { } problem) throw new ArgumentException($"{option.Name} takes {problem}, not '{value}'.");
            values[option.Name] = value;
        }
        return new(values);
    }

    static string? Problem(OptionKind kind, string value) => kind switch
    {
        OptionKind.Count => IsCount(value) ? null : "a whole number from 1",
        OptionKind.Counts => value.Split(',').All(IsCount) ? null : "whole numbers from 1, with commas between them",
        OptionKind.Seconds => IsNumber(value, out var seconds) && seconds >= 0 ? null : "a number of seconds from 0",
        OptionKind.Number => IsNumber(value, out var number) && number > 0 ? null : "a number above 0",
        _ => value.StartsWith("--", StringComparison.Ordinal) ? "a value" : null,
    };

    static bool IsCount(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0;

    static bool IsNumber(string word, out double number) =>
        double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
