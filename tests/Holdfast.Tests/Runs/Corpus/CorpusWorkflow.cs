using System.Collections.Concurrent;

namespace Holdfast.Tests.Runs.Corpus;

/// <summary>The corpus's steps: each run of a body is written down, so that a harness can see which ran again.</summary>
public abstract class CorpusWorkflow : Workflow
{
    protected static Durable<T> Ask<T>(T value) => Step(step =>
    {
        StepLedger.Note(step);
        return Task.FromResult(value);
    });

    /// <summary>A step whose body goes over to another thread before it ends.</summary>
    protected static Durable<T> AskSlowly<T>(T value) => Step(async step =>
    {
        StepLedger.Note(step);
        await Task.Yield();
        return value;
    });

    protected static Durable<int> Fail(string message) => Step<int>(
        step =>
        {
            StepLedger.Note(step);
            throw new InvalidOperationException(message);
        }, new() { Retry = RetryPolicy.None });
}

/// <summary>Which bodies of which runs' steps ran, by attempt. One for all tests: run ids do not repeat.</summary>
static class StepLedger
{
    static readonly ConcurrentDictionary<RunId, ConcurrentQueue<(long Op, int Attempt)>> Runs = new();

    public static void Note(StepContext step) => Runs.GetOrAdd(step.RunId, static _ => new()).Enqueue((step.Op, step.Attempt));

    public static IReadOnlyList<(long Op, int Attempt)> Of(RunId run) => Runs.TryGetValue(run, out var entries) ? [.. entries] : [];
}

/// <summary>One workflow of the corpus, with its input.</summary>
/// <param name="Name">What tests call it.</param>
/// <param name="Workflow">The class.</param>
/// <param name="Start">Starts it.</param>
/// <param name="Expected">The result.</param>
sealed record CorpusCase(string Name, Type Workflow, Func<IHoldfastClient, Task<RunHandle>> Start, string Expected)
{
    /// <summary>How many points of its history a kill is tried at; all of them unless it has very many.</summary>
    public int KillsMax { get; init; } = 25;

    public override string ToString() => Name;
}
