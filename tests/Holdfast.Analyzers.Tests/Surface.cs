namespace Holdfast.Analyzers.Tests;

/// <summary>What the tested sources are compiled against: the one place to switch from the stub to the library itself.</summary>
static class Surface
{
    /// <summary>Whether sources see <see cref="Stub"/> instead of the referenced library.</summary>
    public const bool IsStub = true;

    /// <summary>The authoring surface, by its signatures only.</summary>
    public const string Stub = """
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;
        using System.Threading;
        using System.Threading.Tasks;

        namespace Holdfast
        {
            public interface IDurableAwaiter { Durable Target { get; } }

            [AsyncMethodBuilder(typeof(DurableBuilder))]
            public class Durable
            {
                public Awaiter GetAwaiter() => new();
                public static Durable<T> Step<T>(Func<Task<T>> body, StepOptions? options = null) => new();
                public static Durable<T> Step<T>(Func<StepContext, Task<T>> body, StepOptions? options = null) => new();
                public static Durable Step(Func<Task> body, StepOptions? options = null) => new();
                public static Durable Step(Func<StepContext, Task> body, StepOptions? options = null) => new();
                public static Durable<T> Transaction<T>(Func<StepTransaction, T> body) => new();
                public static Durable Delay(TimeSpan time) => new();
                public static Durable<T> Receive<T>(Signal<T> signal) => new();
                public static Durable WhenAll(params IEnumerable<Durable> all) => new();
                public static Durable<T[]> WhenAll<T>(params IEnumerable<Durable<T>> all) => new();
                public static Durable<Durable> WhenAny(params Durable[] any) => new();
                public static DurableSequence<T> WhenEach<T>(IEnumerable<Durable<T>> all) => new();
                public readonly struct Awaiter : ICriticalNotifyCompletion, IDurableAwaiter
                {
                    public Durable Target => new();
                    public bool IsCompleted => true;
                    public void GetResult() { }
                    public void OnCompleted(Action continuation) { }
                    public void UnsafeOnCompleted(Action continuation) { }
                }
            }

            [AsyncMethodBuilder(typeof(DurableBuilder<>))]
            public class Durable<T> : Durable
            {
                public new Awaiter GetAwaiter() => new();
                public Durable<Timed<T>> Within(TimeSpan time) => new();
                public new readonly struct Awaiter : ICriticalNotifyCompletion, IDurableAwaiter
                {
                    public Durable Target => new();
                    public bool IsCompleted => true;
                    public T GetResult() => default!;
                    public void OnCompleted(Action continuation) { }
                    public void UnsafeOnCompleted(Action continuation) { }
                }
            }

            public sealed class DurableSequence<T>
            {
                public DurableSequence<T> GetAsyncEnumerator() => this;
                public T Current => default!;
                public Durable<bool> MoveNextAsync() => new();
                public Durable DisposeAsync() => new();
            }

            public static class DurableTuples
            {
                public static Durable<(T1, T2)>.Awaiter GetAwaiter<T1, T2>(this (Durable<T1>, Durable<T2>) both) => new();
            }

            public readonly struct DurableBuilder
            {
                public static DurableBuilder Create() => new();
                public Durable Task => new();
                public void Start<M>(ref M machine) where M : IAsyncStateMachine { }
                public void SetStateMachine(IAsyncStateMachine machine) { }
                public void SetResult() { }
                public void SetException(Exception error) { }
                public void AwaitOnCompleted<A, M>(ref A awaiter, ref M machine) where A : INotifyCompletion where M : IAsyncStateMachine { }
                public void AwaitUnsafeOnCompleted<A, M>(ref A awaiter, ref M machine) where A : ICriticalNotifyCompletion where M : IAsyncStateMachine { }
            }

            public readonly struct DurableBuilder<T>
            {
                public static DurableBuilder<T> Create() => new();
                public Durable<T> Task => new();
                public void Start<M>(ref M machine) where M : IAsyncStateMachine { }
                public void SetStateMachine(IAsyncStateMachine machine) { }
                public void SetResult(T result) { }
                public void SetException(Exception error) { }
                public void AwaitOnCompleted<A, M>(ref A awaiter, ref M machine) where A : INotifyCompletion where M : IAsyncStateMachine { }
                public void AwaitUnsafeOnCompleted<A, M>(ref A awaiter, ref M machine) where A : ICriticalNotifyCompletion where M : IAsyncStateMachine { }
            }

            public abstract class Workflow
            {
                protected static Durable<T> Step<T>(Func<Task<T>> body, StepOptions? options = null) => new();
                protected static Durable<T> Step<T>(Func<StepContext, Task<T>> body, StepOptions? options = null) => new();
                protected static Durable Step(Func<Task> body, StepOptions? options = null) => new();
                protected static Durable Step(Func<StepContext, Task> body, StepOptions? options = null) => new();
                protected static Durable<T> Transaction<T>(Func<StepTransaction, T> body) => new();
                protected static Durable Delay(TimeSpan time) => new();
                protected static Durable<T> Receive<T>(Signal<T> signal) => new();
            }

            public sealed record StepOptions { public int Retries { get; init; } }
            public sealed class StepTransaction { public int Execute(string sql, params object[] values) => 0; }
            public sealed class Signal<T>(string name) { public string Name => name; }
            public readonly record struct Timed<T>(bool Arrived, T Value);

            public sealed class StepContext
            {
                public string IdempotencyKey => "";
                public int Attempt => 1;
                public CancellationToken CancellationToken => default;
            }
        }
        """;
}
