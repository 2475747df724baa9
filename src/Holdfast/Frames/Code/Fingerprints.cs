using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Holdfast.Frames.Code;

/// <summary>
/// Computes what identifies code. A snapshot resumes only into code with the fingerprint it was made by: a state number
/// means another line, and a field another variable, as soon as a single await was added.
/// </summary>
static class Fingerprints
{
    static readonly ConditionalWeakTable<Module, ConcurrentDictionary<(int Token, TextForm Form), Fingerprint>> Definitions = [];
    static readonly ConditionalWeakTable<MemberInfo, object> Closed = [];

    /// <summary>The fingerprints that code had while enums of which it has numbers were shorter.</summary>
    static readonly ConditionalWeakTable<MemberInfo, HashSet<Fingerprint>> BeforeGrowth = [];

    /// <summary>The fingerprint of a machine or a closure, with its generic arguments if it has any.</summary>
    public static Fingerprint Of(Type machineOrClosure) => OfCode(machineOrClosure);

    /// <summary>The fingerprint of a lambda or local function – with the machine behind it – or of the signature of an ordinary method.</summary>
    public static Fingerprint Of(MethodBase method) => OfCode(method);

    /// <summary>Whether this is the code that was saved under a fingerprint. Earlier builds wrote less of it, which makes another fingerprint of the same code.</summary>
    public static bool Fits(MemberInfo code, Fingerprint saved)
    {
        for (var form = TextForm.Now; form >= TextForm.Plain; form--)
            if ((form == TextForm.Now ? OfCode(code) : In(form, code)) == saved) return true;
        var before = BeforeGrowth.GetValue(CompilerMade.Definition(code), static definition => [.. CodeText.BeforeGrowth(definition).Select(Hash)]);
        return ArgumentsOf(code) is { Length: > 0 } arguments ? before.Any(fingerprint => WithArguments(fingerprint, arguments) == saved) : before.Contains(saved);
    }

    /// <summary>What the fingerprint of a machine covers, line by line, so that two builds can be compared.</summary>
    public static IReadOnlyList<string> Explain(Type machine)
    {
        var (lines, arguments) = TextOf(machine);
        return [.. lines, .. arguments];
    }

    /// <summary>What the fingerprint of a machine, closure, lambda or local function is computed from: its text and its type arguments.</summary>
    public static (IReadOnlyList<string> Lines, IReadOnlyList<string> Arguments) TextOf(MemberInfo code, TextForm form = TextForm.Now) =>
        (CodeText.Of(CompilerMade.Definition(code), form), [.. ArgumentsOf(code).Select(Argument)]);

    /// <summary>The fingerprint of code with this text.</summary>
    public static Fingerprint OfText(IReadOnlyList<string> lines, IReadOnlyList<string> arguments) =>
        arguments.Count == 0 ? Hash(lines) : Hash([Hash(lines).ToString(), .. arguments]);

    static Fingerprint OfCode(MemberInfo code) => ArgumentsOf(code).Length == 0 ? In(TextForm.Now, code) : (Fingerprint)Closed.GetValue(code, static c => In(TextForm.Now, c));

    static Fingerprint In(TextForm form, MemberInfo code)
    {
        var definition = CompilerMade.Definition(code);
        var fingerprint = Definitions.GetValue(definition.Module, static _ => []).GetOrAdd((definition.MetadataToken, form), static (key, d) => Hash(CodeText.Of(d, key.Form)), definition);
        return ArgumentsOf(code) is { Length: > 0 } arguments ? WithArguments(fingerprint, arguments) : fingerprint;
    }

    static Type[] ArgumentsOf(MemberInfo code) => code is Type type
        ? type.IsConstructedGenericType ? type.GetGenericArguments() : []
        :
        [
            .. code.DeclaringType is { IsConstructedGenericType: true } declaring ? declaring.GetGenericArguments() : [],
            .. code is MethodBase { IsGenericMethod: true, IsGenericMethodDefinition: false } method ? method.GetGenericArguments() : [],
        ];

    static Fingerprint WithArguments(Fingerprint definition, Type[] arguments) => Hash([definition.ToString(), .. arguments.Select(Argument)]);

    static string Argument(Type argument) => $"argument {CodeText.Names.Type(argument)}";

    static Fingerprint Hash(IReadOnlyList<string> lines)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in lines)
        {
            // A length before each line, so that a text with line breaks cannot pass for several lines.
            var length = line.Length;
            sha256.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length)));
            sha256.AppendData(MemoryMarshal.AsBytes(line.AsSpan()));
        }
        return Fingerprint.Of(sha256);
    }
}
