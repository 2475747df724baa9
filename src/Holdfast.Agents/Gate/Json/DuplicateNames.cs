namespace Holdfast.Agents.Json;

/// <summary>
/// Finds a name that an object has twice: readers differ in which of the two values they take. A small object is looked through name by name, and only if a
/// few bits of the new name's hash were seen before. A large one is sorted when it closes, which no choice of names makes slow.
/// </summary>
static class DuplicateNames
{
    public const int WalkedMax = 32;

    public const string What = "a property name appears twice in an object";

    /// <summary>Whether a name, the last token of a small object so far, stands in it already.</summary>
    /// <param name="tape">The text.</param>
    /// <param name="seen">Bits of the object's names up to now.</param>
    /// <param name="container">The object.</param>
    /// <param name="name">The name.</param>
    public static bool IsTwice(JsonTape tape, ref ulong seen, int container, int name)
    {
        var text = tape.TextOf(name);
        var bit = 1UL << (text.Length == 0 ? 0 : (text[0] * 31) + (text[^1] * 7) + text[text.Length / 2] + text.Length);
        var isNew = (seen & bit) == 0;
        seen |= bit;
        if (isNew) return false;
        for (var other = container + 1; other < name; other = tape.At(other + 1).Link)
            if (tape.TextOf(other).SequenceEqual(text)) return true;
        return false;
    }

    /// <summary>The second of two equal names in a large object whose last token has been read, or less than zero.</summary>
    public static int FindSorted(JsonTape tape, int container)
    {
        var names = new int[tape.At(container).Length];
        for (var (i, name) = (0, container + 1); i < names.Length; i++)
        {
            names[i] = name;
            name = tape.At(name + 1).Link;
        }
        Array.Sort(names, (left, right) => tape.TextOf(left).SequenceCompareTo(tape.TextOf(right)));
        for (var i = 1; i < names.Length; i++)
            if (tape.TextOf(names[i - 1]).SequenceEqual(tape.TextOf(names[i]))) return Math.Max(names[i - 1], names[i]);
        return -1;
    }
}
