using System.Globalization;
using Holdfast.Simulation.Flows;

namespace Holdfast.Simulation.Worlds;

/// <summary>Says what a run's result must be, from its plan alone.</summary>
static class Forecast
{
    /// <summary>What is wrong with the result of a run that did its plan; null for nothing.</summary>
    public static string? Problem(Chore[] plan, IReadOnlyList<string> result, int[] words, bool mayBeGivenUp)
    {
        if (result.Count != plan.Length) return $"{result.Count} chores were done of {plan.Length}";
        for (var i = 0; i < plan.Length; i++)
            if (Expected(plan[i], words, mayBeGivenUp) is var expected && !expected.Contains(result[i])) return $"chore {i}, {plan[i].Kind}, gave '{result[i]}' and not '{string.Join("' or '", expected)}'";
        return null;
    }

    /// <summary>Of steps that must not be repeated, somebody may decide that they have failed.</summary>
    static IReadOnlyList<string> Expected(Chore chore, int[] words, bool mayBeGivenUp) =>
        mayBeGivenUp && chore.Kind is ChoreKind.Once or ChoreKind.OnceFan or ChoreKind.OnceFailing or ChoreKind.OnceHanging or ChoreKind.OnceDeadline
            ? [.. Undecided(chore, words, mayBeGivenUp), "given up"] : Undecided(chore, words, mayBeGivenUp);

    static IReadOnlyList<string> Undecided(Chore chore, int[] words, bool mayBeGivenUp)
    {
        var value = Desk.ResultOf(chore.Value);
        switch (chore.Kind)
        {
            case ChoreKind.Steps:
                long sum = chore.Value;
                for (var i = 0; i < chore.Times; i++) sum += Desk.ResultOf((int)(sum % 1000) + i);
                return [Text("steps", sum)];
            case ChoreKind.Retried: return [Text("retried", value)];
            case ChoreKind.Failing: return [Text("failed", value + "It did not work.".Length + Desk.ResultOf(chore.Value + 1))];
            case ChoreKind.Once: return [Text("once", value)];
            case ChoreKind.Call: return [Text("call", chore.Value * 2L)];
            case ChoreKind.Transaction: return [Text("row", value)];
            case ChoreKind.Delay: return ["delay"];
            case ChoreKind.FanOut: return [Text("fan", Enumerable.Range(0, chore.Times).Sum(i => Desk.ResultOf(chore.Value + i)))];
            case ChoreKind.Race: return [Text("race", value), Text("race", Desk.ResultOf(chore.Value + 1))];
            case ChoreKind.Within: return ["silence", .. words.Select(static word => Text("word", word))];
            case ChoreKind.Child: return Children(chore.Inner, mayBeGivenUp);
            case ChoreKind.Saga: return [chore.Value % 2 == 0 ? "undone" : Text("kept", Enumerable.Range(0, chore.Times).Sum(i => (long)chore.Value + i))];
            case ChoreKind.Deadline: return [Text("deadline", value)];
            case ChoreKind.Big: return [Text("big", (chore.Times * 1024) + Desk.BigOf(chore.Value, 1)[0] + value)];
            case ChoreKind.Beating: return [Text("beating", value)];
            case ChoreKind.Hanging: return [Text("hanging", value)];
            case ChoreKind.OnceFan: return [Text("once fan", Enumerable.Range(0, chore.Times).Sum(i => Desk.ResultOf(chore.Value + i)))];
            // What failed, or hung, and was cut off before it could say so, is in doubt, and is tried again.
            case ChoreKind.OnceFailing: return ["once failed", Text("once", value)];
            case ChoreKind.OnceHanging: return ["once given up", Text("once", value)];
            case ChoreKind.OnceDeadline: return ["once cut", Text("once", value)];
            case ChoreKind.Books: return [Text("books", value)];
            case ChoreKind.RowFan: return [Text("rows", Enumerable.Range(0, chore.Times).Sum(i => Desk.ResultOf(chore.Value + i)))];
            case ChoreKind.CarryByKey: return [Text("carried", value)];
            // Where an owner was replaced in the middle, nobody may be able to say.
            case ChoreKind.CarryByAsking or ChoreKind.CarryOnce: return [Text("carried", value), "carried: InDoubt"];
            default: throw new InvalidOperationException($"No chore {chore.Kind}.");
        }
    }

    static IReadOnlyList<string> Children(Chore[] inner, bool mayBeGivenUp)
    {
        IEnumerable<string> all = [""];
        foreach (var chore in inner) all = all.SelectMany(before => Expected(chore, [], mayBeGivenUp).Select(next => before.Length == 0 ? next : $"{before},{next}"));
        return [.. all.Select(static text => "child " + text)];
    }

    static string Text(string what, long number) => string.Create(CultureInfo.InvariantCulture, $"{what} {number}");
}
