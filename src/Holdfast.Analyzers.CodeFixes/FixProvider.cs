using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>A fix of one rule that replaces one node by another.</summary>
public abstract class FixProvider : CodeFixProvider
{
    private protected abstract string Code { get; }

    /// <summary>Another rule whose reports the same fix is for.</summary>
    private protected virtual string? OtherCode => null;

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds => OtherCode is null ? [Code] : [Code, OtherCode];

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        if (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model) return;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (Find(root, model, diagnostic) is not var (title, old, replacement)) continue;
            context.RegisterCodeFix(
                CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(old, replacement))), equivalenceKey: $"{Code}: {title}"), diagnostic);
        }
    }

    /// <summary>What to replace by what, or null where no fix is certain to be meant.</summary>
    private protected abstract (string Title, SyntaxNode Old, SyntaxNode Replacement)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic);
}
