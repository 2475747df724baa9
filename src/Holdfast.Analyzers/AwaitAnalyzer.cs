using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace Holdfast.Analyzers;

/// <summary>HOLD001: a durable method awaits durables only.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AwaitAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.NotDurable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not { } types) return;
            start.RegisterOperationAction(c => CheckAwait(c, types), OperationKind.Await);
            start.RegisterOperationAction(c => CheckForEach(c, types), OperationKind.Loop);
            start.RegisterOperationAction(c => CheckUsing(c, types), OperationKind.Using, OperationKind.UsingDeclaration);
        });
    }

    static void CheckAwait(OperationAnalysisContext context, HoldfastTypes types)
    {
        var await = (IAwaitOperation)context.Operation;
        if (DurableFunction(context, types) is not { } function || types.IsDurable(await, await.SemanticModel!)) return;
        var awaited = WithoutConfigureAwait(await.Operation);
        context.ReportDiagnostic(Diagnostic.Create(
            Diagnostics.NotDurable, await.Syntax.GetLocation(), Describe.Text(awaited.Syntax), Describe.Function(function), HintFor(awaited)));
    }

    static void CheckForEach(OperationAnalysisContext context, HoldfastTypes types)
    {
        if (context.Operation is not IForEachLoopOperation { IsAsynchronous: true, Syntax: CommonForEachStatementSyntax syntax } loop
            || DurableFunction(context, types) is not { } function)
            return;
        var model = loop.SemanticModel!;
        var info = model.GetForEachStatementInfo(syntax);
        if (info.MoveNextMethod is not { } moveNext) return;
        var awaitables = info.DisposeMethod is { } dispose ? new[] { moveNext.ReturnType, dispose.ReturnType } : [moveNext.ReturnType];
        if (Array.TrueForAll(awaitables, t => types.IsDurableAwaitable(t, model, syntax.SpanStart))) return;
        context.ReportDiagnostic(Diagnostic.Create(
            Diagnostics.NotDurable, Between(syntax.AwaitKeyword, syntax.ForEachKeyword), Describe.Text(syntax.Expression), Describe.Function(function),
            "Read the sequence in a step and return a list: foreach (var item in await Step(async () => …))"));
    }

    static void CheckUsing(OperationAnalysisContext context, HoldfastTypes types)
    {
        var (isAsynchronous, resources) = context.Operation switch
        {
            IUsingOperation u => (u.IsAsynchronous, u.Resources),
            IUsingDeclarationOperation d => (d.IsAsynchronous, d.DeclarationGroup),
            _ => (false, context.Operation),
        };
        if (!isAsynchronous || DurableFunction(context, types) is not { } function) return;
        var type = resources is IVariableDeclarationGroupOperation group
            ? group.Declarations.SelectMany(d => d.Declarators).FirstOrDefault()?.Symbol.Type
            : resources.Type;
        if (type is null || type.TypeKind == TypeKind.Error || DisposesDurably(type, context.Operation, types)) return;
        var location = context.Operation.Syntax switch
        {
            UsingStatementSyntax s => Between(s.AwaitKeyword, s.UsingKeyword),
            LocalDeclarationStatementSyntax s => Between(s.AwaitKeyword, s.UsingKeyword),
            var other => other.GetLocation(),
        };
        context.ReportDiagnostic(Diagnostic.Create(
            Diagnostics.NotDurable, location, "await using " + Describe.Type(type), Describe.Function(function),
            "Open it, use it and close it within one step: await Step(async () => { await using … })"));
    }

    static bool DisposesDurably(ITypeSymbol type, IOperation place, HoldfastTypes types)
    {
        // The compiler prefers a public DisposeAsync over the interface, whose ValueTask is never durable.
        foreach (var symbol in place.SemanticModel!.LookupSymbols(place.Syntax.SpanStart, type, "DisposeAsync"))
            if (symbol is IMethodSymbol { IsStatic: false } method && method.Parameters.All(p => p.IsOptional || p.IsParams))
                return types.IsDurableAwaitable(method.ReturnType, place.SemanticModel, place.Syntax.SpanStart);
        return false;
    }

    /// <summary>The function whose machine the operation belongs to, if that is a durable one.</summary>
    static IMethodSymbol? DurableFunction(OperationAnalysisContext context, HoldfastTypes types) =>
        DurableCode.Around(context, types) is { IsAsync: true } function ? function : null;

    static IOperation WithoutConfigureAwait(IOperation awaited) =>
        awaited is IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Instance: { } inner } ? inner : awaited;

    static string HintFor(IOperation awaited)
    {
        if (awaited is IInvocationOperation { TargetMethod: { ContainingType: { Name: "Task", ContainingNamespace.Name: "Tasks" } } method } call)
        {
            switch (method.Name)
            {
                case "Delay": return $"Wait durably instead: await Delay({(call.Arguments.IsEmpty ? "…" : Describe.Time(call.Arguments[0].Value))})";
                case "Yield": return "Leave it out: other runs go on by themselves";
                case "WhenAll" or "WhenAny": return $"Start each call as a step, without awaiting it, and await Durable.{method.Name}(…) of the steps";
            }
        }
        return awaited is IInvocationOperation
            ? $"Put the call into a step: await Step(() => {Describe.Text(awaited.Syntax)})"
            : "Put the call that made it into a step: await Step(() => …)";
    }

    static Location Between(SyntaxToken first, SyntaxToken last) =>
        Location.Create(first.SyntaxTree!, TextSpan.FromBounds(first.SpanStart, last.Span.End));
}
