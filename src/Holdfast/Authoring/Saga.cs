using Holdfast.Frames;
using Holdfast.Frames.Graph;

namespace Holdfast;

/// <summary>
/// Remembers how to undo what was done, for the case that what follows does not succeed. Belongs to one call of <c>InSaga</c>; part of the run's saved
/// state.
/// </summary>
/// <remarks>Touched only by its run's code; not thread-safe.</remarks>
public sealed class Saga : ISelfSaved
{
    List<Compensation> _compensations = [];

    internal Saga()
    {
    }

    /// <summary>The part has ended: there is nothing any more that could be undone later.</summary>
    internal bool IsOver { get; set; }

    /// <summary>Registers what undoes a step that has just been done.</summary>
    /// <param name="body">What to run, as the lambda of a step. It sees the variables that it captures as they are when it runs.</param>
    /// <param name="options">Retry, timeout, label; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The saga is over.</exception>
    public void Compensate(Func<Task> body, StepOptions? options = null) => Add(body, options);

    /// <inheritdoc cref="Compensate(Func{Task}, StepOptions?)"/>
    public void Compensate(Func<StepContext, Task> body, StepOptions? options = null) => Add(body, options);

    /// <summary>Starts the step that undoes what was registered last; null when nothing is left.</summary>
    internal Durable? UndoLast()
    {
        if (_compensations.Count == 0) return null;
        var (body, form) = _compensations[^1];
        _compensations.RemoveAt(_compensations.Count - 1);
        return StepVerbs.Start(body is Func<Task> plain ? new PlainAction(plain) : new ContextAction((Func<StepContext, Task>)body), form);
    }

    internal void Forget() => _compensations.Clear();

    void Add(Delegate body, StepOptions? options)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (IsOver) throw new InvalidOperationException("The saga is over: what is registered now would never be undone. Register inside the part that InSaga runs.");
        _compensations.Add(new(body, StepVerbs.FormOf(body, options)));
    }

    void ISelfSaved.Save(GraphWriter writer)
    {
        writer.WriteBoolean(IsOver);
        writer.WriteUnsigned((uint)_compensations.Count);
        foreach (var (body, form) in _compensations)
        {
            writer.WriteReference(body);
            writer.WriteReference(form);
        }
    }

    void ISelfSaved.Load(GraphReader reader)
    {
        IsOver = reader.ReadBoolean();
        _compensations = [];
        for (var count = reader.ReadCount(2); count > 0; count--)
        {
            var body = reader.ReadReference<Delegate>();
            if (body is not (Func<Task> or Func<StepContext, Task>)) throw GraphErrors.Corrupt("a compensation has no code");
            _compensations.Add(new(body, reader.ReadReference<byte[]>() ?? throw GraphErrors.Corrupt("a compensation has no options")));
        }
    }

    /// <param name="Body">The step's lambda.</param>
    /// <param name="Form">Its options, as the kernel keeps them.</param>
    readonly record struct Compensation(Delegate Body, byte[] Form);
}

/// <summary>What failed cannot be undone in full: some compensations of a saga failed too, after their retries. All others were run.</summary>
public sealed class CompensationFailedException : Exception
{
    readonly Exception[] _failures;

    internal CompensationFailedException(Exception error, Exception[] failures)
        : base($"{failures.Length} of the compensations failed, after: {ErrorText.Sentence(ErrorText.MessageOf(error))} What they were to undo stands: {ErrorText.Sentence(string.Join("; ", failures.Select(static f => ErrorText.Clause(ErrorText.MessageOf(f)))))}", error) => _failures = failures;

    /// <summary>What the compensations threw, in the order in which they ran. <see cref="Exception.InnerException"/> is what made them necessary.</summary>
    public IReadOnlyList<Exception> Failures => _failures;
}
