using System.ComponentModel;

namespace Holdfast;

/// <summary>Marks the awaiters that a durable method may await. For the compiler's use; implemented by Holdfast only.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IDurableAwaiter
{
    /// <summary>What is awaited.</summary>
    Durable Target { get; }
}
