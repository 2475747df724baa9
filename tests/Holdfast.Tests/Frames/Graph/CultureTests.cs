using System.Globalization;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Code of the user's that is called while something is saved or read has the culture of runs, whatever the host's is.</summary>
public sealed class CultureTests
{
    /// <summary>Compares and hashes as the culture has it, as text does where nobody says how.</summary>
    internal sealed class Word(string text) : IComparable<Word>, IEquatable<Word>
    {
        public string Text => text;

        static bool IsInvariant => CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator == ".";

        public int CompareTo(Word? other) => IsInvariant ? string.CompareOrdinal(text, other!.Text) : string.CompareOrdinal(other!.Text, text);

        public bool Equals(Word? other) => other?.Text == text;

        public override bool Equals(object? obj) => Equals(obj as Word);

        public override int GetHashCode() => text.Length + (IsInvariant ? 0 : 1_000);
    }

    static readonly CultureInfo Hosts = new("") { NumberFormat = new() { NumberDecimalSeparator = "," } };

    static T Under<T>(CultureInfo culture, Func<T> code)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            var result = code();
            // Whoever encodes has his own culture again.
            Assert.Same(culture, CultureInfo.CurrentCulture);
            return result;
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    public static TheoryData<string> Kinds => ["sorted set", "sorted dictionary", "set", "dictionary", "removed from"];

    static object Made(string kind)
    {
        Word[] words = [new("a"), new("bb"), new("ccc"), new("dddd")];
        switch (kind)
        {
            case "sorted set": return new SortedSet<Word>(words);
            case "sorted dictionary": return new SortedDictionary<Word, int>(words.ToDictionary(static w => w, static w => w.Text.Length));
            case "set": return new HashSet<Word>(words);
            case "dictionary": return words.ToDictionary(static w => w, static w => w.Text.Length);
            default:
                var all = words.ToDictionary(static w => w, static w => w.Text.Length);
                all.Remove(words[1]);
                return all;
        }
    }

    static string Found(object collection) => string.Concat(new[] { "a", "bb", "ccc", "dddd" }.Select(text => collection switch
    {
        ICollection<Word> set => set.Contains(new(text)),
        IDictionary<Word, int> dictionary => dictionary.ContainsKey(new(text)),
        _ => throw new ArgumentException("?"),
    } ? "y" : "n"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_found_by_comparing_is_found_again(string kind)
    {
        var made = Under(CultureInfo.InvariantCulture, () => Made(kind));
        var before = Under(CultureInfo.InvariantCulture, () => Found(made));
        var bytes = Under(Hosts, () => Codecs.Encode(made));
        Assert.Equal(before, Under(CultureInfo.InvariantCulture, () => Found(made)));
        var read = Under(Hosts, () => Codecs.Decode<object>(bytes));
        Assert.Equal(before, Under(CultureInfo.InvariantCulture, () => Found(read)));
    }
}
