using System.Collections.Concurrent;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Enums go by name, so that renumbering them does not change what was saved. <c>Name</c> follows its member; <c>Name:3</c> does so while the
/// enum is a list, for 3 is also two of its members. <c>|Name|Name=3|8</c> are bits: members of one bit follow their names, a
/// name that is not all there is to say of its number must still have it, and a number without a name must still have none.
/// </summary>
static class EnumCodec<T> where T : struct, Enum
{
    const char Part = '|', Exactly = '=', InList = ':';

    // Combinations are few in most programs; the bound is for one that counts with them.
    const int TextsMax = 1000;

    static readonly (string Name, ulong Bits)[] Members =
        [.. typeof(T).GetFields(BindingFlags.Static | BindingFlags.Public).Select(static field => (field.Name, BitsOf((T)field.GetValue(null)!)))];

    static readonly Dictionary<string, ulong> ByName = Members.ToDictionary(static member => member.Name, static member => member.Bits);
    static readonly ulong Singles = Members.Aggregate(0UL, static (all, member) => IsOneBit(member.Bits) ? all | member.Bits : all);
    static readonly bool IsFlags = typeof(T).IsDefined(typeof(FlagsAttribute)) || LooksLikeFlags();
    static readonly ConcurrentDictionary<T, byte[]> Texts = new();

    public static void Write(GraphWriter writer, ref T value)
    {
        if (!Texts.TryGetValue(value, out var text))
        {
            text = Encoding.UTF8.GetBytes(TextOf(BitsOf(value)));
            if (Texts.Count < TextsMax) Texts.TryAdd(value, text);
        }
        writer.WriteUnsigned(text.Length == 0 ? 0 : (uint)text.Length + 1);
        if (text.Length == 0) writer.WriteSigned(0);
        else writer.WriteBytes(text);
    }

    public static void Read(GraphReader reader, ref T value)
    {
        var length = reader.ReadUnsigned();
        if (length == 0)
        {
            value = WithoutName(reader.ReadSigned());
            return;
        }
        if (length - 1 > (ulong)reader.Remaining) throw GraphErrors.Corrupt("an enum's name is longer than the data");
        var text = Encoding.UTF8.GetString(reader.ReadSpan((int)length - 1));
        if (text is [Part, ..]) value = FromBits(ReadParts(text[1..]));
        else if (text.Split(InList) is [var name, var number]) value = FromBits(ReadInList(name, number));
        // As they were written before, several names of bits stand behind one another.
        else value = FromBits(text.Split(", ").Aggregate(0UL, static (all, one) => all | Named(one)));
    }

    /// <summary>How a value is written; empty for a zero without a name.</summary>
    static string TextOf(ulong bits)
    {
        var named = Array.FindAll(Members, member => member.Bits == bits);
        if (!IsFlags && named is [var only]) return bits != 0 && !IsOneBit(bits) && (bits & ~Singles) == 0 ? $"{only.Name}{InList}{Number(bits)}" : only.Name;
        var said = bits == 0 || (!IsFlags && named.Length > 1) ? named : Array.FindAll(Members, member => member.Bits != 0 && (member.Bits & ~bits) == 0);
        var text = string.Concat(said.Select(static member => IsFlags && IsOneBit(member.Bits) && Members.Count(other => other.Bits == member.Bits) == 1
            ? $"{Part}{member.Name}"
            : $"{Part}{member.Name}{Exactly}{Number(member.Bits)}"));
        var rest = said.Aggregate(bits, static (rest, member) => IsOneBit(member.Bits) ? rest & ~member.Bits : rest);
        return rest == 0 ? text : $"{text}{Part}{Number(rest)}";
    }

    static ulong ReadParts(string text)
    {
        var (bits, loose, exact, isFlags) = (0UL, 0UL, new List<(string Name, ulong Bits)>(), IsFlags);
        foreach (var part in text.Split(Part))
        {
            if (part.Split(Exactly) is [var name, var number])
            {
                if (Named(name) is var now && Number(now) != number) throw Renumbered(name, number);
                exact.Add((name, now));
                if (IsOneBit(now)) bits |= now;
            }
            else if (part is ['-' or (>= '0' and <= '9'), ..])
            {
                loose |= Enum.TryParse<T>(part, out var rest) && rest.ToString("D") == part ? BitsOf(rest) : throw Migration($"cannot be {part} any more");
            }
            else
            {
                isFlags = true;
                bits |= IsOneBit(Named(part)) ? Named(part) : throw Migration($"had one bit for '{part}', which is {Number(Named(part))} now");
            }
        }
        bits |= loose;
        // A name of several bits says nothing any more once one of them has moved away.
        foreach (var (name, now) in exact)
            if ((now & ~bits) != 0) throw Migration($"has other members in '{name}' now");
        loose = exact.Aggregate(loose, static (loose, one) => loose & ~one.Bits);
        if (Array.Find(Members, member => (member.Bits & ~bits) == 0 && (member.Bits & loose) != 0) is { Name: { } fresh }) throw Migration($"calls {Number(loose)} '{fresh}' now, which had no name");
        if (!isFlags && !exact.Exists(one => one.Bits == bits)) Unnamed(bits);
        return bits;
    }

    /// <summary>In a list, the number is nothing but a place; it matters once it says which bits are set.</summary>
    static ulong ReadInList(string name, string number) =>
        Named(name) is var now && IsFlags && !IsOneBit(now) && Number(now) != number ? throw Renumbered(name, number) : now;

    static T WithoutName(long number)
    {
        var value = (T)Enum.ToObject(typeof(T), number);
        if (value.ToString("D") is var now && now != (Type.GetTypeCode(typeof(T)) is TypeCode.UInt64 ? ((ulong)number).ToString() : number.ToString())) throw Migration($"cannot be {number} any more");
        // No flag is no flag, whatever it is called.
        if (!IsFlags || number != 0) Unnamed(BitsOf(value));
        return value;
    }

    static void Unnamed(ulong bits)
    {
        if (Array.Find(Members, member => member.Bits == bits) is { Name: { } fresh }) throw Migration($"calls {Number(bits)} '{fresh}' now, which had no name");
    }

    static ulong Named(string name) => ByName.TryGetValue(name, out var bits) ? bits : throw Migration($"has no member '{name}' any more");

    static HoldfastException Renumbered(string name, string number) => Migration($"had the number {number} for '{name}', which is {Number(Named(name))} now");

    static HoldfastException Migration(string what) => GraphErrors.Migration($"The enum {typeof(T)} {what}, but a saved run holds it.");

    /// <summary>Without the attribute: all members are bits or made of them, and their numbers do not run on as those of a list.</summary>
    static bool LooksLikeFlags()
    {
        var numbers = Members.Select(static member => member.Bits).Where(static bits => bits != 0).Distinct().ToList();
        return numbers.Exists(static bits => !IsOneBit(bits)) && numbers.TrueForAll(static bits => (bits & ~Singles) == 0) && numbers.Max() - numbers.Min() >= (ulong)numbers.Count;
    }

    static bool IsOneBit(ulong bits) => BitOperations.IsPow2(bits);

    static string Number(ulong bits) => FromBits(bits).ToString("D");

    static ulong BitsOf(T value) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<T, byte>(value),
        2 => Unsafe.BitCast<T, ushort>(value),
        4 => Unsafe.BitCast<T, uint>(value),
        _ => Unsafe.BitCast<T, ulong>(value),
    };

    static T FromBits(ulong bits) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<byte, T>((byte)bits),
        2 => Unsafe.BitCast<ushort, T>((ushort)bits),
        4 => Unsafe.BitCast<uint, T>((uint)bits),
        _ => Unsafe.BitCast<ulong, T>(bits),
    };
}
