using Holdfast.Kernel;

namespace Holdfast.Frames;

/// <summary>
/// A part of a run that is cancelled together and ends together. Once its own code has ended, what that started and left behind is cancelled; the
/// part has ended when all of it has.
/// </summary>
sealed class ScopeOf<T> : Join<T>
{
    public static ScopeOf<T> Start(Func<CancelScope, Durable> body, TimeSpan? deadline)
    {
        ArgumentNullException.ThrowIfNull(body);
        var graph = RunGraph.Required;
        var scope = new CancelScope(graph.CurrentScope, isShielded: false);
        // The timer belongs to the scope around, so that cancelling this one does not throw into its own deadline.
        var timer = deadline is { } time && !scope.IsCancelled
            ? graph.StartOp(new OpDurable<Nothing>(ValueForm.None, "deadline"), new RunEvent.StartTimer(graph.State.NextOp, graph.After(time)))
            : null;
        var part = graph.Within(scope, () => Call(() => body(scope)));
        if (timer is not null) DeadlineOf.Start(timer, part, scope, deadline!.Value);
        var join = new ScopeOf<T>();
        graph.Within(scope, () =>
        {
            join.Begin([part]);
            return 0;
        });
        return join;
    }

    internal override void OnSettled(Durable dependency) => End();

    // The part lies outside, and is not cancelled with the scope: as if it had been left by a cancellation.
    protected override void OnDropped(int dropped, int left) => End();

    void End()
    {
        if (IsSettled) return;
        var part = Inputs[0];
        if (Owner!.EndScope(this) is { } left) left.AddWaiter(this, looks: false);
        else if (part.State == DurableState.Succeeded) SettleSucceeded(part is Durable<T> typed ? typed.Result : default!);
        else if (part.IsSettled) SettleFailed(part.Error!, cancelled: part.State == DurableState.Cancelled);
        else SettleCancelled();
    }
}

/// <summary>Cancels a scope when its time is over, unless its part has ended before.</summary>
sealed class DeadlineOf : Join<Nothing>
{
    CancelScope _scope = null!;
    TimeSpan _time;

    public static void Start(Durable timer, Durable part, CancelScope scope, TimeSpan time) => new DeadlineOf { _scope = scope, _time = time }.Begin([part, timer]);

    internal override void OnSettled(Durable dependency)
    {
        if (IsSettled) return;
        var (part, timer) = (Inputs[0], Inputs[1]);
        SettleSucceeded(default);
        if (ReferenceEquals(dependency, part))
        {
            Owner!.GiveUp(timer);
        }
        else
        {
            part.RemoveWaiter(this);
            if (timer.State == DurableState.Succeeded) Owner!.Cancel(_scope, $"The scope's deadline of {_time} has passed.");
        }
    }

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

/// <summary>Parts of a run that cancellation from outside does not reach.</summary>
static class Shields
{
    public static TDurable Run<TDurable>(Func<TDurable> body) where TDurable : Durable
    {
        ArgumentNullException.ThrowIfNull(body);
        var graph = RunGraph.Required;
        return graph.Within(new(graph.CurrentScope, isShielded: true), body);
    }
}
