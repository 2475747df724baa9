using System.ComponentModel;
using System.Runtime.CompilerServices;
using Holdfast.Frames;
using Holdfast.Frames.Graph;

namespace Holdfast;

/// <summary>
/// Something that a run waits for: a step, a timer, a signal, a child, or a durable method. It starts when it is created, and may be
/// awaited any number of times by any durable method of the same run. A method that returns it survives the death of its process
/// at every await, with its locals.
/// </summary>
/// <remarks>Belongs to one run, and is touched only by that run's code; not thread-safe.</remarks>
[AsyncMethodBuilder(typeof(DurableMethodBuilder))]
public partial class Durable : ISelfSaved
{
    internal DurableState State;
    internal Exception? Error;
    internal CancelScope? Scope;

    /// <summary>The op whose outcome settles it, or 0.</summary>
    internal long Op;

    /// <summary>Its place among the frames that were woken and have not gone on yet; 0 for none.</summary>
    internal int Woken;

    /// <summary>Somebody looked at its outcome, or waits for it: a failure is not lost.</summary>
    internal bool Observed;

    /// <summary>Null, one waiter, or a list of them in the order in which they wake.</summary>
    object? _waiters;

    internal RunGraph? Owner;

    internal Durable()
    {
    }

    /// <summary>Lets a durable method await it.</summary>
    public Awaiter GetAwaiter() => new(this);

    /// <summary>Whether it has an outcome.</summary>
    internal bool IsSettled => State != DurableState.Pending;

    internal virtual string Describe() => Op > 0 ? $"op {Op}" : GetType().Name;

    /// <param name="waiter">Is told once this is settled.</param>
    /// <param name="looks">Whether it takes care of a failure, so that the failure is not lost.</param>
    internal void AddWaiter(Durable waiter, bool looks = true)
    {
        if (looks) Observed = true;
        switch (_waiters)
        {
            case null: _waiters = waiter; break;
            case List<Durable> many: many.Add(waiter); break;
            default: _waiters = new List<Durable> { (Durable)_waiters, waiter }; break;
        }
    }

    /// <summary>Whether it did wait.</summary>
    internal bool RemoveWaiter(Durable waiter)
    {
        if (_waiters is List<Durable> many) return many.Remove(waiter);
        if (!ReferenceEquals(_waiters, waiter)) return false;
        _waiters = null;
        return true;
    }

    internal IEnumerable<Durable> Waiters => _waiters switch
    {
        null => [],
        List<Durable> many => many,
        var one => [(Durable)one],
    };

    /// <summary>Wakes everything that waits, in order. Each waiter is told once.</summary>
    internal void WakeWaiters()
    {
        var waiters = _waiters;
        _waiters = null;
        if (waiters is Durable one) one.OnSettled(this);
        else if (waiters is List<Durable> many)
            foreach (var waiter in many) waiter.OnSettled(this);
    }

    internal void SettleFailed(Exception error, bool cancelled = false)
    {
        if (IsSettled) return;
        Error = error;
        State = cancelled ? DurableState.Cancelled : DurableState.Failed;
        ScopeContent.Remove(this);
        if (!cancelled && !Observed) Owner?.Unobserved.Add(this);
        WakeWaiters();
    }

    /// <summary>Something that this waits for is settled.</summary>
    internal virtual void OnSettled(Durable dependency) => throw new InvariantException($"{GetType().Name} waits for nothing.");

    /// <summary>Stops waiting for some of what it waits for, because its scope was cancelled and those are not cancelled with it.</summary>
    internal virtual void Detach(Func<Durable, bool> from)
    {
    }

    /// <summary>What it waits for at this moment.</summary>
    internal virtual IEnumerable<Durable> Dependencies => [];

    /// <summary>Takes the outcome that the kernel delivers for its op.</summary>
    internal virtual void Deliver(in Kernel.Delivery delivery) => throw new InvariantException($"{GetType().Name} is no op.");

    /// <summary>Throws if it could not take this outcome, because the result's type is another one here.</summary>
    internal virtual void Check(in Kernel.Delivery delivery)
    {
    }

    /// <summary>What its op gives.</summary>
    internal virtual Type ValueType => typeof(Nothing);

    /// <summary>Encodes a value as if its op had given it; null when that gives another type.</summary>
    internal virtual byte[]? EncodeDecided(object? value, Type given) => throw new InvariantException($"{GetType().Name} is no op.");

    /// <summary>Throws what an await of it throws.</summary>
    internal void ThrowIfNotSucceeded()
    {
        if (!Observed)
        {
            Observed = true;
            Owner?.Unobserved.Remove(this);
        }
        switch (State)
        {
            case DurableState.Succeeded: return;
            // Awaited in a scope that was cancelled: the wait itself is over, whatever becomes of the target.
            case DurableState.Pending: throw RunGraph.Required.CancelledWait(this);
            case DurableState.Cancelled: throw RunGraph.Required.Cancelled(ErrorText.MessageOf(Error!));
            default:
                // Each await throws the same object; its stack text so far is kept and grows by this frame's part.
                ExceptionPlan.SealStack(Error!);
                throw Error!;
        }
    }

    void ISelfSaved.Save(GraphWriter writer) => Save(writer);

    void ISelfSaved.Load(GraphReader reader) => Load(reader);

    internal virtual void Save(GraphWriter writer)
    {
        writer.WriteByte((byte)((byte)State | (Observed ? 0x10 : 0)));
        writer.WriteUnsigned((ulong)Op);
        writer.WriteReference(Scope);
        writer.WriteReference(Error);
        switch (_waiters)
        {
            case null: writer.WriteByte(0); break;
            case List<Durable> many:
                writer.WriteUnsigned((uint)many.Count);
                foreach (var waiter in many) writer.WriteReference(waiter);
                break;
            default:
                writer.WriteByte(1);
                writer.WriteReference(_waiters);
                break;
        }
    }

    internal virtual void Load(GraphReader reader)
    {
        Owner = reader.Owner as RunGraph ?? throw GraphErrors.Corrupt("a durable stands outside a run");
        var flags = reader.ReadByte();
        State = (DurableState)(flags & 0x0F);
        if (State > DurableState.Cancelled) throw GraphErrors.Corrupt("a durable has an unknown state");
        Observed = (flags & 0x10) != 0;
        Op = (long)reader.ReadUnsigned();
        Scope = reader.ReadReference<CancelScope>();
        Error = reader.ReadReference<Exception>();
        if (Error is null && State >= DurableState.Failed) throw GraphErrors.Corrupt("a failed durable has no error");
        var waiters = reader.ReadCount(1);
        if (waiters == 1) _waiters = RequiredWaiter(reader);
        else if (waiters > 1)
        {
            var many = new List<Durable>(waiters);
            for (var i = 0; i < waiters; i++) many.Add(RequiredWaiter(reader));
            _waiters = many;
        }

        static Durable RequiredWaiter(GraphReader reader) => reader.ReadReference<Durable>() ?? throw GraphErrors.Corrupt("a waiter is missing");
    }

    /// <summary>Awaits a <see cref="Durable"/>. For the compiler's use.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public readonly struct Awaiter : ICriticalNotifyCompletion, IDurableAwaiter
    {
        readonly Durable _target;

        internal Awaiter(Durable target) => _target = target;

        Durable IDurableAwaiter.Target => _target;

        /// <summary>Whether the code can go on at once.</summary>
        public bool IsCompleted => RunGraph.CanGoOn(_target);

        /// <summary>Returns, or throws what the awaited code threw.</summary>
        public void GetResult() => _target.ThrowIfNotSucceeded();

        /// <summary>Never called by a durable method.</summary>
        /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>: a method that is not durable awaits a durable.</exception>
        public void OnCompleted(Action continuation) => RunGraph.RefuseAwait(_target, continuation);

        /// <inheritdoc cref="OnCompleted"/>
        public void UnsafeOnCompleted(Action continuation) => RunGraph.RefuseAwait(_target, continuation);
    }
}

/// <summary>What became of a durable.</summary>
enum DurableState : byte
{
    Pending = 0,
    Succeeded = 1,
    Failed = 2,
    Cancelled = 3,
}
