using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>HOLD001: <c>Task.Delay</c> becomes <c>Delay</c>, and the call of anything else that is awaited becomes a step.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class AwaitFix : FixProvider
{
    private protected override string Code => Diagnostics.NotDurableCode;

    private protected override (string, SyntaxNode, SyntaxNode)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not AwaitExpressionSyntax waits) return null;
        // A task that was made before has begun already; only where its call stands, the call can be put into a step.
        if (Verbs.WithoutConfigureAwait(waits.Expression) is not InvocationExpressionSyntax call) return null;
        if (model.GetSymbolInfo(call).Symbol is not IMethodSymbol method) return null;
        if (method is { ContainingType: { Name: "Task", ContainingNamespace.Name: "Tasks" } })
        {
            if (method.Name == "Delay" && call.ArgumentList.Arguments.Count == 1)
                return ("Wait durably with Delay", waits, Verbs.InPlaceOf(waits, Verbs.AwaitDelay(model, waits, call.ArgumentList.Arguments[0].Expression)));
            if (method.Name is "Delay" or "Yield" or "WhenAll" or "WhenAny") return null;
        }
        if (call.DescendantNodes().OfType<AwaitExpressionSyntax>().Any()) return null;
        return ("Call it in a step", waits, Verbs.InPlaceOf(waits, Verbs.AwaitStep(model, waits, call)));
    }
}
