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
        if (Verbs.StepThatOnly(assignment, model) is not { } wait) return null;
        var result = assignment.WithRight(Verbs.AwaitStep(model, wait, call)).WithoutTrivia();
        return ("Return it from the step", wait, result.WithTriviaFrom(wait));
    }
}
