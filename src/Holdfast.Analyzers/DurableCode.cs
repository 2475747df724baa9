using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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
    /// The durable function or the update that runs the operation, itself or by calling the local function, the lambda or the private method that it stands in, or null: what it does is kept by the commit after it, or done again.
    /// </summary>
    public static IMethodSymbol? CommittedAround(OperationAnalysisContext context, HoldfastTypes types) =>
        Runner(context, types, function => types.RunsInTurns(function) || HoldfastTypes.IsUpdate(function));

    /// <summary>The same, or a query.</summary>
    public static IMethodSymbol? RunAround(OperationAnalysisContext context, HoldfastTypes types) =>
        CommittedAround(context, types) ?? Runner(context, types, HoldfastTypes.IsQuery);

    static IMethodSymbol? Runner(OperationAnalysisContext context, HoldfastTypes types, Func<IMethodSymbol, bool> counts) =>
        Runner(context.Operation, context.ContainingSymbol, types, counts, new(SymbolEqualityComparer.Default));

    /// <summary>The constructor of a workflow that runs the operation, itself or by calling what it stands in, or null.</summary>
    public static IMethodSymbol? ConstructorAround(OperationAnalysisContext context, HoldfastTypes types) =>
        Runner(context, types, function => types.RunsInTurns(function) || IsConstructor(function, types)) is { } runner && IsConstructor(runner, types) ? runner : null;

    static bool IsConstructor(IMethodSymbol function, HoldfastTypes types) => function.MethodKind == MethodKind.Constructor && types.IsWorkflow(function.ContainingType);

    static IMethodSymbol? Runner(IOperation operation, ISymbol member, HoldfastTypes types, Func<IMethodSymbol, bool> counts, HashSet<ISymbol> visited)
    {
        var function = FunctionAround(operation, member);
        if (function is null || counts(function)) return function;
        if (!visited.Add(function)) return null;
        return function.MethodKind switch
        {
            MethodKind.LocalFunction => Caller(function, [(Root(operation), member)], types, counts, visited),
            MethodKind.AnonymousFunction => VariableOf(operation, function) is { } variable ? Caller(variable, [(Root(operation), member)], types, counts, visited) : null,
            // Nobody else can call it, and nothing else can be called in its place.
            MethodKind.Ordinary when IsOfItsClass(function) => Caller(function, MethodsBeside(operation, function, types), types, counts, visited),
            _ => null,
        };
    }

    /// <summary>The runner of one of the calls of a function in these methods.</summary>
    static IMethodSymbol? Caller(ISymbol called, IEnumerable<(IOperation Body, ISymbol Member)> methods, HoldfastTypes types, Func<IMethodSymbol, bool> counts, HashSet<ISymbol> visited)
    {
        var runner = (IMethodSymbol?)null;
        foreach (var (body, member) in methods)
            foreach (var inner in body.Descendants())
                if (inner is IInvocationOperation call && Same(CalledBy(call), called)) runner ??= Runner(call, member, types, counts, visited);
                // An iterator's code runs where it is looped over, and that may be a step.
                else if (inner.Kind == OperationKind.YieldReturn && Same(FunctionAround(inner, member), called)) return null;
        return runner;
    }

    /// <summary>The function that is called by name, or the variable that holds it.</summary>
    static ISymbol CalledBy(IInvocationOperation call) =>
        call is { TargetMethod.MethodKind: MethodKind.DelegateInvoke, Instance: ILocalReferenceOperation variable } ? variable.Local : call.TargetMethod.OriginalDefinition;

    /// <summary>The variable that a lambda is kept in, if it is made for that one alone.</summary>
    static ILocalSymbol? VariableOf(IOperation operation, IMethodSymbol lambda)
    {
        for (var parent = operation.Parent; parent is not null; parent = parent.Parent)
            if (parent is IAnonymousFunctionOperation { Symbol: var symbol } made && Same(symbol, lambda))
                return made is { Parent: IDelegateCreationOperation { Parent: IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declared } } } ? declared.Symbol : null;
        return null;
    }

    static bool IsOfItsClass(IMethodSymbol method) => method is { DeclaredAccessibility: Accessibility.Private, IsVirtual: false, IsOverride: false };

    /// <summary>The methods in the same file of the workflow that a method is of.</summary>
    static IEnumerable<(IOperation Body, ISymbol Member)> MethodsBeside(IOperation operation, IMethodSymbol method, HoldfastTypes types)
    {
        if (operation.SemanticModel is not { } model || !types.IsWorkflow(method.ContainingType)) yield break;
        foreach (var part in method.ContainingType.DeclaringSyntaxReferences)
        {
            if (part.SyntaxTree != operation.Syntax.SyntaxTree) continue;
            foreach (var syntax in part.GetSyntax().DescendantNodes(static node => node is not (BlockSyntax or ExpressionSyntax)))
                if (syntax is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax && model.GetOperation(syntax) is { } body && model.GetDeclaredSymbol(syntax) is { } member && Same(member.ContainingType, method.ContainingType))
                    yield return (body, member);
        }
    }

    static IOperation Root(IOperation operation)
    {
        while (operation.Parent is { } parent) operation = parent;
        return operation;
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
