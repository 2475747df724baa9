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
    static readonly ConditionalWeakTable<Module, ConcurrentDictionary<int, Fingerprint>> Definitions = [];
    static readonly ConditionalWeakTable<MemberInfo, object> Closed = [];

    /// <summary>The fingerprint of a machine or a closure, with its generic arguments if it has any.</summary>
    public static Fingerprint Of(Type machineOrClosure) => machineOrClosure.IsConstructedGenericType
        ? (Fingerprint)Closed.GetValue(machineOrClosure, static t => WithArguments(OfDefinition(CompilerMade.Definition((Type)t)), ((Type)t).GetGenericArguments()))
        : OfDefinition(machineOrClosure);

    /// <summary>The fingerprint of a lambda or local function – with the machine behind it – or of the signature of an ordinary method.</summary>
    public static Fingerprint Of(MethodBase method)
    {
        var arguments = ArgumentsOf(method);
        return arguments.Length == 0
            ? OfDefinition(method)
            : (Fingerprint)Closed.GetValue(method, m => WithArguments(OfDefinition(CompilerMade.Definition((MethodBase)m)), arguments));
    }

    /// <summary>Whether this is the code that was saved under a fingerprint. Earlier builds left out the names of tuple elements and of what is taken apart, which makes another fingerprint of the same code.</summary>
    public static bool Fits(MemberInfo code, Fingerprint saved)
    {
        if ((code is Type type ? Of(type) : Of((MethodBase)code)) == saved) return true;
        var (lines, arguments) = TextOf(code);
        return OfText(TupleNames.Without(lines), arguments) == saved;
    }

    /// <summary>What the fingerprint of a machine covers, line by line, so that two builds can be compared.</summary>
    public static IReadOnlyList<string> Explain(Type machine)
    {
        var (lines, arguments) = TextOf(machine);
        return [.. lines, .. arguments];
    }

    /// <summary>What the fingerprint of a machine, closure, lambda or local function is computed from: its text and its type arguments.</summary>
    public static (IReadOnlyList<string> Lines, IReadOnlyList<string> Arguments) TextOf(MemberInfo code) => code is Type type
        ? (CodeText.Of(CompilerMade.Definition(type)), type.IsConstructedGenericType ? [.. type.GetGenericArguments().Select(Argument)] : [])
        : (CodeText.Of(CompilerMade.Definition((MethodBase)code)), [.. ArgumentsOf((MethodBase)code).Select(Argument)]);

    /// <summary>The fingerprint of code with this text.</summary>
    public static Fingerprint OfText(IReadOnlyList<string> lines, IReadOnlyList<string> arguments) =>
        arguments.Count == 0 ? Hash(lines) : Hash([Hash(lines).ToString(), .. arguments]);

    static Type[] ArgumentsOf(MethodBase method) =>
    [
        .. method.DeclaringType is { IsConstructedGenericType: true } type ? type.GetGenericArguments() : [],
        .. method is { IsGenericMethod: true, IsGenericMethodDefinition: false } ? method.GetGenericArguments() : [],
    ];

    static Fingerprint OfDefinition(Type type) =>
        Definitions.GetValue(type.Module, static _ => []).GetOrAdd(type.MetadataToken, static (_, t) => Hash(CodeText.Of(t)), type);

    static Fingerprint OfDefinition(MethodBase method) =>
        Definitions.GetValue(method.Module, static _ => []).GetOrAdd(method.MetadataToken, static (_, m) => Hash(CodeText.Of(m)), method);

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
