using System.Buffers;
using System.Globalization;
using System.Text;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>A text, or one of some names. Lengths count characters of Unicode, as JSON Schema does, and not UTF-16 units.</summary>
sealed class StringSchema : SchemaNode
{
    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public EcmaPattern? Pattern { get; init; }

    public StringFormat? Format { get; init; }

    public NameTable? Names { get; init; }

    public override string Type => "string";

    public override string? Impossible => MinLength > MaxLength ? string.Create(CultureInfo.InvariantCulture, $"no text has at least {MinLength} and at most {MaxLength} characters") : null;

    protected override string Noun => Names is null ? "a text" : $"one of {string.Join(", ", NearNames.Listed(Enumerable.Range(0, Names.Count).Select(Names.Text)))}";

    protected override bool FitsKind(JsonKind kind) => kind == JsonKind.String;

    protected override void CheckValue(JsonTape tape, int token)
    {
        var text = tape.TextOf(token);
        if (MinLength is not null || MaxLength is not null) CheckLength(tape, token, text);
        if (Names is not null && Names.Find(text) < 0) tape.Flaw(token, Wanted);
        if (Format is not null && !Format.IsMatch(text)) tape.Flaw(token, $"must be {Format.Noun}");
        if (Pattern is not null && !Matches(Pattern, text)) tape.Flaw(token, $"must match the pattern {Pattern.Text}");
    }

    void CheckLength(JsonTape tape, int token, ReadOnlySpan<byte> text)
    {
        // A character has one to four bytes: often that is enough to know.
        if (text.Length <= (MaxLength ?? int.MaxValue) && text.Length / 4 >= (MinLength ?? 0)) return;
        var length = 0;
        foreach (var b in text)
            if ((b & 0xC0) != 0x80) length++;
        if (length < MinLength) tape.Flaw(token, string.Create(CultureInfo.InvariantCulture, $"must have at least {MinLength} characters"));
        if (length > MaxLength) tape.Flaw(token, string.Create(CultureInfo.InvariantCulture, $"must have at most {MaxLength} characters"));
    }

    static bool Matches(EcmaPattern pattern, ReadOnlySpan<byte> text)
    {
        char[]? rented = null;
        var chars = text.Length <= 256 ? stackalloc char[256] : rented = ArrayPool<char>.Shared.Rent(text.Length);
        var isMatch = pattern.IsMatch(chars[..Encoding.UTF8.GetChars(text, chars)]);
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return isMatch;
    }
}
