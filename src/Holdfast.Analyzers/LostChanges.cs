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
    readonly Ways _ways = new(MemberAround(step));

    /// <param name="what">The operation that changes something.</param>
    /// <param name="target">What it changes.</param>
    /// <param name="root">The reference that the code begins with.</param>
    /// <param name="symbol">The variable or field outside of the step that leads there.</param>
    /// <param name="path">The members that lead from that one to the target.</param>
    /// <param name="call">Where the step calls the function that does so, if it is one outside of it.</param>
    sealed class Change(IOperation what, IOperation target, IOperation root, ISymbol symbol, string path, Call call)
    {
        public IOperation What => what;

        public IOperation Target => target;

        public IOperation Root => root;

        public ISymbol Symbol => symbol;

        public string Path => path;

        /// <summary>The members that lead to the object which is another one now: of an assigned member, the one that has it.</summary>
        public string ChangedPath { get; } = what is IInvocationOperation ? path : path.Substring(0, path.TrimEnd('.').LastIndexOf('.') + 1);

        public Call Call => call;

        /// <summary>Whether the change goes on from what was there before.</summary>
        public bool Builds { get; } = what is not (ISimpleAssignmentOperation or IDeconstructionAssignmentOperation);

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

    /// <summary>How the step comes to code that stands outside of it.</summary>
    /// <param name="place">Where the step's call, or its code, names the function; null within the step itself.</param>
    /// <param name="function">The local function that it calls, if it does.</param>
    public readonly struct Call(IOperation? place, IMethodSymbol? function)
    {
        public IOperation? Place => place;

        public IMethodSymbol? Function => function;
    }

    /// <summary>Takes note of an operation of the step that changes what the target is a part of, if that came from outside.</summary>
    public void Note(IOperation what, IOperation target, Func<ISymbol, bool> isInside, Call call)
    {
        Change? change = null;
        IOperation? nearest = null;
        // What is furthest from the change is known to the most code.
        foreach (var (root, path) in _ways.To(target))
        {
            nearest ??= root;
            if (SymbolOf(root) is { } symbol && !isInside(symbol) && IsOfRun(root)) change = new(what, target, nearest, symbol, path, call);
        }
        if (change is not null) _changes.Add(change);
    }

    /// <summary>Of what the constructor was given, each attempt has the thing itself.</summary>
    bool IsOfRun(IOperation root) =>
        root.Type is { } type && !(types.MayBeInjected(type, context.ContainingSymbol.ContainingType, context.Compilation) ?? !ChangingCalls.IsCollection(type));

    public void Report()
    {
        var reported = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var change in _changes)
        {
            if (IsGivenBack(change) || (!IsMissedOutside(change) && IsUsedInStep(change)) || !reported.Add(change.Symbol)) continue;
            var kind = change.Symbol switch { IFieldSymbol => "the field ", IPropertySymbol => "the property ", _ => "" };
            context.ReportDiagnostic(Diagnostic.Create(
                Diagnostics.StepChanges, (change.Call.Place ?? change.Place).Syntax.GetLocation(), [change.Place.Syntax.GetLocation()],
                change.Call.Function is { Name: var function } ? $"Through '{function}' the step" : "The step", $"{kind}'{change.Symbol.Name}'", HintFor(change)));
        }
    }

    string HintFor(Change change)
    {
        if (HoldfastTypes.IsCompensation(step.TargetMethod)) return "A compensation gives nothing back: change it where the part fails, in a catch";
        return change.What switch
        {
            // What the function or the step calls its own has no such name after it.
            _ when change.Call.Function is not null || Ways.Referred(change.Root) is not { } named || Declares(body.Block, named) => "Return what is new from the step, and change it after the step",
            IInvocationOperation { Arguments.Length: 1, Instance: { } instance, TargetMethod.Name: var name } => $"Return what is new from the step, and change it there: {Describe.Text(instance.Syntax)}.{name}(await Step(…))",
            ISimpleAssignmentOperation { Target: var target } => $"Return what is new from the step, and change it there: {Describe.Text(target.Syntax)} = await Step(…)",
            _ => "Return what is new from the step, and change it after the step",
        };
    }

    /// <summary>Whether the copy itself is in the step's result.</summary>
    bool IsGivenBack(Change change)
    {
        return body.Results().Any(Gives);

        bool Gives(IOperation value) => value switch
        {
            IConversionOperation conversion => Gives(conversion.Operand),
            ITupleOperation tuple => tuple.Elements.Any(Gives),
            IObjectCreationOperation creation => creation.Arguments.Any(a => Gives(a.Value)) || (creation.Initializer?.Initializers.Any(i => i is ISimpleAssignmentOperation part && Gives(part.Value)) ?? false),
            IWithOperation copy => Gives(copy.Operand),
            IConditionalOperation { WhenFalse: { } whenFalse } either => Gives(either.WhenTrue) || Gives(whenFalse),
            _ => Leads(value, change.Symbol, change.Path),
        };
    }

    /// <summary>Whether code outside of the step may read what was changed: after it, or before it in the next round.</summary>
    bool IsMissedOutside(Change change)
    {
        IOperation round = step;
        for (var parent = step.Parent; parent is not null; parent = parent.Parent)
            if (parent is ILoopOperation or IAnonymousFunctionOperation or ILocalFunctionOperation && !Declares(parent, change.Symbol)) round = parent;
        if (change.Builds && round is ILoopOperation) return true;
        var isState = change.Symbol is IFieldSymbol or IPropertySymbol;
        // A caller holds what it passed, too. Of the argument of Run there is nobody else who does.
        if (change.Builds && (isState || change.Symbol is IParameterSymbol { ContainingSymbol: IMethodSymbol { Name: not "Run" } } && !IsUsedInStep(change))) return true;
        foreach (var reference in _ways.Member.DescendantsAndSelf())
        {
            if (!Reads(reference, change) || reference.Parent is ISimpleAssignmentOperation assignment && assignment.Target == reference) continue;
            foreach (var place in PlacesOf(reference, new(SymbolEqualityComparer.Default)))
            {
                if (place == body.Place || Ways.IsIn(place, body.Block)) continue;
                var start = place.Syntax.SpanStart;
                if ((isState || start >= step.Syntax.Span.End || (round != step && (round is not ILoopOperation || Ways.IsIn(place, round)))) && !IsOverwritten(place, change)) return true;
            }
        }
        return false;
    }

    /// <summary>Where code runs: in its place, or wherever the local function is named in which it stands.</summary>
    IEnumerable<IOperation> PlacesOf(IOperation code, HashSet<ISymbol> visited)
    {
        for (var parent = code.Parent; parent is not null; parent = parent.Parent)
            if (parent is ILocalFunctionOperation { Symbol: var function } && !Ways.IsIn(step, parent))
                return visited.Add(function) ? _ways.Member.Descendants().Where(o => SymbolEqualityComparer.Default.Equals(StepBody.LocalAt(o), function)).SelectMany(o => PlacesOf(o, visited)) : [];
        return [code];
    }

    /// <summary>Whether the place is in another step, which assigns the same member first.</summary>
    bool IsOverwritten(IOperation place, Change change)
    {
        if (change.Builds || change.Target is not IMemberReferenceOperation { Member: var member } || DurableCode.StepAround(place) is not { } other) return false;
        foreach (var operation in StepBody.RunBy(other))
            if (operation is ISimpleAssignmentOperation { Target: IMemberReferenceOperation target } && SymbolEqualityComparer.Default.Equals(target.Member, member)
                && _ways.To(target).Any(way => SymbolEqualityComparer.Default.Equals(Ways.Referred(way.Root), change.Symbol)))
                return true;
        return false;
    }

    /// <summary>Whether the step itself works with what it changed.</summary>
    bool IsUsedInStep(Change change)
    {
        var from = change.What.Syntax.Span.End;
        for (var parent = change.What.Parent; parent is not (null or ILocalFunctionOperation) && parent != body.Block; parent = parent.Parent)
            if (parent is ILoopOperation) from = parent.Syntax.SpanStart;
        var home = HomeOf(change.What);
        foreach (var reference in StepBody.RunBy(body.Block))
            // When another function is called is not looked into.
            if ((reference.Syntax.SpanStart >= from || HomeOf(reference) != home) && Reads(reference, change) && !_changes.Exists(c => c.Root == reference)) return true;
        return false;
    }

    static ILocalFunctionOperation? HomeOf(IOperation operation)
    {
        var home = operation;
        while (home is not (null or ILocalFunctionOperation)) home = home.Parent;
        return (ILocalFunctionOperation?)home;
    }

    /// <summary>Whether the reference leads to the object that was changed, and does not only give it another name.</summary>
    bool Reads(IOperation reference, Change change) =>
        Ways.Referred(reference) is not null && reference.Parent is not INameOfOperation && Leads(reference, change.Symbol, change.ChangedPath)
        && !(_ways.NamedAt(reference) is { } named && Leads(named, change.Symbol, change.ChangedPath));

    /// <summary>Whether the value is on the way from the symbol along the path.</summary>
    bool Leads(IOperation value, ISymbol symbol, string path) =>
        _ways.To(value).Any(way => SymbolEqualityComparer.Default.Equals(Ways.Referred(way.Root), symbol) && path.StartsWith(way.Path, StringComparison.Ordinal));

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

    static bool Declares(IOperation operation, ISymbol symbol) => symbol.DeclaringSyntaxReferences.Any(d => d.SyntaxTree == operation.Syntax.SyntaxTree && operation.Syntax.Span.Contains(d.Span));

    static IOperation MemberAround(IOperation operation)
    {
        while (operation.Parent is { } parent) operation = parent;
        return operation;
    }
}
