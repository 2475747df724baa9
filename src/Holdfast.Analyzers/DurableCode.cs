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
        return FunctionAround(context.Operation, context.ContainingSymbol) is { } function && types.RunsInTurns(function) ? function : null;
    }

    /// <summary>
    /// The durable function or the update that runs the operation, itself or by calling the local function that it stands in, or null: what it does is kept by the commit after it, or done again.
    /// </summary>
    public static IMethodSymbol? CommittedAround(OperationAnalysisContext context, HoldfastTypes types) =>
        Runner(context, function => types.RunsInTurns(function) || HoldfastTypes.IsUpdate(function));

    /// <summary>The same, or a query.</summary>
    public static IMethodSymbol? RunAround(OperationAnalysisContext context, HoldfastTypes types) =>
        CommittedAround(context, types) ?? Runner(context, HoldfastTypes.IsQuery);

    static IMethodSymbol? Runner(OperationAnalysisContext context, Func<IMethodSymbol, bool> counts) =>
        Runner(context.Operation, context.ContainingSymbol, counts, new(SymbolEqualityComparer.Default));

    static IMethodSymbol? Runner(IOperation operation, ISymbol member, Func<IMethodSymbol, bool> counts, HashSet<ISymbol> visited)
    {
        var function = FunctionAround(operation, member);
        if (function is null || counts(function)) return function;
        if (function.MethodKind != MethodKind.LocalFunction || !visited.Add(function)) return null;
        var all = operation;
        while (all.Parent is { } parent) all = parent;
        var runner = (IMethodSymbol?)null;
        foreach (var inner in all.Descendants())
            if (inner is IInvocationOperation call && Same(call.TargetMethod.OriginalDefinition, function)) runner ??= Runner(call, member, counts, visited);
            // An iterator's code runs where it is looped over, and that may be a step.
            else if (inner.Kind == OperationKind.YieldReturn && Same(FunctionAround(inner, member), function)) return null;
        return runner;
    }

    static bool Same(ISymbol? left, ISymbol right) => SymbolEqualityComparer.Default.Equals(left, right);

    /// <summary>The innermost function whose code the operation is, or null where it is only named.</summary>
    public static IMethodSymbol? FunctionAround(IOperation operation, ISymbol member)
    {
        for (var parent = operation.Parent; parent is not null; parent = parent.Parent)
            switch (parent)
            {
                case INameOfOperation: return null;
                case IAnonymousFunctionOperation lambda: return lambda.Symbol;
                case ILocalFunctionOperation local: return local.Symbol;
            }
        return member as IMethodSymbol;
    }

    /// <summary>The call that starts the step in whose code the operation stands, or null. A lambda that is an expression is read, not run.</summary>
    public static IInvocationOperation? StepAround(IOperation operation)
    {
        for (var parent = operation.Parent; parent is not null; parent = parent.Parent)
            switch (parent)
            {
                case INameOfOperation:
                case IConversionOperation { Operand: IAnonymousFunctionOperation }:
                    return null;
                case IArgumentOperation { Parent: IInvocationOperation call } argument when HoldfastTypes.IsStep(call.TargetMethod) && HoldfastTypes.IsStepBody(argument):
                    return call;
            }
        return null;
    }
}
