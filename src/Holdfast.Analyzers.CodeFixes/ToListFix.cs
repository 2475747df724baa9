using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>HOLD002 and HOLD014: a query that is alive across an await, or that a step returns, is ended with <c>.ToList()</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ToListFix : FixProvider
{
    private protected override string Code => Diagnostics.NotSavableCode;

    private protected override string OtherCode => Diagnostics.StepReturnsCode;

    private protected override (string, SyntaxNode, SyntaxNode)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic)
    {
        if (!diagnostic.Properties.ContainsKey(Diagnostics.IsQuery) || diagnostic.AdditionalLocations.Count == 0) return null;
        var found = root.FindNode(diagnostic.AdditionalLocations[0].SourceSpan, getInnermostNodeForTie: true);
        var query = found is VariableDeclaratorSyntax { Initializer.Value: { } value } ? value : found as ExpressionSyntax;
        if (query is null) return null;
        var source = query is QueryExpressionSyntax or ConditionalExpressionSyntax or BinaryExpressionSyntax or AwaitExpressionSyntax or CastExpressionSyntax
            ? SyntaxFactory.ParenthesizedExpression(query.WithoutTrivia())
            : query.WithoutTrailingTrivia();
        var list = SyntaxFactory.InvocationExpression(
            SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, source, SyntaxFactory.IdentifierName("ToList")));
        return ("End the query with ToList()", query, list.WithTriviaFrom(query));
    }
}
