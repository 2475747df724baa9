using Holdfast.Frames.Graph;

namespace Holdfast.Frames;

/// <summary>Waits for others. Not a frame: settling one of a thousand inputs runs no code of the user's, so it needs no snapshot.</summary>
abstract class Join<T> : Durable<T>
{
    Durable[] _inputs = [];

    protected Durable[] Inputs => _inputs;

    internal override IEnumerable<Durable> Dependencies => _inputs;

    /// <summary>Starts to wait. An input that is settled counts at once.</summary>
    protected void Begin(IEnumerable<Durable> inputs)
    {
        var graph = RunGraph.Required;
        Owner = graph;
        Scope = graph.CurrentScope;
        ScopeContent.Add(this);
        _inputs = [.. inputs];
        foreach (var input in _inputs)
        {
            ArgumentNullException.ThrowIfNull(input);
            if (!ReferenceEquals(input.Owner, graph)) graph.RecordMisuse("A durable of another run is waited for. A durable cannot leave its run; send its value as a signal or a child's result.");
        }
        Prepare(_inputs.Length);
        foreach (var input in _inputs)
        {
            if (IsSettled) break;
            if (input.IsSettled)
            {
                Observe(input);
                OnSettled(input);
            }
            else
            {
                input.AddWaiter(this);
            }
        }
    }

    /// <summary>Calls a part. One that is not async throws at the call; what it started before is taken care of all the same.</summary>
    protected static Durable Call(Func<Durable> part)
    {
        try
        {
            return part();
        }
        catch (Exception error)
        {
            var graph = RunGraph.Required;
            var failed = new Durable<T> { Owner = graph, Scope = graph.CurrentScope, Observed = true };
            failed.SettleFailed(error, cancelled: error is OperationCanceledException && graph.CurrentScope.IsCancelled);
            return failed;
        }
    }

    /// <summary>Told how many inputs there are, before the first counts.</summary>
    protected virtual void Prepare(int inputs)
    {
    }

    protected static void Observe(Durable input)
    {
        if (input.Observed) return;
        input.Observed = true;
        input.Owner?.Unobserved.Remove(input);
    }

    /// <summary>Stops waiting for what is left, so that a long-lived input does not gather waiters that nobody needs.</summary>
    protected void Release()
    {
        foreach (var input in _inputs)
            if (!input.IsSettled) input.RemoveWaiter(this);
    }

    internal override void Detach(Func<Durable, bool> from)
    {
        var (left, dropped) = (0, 0);
        foreach (var input in _inputs)
        {
            if (input.IsSettled) continue;
            if (!from(input)) left++;
            else if (input.RemoveWaiter(this)) dropped++;
        }
        if (dropped > 0 && !IsSettled) OnDropped(dropped, left);
    }

    /// <summary>Some inputs are not waited for any more.</summary>
    protected virtual void OnDropped(int dropped, int left)
    {
        if (left == 0) SettleCancelled();
    }

    protected void SettleCancelled() => SettleFailed(new OperationCanceledException(Scope?.Reason ?? "The wait was cancelled."), cancelled: true);

    /// <summary>Whether the input ended because the scope of this wait was cancelled: then the wait throws, and gives no value that code could go on with.</summary>
    protected bool IsCancelledWith(Durable input) => input.State == DurableState.Cancelled && Scope is { IsCancelled: true };

    internal override void Save(GraphWriter writer)
    {
        base.Save(writer);
        writer.WriteUnsigned((uint)_inputs.Length);
        foreach (var input in _inputs) writer.WriteReference(input);
    }

    internal override void Load(GraphReader reader)
    {
        base.Load(reader);
        var inputs = new Durable[reader.ReadCount(1)];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = reader.ReadReference<Durable>() ?? throw GraphErrors.Corrupt("an input is missing");
        _inputs = inputs;
    }
}

/// <summary>All of them; fails with the first failure in the order of the inputs, once all are settled.</summary>
abstract class AllJoin<T> : Join<T>
{
    int _left;

    protected override void Prepare(int inputs)
    {
        _left = inputs;
        if (inputs == 0) SettleSucceeded(Collect());
    }

    protected abstract T Collect();

    internal override void OnSettled(Durable dependency)
    {
        if (--_left == 0) End();
    }

    protected override void OnDropped(int dropped, int left)
    {
        _left -= dropped;
        if (_left == 0) End();
    }

    void End()
    {
        // A failure tells more than the cancellations that it may have caused.
        var failed = Array.Find(Inputs, static i => i.State == DurableState.Failed) ?? Array.Find(Inputs, static i => i.State != DurableState.Succeeded);
        if (failed is null) SettleSucceeded(Collect());
        else if (failed.IsSettled) SettleFailed(failed.Error!, cancelled: failed.State == DurableState.Cancelled);
        else SettleCancelled();
    }

    internal override void Save(GraphWriter writer)
    {
        base.Save(writer);
        writer.WriteUnsigned((uint)_left);
    }

    internal override void Load(GraphReader reader)
    {
        base.Load(reader);
        _left = (int)Math.Min(int.MaxValue, reader.ReadUnsigned());
    }
}

/// <summary>All, of one type: their values in the order of the inputs.</summary>
sealed class AllOf<T> : AllJoin<T[]>
{
    public static AllOf<T> Start(IEnumerable<Durable<T>> inputs)
    {
        var join = new AllOf<T>();
        join.Begin(inputs);
        return join;
    }

    protected override T[] Collect() => Array.ConvertAll(Inputs, static i => ((Durable<T>)i).Result);
}

/// <summary>All, whatever their types; without a value.</summary>
sealed class AllDone : AllJoin<Nothing>
{
    public static AllDone Start(IEnumerable<Durable> inputs)
    {
        var join = new AllDone();
        join.Begin(inputs);
        return join;
    }

    protected override Nothing Collect() => default;
}

/// <summary>Two of different types.</summary>
sealed class Both<T1, T2> : AllJoin<(T1, T2)>
{
    public static Both<T1, T2> Start(Durable<T1> first, Durable<T2> second)
    {
        var join = new Both<T1, T2>();
        join.Begin([first, second]);
        return join;
    }

    protected override (T1, T2) Collect() => (((Durable<T1>)Inputs[0]).Result, ((Durable<T2>)Inputs[1]).Result);
}

/// <summary>Three of different types.</summary>
sealed class Three<T1, T2, T3> : AllJoin<(T1, T2, T3)>
{
    public static Three<T1, T2, T3> Start(Durable<T1> first, Durable<T2> second, Durable<T3> third)
    {
        var join = new Three<T1, T2, T3>();
        join.Begin([first, second, third]);
        return join;
    }

    protected override (T1, T2, T3) Collect() =>
        (((Durable<T1>)Inputs[0]).Result, ((Durable<T2>)Inputs[1]).Result, ((Durable<T3>)Inputs[2]).Result);
}

/// <summary>The first that is settled, whether it succeeded or not; the others run on.</summary>
sealed class AnyOf<TDurable> : Join<TDurable> where TDurable : Durable
{
    public static AnyOf<TDurable> Start(IEnumerable<TDurable> inputs)
    {
        var join = new AnyOf<TDurable>();
        join.Begin(inputs);
        if (join.Inputs.Length == 0) throw new ArgumentException("There is nothing to wait for.", nameof(inputs));
        return join;
    }

    internal override void OnSettled(Durable dependency)
    {
        if (IsSettled) return;
        if (IsCancelledWith(dependency)) SettleFailed(dependency.Error!, cancelled: true);
        else SettleSucceeded((TDurable)dependency);
        Release();
    }
}

/// <summary>Settled when its input is, with how that went: never fails itself, and is cancelled only with its own scope.</summary>
sealed class OutcomeOf<T> : Join<Outcome<T>>
{
    public static OutcomeOf<T> Start(Durable<T> input)
    {
        var join = new OutcomeOf<T>();
        join.Begin([input]);
        return join;
    }

    internal override void OnSettled(Durable dependency)
    {
        if (IsCancelledWith(dependency)) SettleFailed(dependency.Error!, cancelled: true);
        else if (dependency.State == DurableState.Succeeded) SettleSucceeded(new(((Durable<T>)dependency).Result, null));
        else SettleSucceeded(new(default!, dependency.Error));
    }
}

/// <summary>A wait with an end: the input's value, or that time ran out first. A signal that comes later is then left in the mailbox.</summary>
sealed class WithinOf<T> : Join<Timed<T>>
{
    public static WithinOf<T> Start(Durable<T> input, Durable timer)
    {
        var join = new WithinOf<T>();
        join.Begin([input, timer]);
        return join;
    }

    internal override void OnSettled(Durable dependency)
    {
        if (IsSettled) return;
        var (input, timer) = (Inputs[0], Inputs[1]);
        if (ReferenceEquals(dependency, input))
        {
            if (input.State == DurableState.Succeeded) SettleSucceeded(new(true, ((Durable<T>)input).Result));
            else SettleFailed(input.Error!, input.State == DurableState.Cancelled);
            Owner!.GiveUp(timer);
        }
        else if (timer.State == DurableState.Succeeded)
        {
            SettleSucceeded(new(false, default!));
            input.RemoveWaiter(this);
            // Only a wait for a message is withdrawn; work that was started runs on, and may be awaited again.
            if (Owner!.IsReceive(input)) Owner.GiveUp(input);
        }
        else
        {
            Release();
            SettleFailed(timer.Error!, cancelled: true);
        }
    }
}

/// <summary>True once its input is settled; false at once without one.</summary>
sealed class HasMore : Join<bool>
{
    public static HasMore Start(Durable? input)
    {
        var join = new HasMore();
        join.Begin(input is null ? [] : [input]);
        return join;
    }

    protected override void Prepare(int inputs)
    {
        if (inputs == 0) SettleSucceeded(false);
    }

    internal override void OnSettled(Durable dependency)
    {
        if (dependency.State == DurableState.Succeeded) SettleSucceeded(true);
        else SettleFailed(dependency.Error!, cancelled: dependency.State == DurableState.Cancelled);
    }
}
