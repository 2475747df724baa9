using System.Runtime.CompilerServices;
using Holdfast.Frames.Graph;

namespace Holdfast.Frames;

/// <summary>A suspended durable method, seen without its types.</summary>
interface IFrame
{
    void Resume();

    /// <summary>Lets go of the locals: the method has ended.</summary>
    void DropMachine();

    void Fail(Exception exception);

    void SuspendOn(Durable target);

    void SuspendOnForeign(Type awaiter);

    Type MachineType { get; }

    /// <summary>The number of the await at which the method is suspended, from 0, and a copy of the machine that holds its locals.</summary>
    (int Await, object Machine) Look();
}

/// <summary>
/// One call of a durable method: the compiler's machine with its locals, and the durable that the caller awaits, in one object. The
/// machine never leaves it, so the machine's builder can always find its way back.
/// </summary>
sealed class Frame<TMachine, T> : Durable<T>, IFrame where TMachine : IAsyncStateMachine
{
    TMachine _machine = default!;
    Durable? _awaited;

    Frame()
    {
    }

    public Type MachineType => typeof(TMachine);

    internal override IEnumerable<Durable> Dependencies => _awaited is null ? [] : [_awaited];

    public static Frame<TMachine, T> Create()
    {
        var graph = RunGraph.Required;
        var frame = new Frame<TMachine, T> { Owner = graph, Scope = graph.CurrentScope };
        ScopeContent.Add(frame);
        return frame;
    }

    /// <summary>Takes the machine in and runs it to its first suspension.</summary>
    public void Begin(ref TMachine machine)
    {
        _machine = machine;
        Machine<TMachine>.SetFrame(ref _machine, this);
        Owner!.EnterFrame(this);
    }

    public void Resume()
    {
        _awaited = null;
        _machine.MoveNext();
    }

    internal override string Describe() => MethodNames.Of(typeof(TMachine));

    internal override void OnSettled(Durable dependency) => Owner!.Wake(this);

    internal override void Detach(Func<Durable, bool> from)
    {
        if (_awaited is not { IsSettled: false } awaited || !from(awaited)) return;
        awaited.RemoveWaiter(this);
        // It is woken once, however often it is detached before it runs.
        _awaited = null;
        Owner!.Wake(this);
    }

    (int Await, object Machine) IFrame.Look() => (Machine<TMachine>.StateOf(ref _machine), _machine);

    void IFrame.DropMachine() => _machine = default!;

    void IFrame.Fail(Exception exception)
    {
        _machine = default!;
        ExceptionPlan.SealStack(exception);
        SettleFailed(exception, cancelled: exception is OperationCanceledException && Scope is { IsCancelled: true });
    }

    void IFrame.SuspendOn(Durable target)
    {
        if (Owner!.Misuse is not null) return;
        if (!ReferenceEquals(target.Owner, Owner))
        {
            Owner.RecordMisuse($"{Describe()} awaits a durable of another run. A durable cannot leave its run; send its value as a signal or a child's result.");
            return;
        }
        _awaited = target;
        target.AddWaiter(this);
    }

    void IFrame.SuspendOnForeign(Type awaiter) => Owner!.RecordMisuse(
        $"{Describe()}, at its await number {Machine<TMachine>.StateOf(ref _machine) + 1}, awaits {awaiter}, which is not durable: it would be lost with the process. Do the call inside a step: await Step(() => …).");

    internal override void Save(GraphWriter writer)
    {
        base.Save(writer);
        if (State != DurableState.Pending) return;
        writer.WriteReference(_awaited);
        Machine<TMachine>.Write(writer, ref _machine);
    }

    internal override void Load(GraphReader reader)
    {
        base.Load(reader);
        if (State != DurableState.Pending) return;
        _awaited = reader.ReadReference<Durable>();
        Machine<TMachine>.Read(reader, ref _machine);
        Machine<TMachine>.SetFrame(ref _machine, this);
    }
}
