using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>
/// Finds the constants the compiler passes for <c>[CallerLineNumber]</c> and its kin. They change when a line is added
/// above or a space inside an argument, while the code does what it did.
/// </summary>
static class CallerInfo
{
    static readonly ConditionalWeakTable<Module, ConcurrentDictionary<int, bool[]?>> Marked = [];

    /// <summary>The numbers of the instructions that push such a constant.</summary>
    public static HashSet<int> ConstantsIn(MethodCode code, Operands? operands)
    {
        var found = new HashSet<int>();
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
                if (parameters[p] && ConstantBehind(code, operands, popped[first + p]) is var constant and >= 0) found.Add(constant);
            }
        }
        return found;
    }

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

    static bool[]? ParametersOf(MethodBase method)
    {
        var parameters = method.GetParameters();
        // The attributes have effect on optional parameters only, and reading attributes is slow.
        if (!Array.Exists(parameters, p => p.IsOptional)) return null;
        var marks = Marked.GetValue(method.Module, static _ => []);
        return marks.GetOrAdd(method.MetadataToken, static (_, list) => Array.Exists(list, IsMarked) ? Array.ConvertAll(list, IsMarked) : null, parameters);
    }

    static bool IsMarked(ParameterInfo parameter) => parameter.IsOptional
        && (parameter.IsDefined(typeof(CallerLineNumberAttribute)) || parameter.IsDefined(typeof(CallerFilePathAttribute))
            || parameter.IsDefined(typeof(CallerMemberNameAttribute)) || parameter.IsDefined(typeof(CallerArgumentExpressionAttribute)));
}
