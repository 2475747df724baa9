using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>
/// Finds the constants the compiler passes for <c>[CallerLineNumber]</c> and its kin. They change when a line is added
/// above or a space inside an argument, while the code does what it did. A person may pass one as well, and means it.
/// </summary>
static partial class CallerInfo
{
    /// <summary>What the compiler tells a parameter, the first first if it is marked more than once. A member's name is no part: it changes with the member alone.</summary>
    enum Told { Nothing, Line, File, Argument }

    /// <summary>What stands for the path is another word than earlier builds wrote, for they wrote theirs for the path of a person, too.</summary>
    const string LeftOut = "caller info", FileLeftOut = "caller file";

    static readonly ConditionalWeakTable<Module, ConcurrentDictionary<int, Told[]?>> Marked = [];

    /// <summary>What stands for the instructions that push such a constant.</summary>
    public static Dictionary<int, string> ConstantsIn(MethodCode code, Operands? operands, TextForm form)
    {
        var found = new Dictionary<int, string>();
        // Where the stack is not understood, the constants are hashed like any other: too strict, never too weak.
        if (operands is null) return found;
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            if (!code.Instructions[i].IsCall || code.Member(i) is not MethodBase method) continue;
            if (ParametersOf(method) is not { } parameters) continue;
            var popped = operands.PoppedBy(i);
            var first = popped.Length - parameters.Length;
            for (var p = 0; p < parameters.Length; p++)
            {
                if (parameters[p] == Told.Nothing || ConstantBehind(code, operands, popped[first + p]) is not (var constant and >= 0)) continue;
                if (InPlaceOf(code, constant, parameters[p], form) is { } text) found[constant] = text;
            }
        }
        return found;
    }

    /// <summary>What stands for a constant in the text of the code; null if the compiler cannot have made it.</summary>
    static string? InPlaceOf(MethodCode code, int constant, Told told, TextForm form)
    {
        // Nothing tells a line from any other number.
        if (code.Instructions[constant].Code != OpCodes.Ldstr) return told == Told.Line ? LeftOut : null;
        var text = code.Text(constant);
        return told switch
        {
            Told.File when text.EndsWith(".cs", StringComparison.OrdinalIgnoreCase) && text.AsSpan().ContainsAny('/', '\\') => form < TextForm.Counted ? LeftOut : IsRooted(text) ? FileLeftOut : null,
            // The text of an argument neither begins nor ends with white space.
            Told.Argument when text.AsSpan().Trim().Length == text.Length => $"ldstr \"{Plain(text)}\"",
            _ => null,
        };
    }

    /// <summary>Whether the text begins as the compiler's paths do, on whatever system it ran: it writes them in full, or from <c>/_/</c> on.</summary>
    static bool IsRooted(string path) => path[0] is '/' or '\\' || (path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '/' or '\\');

    static string Plain(string argument) => Spaces().Replace(Comments().Replace(argument, " "), static gap => gap.Groups["apart"].Success ? " " : "");

    /// <summary>The constant a value comes from, through the conversion to a wider, boxed or nullable type.</summary>
    static int ConstantBehind(MethodCode code, Operands operands, int producer)
    {
        while (producer >= 0)
        {
            var op = code.Instructions[producer].Code;
            if (op == OpCodes.Ldstr || code.Instructions[producer].Constant is not null) return producer;
            if (op == OpCodes.Ldc_I8 || op == OpCodes.Ldc_R4 || op == OpCodes.Ldc_R8) return producer;
            var converts = op == OpCodes.Box || op == OpCodes.Newobj || op.Name!.StartsWith("conv.", StringComparison.Ordinal);
            producer = converts && operands.PoppedBy(producer) is [var converted] ? converted : Operands.Unknown;
        }
        return Operands.Unknown;
    }

    static Told[]? ParametersOf(MethodBase method)
    {
        var parameters = method.GetParameters();
        // The attributes have effect on optional parameters only, and reading attributes is slow.
        if (!Array.Exists(parameters, p => p.IsOptional)) return null;
        var marks = Marked.GetValue(method.Module, static _ => []);
        return marks.GetOrAdd(method.MetadataToken, static (_, list) => Array.ConvertAll(list, ToldTo) is var told && Array.Exists(told, t => t != Told.Nothing) ? told : null, parameters);
    }

    static Told ToldTo(ParameterInfo parameter) =>
        !parameter.IsOptional ? Told.Nothing
        : parameter.IsDefined(typeof(CallerLineNumberAttribute)) ? Told.Line
        : parameter.IsDefined(typeof(CallerFilePathAttribute)) ? Told.File
        : parameter.IsDefined(typeof(CallerMemberNameAttribute)) ? Told.Nothing
        : parameter.IsDefined(typeof(CallerArgumentExpressionAttribute)) ? Told.Argument
        : Told.Nothing;

    /// <summary>Comments where people put them. Elsewhere it is as likely a part of an address or a path.</summary>
    [GeneratedRegex(@"(?<=[\s(\[{,])(//[^\n]*\n|/\*.*?\*/)", RegexOptions.Singleline)]
    private static partial Regex Comments();

    /// <summary>White space, and whether it keeps two words apart.</summary>
    [GeneratedRegex(@"(?<apart>(?<=\w)\s+(?=\w))|\s+")]
    private static partial Regex Spaces();
}
