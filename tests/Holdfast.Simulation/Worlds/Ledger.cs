namespace Holdfast.Simulation.Worlds;

/// <summary>What steps have done to the world outside. Outlives all processes, and is what promises are judged by.</summary>
sealed class Ledger(World world)
{
    readonly Dictionary<string, LedgerEntry> _byKey = new(StringComparer.Ordinal);

    /// <summary>What sagas have booked and not taken back.</summary>
    public HashSet<(string Tour, int Place)> Booked { get; } = [];

    /// <summary>How often it was decided that a step in doubt has failed.</summary>
    public int GivenUp { get; set; }

    /// <summary>How often the tools' calls have had their effect, by their keys.</summary>
    public Dictionary<string, int> Acted { get; } = new(StringComparer.Ordinal);

    /// <summary>Calls whose code did not say what they cost.</summary>
    public HashSet<string> Silent { get; } = new(StringComparer.Ordinal);

    /// <summary>Calls that have looked, and failed.</summary>
    public HashSet<string> Looked { get; } = new(StringComparer.Ordinal);

    /// <summary>How often a run could not have a call, or a question, because there was too little for it.</summary>
    public Dictionary<RunId, (int Calls, int Questions)> Short { get; } = [];

    /// <summary>The same for another world, which goes on by itself from here.</summary>
    public Ledger CopyFor(World other)
    {
        var copy = new Ledger(other) { GivenUp = GivenUp };
        foreach (var (key, entry) in _byKey) copy._byKey.Add(key, entry.Copy());
        copy.Booked.UnionWith(Booked);
        foreach (var (key, times) in Acted) copy.Acted.Add(key, times);
        copy.Silent.UnionWith(Silent);
        copy.Looked.UnionWith(Looked);
        foreach (var (run, times) in Short) copy.Short.Add(run, times);
        return copy;
    }

    public LedgerEntry? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>An attempt begins.</summary>
    public LedgerEntry Begin(SimulatedProcess process, StepContext step, string asked, bool once)
    {
        world.Note(process.Name, $"step of {world.NameOf(step.RunId)}", step.Op, step.Attempt);
        var name = $"step {step.Op} of {world.NameOf(step.RunId)}";
        world.Books.CheckStep(process, step.RunId, step.Op, name);
        if (!_byKey.TryGetValue(step.IdempotencyKey, out var entry)) _byKey.Add(step.IdempotencyKey, entry = new(asked));
        if (entry.Asked != asked) world.Complain($"{name} was asked for '{entry.Asked}' and then, under the same key, for '{asked}'");
        if (once && entry.Begun > 0 && !entry.MayRepeat) world.Complain($"{name} is at-most-once, and has begun twice");
        entry.MayRepeat = false;
        entry.Begun++;
        return entry;
    }

    /// <summary>The step has had its effect.</summary>
    public void Do(SimulatedProcess process, LedgerEntry entry, long result)
    {
        world.Note(process.Name, "done", result);
        entry.Done++;
        entry.Result = result;
    }
}

/// <summary>One idempotency key.</summary>
sealed class LedgerEntry(string asked)
{
    /// <summary>What its first attempt was asked for.</summary>
    public string Asked { get; } = asked;

    public int Begun { get; set; }

    public int Done { get; set; }

    public int Failures { get; set; }

    public long Result { get; set; }

    /// <summary>Somebody decided that the step did not happen, and is to be done.</summary>
    public bool MayRepeat { get; set; }

    public LedgerEntry Copy() => (LedgerEntry)MemberwiseClone();
}
