using System.Text.Json;
using Holdfast.Frames.Graph;

namespace Holdfast.Hosting;

/// <summary>
/// An enum's value as one text for people: <c>Paid</c>; of flags, the single ones that make up the value, <c>Read, Write</c>. Names that say no more than those stand behind it, each with the number that it
/// must still have: <c>Read, Write (Both=3)</c>. In place of single ones that have no names, such a name stands with them: <c>Up, Far=48</c>.
/// </summary>
sealed class EnumText(Type type)
{
    readonly EnumWords _words = new(type, what => new JsonException($"The value goes by the names of {type}, which {what}."));

    public bool TryNumber(string text, out ulong bits) => _words.TryNumber(text, out bits);

    public string Of(ulong bits)
    {
        if (_words.Listed(bits) is { } name) return name;
        var words = _words.Say(bits);
        if (bits == 0 && words is [{ Name: { } none }]) return none;
        var rest = bits == 0 ? _words.Number(0) : words[^1] is { Name: null, Number: { } number } ? number : null;
        var behind = words.FindAll(word => word is { Name: not null, Number: { } number } && number != rest && !EnumWords.IsOneBit(_words.BitsOfNumber(number)));
        // A name that has the number of the rest says it, too.
        var isSaid = words.Exists(word => word.Name is not null && word.Number == rest);
        var text = string.Join(", ", words.Where(word => !behind.Contains(word) && !(isSaid && word.Name is null)));
        return behind.Count == 0 ? text : $"{text} ({string.Join(", ", behind)})";
    }

    /// <exception cref="JsonException">It would be another value than it was.</exception>
    public ulong Parse(string text)
    {
        var words = new List<EnumWord>();
        var open = text.EndsWith(')') ? text.IndexOf(" (", StringComparison.Ordinal) : -1;
        foreach (var word in Words(open < 0 ? text : text[..open]))
        {
            words.Add(word);
            if (word is { Name: not null, Number: { } number }) words.Add(new(null, number));
        }
        if (words is [{ Name: { } name, Number: null }] && open < 0) return One(name);
        if (open >= 0) words.AddRange(Words(text[(open + 2)..^1]));
        return _words.Mean(words);
    }

    /// <summary>A name by itself, as people write it, too. In a list it is its member, whatever number that has.</summary>
    ulong One(string name) => _words.BitsOf(name) is var bits && _words.IsMarked && bits != 0 ? _words.Mean([new(name, null)]) : bits;

    static IEnumerable<EnumWord> Words(string text) => text.Split(',', StringSplitOptions.TrimEntries).Select(EnumWord.Of);
}
