using System.Text;
using System.Text.Json;

namespace Holdfast.Runtime;

/// <summary>
/// The secrets that an attempt has seen, to keep them out of everything that it leaves behind. Only texts and bytes can be found again, whatever they stand in; shorter
/// ones than <see cref="LengthMin"/> would be found everywhere. Thread-safe.
/// </summary>
sealed class Revealed
{
    const int LengthMin = 4;

    /// <summary>How deep JSON may stand in texts of JSON for a secret to be found in it.</summary>
    const int NestedMax = 4;

    readonly List<(string Name, string Text, byte[][] Forms)> _all = [];

    /// <summary>Hears of a value. False when it has too many parts to be looked for: then nobody may get it.</summary>
    public bool TryAdd(string name, object? value)
    {
        if (SecretParts.Of(value) is not { } parts) return false;
        lock (_all)
        {
            foreach (var part in parts)
                foreach (var (text, forms) in FormsOf(part)) _all.Add((name, text, forms));
            // A short one may stand in a long one, which would not be found any more once its beginning is replaced.
            _all.Sort(static (a, b) => b.Text.Length - a.Text.Length);
        }
        return true;
    }

    /// <summary>How a part may stand in a text, each with the bytes of it that may stand elsewhere.</summary>
    static IEnumerable<(string Text, byte[][] Forms)> FormsOf(object part)
    {
        if (part is string { Length: >= LengthMin } text)
        {
            yield return (text, [Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text)]);
            var escaped = JsonEncodedText.Encode(text);
            yield return (escaped.Value, [escaped.EncodedUtf8Bytes.ToArray()]);
        }
        if (part is byte[] { Length: >= LengthMin } bytes)
        {
            var base64 = Convert.ToBase64String(bytes);
            yield return (Encoding.UTF8.GetString(bytes), [bytes]);
            yield return (base64, [Encoding.UTF8.GetBytes(base64)]);
        }
    }

    /// <summary>The name of a secret whose value stands in the bytes, as it is or with characters escaped as in JSON; or null.</summary>
    public string? FoundIn(ReadOnlySpan<byte> bytes)
    {
        lock (_all)
        {
            for (var depth = 0; ; depth++)
            {
                foreach (var (name, _, forms) in _all)
                    foreach (var form in forms)
                        if (bytes.IndexOf(form) >= 0) return name;
                if (depth == NestedMax || !bytes.Contains((byte)'\\')) return null;
                // Every serializer escapes others, some of them in one of several ways: what is looked for has too many forms, and what is searched has one without escapes.
                bytes = JsonEscapes.Undone(bytes);
            }
        }
    }

    public string? FoundIn(string? text) => text is null ? null : FoundIn(Encoding.UTF8.GetBytes(text));

    /// <summary>The text with names in the place of values.</summary>
    public string Hide(string text)
    {
        lock (_all)
        {
            foreach (var (name, value, _) in _all)
                text = text.Replace(value, name, StringComparison.Ordinal);
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
