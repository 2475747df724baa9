using System.Globalization;

namespace Holdfast.Torture.Sweeping;

/// <summary>What a sweep is told.</summary>
/// <param name="Seconds">How long fresh processes are started; the awaits that are left then are made in one.</param>
/// <param name="Filter">Only workflows whose name contains this.</param>
/// <param name="Json">Whether the last line is the result as JSON.</param>
/// <param name="Reflection">Whether fields are reached by reflection instead of compiled code.</param>
/// <param name="ProcessesMax">How many fresh processes one workflow gets; a longer one gets them spread evenly over its awaits.</param>
sealed record SweepOptions(double Seconds, string Filter, bool Json, bool Reflection, int ProcessesMax)
{
    public static SweepOptions Parse(string[] words)
    {
        var parsed = new SweepOptions(double.PositiveInfinity, "", false, false, 100);
        for (var i = 0; i < words.Length; i++)
        {
            string Value() => ++i < words.Length ? words[i] : throw new ArgumentException($"{words[i - 1]} needs a value.");
            parsed = words[i] switch
            {
                "--seconds" => parsed with { Seconds = double.Parse(Value(), CultureInfo.InvariantCulture) },
                "--processes" => parsed with { ProcessesMax = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--filter" => parsed with { Filter = Value() },
                "--reflection" => parsed with { Reflection = true },
                "--json" => parsed with { Json = true },
                var unknown => throw new ArgumentException($"'{unknown}' is no option; --help lists them."),
            };
        }
        return parsed;
    }
}
