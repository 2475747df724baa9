using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>What the rules must know of Holdfast's own types, looked up once per compilation.</summary>
sealed class HoldfastTypes
{
    readonly INamedTypeSymbol _durable;
    readonly INamedTypeSymbol _durableOfT;
    readonly INamedTypeSymbol _awaiter;
    readonly INamedTypeSymbol _workflow;
    readonly ConcurrentDictionary<ITypeSymbol, bool> _holds = new(SymbolEqualityComparer.Default);

    HoldfastTypes(INamedTypeSymbol durable, INamedTypeSymbol durableOfT, INamedTypeSymbol awaiter, INamedTypeSymbol workflow) =>
        (_durable, _durableOfT, _awaiter, _workflow) = (durable, durableOfT, awaiter, workflow);

    /// <summary>Null where Holdfast is not referenced: then no rule registers anything.</summary>
    public static HoldfastTypes? TryFind(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Holdfast.Durable") is { } durable
        && compilation.GetTypeByMetadataName("Holdfast.Durable`1") is { } durableOfT
        && compilation.GetTypeByMetadataName("Holdfast.IDurableAwaiter") is { } awaiter
        && compilation.GetTypeByMetadataName("Holdfast.Workflow") is { } workflow
            ? new(durable, durableOfT, awaiter, workflow)
            : null;

    /// <summary>Whether the method, lambda or local function is one whose frame is saved at its awaits.</summary>
    public bool IsDurableFunction(IMethodSymbol method) =>
        method.IsAsync && ReturnsDurable(method);

    /// <summary>
    /// Whether the function's own code runs in the turns of a run. A method that only passes a durable on does too; a lambda may be an
    /// expression that nobody runs, such as the one that starts a workflow.
    /// </summary>
    public bool RunsInTurns(IMethodSymbol method) => ReturnsDurable(method) && (method.IsAsync || method.MethodKind != MethodKind.AnonymousFunction);

    /// <summary>Whether the declared return type is a durable.</summary>
    public bool ReturnsDurable(IMethodSymbol method) => method.ReturnType.OriginalDefinition is var type && (Same(type, _durable) || Same(type, _durableOfT));

    /// <summary>Whether a call of the method needs a run's turn: it returns something durable, or is one of the verbs.</summary>
    public bool StartsInTurn(IMethodSymbol method) => ReturnsDurable(method) || (method.IsStatic && Same(method.ContainingType, _durable));

    /// <summary>Whether values of the type are durables, or collections or tuples of them. Asked for each variable in sight, so that answers are kept.</summary>
    public bool HoldsDurable(ITypeSymbol? type) => type is not null && _holds.GetOrAdd(type, Holds);

    bool Holds(ITypeSymbol type)
    {
        for (var level = type; level is not null; level = level.BaseType!)
            if (Same(level.OriginalDefinition, _durable) || Same(level.OriginalDefinition, _durableOfT)) return true;
        return type switch
        {
            IArrayTypeSymbol array => HoldsDurable(array.ElementType),
            INamedTypeSymbol { IsTupleType: true } tuple => tuple.TupleElements.Any(e => HoldsDurable(e.Type)),
            INamedTypeSymbol { IsGenericType: true } named when ChangingCalls.IsCollection(named) => named.TypeArguments.Any(HoldsDurable),
            _ => false,
        };
    }

    /// <summary>Whether the base of workflows declares it.</summary>
    public bool IsOfWorkflow(ISymbol member) => member.ContainingType is { } type && Same(type, _workflow);

    /// <summary>Whether the class derives from the base of workflows.</summary>
    public bool IsWorkflow(INamedTypeSymbol type)
    {
        if (type.TypeKind != TypeKind.Class) return false;
        for (var level = type.BaseType; level is not null; level = level.BaseType)
            if (Same(level, _workflow)) return true;
        return false;
    }

    /// <summary>Whether a value of the type may be a service that the workflow was given; null in a helper that is no part of one, where nobody can tell.</summary>
    public bool? MayBeInjected(ITypeSymbol type, INamedTypeSymbol? home, Compilation compilation)
    {
        for (var outer = home; outer is not null; outer = outer.ContainingType)
            if (IsWorkflow(outer))
                return outer.InstanceConstructors.Any(c => c.Parameters.Any(p => compilation.HasImplicitConversion(type, p.Type) || compilation.HasImplicitConversion(p.Type, type)));
        return null;
    }

    /// <summary>Whether the await waits for a durable. An await that does not compile counts as one: the compiler speaks already.</summary>
    public bool IsDurable(IAwaitOperation await, SemanticModel model)
    {
        if (await.Syntax is not AwaitExpressionSyntax syntax)
            return await.Operation.Type is not { } type || IsDurableAwaitable(type, model, await.Syntax.SpanStart);
        var info = model.GetAwaitExpressionInfo(syntax);
        if (info.IsDynamic) return false;
        return info.GetAwaiterMethod is not { } method || IsDurableAwaiter(method.ReturnType);
    }

    /// <summary>Whether values of the type may be awaited in a durable method at this place.</summary>
    public bool IsDurableAwaitable(ITypeSymbol type, SemanticModel model, int position)
    {
        if (type.TypeKind == TypeKind.Error) return true;
        foreach (var symbol in model.LookupSymbols(position, type, WellKnownMemberNames.GetAwaiter, includeReducedExtensionMethods: true))
            if (symbol is IMethodSymbol { Parameters.IsEmpty: true } method && IsDurableAwaiter(method.ReturnType))
                return true;
        return false;
    }

    /// <summary>Whether the type is what an await of a durable works with.</summary>
    public bool IsDurableAwaiter(ITypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Error || Same(type, _awaiter)) return true;
        if (type is ITypeParameterSymbol parameter)
        {
            foreach (var constraint in parameter.ConstraintTypes)
                if (IsDurableAwaiter(constraint)) return true;
            return false;
        }
        foreach (var implemented in type.AllInterfaces)
            if (Same(implemented, _awaiter)) return true;
        return false;
    }

    /// <summary>Whether the call starts a step or registers one, so that its delegates run later, on a copy of what they capture.</summary>
    public static bool IsStep(IMethodSymbol method) =>
        (method.Name is "Step" or "Transaction" || IsCompensation(method))
        && method.ContainingType?.ContainingNamespace is { Name: "Holdfast", ContainingNamespace.IsGlobalNamespace: true };

    /// <summary>Whether the step is one that a saga starts, so that nobody takes its result.</summary>
    public static bool IsCompensation(IMethodSymbol method) => method is { Name: "Compensate", ContainingType.Name: "Saga" };

    /// <summary>Whether the method is called between two turns, and what it changes is committed.</summary>
    public static bool IsUpdate(IMethodSymbol method) => IsMarked(method, "UpdateAttribute");

    /// <summary>Whether the method, or the property that it reads, is called between two turns to tell something.</summary>
    public static bool IsQuery(IMethodSymbol method) => IsMarked(method, "QueryAttribute") || (method.MethodKind == MethodKind.PropertyGet && IsMarked(method.AssociatedSymbol!, "QueryAttribute"));

    /// <summary>Whether the attribute of that name, one of Holdfast's own, stands at the member.</summary>
    public static bool IsMarked(ISymbol member, string attribute)
    {
        foreach (var each in member.GetAttributes())
            if (each.AttributeClass is { } type && type.Name == attribute && type.ContainingNamespace is { Name: "Holdfast", ContainingNamespace.IsGlobalNamespace: true }) return true;
        return false;
    }

    /// <summary>Whether the argument of a step's call is the code of the step.</summary>
    public static bool IsStepBody(IArgumentOperation argument) => argument.Parameter?.Type.TypeKind == TypeKind.Delegate;

    static bool Same(ISymbol left, ISymbol right) => SymbolEqualityComparer.Default.Equals(left, right);
}
