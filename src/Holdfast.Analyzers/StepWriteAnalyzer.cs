using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>HOLD003: a step gives its result back by returning it, never by assigning what it captured.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StepWriteAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.StepAssigns];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is null) return;
            start.RegisterOperationAction(CheckCall, OperationKind.Invocation);
        });
    }

    static void CheckCall(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!HoldfastTypes.IsStep(call.TargetMethod)) return;
        foreach (var argument in call.Arguments)
            if (HoldfastTypes.IsStepBody(argument) && BodyOf(argument.Value) is { } body)
                new Walker(context, call.TargetMethod, body.Function, body.Place).Check(body.Block);
    }

    /// <summary>The code that the step runs, where it is written in place or is a local function.</summary>
    static (IMethodSymbol Function, IOperation Block, IOperation? Place)? BodyOf(IOperation value)
    {
        while (value is IConversionOperation conversion) value = conversion.Operand;
        if (value is not IDelegateCreationOperation creation) return null;
        return creation.Target switch
        {
            IAnonymousFunctionOperation lambda => (lambda.Symbol, lambda.Body, null),
            IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } local } reference when FindLocal(reference, local) is { } body => (local, body, reference),
            _ => null,
        };
    }

    static IOperation? FindLocal(IOperation from, IMethodSymbol local)
    {
        for (var parent = from.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is not IBlockOperation block) continue;
            foreach (var statement in block.Operations)
                if (statement is ILocalFunctionOperation found && SymbolEqualityComparer.Default.Equals(found.Symbol, local.OriginalDefinition))
                    return found.Body;
        }
        return null;
    }

    /// <summary>Looks through one step's code, and through the local functions that it calls.</summary>
    /// <param name="context">Where to report.</param>
    /// <param name="verb">What starts the step.</param>
    /// <param name="step">The function that the step runs.</param>
    /// <param name="place">Where to point, if the code stands outside the step's call: that code is innocent where it is called otherwise.</param>
    sealed class Walker(OperationAnalysisContext context, IMethodSymbol verb, IMethodSymbol step, IOperation? place)
    {
        // The step itself first; then each local function outside it that it calls, whose own variables are its own too.
        readonly List<IMethodSymbol> _inside = [step];
        readonly HashSet<ISymbol> _reportedAtPlace = new(SymbolEqualityComparer.Default);
        IOperation? _place = place;

        public void Check(IOperation operation)
        {
            switch (operation)
            {
                case INameOfOperation: return;
                case IAssignmentOperation assignment: CheckTarget(assignment.Target); break;
                case IIncrementOrDecrementOperation increment: CheckTarget(increment.Target); break;
                case IEventAssignmentOperation { EventReference: IEventReferenceOperation reference } when OnThis(reference.Instance):
                    Report(reference, reference.Event);
                    break;
                case IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument: CheckTarget(argument.Value); break;
                // A step in a step is checked as a call of its own.
                case IArgumentOperation { Parent: IInvocationOperation inner } body when HoldfastTypes.IsStep(inner.TargetMethod) && HoldfastTypes.IsStepBody(body): return;
                case IInvocationOperation { TargetMethod: { MethodKind: MethodKind.LocalFunction } local } call when !IsInside(local): CheckLocal(call, local); break;
            }
            foreach (var child in operation.ChildOperations) Check(child);
        }

        void CheckLocal(IOperation call, IMethodSymbol local)
        {
            _inside.Add(local.OriginalDefinition);
            if (FindLocal(call, local) is not { } body) return;
            var before = _place;
            _place ??= call;
            Check(body);
            _place = before;
        }

        void CheckTarget(IOperation target)
        {
            switch (target)
            {
                case ILocalReferenceOperation { IsDeclaration: false } local when !IsInside(local.Local): Report(local, local.Local); break;
                case IParameterReferenceOperation parameter when !IsInside(parameter.Parameter): Report(parameter, parameter.Parameter); break;
                case IPropertyReferenceOperation property when OnThis(property.Instance): Report(property, property.Property); break;
                case IFieldReferenceOperation field when OnThis(field.Instance): Report(field, field.Field); break;
                // A part of a struct is a part of the variable that holds it.
                case IFieldReferenceOperation { Instance: { Type.IsValueType: true } instance }: CheckTarget(instance); break;
                case IPropertyReferenceOperation { Instance: { Type.IsValueType: true } instance }: CheckTarget(instance); break;
                case ITupleOperation tuple:
                    foreach (var element in tuple.Elements) CheckTarget(element);
                    break;
                case IConditionalOperation { IsRef: true, WhenFalse: { } whenFalse } either:
                    CheckTarget(either.WhenTrue);
                    CheckTarget(whenFalse);
                    break;
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
            if (_place is not null && !_reportedAtPlace.Add(symbol)) return;
            var instead = HoldfastTypes.IsCompensation(verb)
                ? "A compensation gives nothing back: assign it where the part fails, in a catch"
                : $"Return the value from the step instead: {name} = await Step(…)";
            context.ReportDiagnostic(Diagnostic.Create(
                Diagnostics.StepAssigns, (_place ?? target).Syntax.GetLocation(), [target.Syntax.GetLocation()], $"{kind}'{name}'", instead));
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
