using System.Globalization;
using Holdfast.Simulation.Worlds;

namespace Holdfast.Simulation;

/// <summary>What the command line asks for.</summary>
sealed record SimulationArguments
{
    public long From { get; private set; } = 1;

    /// <summary>How many worlds; null for as many as fit into the time, or 200 without one.</summary>
    public long? Worlds { get; private set; }

    public TimeSpan? Time { get; private set; }

    public int Threads { get; private set; } = Environment.ProcessorCount;

    public bool Json { get; private set; }

    public bool Shrinks { get; private set; } = true;

    public bool Traces { get; private set; }

    public bool Helps { get; private set; }

    /// <summary>The name of the promise that is broken; null for none.</summary>
    public string? SabotageName { get; private set; }

    public Func<Sabotage> Sabotage { get; private set; } = static () => new();

    /// <summary>Reads a command line. A count that asks for nothing is refused: that nothing failed would look like a proof.</summary>
    /// <param name="args">The words.</param>
    /// <param name="problem">Why it is refused, with what to give instead; null if it is not.</param>
    public static SimulationArguments Parse(string[] args, out string? problem)
    {
        var read = new SimulationArguments();
        problem = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length && problem is null; i++)
        {
            var name = args[i];
            if (!seen.Add(name is "--seed" ? "--from" : name)) problem = $"{name} stands there twice, or --seed and --from do, which say the same. Give one.";
            else if (name is "--json") read.Json = true;
            else if (name is "--trace") read.Traces = true;
            else if (name is "--no-shrink") read.Shrinks = false;
            else if (name is "--help" or "-h") read.Helps = true;
            else if (name is not ("--seed" or "--from" or "--worlds" or "--minutes" or "--threads" or "--sabotage")) problem = $"There is no option '{name}'; --help lists them.";
            else if (++i == args.Length) problem = $"{name} needs a value.";
            else problem = read.Take(name, args[i]);
        }
        return read;
    }

    string? Take(string name, string value)
    {
        if (name == "--sabotage")
        {
            SabotageName = value;
            if (Sabotages.Find(value) is not { } found) return $"There is no sabotage '{value}'; --help lists them.";
            Sabotage = found;
            return null;
        }
        if (name == "--minutes")
        {
            if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) || minutes is not (> 0 and <= 100_000)) return $"--minutes takes a number above 0 and up to 100,000, and not '{value}'.";
            Time = TimeSpan.FromMinutes(minutes);
            return null;
        }
        var most = name == "--threads" ? 1_024 : long.MaxValue / 2;
        if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > most) return $"{name} takes a whole number from 1 to {most}, and not '{value}'.";
        if (name == "--worlds") Worlds = number;
        else if (name == "--threads") Threads = (int)number;
        else From = number;
        return null;
    }
}
