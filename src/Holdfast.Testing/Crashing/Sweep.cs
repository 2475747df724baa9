namespace Holdfast.Testing;

/// <summary>Lives a workflow's life again for each place at which it can be killed, and compares.</summary>
static class Sweep
{
    /// <param name="killsMax">How many kills are made at most.</param>
    /// <param name="isChecked">Whether there is a check, which only a run with a result can pass.</param>
    /// <param name="newLife">Begins a life.</param>
    public static async Task<CrashReport> RunAsync(int killsMax, bool isChecked, Func<Life> newLife)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(killsMax);
        var straight = await LiveAsync(newLife, null, alwaysCold: false).ConfigureAwait(false);
        // All others would stand in the same place, and nothing would have been looked at.
        if (straight.Stands is { } stands) throw stands;
        if (isChecked && !straight.IsCompleted) throw new DivergenceException($"The run does not complete without any kill, so there is no result to check: {ErrorText.Sentence(straight.End!)}", null);
        if (straight.CheckFailed is { } failed) throw new DivergenceException($"The run fails its check without any kill: {failed.Message}", failed);
        if (straight.Unused is { } unused) throw new HoldfastException(HoldfastError.Misuse, unused);
        var commits = straight.Commits;
        Compare(straight, await LiveAsync(newLife, null, alwaysCold: true).ConfigureAwait(false), "when its frames are read back at every await");
        var kills = Math.Min(2 * commits, killsMax);
        for (var i = 0; i < kills; i++)
        {
            // Spread evenly, the first and the last place among them.
            var place = kills == 1 ? 0 : (int)((long)i * (2 * commits - 1) / (kills - 1));
            var point = new KillPoint(1 + place / 2, IsKept: place % 2 == 1);
            var killed = await LiveAsync(newLife, point, alwaysCold: false).ConfigureAwait(false);
            Compare(straight, killed, $"when its process is killed {(point.IsKept ? "right after" : "just before")} commit {point.Commit} of {commits} is durable, after {killed.KilledAfter ?? "its start"}");
        }
        return new(commits, kills, straight.Snapshots.Count, straight.End!);
    }

    static async Task<Trace> LiveAsync(Func<Life> newLife, KillPoint? kill, bool alwaysCold)
    {
        await using var life = newLife();
        return await life.LiveAsync(kill, alwaysCold).ConfigureAwait(false);
    }

    static void Compare(Trace straight, Trace other, string when)
    {
        if (straight.End == other.End) return;
        var difference = FirstDifference(straight, other);
        throw new DivergenceException(
            $"The run ends otherwise {when}.\n  straight:   {straight.End}\n  otherwise:  {other.End}\n{difference}", other.CheckFailed);
    }

    /// <summary>Saves of frames come in the same order in every life, so the first that differs is where the state went wrong.</summary>
    static string FirstDifference(Trace straight, Trace other)
    {
        if (straight.Snapshots.Count > 0 && straight.VariablesAt(0) is null) return "What was saved cannot be read here, so no variable can be named.";
        for (var save = 0; save < Math.Min(straight.Snapshots.Count, other.Snapshots.Count); save++)
        {
            if (straight.VariablesAt(save) is not { } expected || other.VariablesAt(save) is not { } actual) continue;
            var values = new Dictionary<(string, string), string>();
            foreach (var variable in actual) values.TryAdd((variable.Place, variable.Name), variable.Value);
            foreach (var variable in expected)
            {
                if (!values.TryGetValue((variable.Place, variable.Name), out var value))
                    return $"First difference: {variable.Place} has the variable '{variable.Name}' ({variable.Value}) in the straight run only.";
                if (value != variable.Value)
                    return $"First difference: {variable.Place}: '{variable.Name}' is {variable.Value} in the straight run, and {value} in the other.";
            }
        }
        if (other.Stands is { } stands) return $"No saved variable differs. {stands.Message}";
        return other.CheckFailed is null
            ? "No saved variable differs: look for what the workflow keeps outside of them, such as a static field, or a service with a state of its own."
            : "No saved variable differs: look at what steps do outside that is not the same when they are done twice. StepContext.IdempotencyKey tells the repetition.";
    }
}
