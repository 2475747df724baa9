using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>Finds whose turn an operation runs in.</summary>
static class DurableCode
{
    /// <summary>
    /// The durable function that runs the operation itself, or null. Code of a lambda within it may be a step's, or run elsewhere, and
    /// belongs to nobody's turn for certain.
    /// </summary>
    public static IMethodSymbol? Around(OperationAnalysisContext context, HoldfastTypes types)
    {
        var function = context.ContainingSymbol as IMethodSymbol;
        for (var parent = context.Operation.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is INameOfOperation) return null;
            if (parent is IAnonymousFunctionOperation lambda) function = lambda.Symbol;
            else if (parent is ILocalFunctionOperation local) function = local.Symbol;
            else continue;
            break;
        }
        return function is not null && types.RunsInTurns(function) ? function : null;
    }
}
