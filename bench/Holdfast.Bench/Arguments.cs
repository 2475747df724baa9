using System.Globalization;

namespace Holdfast.Bench;

/// <summary>The options of a scenario.</summary>
sealed record Arguments(int InFlight, double Seconds, double WarmUp, int Steps, string? Database, bool Json, bool Allocations, double Minutes, int Runs)
{
    public static Arguments Parse(string[] words)
    {
        var parsed = new Arguments(128, 10, 2, 1_000_000, null, false, false, 20, 1_000_000);
        for (var i = 0; i < words.Length; i++)
        {
            string Value() => ++i < words.Length ? words[i] : throw new ArgumentException($"{words[i - 1]} needs a value.");
            parsed = words[i] switch
            {
                "--in-flight" => parsed with { InFlight = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--seconds" => parsed with { Seconds = double.Parse(Value(), CultureInfo.InvariantCulture) },
                "--warmup" => parsed with { WarmUp = double.Parse(Value(), CultureInfo.InvariantCulture) },
                "--steps" => parsed with { Steps = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--minutes" => parsed with { Minutes = double.Parse(Value(), CultureInfo.InvariantCulture) },
                "--runs" => parsed with { Runs = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--db" => parsed with { Database = Value() },
                "--allocations" => parsed with { Allocations = true },
                "--json" => parsed with { Json = true },
                var unknown => throw new ArgumentException($"'{unknown}' is no option; --help lists them."),
            };
        }
        return parsed;
    }
}
