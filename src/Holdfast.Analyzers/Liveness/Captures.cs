using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Liveness;

/// <summary>What one lambda or local function takes from outside.</summary>
sealed class Capture
{
    public HashSet<ISymbol> Read { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>Those of <see cref="Read"/> that it may assign.</summary>
    public HashSet<ISymbol> Written { get; } = new(SymbolEqualityComparer.Default);
}

/// <summary>Finds the variables that the lambdas and local functions of one member take from outside.</summary>
sealed class Captures
{
    readonly Dictionary<IMethodSymbol, IOperation> _bodies = new(SymbolEqualityComparer.Default);
    readonly Dictionary<IMethodSymbol, Capture> _known = new(SymbolEqualityComparer.Default);

    public Captures(IEnumerable<IOperation> blocks)
    {
        foreach (var block in blocks)
            foreach (var operation in block.DescendantsAndSelf())
            {
                if (operation is IAnonymousFunctionOperation lambda) _bodies[lambda.Symbol] = lambda;
                else if (operation is ILocalFunctionOperation local) _bodies[local.Symbol] = local;
            }
    }

    /// <summary>Every lambda and local function of the member.</summary>
    public IEnumerable<IMethodSymbol> Functions => _bodies.Keys;

    public Capture Of(IMethodSymbol function)
    {
        function = function.OriginalDefinition;
        if (_known.TryGetValue(function, out var capture)) return capture;
        capture = new Capture();
        Collect(function, function, capture, new(SymbolEqualityComparer.Default));
        return _known[function] = capture;
    }

    void Collect(IMethodSymbol function, IMethodSymbol outermost, Capture capture, HashSet<ISymbol> visited)
    {
        if (!visited.Add(function) || !_bodies.TryGetValue(function, out var body)) return;
        foreach (var operation in body.Descendants())
        {
            switch (operation)
            {
                case ILocalReferenceOperation local when !IsWithin(local.Local, outermost): Add(local.Local, operation); break;
                case IParameterReferenceOperation parameter when IsVariable(parameter.Parameter) && !IsWithin(parameter.Parameter, outermost): Add(parameter.Parameter, operation); break;
                case IInvocationOperation { TargetMethod: { MethodKind: MethodKind.LocalFunction } called }: Collect(called.OriginalDefinition, outermost, capture, visited); break;
                case IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } taken }: Collect(taken.OriginalDefinition, outermost, capture, visited); break;
            }
        }

        void Add(ISymbol symbol, IOperation reference)
        {
            // The variables of a local function that is called from here are its own, wherever it stands.
            foreach (var inner in visited)
                if (IsWithin(symbol, (IMethodSymbol)inner)) return;
            if (IsNamedOnly(reference)) return;
            capture.Read.Add(symbol);
            if (IsWritten(reference)) capture.Written.Add(symbol);
        }
    }

    /// <summary>A primary constructor's parameter is a field of the object in all but name.</summary>
    public static bool IsVariable(IParameterSymbol parameter) =>
        parameter.ContainingSymbol is not IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
        || constructor.DeclaringSyntaxReferences.All(declaration => declaration.GetSyntax() is not TypeDeclarationSyntax);

    static bool IsWithin(ISymbol symbol, IMethodSymbol function)
    {
        for (var owner = symbol.ContainingSymbol; owner is IMethodSymbol method; owner = owner.ContainingSymbol)
            if (SymbolEqualityComparer.Default.Equals(method.OriginalDefinition, function)) return true;
        return false;
    }

    static bool IsNamedOnly(IOperation reference)
    {
        for (var parent = reference.Parent; parent is not null and not IAnonymousFunctionOperation; parent = parent.Parent)
            if (parent is INameOfOperation) return true;
        return false;
    }

    static bool IsWritten(IOperation reference)
    {
        var target = reference;
        while (target.Parent is ITupleOperation tuple) target = tuple;
        return target.Parent switch
        {
            IAssignmentOperation assignment => ReferenceEquals(assignment.Target, target),
            IIncrementOrDecrementOperation => true,
            IArgumentOperation argument => argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out,
            _ => false,
        };
    }
}
