using Holdfast.Frames.Graph;

namespace Holdfast.Frames;

/// <summary>
/// A part whose steps are undone when it does not succeed: the compensations run one after the other, the last registered first, each as a step
/// of its own. It lies in a shielded scope, so once it undoes, neither cancellation nor an await in a cancelled scope cuts it short.
/// </summary>
sealed class SagaOf<T> : Join<T>
{
    Saga _saga = null!;
    List<Exception> _failures = [];

    public static SagaOf<T> Start(Func<Saga, Durable> part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var graph = RunGraph.Required;
        var saga = new Saga();
        var body = Call(() => part(saga));
        var join = new SagaOf<T> { _saga = saga };
        graph.Within(new(graph.CurrentScope, isShielded: true), () =>
        {
            join.Begin([body]);
            return 0;
        });
        return join;
    }

    internal override void OnSettled(Durable dependency)
    {
        if (IsSettled) return;
        var part = Inputs[0];
        if (ReferenceEquals(dependency, part))
        {
            _saga.IsOver = true;
            if (part.State == DurableState.Succeeded)
            {
                _saga.Forget();
                SettleSucceeded(part is Durable<T> typed ? typed.Result : default!);
                return;
            }
        }
        else if (dependency.State != DurableState.Succeeded)
        {
            // The others are undone all the same: each stands for something else outside.
            _failures.Add(dependency.Error!);
        }
        if (Owner!.Within(Scope!, _saga.UndoLast) is { } undoing) undoing.AddWaiter(this);
        else if (_failures.Count == 0) SettleFailed(part.Error!, cancelled: part.State == DurableState.Cancelled);
        else SettleFailed(new CompensationFailedException(part.Error!, [.. _failures]));
    }

    internal override void Save(GraphWriter writer)
    {
        base.Save(writer);
        writer.WriteReference(_saga);
        writer.WriteUnsigned((uint)_failures.Count);
        foreach (var failure in _failures) writer.WriteReference(failure);
    }

    internal override void Load(GraphReader reader)
    {
        base.Load(reader);
        _saga = reader.ReadReference<Saga>() ?? throw GraphErrors.Corrupt("a saga is missing");
        _failures = [];
        for (var count = reader.ReadCount(1); count > 0; count--) _failures.Add(reader.ReadReference<Exception>() ?? throw GraphErrors.Corrupt("a failure is missing"));
    }
}
