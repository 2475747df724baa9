using System.Text;
using System.Text.Json;

namespace Holdfast.Runtime;

/// <summary>
/// The secrets that an attempt has seen, to keep them out of everything that it leaves behind. Only texts and bytes can be found again; shorter ones than
/// <see cref="LengthMin"/> would be found everywhere. Thread-safe.
/// </summary>
sealed class Revealed
{
    const int LengthMin = 4;

    readonly List<(string Name, string? Text, byte[][] Forms)> _all = [];

    public void Add(string name, object? value)
    {
        var text = value as string;
        byte[][] forms = value switch
        {
            string { Length: >= LengthMin } => [Encoding.UTF8.GetBytes(text!), Encoding.Unicode.GetBytes(text!), JsonEncodedText.Encode(text!).EncodedUtf8Bytes.ToArray()],
            byte[] { Length: >= LengthMin } bytes => [bytes, Encoding.UTF8.GetBytes(Convert.ToBase64String(bytes))],
            _ => [],
        };
        lock (_all)
            if (forms.Length > 0) _all.Add((name, text, forms));
    }

    /// <summary>The name of a secret whose value stands in the bytes, or null.</summary>
    public string? FoundIn(ReadOnlySpan<byte> bytes)
    {
        lock (_all)
        {
            foreach (var (name, _, forms) in _all)
                foreach (var form in forms)
                    if (bytes.IndexOf(form) >= 0) return name;
            return null;
        }
    }

    public string? FoundIn(string? text) => text is null ? null : FoundIn(Encoding.UTF8.GetBytes(text));

    /// <summary>The text with names in the place of values.</summary>
    public string Hide(string text)
    {
        lock (_all)
        {
            foreach (var (name, value, _) in _all)
                if (value is not null) text = text.Replace(value, name, StringComparison.Ordinal);
            return FoundIn(text) is { } still ? $"(hidden, for it names the secret {still})" : text;
        }
    }

    /// <summary>An exception that says the same, without the values.</summary>
    public StepFailedException Hide(Exception error)
    {
        var told = ErrorText.Of(error);
        return new((error as StepFailedException)?.TypeName ?? error.GetType().FullName!, Hide(told.Message), told.Stack is { } stack ? Hide(stack) : null);
    }
}
