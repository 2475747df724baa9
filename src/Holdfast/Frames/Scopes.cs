using Holdfast.Kernel;

namespace Holdfast.Frames;

/// <summary>Parts of a run that are cancelled, or shielded, by themselves.</summary>
static class Scopes
{
    public static TDurable Run<TDurable>(Func<CancelScope, TDurable> body, TimeSpan? deadline) where TDurable : Durable
    {
        ArgumentNullException.ThrowIfNull(body);
        var graph = RunGraph.Required;
        var scope = new CancelScope(graph.CurrentScope, isShielded: false);
        if (deadline is { } time && !scope.IsCancelled)
        {
            var due = graph.After(time);
            // The timer belongs to the scope around, so that cancelling this one does not throw into its own deadline.
            var timer = graph.StartOp(new OpDurable<Nothing>(ValueForm.None, "deadline"), new RunEvent.StartTimer(graph.State.NextOp, due));
            var part = graph.Within(scope, () => body(scope));
            DeadlineOf.Start(timer, part, scope, time);
            return part;
        }
        return graph.Within(scope, () => body(scope));
    }

    public static TDurable Shield<TDurable>(Func<TDurable> body) where TDurable : Durable
    {
        ArgumentNullException.ThrowIfNull(body);
        var graph = RunGraph.Required;
        return graph.Within(new(graph.CurrentScope, isShielded: true), body);
    }
}

/// <summary>Cancels a scope when its time is over, unless its part has ended before.</summary>
sealed class DeadlineOf : Join<Nothing>
{
    CancelScope _scope = null!;
    TimeSpan _time;

    public static void Start(Durable timer, Durable part, CancelScope scope, TimeSpan time)
    {
        var join = new DeadlineOf { _scope = scope, _time = time };
        // Waiting must not make the part's failure count as seen.
        var observed = part.Observed;
        join.Begin([part, timer]);
        part.Observed = observed;
        if (part is { State: DurableState.Failed, Observed: false } && !part.Owner!.Unobserved.Contains(part)) part.Owner.Unobserved.Add(part);
    }

    internal override void OnSettled(Durable dependency)
    {
        if (IsSettled) return;
        var (part, timer) = (Inputs[0], Inputs[1]);
        SettleSucceeded(default);
        if (ReferenceEquals(dependency, part))
        {
            if (part is { State: DurableState.Failed, Observed: false } && !Owner!.Unobserved.Contains(part)) Owner.Unobserved.Add(part);
            Owner!.GiveUp(timer);
        }
        else
        {
            part.RemoveWaiter(this);
            if (timer.State == DurableState.Succeeded) Owner!.Cancel(_scope, $"The scope's deadline of {_time} has passed.");
        }
    }

    internal override void Detach() => Release();

    internal override void Save(Graph.GraphWriter writer)
    {
        base.Save(writer);
        writer.WriteReference(_scope);
        writer.WriteSigned(_time.Ticks);
    }

    internal override void Load(Graph.GraphReader reader)
    {
        base.Load(reader);
        _scope = reader.ReadReference<CancelScope>() ?? throw Graph.GraphErrors.Corrupt("a deadline has no scope");
        _time = new(reader.ReadSigned());
    }
}
