using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>
/// HOLD013: what a step does to an object that it captured, it does to a copy. Making a copy ready and using it is fine, and so is giving it back;
/// a change is lost where somebody outside would have to see it, or nobody sees it at all.
/// </summary>
/// <param name="context">Where to report.</param>
/// <param name="types">Holdfast's own types.</param>
/// <param name="step">The call that starts the step.</param>
/// <param name="body">What the step runs.</param>
sealed class LostChanges(OperationAnalysisContext context, HoldfastTypes types, IInvocationOperation step, StepBody body)
{
    readonly List<Change> _changes = [];

    /// <param name="what">The operation that changes something.</param>
    /// <param name="target">What it changes.</param>
    /// <param name="root">The variable or field that leads there.</param>
    /// <param name="symbol">Its declaration.</param>
    /// <param name="builds">Whether the change goes on from what was there before.</param>
    sealed class Change(IOperation what, IOperation target, IOperation root, ISymbol symbol, bool builds)
    {
        public IOperation What => what;

        public IOperation Target => target;

        public IOperation Root => root;

        public ISymbol Symbol => symbol;

        public bool Builds => builds;

        /// <summary>What to point at: the call, or all that stands left of the assignment.</summary>
        public IOperation Place
        {
            get
            {
                if (what is IInvocationOperation) return what;
                var whole = target;
                while (whole.Parent is IMemberReferenceOperation part && part.Instance == whole) whole = part;
                return whole;
            }
        }
    }

    /// <summary>Takes note of an operation of the step that changes what the target is a part of, if that came from outside.</summary>
    public void Note(IOperation what, IOperation target, Func<ISymbol, bool> isInside)
    {
        if (RootOf(target) is not { Type: { } type } root || SymbolOf(root) is not { } symbol || isInside(symbol)) return;
        // Of what the constructor was given, each attempt has the thing itself.
        if (types.MayBeInjected(type, context.ContainingSymbol.ContainingType, context.Compilation) ?? !ChangingCalls.IsCollection(type)) return;
        var overwrites = what is ISimpleAssignmentOperation or IDeconstructionAssignmentOperation;
        _changes.Add(new(what, target, root, symbol, !overwrites));
    }

    public void Report()
    {
        var reported = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var change in _changes)
        {
            if (IsGivenBack(change.Symbol) || (!IsMissedOutside(change) && IsUsedInStep(change)) || !reported.Add(change.Symbol)) continue;
            var kind = change.Symbol switch { IFieldSymbol => "the field ", IPropertySymbol => "the property ", _ => "" };
            context.ReportDiagnostic(Diagnostic.Create(
                Diagnostics.StepChanges, (body.Place ?? change.Place).Syntax.GetLocation(), [change.Place.Syntax.GetLocation()], $"{kind}'{change.Symbol.Name}'", HintFor(change)));
        }
    }

    string HintFor(Change change)
    {
        if (HoldfastTypes.IsCompensation(step.TargetMethod)) return "A compensation gives nothing back: change it where the part fails, in a catch";
        return change.What switch
        {
            IInvocationOperation { Arguments.Length: 1, Instance: { } instance, TargetMethod.Name: var name } => $"Return what is new from the step, and change it there: {Describe.Text(instance.Syntax)}.{name}(await Step(…))",
            ISimpleAssignmentOperation { Target: var target } => $"Return what is new from the step, and change it there: {Describe.Text(target.Syntax)} = await Step(…)",
            _ => "Return what is new from the step, and change it after the step",
        };
    }

    /// <summary>Whether the copy itself is in the step's result.</summary>
    bool IsGivenBack(ISymbol symbol)
    {
        return body.Results().Any(Gives);

        bool Gives(IOperation value) => value switch
        {
            IConversionOperation conversion => Gives(conversion.Operand),
            ITupleOperation tuple => tuple.Elements.Any(Gives),
            IObjectCreationOperation creation => creation.Arguments.Any(a => Gives(a.Value)) || (creation.Initializer?.Initializers.Any(i => i is ISimpleAssignmentOperation part && Gives(part.Value)) ?? false),
            IWithOperation copy => Gives(copy.Operand),
            IConditionalOperation { WhenFalse: { } whenFalse } either => Gives(either.WhenTrue) || Gives(whenFalse),
            _ => Refers(value, symbol),
        };
    }

    /// <summary>Whether code outside of the step may read what was changed: after it, or before it in the next round.</summary>
    bool IsMissedOutside(Change change)
    {
        IOperation member = step, round = step;
        for (var parent = step.Parent; parent is not null; parent = parent.Parent)
        {
            member = parent;
            if (parent is ILoopOperation or IAnonymousFunctionOperation or ILocalFunctionOperation && !Declares(parent, change.Symbol)) round = parent;
        }
        if (change.Builds && round is ILoopOperation) return true;
        var isState = change.Symbol is IFieldSymbol or IPropertySymbol;
        // A caller holds what it passed, too. Of the argument of Run there is nobody else who does.
        if (change.Builds && (isState || change.Symbol is IParameterSymbol { ContainingSymbol: IMethodSymbol { Name: not "Run" } } && !IsUsedInStep(change))) return true;
        foreach (var reference in member.DescendantsAndSelf())
        {
            if (!Refers(reference, change.Symbol) || IsIn(reference, body.Block) || reference.Parent is ISimpleAssignmentOperation assignment && assignment.Target == reference) continue;
            var start = reference.Syntax.SpanStart;
            if ((isState || start >= step.Syntax.Span.End || (round != step && (round is not ILoopOperation || IsIn(reference, round)))) && !IsOverwritten(reference, change)) return true;
        }
        return false;
    }

    /// <summary>Whether the reference stands in another step, which assigns the same member first.</summary>
    static bool IsOverwritten(IOperation reference, Change change)
    {
        if (change.Builds || change.Target is not IMemberReferenceOperation { Member: var member } || DurableCode.StepAround(reference) is not { } other) return false;
        foreach (var operation in other.Descendants())
            if (operation is ISimpleAssignmentOperation { Target: IMemberReferenceOperation target } && SymbolEqualityComparer.Default.Equals(target.Member, member) && RootOf(target) is { } root && Refers(root, change.Symbol))
                return true;
        return false;
    }

    /// <summary>Whether the step itself works with what it changed.</summary>
    bool IsUsedInStep(Change change)
    {
        var from = change.What.Syntax.Span.End;
        for (var parent = change.What.Parent; parent is not null && IsIn(parent, body.Block); parent = parent.Parent)
            if (parent is ILoopOperation) from = parent.Syntax.SpanStart;
        foreach (var reference in body.Block.Descendants())
            if (reference.Syntax.SpanStart >= from && Refers(reference, change.Symbol) && !_changes.Exists(c => c.Root == reference)) return true;
        return false;
    }

    /// <summary>The variable or the workflow's own member that an object is reached by.</summary>
    static IOperation? RootOf(IOperation part)
    {
        while (true)
            switch (part)
            {
                case IConversionOperation conversion: part = conversion.Operand; break;
                case IArrayElementReferenceOperation element: part = element.ArrayReference; break;
                case IConditionalAccessInstanceOperation:
                    IOperation? access = part;
                    while (access is not null && (access is not IConditionalAccessOperation conditional || !IsIn(part, conditional.WhenNotNull))) access = access.Parent;
                    if (access is not IConditionalAccessOperation found) return null;
                    part = found.Operation;
                    break;
                case IFieldReferenceOperation { Instance: { } instance } field:
                    if (instance is IInstanceReferenceOperation) return field;
                    part = instance;
                    break;
                case IPropertyReferenceOperation { Instance: { } instance } property:
                    if (instance is IInstanceReferenceOperation) return property;
                    part = instance;
                    break;
                case ILocalReferenceOperation or IParameterReferenceOperation: return part;
                default: return null;
            }
    }

    /// <summary>What the root refers to, if that is the run's own: a service behind a property may be anything.</summary>
    static ISymbol? SymbolOf(IOperation root) => root switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter when Liveness.Captures.IsVariable(parameter.Parameter) => parameter.Parameter,
        IFieldReferenceOperation { Instance: IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } } field => field.Field,
        IPropertyReferenceOperation { Instance: IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }, Property: { IsIndexer: false } property }
            when property.ContainingType.GetMembers().Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property)) => property,
        _ => null,
    };

    static bool Refers(IOperation operation, ISymbol symbol) => operation switch
    {
        ILocalReferenceOperation { IsDeclaration: false } local => SymbolEqualityComparer.Default.Equals(local.Local, symbol),
        IParameterReferenceOperation parameter => SymbolEqualityComparer.Default.Equals(parameter.Parameter, symbol),
        IMemberReferenceOperation { Instance: IInstanceReferenceOperation } member => SymbolEqualityComparer.Default.Equals(member.Member, symbol),
        _ => false,
    } && operation.Parent is not INameOfOperation;

    static bool Declares(IOperation operation, ISymbol symbol) => symbol.DeclaringSyntaxReferences.Any(d => d.SyntaxTree == operation.Syntax.SyntaxTree && operation.Syntax.Span.Contains(d.Span));

    static bool IsIn(IOperation inner, IOperation outer)
    {
        for (var parent = inner; parent is not null; parent = parent.Parent)
            if (parent == outer) return true;
        return false;
    }
}
