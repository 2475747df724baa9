using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>HOLD003 and HOLD013: a step gives its result back by returning it, never by assigning or changing what it captured.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StepWriteAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.StepAssigns, Diagnostics.StepChanges];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not { } types) return;
            start.RegisterOperationAction(c => CheckCall(c, types), OperationKind.Invocation);
        });
    }

    static void CheckCall(OperationAnalysisContext context, HoldfastTypes types)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!HoldfastTypes.IsStep(call.TargetMethod)) return;
        foreach (var argument in call.Arguments)
            if (HoldfastTypes.IsStepBody(argument) && StepBody.Of(argument.Value) is { } body)
            {
                var changes = new LostChanges(context, types, call, body);
                new Walker(context, call.TargetMethod, body.Function, body.Place, changes).Check(body.Block);
                changes.Report();
            }
    }

    /// <summary>Looks through one step's code, and through the local functions that it calls.</summary>
    /// <param name="context">Where to report.</param>
    /// <param name="verb">What starts the step.</param>
    /// <param name="step">The function that the step runs.</param>
    /// <param name="place">Where to point, if the code stands outside the step's call: that code is innocent where it is called otherwise.</param>
    /// <param name="changes">Told of objects that are changed.</param>
    sealed class Walker(OperationAnalysisContext context, IMethodSymbol verb, IMethodSymbol step, IOperation? place, LostChanges changes)
    {
        // The step itself first; then each local function outside it that it calls, whose own variables are its own too.
        readonly List<IMethodSymbol> _inside = [step];
        readonly HashSet<ISymbol> _reportedAtPlace = new(SymbolEqualityComparer.Default);
        LostChanges.Call _call = new(place, null);

        public void Check(IOperation operation)
        {
            switch (operation)
            {
                case INameOfOperation: return;
                case IAssignmentOperation assignment: CheckTarget(assignment.Target, assignment); break;
                case IIncrementOrDecrementOperation increment: CheckTarget(increment.Target, increment); break;
                case IEventAssignmentOperation { EventReference: IEventReferenceOperation reference } when OnThis(reference.Instance):
                    Report(reference, reference.Event);
                    break;
                case IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument: CheckTarget(argument.Value, argument); break;
                // A step in a step is checked as a call of its own.
                case IArgumentOperation { Parent: IInvocationOperation inner } body when HoldfastTypes.IsStep(inner.TargetMethod) && HoldfastTypes.IsStepBody(body): return;
                case IInvocationOperation { TargetMethod: { MethodKind: MethodKind.LocalFunction } local } call when !IsInside(local): CheckLocal(call, local); break;
                case IInvocationOperation call when ChangingCalls.ChangedBy(call) is { } changed: changes.Note(call, changed, IsInside, _call); break;
            }
            foreach (var child in operation.ChildOperations) Check(child);
        }

        void CheckLocal(IOperation call, IMethodSymbol local)
        {
            _inside.Add(local.OriginalDefinition);
            if (StepBody.FindLocal(call, local) is not { } body) return;
            var before = _call;
            _call = new(before.Place ?? call, before.Function ?? local);
            Check(body);
            _call = before;
        }

        void CheckTarget(IOperation target, IOperation change)
        {
            switch (target)
            {
                case ILocalReferenceOperation { IsDeclaration: false } local when !IsInside(local.Local): Report(local, local.Local); break;
                case IParameterReferenceOperation parameter when !IsInside(parameter.Parameter): Report(parameter, parameter.Parameter); break;
                case IPropertyReferenceOperation property when OnThis(property.Instance): Report(property, property.Property); break;
                case IFieldReferenceOperation field when OnThis(field.Instance): Report(field, field.Field); break;
                // A part of a struct is a part of the variable that holds it.
                case IFieldReferenceOperation { Instance: { Type.IsValueType: true } instance }: CheckTarget(instance, change); break;
                case IPropertyReferenceOperation { Instance: { Type.IsValueType: true } instance }: CheckTarget(instance, change); break;
                case ITupleOperation tuple:
                    foreach (var element in tuple.Elements) CheckTarget(element, change);
                    break;
                case IConditionalOperation { IsRef: true, WhenFalse: { } whenFalse } either:
                    CheckTarget(either.WhenTrue, change);
                    CheckTarget(whenFalse, change);
                    break;
                case IMemberReferenceOperation or IArrayElementReferenceOperation: changes.Note(change, target, IsInside, _call); break;
            }
        }

        void Report(IOperation target, ISymbol symbol)
        {
            var name = symbol.IsImplicitlyDeclared || symbol is IPropertySymbol { IsIndexer: true } ? Describe.Text(target.Syntax) : symbol.Name;
            var kind = symbol switch
            {
                IFieldSymbol => "the field ",
                IPropertySymbol => "the property ",
                IEventSymbol => "the event ",
                _ => "",
            };
            if (_call.Place is not null && !_reportedAtPlace.Add(symbol)) return;
            var instead = HoldfastTypes.IsCompensation(verb)
                ? "A compensation gives nothing back: assign it where the part fails, in a catch"
                : $"Return the value from the step instead: {name} = await Step(…)";
            context.ReportDiagnostic(Diagnostic.Create(
                Diagnostics.StepAssigns, (_call.Place ?? target).Syntax.GetLocation(), [target.Syntax.GetLocation()], $"{kind}'{name}'", instead));
        }

        bool IsInside(ISymbol symbol)
        {
            for (var owner = symbol; owner is not null and not INamedTypeSymbol; owner = owner.ContainingSymbol)
                foreach (var function in _inside)
                    if (SymbolEqualityComparer.Default.Equals(owner.OriginalDefinition, function)) return true;
            return false;
        }

        // An object initializer's receiver is no `this`, though it looks alike.
        static bool OnThis(IOperation? instance) => instance is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance };
    }
}
