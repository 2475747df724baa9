using System.Collections.Concurrent;
using Holdfast.Kernel;
using Holdfast.Runtime;

namespace Holdfast.Testing;

/// <summary>What steps give instead of running their code, by label. Thread-safe.</summary>
sealed class StepStubs
{
    readonly ConcurrentDictionary<string, (Type Type, Func<StepContext, Task<object?>> Answer)> _stubs = new(StringComparer.Ordinal);

    readonly ConcurrentDictionary<string, bool> _labels = new(StringComparer.Ordinal);

    /// <summary>What there are stubs for and no step asked for.</summary>
    public IEnumerable<string> Unasked => _stubs.Keys.Except(_labels.Keys).Order(StringComparer.Ordinal);

    /// <summary>The labels of all steps that ran.</summary>
    public IEnumerable<string> Labels => _labels.Keys.Order(StringComparer.Ordinal);

    public void Add(string label, Type type, Func<StepContext, Task<object?>> answer) => _stubs[label] = (type, answer);

    public ValueTask<Outcome?> RunAsync(Attempt attempt, Engine engine)
    {
        _labels.TryAdd(attempt.Step.Label, true);
        return _stubs.TryGetValue(attempt.Step.Label, out var stub) ? AnswerAsync(attempt, engine, stub.Type, stub.Answer) : StepRunner.RunItselfAsync(attempt, engine);
    }

    static async ValueTask<Outcome?> AnswerAsync(Attempt attempt, Engine engine, Type type, Func<StepContext, Task<object?>> answer)
    {
        var value = await answer(new(attempt)).ConfigureAwait(false);
        try
        {
            return await StepRunner.AnswerAsync(attempt, engine, value, type).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidCastException or NullReferenceException)
        {
            throw new HoldfastException(HoldfastError.Misuse, $"The stub of step '{attempt.Step.Label}' gives a {type}, but the step gives another type.", error);
        }
    }
}
