using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Liveness;

/// <summary>Reads off the operations of a flow graph what they do to variables, in the order in which they run.</summary>
sealed class EventReader(Variables variables, Values values, Captures captures, Func<IAwaitOperation, bool> isDurable)
{
    readonly HashSet<CaptureId> _places = [];
    readonly List<IOperation> _pending = [];
    List<Event> _events = [];

    public List<Event>[] Read(ControlFlowGraph graph)
    {
        // `x = a ? b : c` and `x ??= y` keep the place x, not its value.
        foreach (var block in graph.Blocks)
            foreach (var operation in block.Operations)
                foreach (var inner in operation.DescendantsAndSelf())
                    if (inner is IAssignmentOperation { Target: IFlowCaptureReferenceOperation place }) _places.Add(place.Id);
        var all = new List<Event>[graph.Blocks.Length];
        foreach (var block in graph.Blocks)
        {
            _events = all[block.Ordinal] = [];
            foreach (var operation in block.Operations) Visit(operation);
            if (block.BranchValue is { } value) Visit(value);
        }
        return all;
    }

    void Visit(IOperation operation)
    {
        switch (operation)
        {
            case INameOfOperation: break;
            case ISimpleAssignmentOperation assignment: VisitAssignment(assignment); break;
            case IDeconstructionAssignmentOperation deconstruction:
                VisitPlace(deconstruction.Target, () => Visit(deconstruction.Value));
                AssignParts(deconstruction.Target);
                break;
            case ICompoundAssignmentOperation compound:
                VisitChildren(compound);
                MayAssign(compound.Target, compound.Value);
                break;
            case IFlowCaptureOperation place when _places.Contains(place.Id):
                // A place that is a variable is that variable by another name; nothing is read yet.
                if (VariableKind(place.Value) is ISymbol named) variables.Alias(place.Id, named);
                else Visit(place.Value);
                break;
            case IFlowCaptureOperation temporary:
                Visit(temporary.Value);
                variables.SetOrigin(variables[temporary.Id], temporary.Value);
                Assign(variables[temporary.Id], temporary, temporary.Value);
                break;
            case IFlowCaptureReferenceOperation temporary: Add(Deed.Read, temporary, variables[temporary.Id]); break;
            case ILocalReferenceOperation { IsDeclaration: true } or IDeclarationExpressionOperation: AssignParts(operation); break;
            case ILocalReferenceOperation local: Add(Deed.Read, local, variables[local.Local]); break;
            case IParameterReferenceOperation parameter when Captures.IsVariable(parameter.Parameter): Add(Deed.Read, parameter, variables[parameter.Parameter]); break;
            case IArgumentOperation { Parameter.RefKind: RefKind.Out } argument: AssignParts(argument.Value); break;
            case IArgumentOperation { Parameter.RefKind: RefKind.Ref } argument:
                Visit(argument.Value);
                MayAssign(argument.Value, argument.Value);
                break;
            case IIsPatternOperation test:
                Visit(test.Value);
                VisitPattern(test.Pattern, test.Value);
                break;
            case IPatternOperation pattern: VisitPattern(pattern, null); break;
            case IAwaitOperation wait:
                Visit(wait.Operation);
                if (isDurable(wait)) _events.Add(new(Deed.Await, wait) { Pending = Pending() });
                break;
            case IInvocationOperation call: VisitCall(call); break;
            case IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } local }: VisitFunction(operation, local); break;
            case IFlowAnonymousFunctionOperation lambda: VisitFunction(lambda, lambda.Symbol); break;
            default: VisitChildren(operation); break;
        }
    }

    void VisitChildren(IOperation operation)
    {
        var before = _pending.Count;
        foreach (var child in operation.ChildOperations)
        {
            Visit(child);
            _pending.Add(child);
        }
        _pending.RemoveRange(before, _pending.Count - before);
    }

    void VisitAssignment(ISimpleAssignmentOperation assignment)
    {
        VisitPlace(assignment.Target, () => Visit(assignment.Value));
        if (VariableOf(assignment.Target) is { } variable) Assign(variable, assignment, assignment.Value);
    }

    /// <summary>Visits what stands left of an assignment: the objects and indices in it are computed before the value.</summary>
    void VisitPlace(IOperation target, Action visitValue)
    {
        var before = _pending.Count;
        if (target is IMemberReferenceOperation or IArrayElementReferenceOperation)
            foreach (var child in target.ChildOperations)
            {
                Visit(child);
                _pending.Add(child);
            }
        visitValue();
        _pending.RemoveRange(before, _pending.Count - before);
    }

    void VisitCall(IInvocationOperation call)
    {
        VisitChildren(call);
        if (call.TargetMethod.MethodKind == MethodKind.LocalFunction) VisitFunction(call, call.TargetMethod);
        if (!HoldfastTypes.IsStep(call.TargetMethod)) return;
        var captured = new HashSet<int>();
        foreach (var argument in call.Arguments)
            if (HoldfastTypes.IsStepBody(argument)) captured.UnionWith(Reach(argument.Value));
        if (captured.Count > 0) _events.Add(new(Deed.Intent, call) { Captured = [.. captured] });
    }

    /// <summary>A lambda may run as soon as it exists, and a local function as soon as it is called or taken.</summary>
    void VisitFunction(IOperation operation, IMethodSymbol function)
    {
        var capture = captures.Of(function);
        var escapes = operation is not IInvocationOperation && Escapes(operation);
        foreach (var symbol in capture.Read)
        {
            var variable = variables[symbol];
            Add(Deed.Read, operation, variable);
            if (capture.Written.Contains(symbol)) _events.Add(new(Deed.MayAssign, operation) { Variable = variable, Value = new(values.OfType(variable), -1) });
            if (escapes) Add(Deed.Escape, operation, variable);
        }
        foreach (var closure in variables.UsedBy(function))
        {
            Add(Deed.Read, operation, closure);
            if (escapes) Add(Deed.Escape, operation, closure);
        }
    }

    /// <summary>Whether the delegate goes where its calls can no longer be followed: into a field, a collection, an object. An argument is taken to be called at once.</summary>
    static bool Escapes(IOperation function)
    {
        var value = function;
        while (value.Parent is IDelegateCreationOperation or IConversionOperation or IParenthesizedOperation) value = value.Parent;
        return value.Parent switch
        {
            ISimpleAssignmentOperation assignment => VariableKind(assignment.Target) is null,
            null or IArgumentOperation or IFlowCaptureOperation or IExpressionStatementOperation or IInvocationOperation or IReturnOperation => false,
            _ => true,
        };
    }

    /// <summary>The variables that a delegate may reach, through the locals it was kept in too.</summary>
    HashSet<int> Reach(IOperation value)
    {
        while (value is IConversionOperation conversion) value = conversion.Operand;
        var reached = new HashSet<int>();
        switch (value)
        {
            case IDelegateCreationOperation creation: return Reach(creation.Target);
            case IFlowAnonymousFunctionOperation lambda: reached.UnionWith(ReachOf(lambda.Symbol)); break;
            case IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } local }: reached.UnionWith(ReachOf(local)); break;
            case IMethodReferenceOperation { Instance: { } receiver } when VariableOf(receiver) is { } variable: reached.Add(variable); break;
            case not null when VariableOf(value) is { } variable: reached.UnionWith(variables.HeldBy(variable)); break;
        }
        return reached;
    }

    IEnumerable<int> ReachOf(IMethodSymbol function) => captures.Of(function).Read.Select(s => variables[s]).Concat(variables.UsedBy(function));

    void Assign(int variable, IOperation operation, IOperation value)
    {
        variables.HeldBy(variable).UnionWith(Reach(value));
        _events.Add(new(Deed.Assign, operation) { Variable = variable, Value = values.Assigned(variable, value) });
    }

    /// <param name="pattern">The pattern, with those that it is made of.</param>
    /// <param name="whole">What is matched, as far as its own name may be known; null for a part of it.</param>
    void VisitPattern(IPatternOperation pattern, IOperation? whole)
    {
        var declared = pattern switch
        {
            IDeclarationPatternOperation declaration => declaration.DeclaredSymbol,
            IRecursivePatternOperation recursive => recursive.DeclaredSymbol,
            IListPatternOperation list => list.DeclaredSymbol,
            _ => null,
        };
        foreach (var child in pattern.ChildOperations)
            if (pattern is INegatedPatternOperation or IBinaryPatternOperation && child is IPatternOperation inner) VisitPattern(inner, whole);
            else Visit(child);
        if (declared is null) return;
        var variable = variables[declared];
        if (whole is null) AssignByType(variable, pattern);
        else _events.Add(new(Deed.Assign, pattern) { Variable = variable, Value = values.Matched(variable, whole) });
    }

    /// <summary>Assigns every variable in an out argument or a deconstruction.</summary>
    void AssignParts(IOperation target)
    {
        switch (target)
        {
            case ITupleOperation tuple:
                foreach (var element in tuple.Elements) AssignParts(element);
                break;
            case IDeclarationExpressionOperation declaration: AssignParts(declaration.Expression); break;
            case IConversionOperation conversion: AssignParts(conversion.Operand); break;
            case not null when VariableOf(target) is { } variable: AssignByType(variable, target); break;
            case IDiscardOperation: break;
            default: VisitChildren(target!); break;
        }
    }

    void AssignByType(int variable, IOperation operation) =>
        _events.Add(new(Deed.Assign, operation) { Variable = variable, Value = new(values.OfType(variable), -1) });

    void MayAssign(IOperation target, IOperation value)
    {
        if (VariableOf(target) is not { } variable) return;
        variables.HeldBy(variable).UnionWith(Reach(value));
        _events.Add(new(Deed.MayAssign, target) { Variable = variable, Value = new(values.OfType(variable), -1) });
    }

    /// <summary>What the expression around an await has computed already and still needs.</summary>
    (IOperation, Value)[] Pending() =>
    [
        .. _pending
            .Where(p => p is not IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } && (p.Type ?? (p as IArgumentOperation)?.Value.Type) is not null)
            .Select(p => (p, values.Judge(p)))
            .Where(p => p.Item2.Reason is not null || p.Item2.CopyOf >= 0),
    ];

    void Add(Deed deed, IOperation operation, int variable) => _events.Add(new(deed, operation) { Variable = variable });

    int? VariableOf(IOperation target) => VariableKind(target) switch
    {
        ISymbol symbol => variables[symbol],
        CaptureId temporary => variables[temporary],
        _ => null,
    };

    static object? VariableKind(IOperation target) => target switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter when Captures.IsVariable(parameter.Parameter) => parameter.Parameter,
        IFlowCaptureReferenceOperation temporary => temporary.Id,
        _ => null,
    };
}
