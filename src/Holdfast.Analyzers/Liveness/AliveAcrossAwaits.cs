using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Holdfast.Analyzers.Liveness;

/// <summary>
/// Finds what is alive and not savable at each await of one durable function: forward, which variables may hold such a value;
/// backward, which may still be read. Only a variable that is both is reported, so closing and forgetting it before the await is enough.
/// </summary>
sealed class AliveAcrossAwaits(ControlFlowGraph graph, List<Event>[] events, Variables variables, HashSet<int> always, Findings findings)
{
    readonly FlowEdges _edges = new(graph);
    readonly ILookup<int, int> _begun = Begun(graph.Root, variables).ToLookup(static b => b.Block, static b => b.Closure);

    /// <summary>What may be held at a point of the function.</summary>
    sealed class Held
    {
        public Dictionary<int, Unsavable> Reasons { get; } = [];

        public HashSet<int> Escaped { get; } = [];

        public bool Join(Held other)
        {
            var before = Reasons.Count + Escaped.Count;
            foreach (var reason in other.Reasons)
                if (!Reasons.ContainsKey(reason.Key)) Reasons.Add(reason.Key, reason.Value);
            Escaped.UnionWith(other.Escaped);
            return Reasons.Count + Escaped.Count > before;
        }
    }

    public void Run(IEnumerable<KeyValuePair<int, Unsavable>> atEntry)
    {
        SettleDelegates();
        var held = Forward(atEntry);
        var live = Backward();
        foreach (var block in graph.Blocks)
            if (block.IsReachable) Judge(block.Ordinal, held[block.Ordinal], live);
        findings.Report();
    }

    /// <summary>A delegate copied from one local to another reaches what the first one reaches.</summary>
    void SettleDelegates()
    {
        for (var isChanged = true; isChanged;)
        {
            isChanged = false;
            foreach (var done in events.SelectMany(e => e))
            {
                if (done.Deed != Deed.Assign || done.Value.CopyOf < 0) continue;
                var target = variables.HeldBy(done.Variable);
                var before = target.Count;
                target.UnionWith(variables.HeldBy(done.Value.CopyOf));
                isChanged |= target.Count > before;
            }
        }
    }

    Held[] Forward(IEnumerable<KeyValuePair<int, Unsavable>> atEntry)
    {
        var held = graph.Blocks.Select(_ => new Held()).ToArray();
        foreach (var entry in atEntry) held[0].Reasons[entry.Key] = entry.Value;
        for (var isChanged = true; isChanged;)
        {
            isChanged = false;
            foreach (var block in graph.Blocks)
            {
                if (!block.IsReachable) continue;
                var now = new Held();
                now.Join(held[block.Ordinal]);
                var handlers = _edges.Handlers[block.Ordinal];
                foreach (var handler in handlers) isChanged |= held[handler].Join(now);
                foreach (var done in events[block.Ordinal])
                {
                    Apply(done, now);
                    if (done.Deed is Deed.Assign or Deed.MayAssign or Deed.Escape)
                        foreach (var handler in handlers) isChanged |= held[handler].Join(now);
                }
                foreach (var next in _edges.Next[block.Ordinal]) isChanged |= held[next].Join(now);
            }
        }
        return held;
    }

    static void Apply(Event done, Held now)
    {
        switch (done.Deed)
        {
            case Deed.Assign:
                var reason = ReasonFor(done.Value, now);
                if (reason is null) now.Reasons.Remove(done.Variable);
                else now.Reasons[done.Variable] = reason;
                break;
            case Deed.MayAssign when ReasonFor(done.Value, now) is { } possible: now.Reasons[done.Variable] = possible; break;
            case Deed.Escape: now.Escaped.Add(done.Variable); break;
        }
    }

    static Unsavable? ReasonFor(Value value, Held now) =>
        value.Reason ?? (value.CopyOf >= 0 && now.Reasons.TryGetValue(value.CopyOf, out var copied) ? copied : null);

    /// <summary>The variables that may be read after the end of each block, and those that its exception handlers may read.</summary>
    (HashSet<int>[] AtEnd, HashSet<int>[] OnThrow) Backward()
    {
        var atStart = Sets();
        var atEnd = Sets();
        var onThrow = Sets();
        for (var isChanged = true; isChanged;)
        {
            isChanged = false;
            for (var i = graph.Blocks.Length - 1; i >= 0; i--)
            {
                foreach (var handler in _edges.Handlers[i]) onThrow[i].UnionWith(atStart[handler]);
                foreach (var next in _edges.Next[i]) atEnd[i].UnionWith(atStart[next]);
                var live = new HashSet<int>(atEnd[i]);
                live.UnionWith(onThrow[i]);
                for (var e = events[i].Count - 1; e >= 0; e--) Rewind(events[i][e], live, onThrow[i]);
                // A scope that begins has a new closure; what the last one held is out of reach.
                live.ExceptWith(_begun[i]);
                var before = atStart[i].Count;
                atStart[i].UnionWith(live);
                isChanged |= atStart[i].Count > before;
            }
        }
        return (atEnd, onThrow);

        HashSet<int>[] Sets() => [.. graph.Blocks.Select(_ => new HashSet<int>())];
    }

    void Rewind(Event done, HashSet<int> live, HashSet<int> onThrow)
    {
        switch (done.Deed)
        {
            case Deed.Assign:
                if (!onThrow.Contains(done.Variable)) live.Remove(done.Variable);
                break;
            case Deed.Read:
                live.Add(done.Variable);
                live.UnionWith(variables.HeldBy(done.Variable));
                break;
            default: return;
        }
        // Also to assign it, the closure is needed that it lies in.
        if (variables.ClosureOf.TryGetValue(done.Variable, out var closure)) live.Add(closure);
    }

    /// <summary>The closures that begin with the first block of their scope.</summary>
    static IEnumerable<(int Block, int Closure)> Begun(ControlFlowRegion region, Variables variables)
    {
        foreach (var local in region.Locals)
            if (variables.BegunWith(local) is { } closure) yield return (region.FirstBlockOrdinal, closure);
        foreach (var inner in region.NestedRegions)
            foreach (var begun in Begun(inner, variables)) yield return begun;
    }

    void Judge(int block, Held atStart, (HashSet<int>[] AtEnd, HashSet<int>[] OnThrow) live)
    {
        var list = events[block];
        var after = new HashSet<int>?[list.Count];
        var now = new HashSet<int>(live.AtEnd[block]);
        now.UnionWith(live.OnThrow[block]);
        for (var e = list.Count - 1; e >= 0; e--)
        {
            if (list[e].Deed == Deed.Await) after[e] = [.. now];
            Rewind(list[e], now, live.OnThrow[block]);
        }

        var held = new Held();
        held.Join(atStart);
        for (var e = 0; e < list.Count; e++)
        {
            var done = list[e];
            if (done.Deed == Deed.Intent)
                CheckAll(new(done.Captured), done, held);
            if (after[e] is { } needed)
            {
                needed.UnionWith(held.Escaped);
                needed.UnionWith(always);
                CheckAll(needed, done, held);
                foreach (var (operation, value) in done.Pending)
                    if (value.CopyOf >= 0) Check(value.CopyOf, done, held);
                    else if (value.Reason is { } reason) findings.Expression(operation, done, reason);
            }
            Apply(done, held);
        }
    }

    void CheckAll(HashSet<int> needed, Event at, Held held)
    {
        foreach (var variable in needed)
            if (variables.KeptBy(variable) is not { } kept) Check(variable, at, held);
            else
                foreach (var other in kept)
                    if (!needed.Contains(other)) Check(other, at, held, kept.Where(k => k != other).OrderBy(k => needed.Contains(k) ? 0 : 1).Select(variables.SymbolOf).FirstOrDefault()?.Name ?? "");
    }

    void Check(int variable, Event at, Held held, string? sharedWith = null)
    {
        if (held.Reasons.TryGetValue(variable, out var reason)) findings.Variable(variable, at, reason, sharedWith);
    }
}
