using Holdfast.Hosting;

namespace Holdfast;

/// <summary>A named kind of message that runs can receive. Declare it once, as a static read-only field of the workflow.</summary>
/// <typeparam name="T">The message's type; it travels as JSON.</typeparam>
/// <param name="name">The name under which senders know it, in any language.</param>
public sealed class Signal<T>(string name)
{
    /// <summary>The name under which senders know it.</summary>
    public string Name { get; } = Checked(name);

    static string Checked(string name)
    {
        if (string.IsNullOrWhiteSpace(name)) throw new ArgumentException("A signal needs a name.", nameof(name));
        WholeText.ThrowIfHalf(name);
        return name;
    }
}
