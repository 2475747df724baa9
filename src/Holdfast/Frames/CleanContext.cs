using System.Globalization;

namespace Holdfast.Frames;

/// <summary>The execution context in which all code of runs and steps starts: no ambient values, invariant culture.</summary>
static class CleanContext
{
    public static ExecutionContext Value { get; } = Create();

    /// <summary>
    /// Makes it this thread's until the end of the scope, on the same thread. What is saved and read calls code of the user's, too: comparers, hash codes, constructors. Under another culture than the
    /// run's own a sorted collection would come back in another order, and its keys would not be found.
    /// </summary>
    public static Scope Enter()
    {
        var outer = ExecutionContext.Capture();
        if (ReferenceEquals(outer, Value)) return default;
        ExecutionContext.Restore(Value);
        return new(outer);
    }

    static ExecutionContext Create()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() =>
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
            context = ExecutionContext.Capture();
        });
        // Without the flow of this thread's own context.
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }

    /// <summary>Gives the thread back what it had.</summary>
    public readonly ref struct Scope(ExecutionContext? outer)
    {
        readonly ExecutionContext? _outer = outer;

        public void Dispose()
        {
            if (_outer is not null) ExecutionContext.Restore(_outer);
        }
    }
}
