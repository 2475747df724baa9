namespace Holdfast.Bench;

/// <summary>Something that can be measured, by its name on the command line.</summary>
/// <param name="Name">What it is asked for by.</param>
/// <param name="What">What it measures; empty for the parts of scenarios that run as processes of their own.</param>
/// <param name="Options">What it takes beside the common options.</param>
/// <param name="RunAsync">Measures and prints.</param>
sealed record Scenario(string Name, string What, Option[] Options, Func<Arguments, Task<Measured>> RunAsync)
{
    public Scenario(string name, string what, Option[] options, Func<Arguments, Measured> run) : this(name, what, options, arguments => Task.FromResult(run(arguments)))
    {
    }

    public bool IsPart => What.Length == 0;
}

/// <summary>What a scenario found.</summary>
/// <param name="IsWithin">Whether what it checks holds; where it checks nothing, true.</param>
/// <param name="Figures">One object for each measurement, as it goes into a line of JSON.</param>
sealed record Measured(bool IsWithin, params IReadOnlyList<object> Figures);
