using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>HOLD009: without <c>readonly</c>, a value that cannot be saved stops the run with a reason instead of being lost.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ReadOnlyFix : FixProvider
{
    private protected override string Code => Diagnostics.StartsAnewCode;

    private protected override (string, SyntaxNode, SyntaxNode)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic)
    {
        var field = root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<FieldDeclarationSyntax>();
        if (field is not { Declaration.Variables.Count: 1 } || field.Modifiers.FirstOrDefault(static m => m.IsKind(SyntaxKind.ReadOnlyKeyword)) is not { RawKind: not 0 } modifier) return null;
        var without = field.WithModifiers(field.Modifiers.Remove(modifier)).WithLeadingTrivia(field.GetLeadingTrivia());
        return ("Remove 'readonly'", field, without);
    }
}
