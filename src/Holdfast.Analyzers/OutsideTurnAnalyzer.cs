using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>HOLD011: durables belong to a run's turns. A step is run outside of them, and a method that is not durable cannot wait for one.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OutsideTurnAnalyzer : DiagnosticAnalyzer
{
    const string MoveOut = "Move it into the durable method, before or after the step";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.OutsideTurn];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not { } types) return;
            start.RegisterOperationAction(c => CheckAwait(c, types), OperationKind.Await);
            start.RegisterOperationAction(c => CheckVerb(c, types), OperationKind.Invocation, OperationKind.PropertyReference);
        });
    }

    static void CheckAwait(OperationAnalysisContext context, HoldfastTypes types)
    {
        var await = (IAwaitOperation)context.Operation;
        if (!WaitsForDurable(await, types) || DurableCode.FunctionAround(context.Operation, context.ContainingSymbol) is not { } function || types.IsDurableFunction(function)) return;
        if (DurableCode.StepAround(await) is { } step) Report(context, await.Operation, step, MoveOut);
        else
            Report(
                context, await.Operation, $"{Describe.Ordinary(function)} awaits it, which returns {Describe.Type(function.ReturnType)}: nothing can be saved of it while it waits, so a step fails with Misuse and a turn parks its run",
                "Let it return Durable or Durable<T>");
    }

    static void CheckVerb(OperationAnalysisContext context, HoldfastTypes types)
    {
        var hint = context.Operation switch
        {
            // An await says it for what it awaits.
            IInvocationOperation { Parent: IAwaitOperation } => null,
            IInvocationOperation call when types.StartsInTurn(call.TargetMethod) => MoveOut,
            IPropertyReferenceOperation { Property: { Name: "RunId", IsStatic: true } property } when types.IsOfWorkflow(property) => "Read it before the step, into a variable",
            _ => null,
        };
        if (hint is not null && DurableCode.StepAround(context.Operation) is { } step) Report(context, context.Operation, step, hint);
    }

    static void Report(OperationAnalysisContext context, IOperation what, IInvocationOperation step, string hint) =>
        Report(context, what, $"the step '{Describe.Text(step.Syntax)}' uses it: the step fails with Misuse", hint);

    static void Report(OperationAnalysisContext context, IOperation what, string why, string hint) =>
        context.ReportDiagnostic(Diagnostic.Create(Diagnostics.OutsideTurn, context.Operation.Syntax.GetLocation(), Describe.Text(what.Syntax), why, hint));

    static bool WaitsForDurable(IAwaitOperation await, HoldfastTypes types) =>
        await is { Syntax: AwaitExpressionSyntax syntax, SemanticModel: { } model }
        && model.GetAwaitExpressionInfo(syntax).GetAwaiterMethod is { ReturnType: { TypeKind: not TypeKind.Error } awaiter }
        && types.IsDurableAwaiter(awaiter);
}
