using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>HOLD008: a Run that is static, not public, or returns a task becomes one that the engine can call.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class RunShapeFix : FixProvider
{
    private protected override string Code => Diagnostics.RunShapeCode;

    private protected override (string, SyntaxNode, SyntaxNode)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan) is not MethodDeclarationSyntax run || model.GetDeclaredSymbol(run) is not { } method) return null;
        if (method.IsStatic) return ("Remove 'static'", run, run.WithModifiers(SyntaxFactory.TokenList(run.Modifiers.Where(static m => !m.IsKind(SyntaxKind.StaticKeyword)))).WithTriviaFrom(run));
        if (method.DeclaredAccessibility != Accessibility.Public) return ("Make it public", run, Published(run));
        // Of several that are public, one is too many, whatever they return.
        if (method.ContainingType.GetMembers("Run").Count(static m => m.DeclaredAccessibility == Accessibility.Public && !m.IsStatic) > 1) return null;
        if (!method.IsAsync || method.Parameters.Length > 1 || method.IsGenericMethod || Durably(run.ReturnType, method) is not { } durable) return null;
        return ($"Return {durable}", run.ReturnType, durable.WithTriviaFrom(run.ReturnType));
    }

    static MethodDeclarationSyntax Published(MethodDeclarationSyntax run)
    {
        var rest = run.Modifiers.Where(static m => !SyntaxFacts.IsAccessibilityModifier(m.Kind())).Select(static m => m.WithLeadingTrivia());
        var published = SyntaxFactory.Token(SyntaxKind.PublicKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        return run.WithoutLeadingTrivia().WithModifiers(SyntaxFactory.TokenList([published, .. rest])).WithLeadingTrivia(run.GetLeadingTrivia());
    }

    /// <summary>The durable that stands for a task or for nothing; null for any other type.</summary>
    static TypeSyntax? Durably(TypeSyntax written, IMethodSymbol method)
    {
        if (method.ReturnsVoid) return SyntaxFactory.ParseTypeName("Durable");
        if (method.ReturnType is not { Name: "Task" or "ValueTask", ContainingNamespace.Name: "Tasks" }) return null;
        return written.DescendantNodesAndSelf().OfType<GenericNameSyntax>().FirstOrDefault() is { } generic
            ? SyntaxFactory.ParseTypeName("Durable" + generic.TypeArgumentList.ToString())
            : SyntaxFactory.ParseTypeName("Durable");
    }
}
