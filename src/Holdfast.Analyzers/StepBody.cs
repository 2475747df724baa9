using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>The code that a step runs, where it is written in the step's call or is a local function.</summary>
/// <param name="function">The lambda or local function.</param>
/// <param name="block">Its code.</param>
/// <param name="place">Where the call names it, if its code stands elsewhere.</param>
sealed class StepBody(IMethodSymbol function, IOperation block, IOperation? place)
{
    public IMethodSymbol Function => function;

    public IOperation Block => block;

    public IOperation? Place => place;

    /// <summary>The code behind an argument of a step's call; null where it cannot be seen.</summary>
    public static StepBody? Of(IOperation value)
    {
        while (value is IConversionOperation conversion) value = conversion.Operand;
        if (value is not IDelegateCreationOperation creation) return null;
        return creation.Target switch
        {
            IAnonymousFunctionOperation lambda => new(lambda.Symbol, lambda.Body, null),
            IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } local } reference when FindLocal(reference, local) is { } body => new(local, body, reference),
            _ => null,
        };
    }

    /// <summary>The code of a local function that is named somewhere.</summary>
    public static IOperation? FindLocal(IOperation from, IMethodSymbol local)
    {
        for (var parent = from.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is not IBlockOperation scope) continue;
            foreach (var statement in scope.Operations)
                if (statement is ILocalFunctionOperation found && SymbolEqualityComparer.Default.Equals(found.Symbol, local.OriginalDefinition))
                    return found.Body;
        }
        return null;
    }

    /// <summary>The local function that the operation calls or hands on, or null.</summary>
    public static IMethodSymbol? LocalAt(IOperation operation) => operation switch
    {
        IInvocationOperation { TargetMethod: { MethodKind: MethodKind.LocalFunction } called } => called.OriginalDefinition,
        IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } taken } => taken.OriginalDefinition,
        _ => null,
    };

    /// <summary>All of some code, with that of the local functions which it may run.</summary>
    public static IEnumerable<IOperation> RunBy(IOperation code)
    {
        var visited = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var open = new Stack<IOperation>([code]);
        while (open.Count > 0)
            foreach (var operation in open.Pop().Descendants())
            {
                if (LocalAt(operation) is { } local && visited.Add(local) && FindLocal(operation, local) is { } called) open.Push(called);
                yield return operation;
            }
    }

    /// <summary>The values that it returns as the step's result. Of a task that somebody else makes nobody can tell.</summary>
    public IEnumerable<IOperation> Results()
    {
        var isTask = !function.IsAsync && function.ReturnType is { Name: "Task", ContainingNamespace.Name: "Tasks" };
        var open = new Stack<IOperation>([block]);
        while (open.Count > 0)
        {
            var operation = open.Pop();
            if (operation is IReturnOperation { ReturnedValue: { } value })
            {
                if (!isTask) yield return value;
                else if (value is IInvocationOperation { TargetMethod: { Name: "FromResult", ContainingType.Name: "Task" }, Arguments: { Length: 1 } arguments }) yield return arguments[0].Value;
            }
            foreach (var child in operation.ChildOperations)
                if (child is not (IAnonymousFunctionOperation or ILocalFunctionOperation)) open.Push(child);
        }
    }
}
