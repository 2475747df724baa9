using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames;

/// <summary>Builds durable methods without a value. For the compiler's use.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SuppressMessage("Performance", "CA1815", Justification = "Never compared.")]
public struct DurableMethodBuilder
{
    DurableMethodBuilder<Nothing> _inner;

    /// <summary>Part of the compiler's contract.</summary>
    public static DurableMethodBuilder Create() => default;

    /// <summary>The method's durable.</summary>
    public readonly Durable Task => _inner.Task;

    /// <summary>Part of the compiler's contract.</summary>
    public void Start<TMachine>(ref TMachine machine) where TMachine : IAsyncStateMachine
    {
        var frame = Frame<TMachine, Nothing>.Create();
        _inner = new(frame);
        frame.Begin(ref machine);
    }

    internal void Bind(Durable frame) => _inner = new((Durable<Nothing>)frame);

    internal readonly Durable? Frame => _inner.Frame;

    /// <summary>Part of the compiler's contract; not used, because machines never leave their frame.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Part of the compiler's contract.</summary>
    public readonly void SetResult() => _inner.SetResult(default);

    /// <summary>Part of the compiler's contract.</summary>
    public readonly void SetException(Exception exception) => _inner.SetException(exception);

    /// <summary>Part of the compiler's contract.</summary>
    public readonly void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion where TMachine : IAsyncStateMachine => _inner.AwaitOnCompleted(ref awaiter, ref machine);

    /// <summary>Part of the compiler's contract.</summary>
    public readonly void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion where TMachine : IAsyncStateMachine => _inner.AwaitUnsafeOnCompleted(ref awaiter, ref machine);

    internal static HoldfastException AwaitedElsewhere() => new(
        HoldfastError.Misuse, "A durable can be awaited only by a method that returns Durable or Durable<T>, inside a run. Outside, await the run's handle: ResultAsync().");
}

/// <summary>Builds durable methods with a value. For the compiler's use.</summary>
/// <remarks>
/// Nothing here throws into a machine that is marked as suspended: an exception at that point would skip its finally blocks, or be
/// swallowed by its catch blocks. Misuse is recorded on the run instead, and ends the turn.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[SuppressMessage("Performance", "CA1815", Justification = "Never compared.")]
public struct DurableMethodBuilder<T>
{
    Durable<T> _frame;

    internal DurableMethodBuilder(Durable<T> frame) => _frame = frame;

    /// <summary>Part of the compiler's contract.</summary>
    public static DurableMethodBuilder<T> Create() => default;

    /// <summary>The method's durable.</summary>
    public readonly Durable<T> Task => _frame;

    internal readonly Durable? Frame => _frame;

    internal void Bind(Durable frame) => _frame = (Durable<T>)frame;

    /// <summary>Part of the compiler's contract.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>: the method was called outside a run.</exception>
    public void Start<TMachine>(ref TMachine machine) where TMachine : IAsyncStateMachine
    {
        var frame = Frame<TMachine, T>.Create();
        // Set before the machine is copied into its frame, so that the copy knows its frame too.
        _frame = frame;
        frame.Begin(ref machine);
    }

    /// <summary>Part of the compiler's contract; not used, because machines never leave their frame.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Part of the compiler's contract.</summary>
    public readonly void SetResult(T result)
    {
        // This builder lies inside the machine that is let go of here.
        var frame = _frame;
        ((IFrame)frame).DropMachine();
        frame.SettleSucceeded(result);
    }

    /// <summary>Part of the compiler's contract.</summary>
    public readonly void SetException(Exception exception) => ((IFrame)_frame).Fail(exception);

    /// <summary>Part of the compiler's contract.</summary>
    public readonly void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion where TMachine : IAsyncStateMachine => Suspend(ref awaiter);

    /// <summary>Part of the compiler's contract.</summary>
    public readonly void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion where TMachine : IAsyncStateMachine => Suspend(ref awaiter);

    readonly void Suspend<TAwaiter>(ref TAwaiter awaiter)
    {
        // The cast of a struct through its type parameter costs no box.
        if (awaiter is IDurableAwaiter) ((IFrame)_frame).SuspendOn(((IDurableAwaiter)awaiter).Target);
        else ((IFrame)_frame).SuspendOnForeign(typeof(TAwaiter));
    }
}
