using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Torture.Driving;

namespace Holdfast.Torture.Corpus;

/// <summary>Which bodies of which runs' steps ran, by attempt. One for all harnesses: run ids do not repeat.</summary>
static class StepLedger
{
    const int TextMax = 60;

    static readonly ConcurrentDictionary<RunId, ConcurrentQueue<(long Op, int Attempt)>> Runs = new();

    /// <summary>Begins the body of a step; what it works with is what a harness compares.</summary>
    public static Task RunAsync(StepContext step, object? with)
    {
        var entered = StepGate.EnterAsync(step, Text(with));
        if (!entered.IsCompletedSuccessfully) return NoteAsync(step, entered);
        Note(step);
        return entered;
    }

    public static Task<T> AnswerAsync<T>(StepContext step, T value)
    {
        var run = RunAsync(step, value);
        return run.IsCompletedSuccessfully ? Task.FromResult(value) : LaterAsync(run, value);

        static async Task<T> LaterAsync(Task run, T value)
        {
            await run;
            return value;
        }
    }

    public static IReadOnlyList<(long Op, int Attempt)> Of(RunId run) => Runs.TryGetValue(run, out var entries) ? [.. entries] : [];

    static async Task NoteAsync(StepContext step, Task entered)
    {
        await entered;
        Note(step);
    }

    static void Note(StepContext step) => Runs.GetOrAdd(step.RunId, static _ => new()).Enqueue((step.Op, step.Attempt));

    static string Text(object? value)
    {
        var text = value switch
        {
            null => "null",
            string s => $"'{s}'",
            ICollection items => $"{items.Count} items",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => $"{value}",
        };
        // Half of a pair, as a line of output, would be lost on its way.
        text = string.Concat(text.Select(static c => char.IsSurrogate(c) || char.IsControl(c) ? $"\\u{(int)c:x4}" : $"{c}").Take(TextMax));
        return value is string { Length: > TextMax } all ? $"{text}… {all.Length}" : text;
    }
}
