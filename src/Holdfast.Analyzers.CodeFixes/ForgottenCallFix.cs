using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>HOLD006: a call whose task nobody takes becomes a step that is awaited.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ForgottenCallFix : FixProvider
{
    private protected override string Code => Diagnostics.SideEffectCode;

    private protected override (string, SyntaxNode, SyntaxNode)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax forgotten || !Verbs.CanAwait(forgotten)) return null;
        // A result that somebody takes is wanted as it is, as a task or not.
        ExpressionSyntax? statement = forgotten.Parent switch
        {
            ExpressionStatementSyntax => forgotten,
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" }, Parent: ExpressionStatementSyntax } discard => discard,
            _ => null,
        };
        if (statement is null || Verbs.WithoutConfigureAwait(forgotten) is not InvocationExpressionSyntax call || call.DescendantNodes().OfType<AwaitExpressionSyntax>().Any()) return null;
        if (model.GetTypeInfo(call).Type is not INamedTypeSymbol { Name: "Task", ContainingNamespace.Name: "Tasks" }) return null;
        return ("Call it in a step", statement, Verbs.InPlaceOf(statement, Verbs.AwaitStep(model, statement, call)));
    }
}
