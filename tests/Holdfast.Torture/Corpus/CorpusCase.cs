namespace Holdfast.Torture.Corpus;

/// <summary>One workflow of the corpus, with its input.</summary>
/// <param name="Name">What tests call it.</param>
/// <param name="Workflow">The class.</param>
/// <param name="Start">Starts it.</param>
/// <param name="Expected">The result.</param>
sealed record CorpusCase(string Name, Type Workflow, Func<IHoldfastClient, Task<RunHandle>> Start, string Expected)
{
    /// <summary>How many points of its history a kill is tried at; all of them unless it has very many.</summary>
    public int KillsMax { get; init; } = 25;

    /// <summary>Workflows that it starts as children.</summary>
    public IReadOnlyList<Type> Children { get; init; } = [];

    /// <summary>What happens to it from outside, in order, each when no step is left to be delivered.</summary>
    public IReadOnlyList<CorpusAct> Script { get; init; } = [];

    /// <summary>Needs a store that is a database.</summary>
    public bool NeedsDatabase { get; init; }

    /// <summary>Waits for longer than anybody would, so only a clock that is moved brings it to its end.</summary>
    public bool WaitsLong { get; init; }

    /// <summary>Its end is no result; what is expected is how it is told.</summary>
    public bool FailsOrIsCancelled { get; init; }

    /// <summary>Its result depends on the order in which its steps end, so only the sweep, which chooses that order, can say what it is.</summary>
    public bool RacesWithItself { get; init; }

    public IEnumerable<Type> Workflows => Children.Prepend(Workflow);

    /// <summary>Whether it runs to its end in any engine, on the wall clock and without help.</summary>
    public bool RunsByItself => Script.Count == 0 && !NeedsDatabase && !WaitsLong && !FailsOrIsCancelled && !RacesWithItself;

    public override string ToString() => Name;
}

/// <summary>One thing that happens to a run from outside.</summary>
/// <param name="Name">What a harness compares.</param>
/// <param name="Do">Does it; null lets the time pass until the next timer.</param>
sealed record CorpusAct(string Name, Func<RunHandle, Task>? Do)
{
    public static CorpusAct Time { get; } = new("time", null);

    public static CorpusAct Cancel(string reason) => new($"cancel {reason}", run => run.CancelAsync(reason));

    public static CorpusAct Send<T>(Signal<T> signal, T value) => new($"signal {signal.Name} {value}", run => run.SignalAsync(signal, value));
}
