using System.Globalization;

namespace Claims;

/// <summary>What the orchestrator passes to its other processes: names and values, nothing a user types.</summary>
sealed class RoleArguments
{
    readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public RoleArguments(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i + 1 < arguments.Length; i += 2) values[arguments[i]] = arguments[i + 1];
    }

    public string Text(string name) => values.TryGetValue(name, out var value) ? value : throw new ArgumentException($"This process needs {name}.");

    public int Number(string name) => int.Parse(Text(name), CultureInfo.InvariantCulture);

    public double Fraction(string name) => double.Parse(Text(name), CultureInfo.InvariantCulture);
}
