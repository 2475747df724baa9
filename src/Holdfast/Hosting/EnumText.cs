using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text.Json;

namespace Holdfast.Hosting;

/// <summary>
/// An enum's values as text: <c>Paid</c>; of flags, the single ones that make up the value, <c>Read, Write</c>. A name that does not say by itself what it stands for carries its number, and means that
/// number only: <c>Both=6</c>, where no names of single flags make up the 6, and <c>Sent=2</c>, where another name has the 2 as well.
/// </summary>
sealed class EnumText
{
    readonly Type _type;
    readonly bool _isFlags;
    readonly bool _isSigned;
    readonly int _width;
    readonly List<(string Name, ulong Bits)> _members = [];

    public EnumText(Type type)
    {
        _type = type;
        _isFlags = type.IsDefined(typeof(FlagsAttribute));
        var number = Type.GetTypeCode(type);
        _isSigned = number is TypeCode.SByte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64;
        _width = number switch { TypeCode.SByte or TypeCode.Byte => 8, TypeCode.Int16 or TypeCode.UInt16 => 16, TypeCode.Int32 or TypeCode.UInt32 => 32, _ => 64 };
        foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public)) _members.Add((field.Name, BitsOf(field.GetValue(null)!)));
    }

    /// <summary>The number, as wide as a number can be; a negative one with its sign.</summary>
    public static ulong BitsOf(object value) => Convert.GetTypeCode(value) is TypeCode.SByte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64
        ? unchecked((ulong)Convert.ToInt64(value, CultureInfo.InvariantCulture)) : Convert.ToUInt64(value, CultureInfo.InvariantCulture);

    public string Number(ulong bits) => _isSigned ? unchecked((long)bits).ToString(CultureInfo.InvariantCulture) : bits.ToString(CultureInfo.InvariantCulture);

    public bool TryNumber(string text, out ulong bits)
    {
        bits = 0;
        if (!_isSigned) return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bits) && (_width == 64 || bits >> _width == 0);
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return false;
        bits = unchecked((ulong)number);
        return _width == 64 || (number >= -(1L << (_width - 1)) && number < 1L << (_width - 1));
    }

    /// <summary>The names; null when there are none, and the number is all there is.</summary>
    public string? Of(ulong bits)
    {
        if ((!_isFlags || bits == 0) && _members.FindIndex(m => m.Bits == bits) is var at and >= 0) return Said(_members[at]);
        var parts = new List<string>();
        var rest = bits;
        // Single ones first; what those leave out, by the larger ones that lie within the value.
        foreach (var member in _members.Where(m => m.Bits != 0 && (_isFlags || IsSingle(m.Bits))).OrderBy(static m => m.Bits, Comparer<ulong>.Create(static (one, other) => IsSingle(other).CompareTo(IsSingle(one)))))
        {
            if ((member.Bits & ~bits) != 0 || (member.Bits & rest) == 0) continue;
            parts.Add(Said(member));
            rest &= ~member.Bits;
        }
        if (rest != 0 && (!_isFlags || parts.Count == 0)) return null;
        if (rest != 0) parts.Add(Number(rest));
        return parts.Count == 0 ? null : string.Join(", ", parts);
    }

    /// <exception cref="JsonException">It would be another value than it was.</exception>
    public ulong Parse(string text)
    {
        var bits = 0UL;
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var isSum = parts.Length > 1;
        foreach (var part in parts)
        {
            var more = One(part);
            // A part that the others hold already was something else.
            if (isSum && (more == 0 || (!part.Contains('=', StringComparison.Ordinal) && (bits & more) != 0)))
                throw Changed($"'{part}' is no flag of its own among '{text}'");
            bits |= more;
        }
        return bits;
    }

    ulong One(string part)
    {
        if (TryNumber(part, out var number)) return number;
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? part : part[..equals];
        var at = _members.FindIndex(m => m.Name == name);
        if (at < 0) throw Changed($"'{name}' is no member of it");
        var bits = _members[at].Bits;
        if (equals >= 0)
            return TryNumber(part[(equals + 1)..], out var was) && was == bits ? bits : throw Changed($"'{name}' is {Number(bits)}, and stood for {part[(equals + 1)..]}");
        return !_isFlags || bits == 0 || IsSingle(bits) ? bits : throw Changed($"'{name}' is several flags ({Number(bits)}), and was one");
    }

    string Said((string Name, ulong Bits) member) =>
        (!_isFlags || member.Bits == 0 || IsSingle(member.Bits)) && _members.Count(m => m.Bits == member.Bits) == 1 ? member.Name : $"{member.Name}={Number(member.Bits)}";

    static bool IsSingle(ulong bits) => BitOperations.IsPow2(bits);

    JsonException Changed(string what) => new($"A value was kept by the names of {_type}, where {what}.");
}
