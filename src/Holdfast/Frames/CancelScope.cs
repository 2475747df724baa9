using Holdfast.Frames.Graph;

namespace Holdfast;

/// <summary>
/// A part of a run that is cancelled together and ends together. Everything started inside belongs to it. Once it is cancelled, the awaits inside throw
/// <see cref="OperationCanceledException"/>, those that wait now and every later one; work that must be done all the same goes into
/// <c>Shield</c>. When its code has ended, it cancels what that left behind.
/// </summary>
/// <remarks>Belongs to one run, and is touched only by that run's code; not thread-safe.</remarks>
public sealed class CancelScope : ISelfSaved
{
    internal CancelScope(CancelScope? parent, bool isShielded) => (Parent, IsShielded) = (parent, isShielded);

    internal CancelScope? Parent { get; private set; }

    /// <summary>Cancellation from outside does not reach in.</summary>
    internal bool IsShielded { get; private set; }

    /// <summary>Why it was cancelled, itself; null when it was not.</summary>
    internal string? OwnReason { get; set; }

    /// <summary>What of it is not settled, as far as the live frames have noted it.</summary>
    internal Frames.ScopeContent Content => field ??= new();

    /// <summary>Whether it is cancelled, itself or through a scope around it.</summary>
    public bool IsCancelled => Reason is not null;

    /// <summary>Why it is cancelled, or null.</summary>
    public string? Reason
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.IsShielded ? null : scope.Parent)
                if (scope.OwnReason is { } reason) return reason;
            return null;
        }
    }

    /// <summary>Cancels it. A second call changes nothing.</summary>
    /// <param name="reason">Why: the message of the exceptions that the awaits inside throw.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>: called outside the run.</exception>
    public void Cancel(string reason = "The scope was cancelled.") => Frames.RunGraph.Required.Cancel(this, reason);

    /// <summary>Whether it is <paramref name="other"/> or lies within it, shielded or not.</summary>
    internal bool IsInside(CancelScope other)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (ReferenceEquals(scope, other)) return true;
        return false;
    }

    void ISelfSaved.Save(GraphWriter writer)
    {
        writer.WriteReference(Parent);
        writer.WriteBoolean(IsShielded);
        writer.WriteReference(OwnReason);
    }

    void ISelfSaved.Load(GraphReader reader)
    {
        Parent = reader.ReadReference<CancelScope>();
        if (Parent is not null) (reader.Owner as Frames.RunGraph)?.NoteScope();
        IsShielded = reader.ReadBoolean();
        OwnReason = reader.ReadReference<string>();
    }
}
