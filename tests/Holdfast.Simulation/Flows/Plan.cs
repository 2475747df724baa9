namespace Holdfast.Simulation.Flows;

/// <summary>The kinds of things that a run has to do.</summary>
public enum ChoreKind
{
    /// <summary>Steps one after the other, each of which needs what the one before gave.</summary>
    Steps,

    /// <summary>A step that fails a few times and then succeeds.</summary>
    Retried,

    /// <summary>A step that fails for good, and a catch and a finally that do something about it.</summary>
    Failing,

    /// <summary>A step that must not be repeated.</summary>
    Once,

    /// <summary>A handler called by name.</summary>
    Call,

    /// <summary>A step inside the commit.</summary>
    Transaction,

    Delay,

    /// <summary>Steps side by side.</summary>
    FanOut,

    /// <summary>Two steps, of which the first to end counts.</summary>
    Race,

    /// <summary>Waits for a message, for a time.</summary>
    Within,

    Child,

    /// <summary>Steps that are undone when the last of them fails.</summary>
    Saga,

    /// <summary>A part that is cancelled at its deadline.</summary>
    Deadline,

    /// <summary>A value that is kept apart from the frames.</summary>
    Big,

    /// <summary>A step that gives signs of life, and one that falls silent at its first attempt.</summary>
    Beating,

    /// <summary>A step whose first attempt would never end, and is given up at its time-out.</summary>
    Hanging,

    /// <summary>Steps side by side that must not be repeated.</summary>
    OnceFan,

    /// <summary>A step that must not be repeated, and fails.</summary>
    OnceFailing,

    /// <summary>One whose first attempt would never end.</summary>
    OnceHanging,

    /// <summary>One in a part that is cancelled at its deadline.</summary>
    OnceDeadline,

    /// <summary>A step that keeps books: a row before its effect, which is settled with its result.</summary>
    Books,

    /// <summary>Steps inside the commit, side by side.</summary>
    RowFan,

    /// <summary>A tool's call through the gate and the ledger, of a tool that recognises its key.</summary>
    CarryByKey,

    /// <summary>The same, of a tool that can be asked whether it happened.</summary>
    CarryByAsking,

    /// <summary>The same, of one that must not be repeated and cannot be asked.</summary>
    CarryOnce,
}

/// <summary>One thing that a run has to do.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">What it works on.</param>
/// <param name="Millis">How long it takes: 0 for a step that ends at once.</param>
/// <param name="Times">How often, or how many.</param>
/// <param name="Inner">What a child has to do.</param>
public sealed record Chore(ChoreKind Kind, int Value, int Millis, int Times, Chore[] Inner)
{
    /// <summary>For the story of a world that failed.</summary>
    public override string ToString() => $"{Kind} {Value}, {Millis} ms, {Times} times{(Inner.Length == 0 ? "" : $" ({string.Join("; ", Inner.Select(static chore => chore.ToString()))})")}";
}

/// <summary>What a step of the world outside is asked to do.</summary>
/// <param name="Value">What it works on.</param>
/// <param name="Millis">How long it takes.</param>
/// <param name="Fails">How often it fails before it succeeds.</param>
/// <param name="Once">Whether it must not be done twice.</param>
public sealed record Job(int Value, int Millis, int Fails = 0, bool Once = false);
