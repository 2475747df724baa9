using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Effects;

/// <summary>HOLD005 and HOLD006: a durable method does not block its thread, and changes the world in steps only.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EffectAnalyzer : DiagnosticAnalyzer
{
    const string InRun = "Change only the run's fields here, and let Run do the rest in a step";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.Blocks, Diagnostics.SideEffect];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not { } types) return;
            var known = new KnownEffects();
            start.RegisterOperationAction(c => Check(c, types, known), OperationKind.Invocation, OperationKind.ObjectCreation, OperationKind.PropertyReference);
        });
    }

    static void Check(OperationAnalysisContext context, HoldfastTypes types, KnownEffects known)
    {
        ISymbol? member = context.Operation switch
        {
            IInvocationOperation call => call.TargetMethod,
            IObjectCreationOperation creation => creation.Constructor,
            IPropertyReferenceOperation property => property.Property,
            _ => null,
        };
        // Nearly every call of nearly every program ends here, by one look into a table.
        if (member is null || (known.Find(member) ?? (IsForgotten(context.Operation) ? KnownEffects.Forgotten : null)) is not { } effect) return;
        if ((effect.Deed is null ? DurableCode.RunAround(context, types) : DurableCode.CommittedAround(context, types)) is not { } function) return;
        var syntax = context.Operation.Syntax;
        var text = Describe.Text(syntax);
        var isBetweenTurns = !types.RunsInTurns(function);
        var hint = isBetweenTurns ? InRun : effect.Hint?.Replace("{0}", Waited(context.Operation));
        context.ReportDiagnostic(effect.Deed is null
            ? Diagnostic.Create(Diagnostics.Blocks, syntax.GetLocation(), text, Describe.Function(function), hint)
            : Diagnostic.Create(Diagnostics.SideEffect, syntax.GetLocation(), text, effect.Deed, Describe.Function(function), isBetweenTurns ? "before its commit the update" : "the code since the last await", hint ?? "Put it into a step and keep what you need of its result: await Step(…)"));
    }

    /// <summary>Whether the call is a statement by itself, or thrown away by name, though it goes on after it has returned.</summary>
    static bool IsForgotten(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { } method, Parent: { } parent }
        && (parent is IExpressionStatementOperation || parent is ISimpleAssignmentOperation { Target: IDiscardOperation })
        && (method is { IsAsync: true, ReturnsVoid: true } || IsTask(method.ReturnType));

    static bool IsTask(ITypeSymbol type) =>
        type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } } }
        or { Name: "ConfiguredTaskAwaitable" or "ConfiguredValueTaskAwaitable", ContainingNamespace: { Name: "CompilerServices", ContainingNamespace: { Name: "Runtime", ContainingNamespace.Name: "System" } } };

    /// <summary>What is waited for: the task itself, if it is made here, or the time.</summary>
    static string Waited(IOperation operation)
    {
        switch (operation)
        {
            case IInvocationOperation { TargetMethod.Name: "Sleep", Arguments.IsEmpty: false } sleep:
                return Describe.Time(sleep.Arguments[0].Value);
            case IInvocationOperation forgotten when IsForgotten(forgotten):
                return Describe.Text(WithoutConfigureAwait(forgotten).Syntax);
            case IInvocationOperation { TargetMethod.IsStatic: true }:
                return "…";
        }
        var waited = operation is IPropertyReferenceOperation property ? property.Instance : (operation as IInvocationOperation)?.Instance;
        waited = waited is null ? null : WithoutConfigureAwait(waited);
        return waited is IInvocationOperation ? Describe.Text(waited.Syntax) : "…";
    }

    static IOperation WithoutConfigureAwait(IOperation waited)
    {
        while (waited is IInvocationOperation { TargetMethod.Name: "GetAwaiter" or "ConfigureAwait", Instance: { } inner }) waited = inner;
        return waited;
    }
}
