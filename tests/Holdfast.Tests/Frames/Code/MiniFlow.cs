namespace Holdfast.Tests.Frames.Code;

/// <summary>
/// Source of a small task-like type for tests: it suspends at every <c>await Flow.Pause()</c>, and a host steps it and may
/// touch each machine just before it resumes.
/// </summary>
static class MiniFlow
{
    public const string Source = """
        public static class Host
        {
            public static Action<object> BeforeResume = _ => { };
            public static readonly Queue<Action> Ready = new();
            public static string Drive(Func<Flow<string>> start)
            {
                var flow = start();
                while (Ready.TryDequeue(out var next)) next();
                return flow.Done ? flow.Error?.GetType().Name + flow.Error?.Message + flow.Result : "stuck";
            }
        }
        public static class Flow { public static Flow<int> Pause(int value = 0, bool fail = false) { var f = new Flow<int>(); Host.Ready.Enqueue(() => f.End(value, fail ? new InvalidOperationException("told to " + value) : null)); return f; } }
        [AsyncMethodBuilder(typeof(FlowBuilder<>))]
        public sealed class Flow<T>
        {
            public T Result; public Exception Error; public bool Done; public IAsyncStateMachine Box; Action _next;
            public void End(T result, Exception error) { Result = result; Error = error; Done = true; _next?.Invoke(); }
            public FlowAwaiter<T> GetAwaiter() => new FlowAwaiter<T>(this);
            public void Then(Action next) => _next += next;
        }
        public readonly struct FlowAwaiter<T>(Flow<T> flow) : ICriticalNotifyCompletion
        {
            public bool IsCompleted => flow.Done;
            public T GetResult() => flow.Error is { } e ? throw e : flow.Result;
            public void OnCompleted(Action next) => flow.Then(next);
            public void UnsafeOnCompleted(Action next) => flow.Then(next);
        }
        public struct FlowBuilder<T>
        {
            Flow<T> _flow;
            public static FlowBuilder<T> Create() => default;
            public Flow<T> Task => _flow ??= new Flow<T>();
            public void Start<TM>(ref TM machine) where TM : IAsyncStateMachine => machine.MoveNext();
            public void SetStateMachine(IAsyncStateMachine machine) { }
            public void SetResult(T result) => Task.End(result, null);
            public void SetException(Exception error) => Task.End(default, error);
            public void AwaitOnCompleted<TA, TM>(ref TA awaiter, ref TM machine) where TA : INotifyCompletion where TM : IAsyncStateMachine => awaiter.OnCompleted(Next(ref machine));
            public void AwaitUnsafeOnCompleted<TA, TM>(ref TA awaiter, ref TM machine) where TA : ICriticalNotifyCompletion where TM : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Next(ref machine));
            Action Next<TM>(ref TM machine) where TM : IAsyncStateMachine
            {
                var flow = Task;
                var box = flow.Box ??= machine;
                return () => { Host.BeforeResume(box); box.MoveNext(); };
            }
        }
        """;
}
