namespace Holdfast.Analyzers.Effects;

/// <summary>What members of a type do that has no place in a turn.</summary>
/// <param name="members">Their names, parted by spaces; "*" for all, and a name that ends in "*" for all that begin with it. Constructors are ".ctor", and ".ctor(path)" those that are given a path.</param>
/// <param name="deed">What they do, for the message; null where they block the thread.</param>
/// <param name="hint">What to do instead; null for the plain advice to put the call into a step.</param>
sealed class Effect(string members, string? deed, string? hint = null)
{
    readonly string[] _members = members.Split(' ');

    public string? Deed => deed;

    public string? Hint => hint;

    public bool Includes(string member)
    {
        foreach (var name in _members)
            if (name[name.Length - 1] == '*' ? member.StartsWith(name.Substring(0, name.Length - 1), StringComparison.Ordinal) && member[0] != '.' : member == name)
                return true;
        return false;
    }
}
