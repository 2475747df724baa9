using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>HOLD013: where the change is all that the step does, <c>Step(async () => { list.Add(await call); })</c> becomes <c>list.Add(await Step(() => call))</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class StepChangeFix : FixProvider
{
    private protected override string Code => Diagnostics.StepChangesCode;

    private protected override (string, SyntaxNode, SyntaxNode)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic)
    {
        var found = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) as ExpressionSyntax;
        var change = found?.Parent is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment && assignment.Left == found ? assignment : found;
        var awaited = change switch
        {
            AssignmentExpressionSyntax { Right: AwaitExpressionSyntax right } => right,
            InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } => arguments[0].Expression as AwaitExpressionSyntax,
            _ => null,
        };
        if (awaited is null || Verbs.WithoutConfigureAwait(awaited.Expression) is not InvocationExpressionSyntax call || Verbs.StepThatOnly(change!, model) is not { } wait) return null;
        return ("Change it with what the step returns", wait, change!.ReplaceNode(awaited, Verbs.AwaitStep(model, wait, call)).WithTriviaFrom(wait));
    }
}
