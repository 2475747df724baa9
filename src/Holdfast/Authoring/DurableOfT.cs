using System.ComponentModel;
using System.Runtime.CompilerServices;
using Holdfast.Frames;
using Holdfast.Frames.Graph;

namespace Holdfast;

/// <summary>A <see cref="Durable"/> that gives a value.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <remarks>Belongs to one run, and is touched only by that run's code; not thread-safe.</remarks>
[AsyncMethodBuilder(typeof(DurableMethodBuilder<>))]
public class Durable<T> : Durable
{
    internal T Result = default!;

    internal Durable()
    {
    }

    /// <summary>Lets a durable method await it.</summary>
    public new Awaiter GetAwaiter() => new(this);

    internal void SettleSucceeded(T result)
    {
        if (IsSettled) return;
        Result = result;
        State = DurableState.Succeeded;
        ScopeContent.Remove(this);
        WakeWaiters();
    }

    internal override void Save(GraphWriter writer)
    {
        base.Save(writer);
        if (State == DurableState.Succeeded) Codec<T>.Write(writer, ref Result);
    }

    internal override void Load(GraphReader reader)
    {
        base.Load(reader);
        if (State == DurableState.Succeeded) Codec<T>.Read(reader, ref Result);
    }

    /// <summary>Awaits a <see cref="Durable{T}"/>. For the compiler's use.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public new readonly struct Awaiter : ICriticalNotifyCompletion, IDurableAwaiter
    {
        readonly Durable<T> _target;

        internal Awaiter(Durable<T> target) => _target = target;

        Durable IDurableAwaiter.Target => _target;

        /// <summary>Whether the code can go on at once.</summary>
        public bool IsCompleted => RunGraph.CanGoOn(_target);

        /// <summary>The value, or throws what the awaited code threw.</summary>
        public T GetResult()
        {
            _target.ThrowIfNotSucceeded();
            return _target.Result;
        }

        /// <summary>Never called by a durable method.</summary>
        /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>: a method that is not durable awaits a durable.</exception>
        public void OnCompleted(Action continuation) => RunGraph.RefuseAwait(_target, continuation);

        /// <inheritdoc cref="OnCompleted"/>
        public void UnsafeOnCompleted(Action continuation) => RunGraph.RefuseAwait(_target, continuation);
    }
}

/// <summary>The value of something that has none.</summary>
public readonly record struct Nothing;
