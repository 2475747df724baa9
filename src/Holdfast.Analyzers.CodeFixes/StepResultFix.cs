using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>HOLD003: where assigning is all that the step does, <c>Step(async () => { n = await call; })</c> becomes <c>n = await Step(() => call)</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class StepResultFix : FixProvider
{
    private protected override string Code => Diagnostics.StepAssignsCode;

    private protected override (string, SyntaxNode, SyntaxNode)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic)
    {
        var target = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) as ExpressionSyntax;
        if (target?.Parent is not AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Right: AwaitExpressionSyntax { Expression: var awaited } } assignment || assignment.Left != target) return null;
        if (Verbs.WithoutConfigureAwait(awaited) is not InvocationExpressionSyntax call) return null;
        SyntaxNode? lambda = assignment.Parent is ExpressionStatementSyntax { Parent: BlockSyntax { Statements.Count: 1 } block } ? block.Parent : assignment.Parent;
        if (lambda is not ParenthesizedLambdaExpressionSyntax { ParameterList.Parameters.Count: 0, Parent: ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1 } step } }) return null;
        if (model.GetSymbolInfo(step).Symbol is not IMethodSymbol { Name: "Step" } || step.Parent is not AwaitExpressionSyntax { Parent: ExpressionStatementSyntax } wait) return null;
        var result = assignment.WithRight(Verbs.AwaitStep(model, wait, call)).WithoutTrivia();
        return ("Return it from the step", wait, result.WithTriviaFrom(wait));
    }
}
