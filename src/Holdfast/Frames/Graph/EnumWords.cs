using System.Globalization;
using System.Numerics;
using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>One part of what an enum's value is called: a name that follows its member, a name with the number that it must have, or a number without a name.</summary>
readonly record struct EnumWord(string? Name, string? Number)
{
    const char Exactly = '=';

    public override string ToString() => Name is null ? Number! : Number is null ? Name : $"{Name}{Exactly}{Number}";

    public static EnumWord Of(string text) => text.Split(Exactly) is [var name, var number] ? new(name, number) : text is ['-' or (>= '0' and <= '9'), ..] ? new(null, text) : new(text, null);
}

/// <summary>
/// What the numbers of an enum are called, and whether that still means the same: in snapshots and at the borders. Members of one bit follow their names. A name that is not all there is to say of its number
/// must still have it, and a number without a name must still have none.
/// </summary>
sealed class EnumWords
{
    readonly Func<string, Exception> _changed;
    readonly int _width;
    readonly bool _isSigned;
    readonly (string Name, ulong Bits)[] _members;

    /// <param name="type">The enum.</param>
    /// <param name="changed">The error for a value that means something else now, from what is said of the enum.</param>
    public EnumWords(Type type, Func<string, Exception> changed)
    {
        _changed = changed;
        var number = Type.GetTypeCode(type);
        _isSigned = number is TypeCode.SByte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64;
        _width = number switch { TypeCode.SByte or TypeCode.Byte => 8, TypeCode.Int16 or TypeCode.UInt16 => 16, TypeCode.Int32 or TypeCode.UInt32 => 32, _ => 64 };
        _members = [.. type.GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (field.Name, TryNumber(Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)!, out var bits) ? bits : 0))];
        IsMarked = type.IsDefined(typeof(FlagsAttribute));
        IsFlags = IsMarked || LooksLikeFlags();
    }

    /// <summary>Whether somebody has said that the members are bits.</summary>
    public bool IsMarked { get; }

    /// <summary>Whether they are, as far as can be told.</summary>
    public bool IsFlags { get; }

    /// <summary>The one member of a list that has this number; null for bits, and where more must be said.</summary>
    public string? Listed(ulong bits) => !IsFlags && Array.FindAll(_members, member => member.Bits == bits) is [var only] ? only.Name : null;

    /// <summary>All that must be said of a number; the number alone where nothing of it has a name.</summary>
    public List<EnumWord> Say(ulong bits)
    {
        var named = Array.FindAll(_members, member => member.Bits == bits);
        var said = bits == 0 || (!IsFlags && named.Length > 0) ? named : Array.FindAll(_members, member => member.Bits != 0 && (member.Bits & ~bits) == 0);
        var rest = said.Aggregate(bits, static (rest, member) => IsOneBit(member.Bits) ? rest & ~member.Bits : rest);
        // A list may be used as bits; what its members do not make up between them is a number and no more.
        if (!IsFlags && named.Length == 0 && rest != 0) return [new(null, Number(bits))];
        List<EnumWord> words = [.. said.Select(member => new EnumWord(member.Name, IsFlags && IsOneBit(member.Bits) && _members.Count(other => other.Bits == member.Bits) == 1 ? null : Number(member.Bits)))];
        if (rest != 0 || words.Count == 0) words.Add(new(null, Number(rest)));
        return words;
    }

    /// <summary>The number that is meant, where all was said of it.</summary>
    public ulong Mean(IEnumerable<EnumWord> words)
    {
        var (bits, loose, exact, said) = (0UL, 0UL, new List<(string Name, ulong Bits)>(), new List<ulong>());
        foreach (var word in words)
        {
            if (word.Name is null)
            {
                loose |= BitsOfNumber(word.Number!);
                continue;
            }
            var now = BitsOf(word.Name);
            said.Add(now);
            if (word.Number is { } was)
            {
                exact.Add((word.Name, Number(now) == was ? now : throw _changed($"had the number {was} for '{word.Name}', which is {Number(now)} now")));
                if (IsOneBit(now)) bits |= now;
                continue;
            }
            if (!IsOneBit(now)) throw _changed($"had one bit for '{word.Name}', which is {Number(now)} now");
            if ((bits & now) != 0) throw _changed($"has no bit of its own for '{word.Name}' any more");
            bits |= now;
        }
        bits |= loose;
        // A name of several bits says nothing any more once one of them has moved away.
        foreach (var (name, now) in exact)
            if ((now & ~bits) != 0) throw _changed($"has other members in '{name}' now");
        if (!IsFlags && !said.Contains(bits)) MustBeNameless(bits);
        loose = exact.Aggregate(loose, static (loose, one) => loose & ~one.Bits);
        // In a list, a number of several bits is nothing but a place.
        if (!IsFlags && said.Count == 0) return bits;
        if (Array.Find(_members, member => (IsFlags || IsOneBit(member.Bits)) && (member.Bits & ~bits) == 0 && (member.Bits & loose) != 0) is { Name: { } fresh }) throw Fresh(loose, fresh);
        return bits;
    }

    /// <summary>The number of a member.</summary>
    public ulong BitsOf(string name) => Array.Find(_members, member => member.Name == name) is { Name: not null } found ? found.Bits : throw _changed($"has no member '{name}' any more");

    /// <summary>The number of a member that had this one. Where it has come to that of another member, nobody can tell the two apart; another name for a number that it always had is none of that.</summary>
    public ulong BitsOf(string name, string was)
    {
        var now = BitsOf(name);
        return Number(now) != was && Array.Find(_members, member => member.Bits == now && member.Name != name) is { Name: { } other }
            ? throw _changed($"has the number {Number(now)} for '{name}', which was {was}, and for '{other}'")
            : now;
    }

    /// <summary>A number that the enum can still have.</summary>
    public ulong BitsOfNumber(string number) => TryNumber(number, out var bits) ? bits : throw _changed($"cannot be {number} any more");

    /// <summary>Refuses a number that has got a name since it was saved without one.</summary>
    public void MustBeNameless(ulong bits)
    {
        if (Array.Find(_members, member => member.Bits == bits) is { Name: { } fresh }) throw Fresh(bits, fresh);
    }

    public string Number(ulong bits) => _isSigned
        ? ((long)(bits << (64 - _width)) >> (64 - _width)).ToString(CultureInfo.InvariantCulture)
        : bits.ToString(CultureInfo.InvariantCulture);

    public bool TryNumber(string text, out ulong bits)
    {
        bits = 0;
        if (!_isSigned) return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bits) && (bits & ~All) == 0;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return false;
        bits = unchecked((ulong)number) & All;
        return (long)(bits << (64 - _width)) >> (64 - _width) == number;
    }

    /// <summary>Whether other members could make up the number between them.</summary>
    bool IsMadeOfSingles(ulong bits) => _members.Aggregate(bits, static (rest, member) => IsOneBit(member.Bits) ? rest & ~member.Bits : rest) == 0;

    public static bool IsOneBit(ulong bits) => BitOperations.IsPow2(bits);

    /// <summary>Without the attribute: all members are bits or made of them, and their numbers do not run on as those of a list.</summary>
    bool LooksLikeFlags()
    {
        var numbers = _members.Select(static member => member.Bits).Where(static bits => bits != 0).Distinct().ToList();
        return numbers.Exists(static bits => !IsOneBit(bits)) && numbers.TrueForAll(IsMadeOfSingles) && numbers.Max() - numbers.Min() >= (ulong)numbers.Count;
    }

    ulong All => ulong.MaxValue >> (64 - _width);

    Exception Fresh(ulong bits, string name) => _changed($"calls {Number(bits)} '{name}' now, which had no name");
}
