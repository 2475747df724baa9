using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>HOLD005: <c>Thread.Sleep</c> becomes <c>await Delay</c>, and a call whose result is waited for becomes a step.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class BlockingFix : FixProvider
{
    private protected override string Code => Diagnostics.BlocksCode;

    private protected override (string, SyntaxNode, SyntaxNode)? Find(SyntaxNode root, SemanticModel model, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax blocking || !Verbs.CanAwait(blocking)) return null;
        var member = (blocking as InvocationExpressionSyntax)?.Expression as MemberAccessExpressionSyntax ?? blocking as MemberAccessExpressionSyntax;
        if (member is null) return null;
        var arguments = (blocking as InvocationExpressionSyntax)?.ArgumentList.Arguments;
        switch (member.Name.Identifier.ValueText)
        {
            case "Sleep" when arguments is { Count: 1 } given: return ("Wait durably with Delay", blocking, Verbs.InPlaceOf(blocking, Verbs.AwaitDelay(model, blocking, given[0].Expression)));
            case "Result" or "GetResult":
            case "Wait" when arguments is { Count: 0 }:
                if (Verbs.WithoutConfigureAwait(member.Expression) is not InvocationExpressionSyntax call || call.DescendantNodes().OfType<AwaitExpressionSyntax>().Any()) return null;
                return ("Call it in a step", blocking, Verbs.InPlaceOf(blocking, Verbs.AwaitStep(model, blocking, call)));
            default: return null;
        }
    }
}
