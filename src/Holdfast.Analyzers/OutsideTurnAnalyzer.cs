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
            start.RegisterOperationAction(
                c => CheckCapture(c, types), OperationKind.LocalReference, OperationKind.ParameterReference, OperationKind.FieldReference, OperationKind.PropertyReference, OperationKind.MethodReference);
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
        if (hint is null) return;
        if (DurableCode.StepAround(context.Operation) is { } step) Report(context, context.Operation, step, hint);
        else if (context.Operation is IInvocationOperation && (IsConstruction(context, types) || DurableCode.ConstructorAround(context, types) is not null))
            Report(context, context.Operation, $"the constructor of '{context.ContainingSymbol.ContainingType.Name}' uses it, which is called outside of them: it fails with Misuse", "Start it in Run");
        else if (context.Operation is IInvocationOperation && DurableCode.FunctionAround(context.Operation, context.ContainingSymbol) is { } function && BetweenTurns(function, types) is { } why)
            Report(context, context.Operation, why, "Let Run do it, when it sees what the update changed");
    }

    /// <summary>Whether the constructor of a workflow runs the operation itself, in its code or to fill a field.</summary>
    static bool IsConstruction(OperationAnalysisContext context, HoldfastTypes types)
    {
        var member = context.ContainingSymbol;
        if (member is { IsStatic: true } or not (IFieldSymbol or IPropertySymbol or IMethodSymbol { MethodKind: MethodKind.Constructor }) || member.ContainingType is not { } type || !types.IsWorkflow(type)) return false;
        for (var parent = context.Operation.Parent; parent is not null; parent = parent.Parent)
            if (parent is INameOfOperation or IAnonymousFunctionOperation or ILocalFunctionOperation) return false;
        return true;
    }

    /// <summary>Why a query or an update cannot use what it needs a turn for; null for other code. One that returns a durable is told its shape.</summary>
    static string? BetweenTurns(IMethodSymbol function, HoldfastTypes types) =>
        !types.ReturnsDurable(function) && (HoldfastTypes.IsUpdate(function) || HoldfastTypes.IsQuery(function)) ? $"{Describe.Function(function)} is called between two of them: it fails with Misuse" : null;

    /// <summary>A durable that comes from outside is null in what a step works on, though nothing awaits it there.</summary>
    static void CheckCapture(OperationAnalysisContext context, HoldfastTypes types)
    {
        var reference = context.Operation;
        var isHere = Durable(reference, types);
        if ((!isHere && reference is not IMethodReferenceOperation { Method.MethodKind: MethodKind.LocalFunction }) || DurableCode.StepAround(reference) is not { } step) return;
        // A local function is told where the step names it: elsewhere it may be called in a turn.
        if (!isHere && (StepBody.Of(reference.Parent!) is not { } body || !body.Block.Descendants().Any(o => Durable(o, types) && !IsDeclaredIn(o, body.Block.Syntax) && !IsSaid(o, body.Block, types)))) return;
        if (isHere && (IsDeclaredIn(reference, step.Syntax) || IsSaid(reference, step, types))) return;
        context.ReportDiagnostic(Diagnostic.Create(
            Diagnostics.OutsideTurn, reference.Syntax.GetLocation(), Describe.Text(reference.Syntax), $"the step '{Describe.Text(step.Syntax)}' captures it: in the step's copy there is null in its place",
            "Await it before the step, and capture what comes of it"));
    }

    static bool Durable(IOperation reference, HoldfastTypes types) => reference switch
    {
        ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation { Instance: IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } } =>
            types.HoldsDurable(reference.Type) && reference.Parent is not IPropertyReferenceOperation { Property.Name: "Count" or "Length" },
        _ => false,
    };

    static bool IsDeclaredIn(IOperation reference, SyntaxNode code)
    {
        ISymbol? symbol = reference switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            _ => null,
        };
        return symbol?.DeclaringSyntaxReferences.Any(d => d.SyntaxTree == code.SyntaxTree && code.Span.Contains(d.Span)) == true;
    }

    /// <summary>Whether what is around it in the step is reported anyhow.</summary>
    static bool IsSaid(IOperation reference, IOperation step, HoldfastTypes types)
    {
        for (var parent = reference.Parent; parent is not null && parent != step; parent = parent.Parent)
            if (parent is INameOfOperation || parent is IAwaitOperation await && WaitsForDurable(await, types) || parent is IInvocationOperation call && types.StartsInTurn(call.TargetMethod)) return true;
        return false;
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
