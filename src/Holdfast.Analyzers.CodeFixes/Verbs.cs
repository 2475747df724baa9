using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Holdfast.Analyzers.CodeFixes;

/// <summary>Writes calls of the durable verbs as they read best at a place.</summary>
static class Verbs
{
    /// <summary><c>await Step(() => call)</c>.</summary>
    public static ExpressionSyntax AwaitStep(SemanticModel model, SyntaxNode at, ExpressionSyntax call) =>
        Await(model, at, "Step", SyntaxFactory.ParenthesizedLambdaExpression(call.WithoutTrivia()));

    /// <summary><c>await Delay(time)</c>, with bare milliseconds made a time.</summary>
    public static ExpressionSyntax AwaitDelay(SemanticModel model, SyntaxNode at, ExpressionSyntax time)
    {
        if (model.GetTypeInfo(time).Type?.SpecialType == SpecialType.System_Int32)
        {
            var from = model.LookupNamespacesAndTypes(at.SpanStart, name: "TimeSpan").IsEmpty ? "System.TimeSpan.FromMilliseconds" : "TimeSpan.FromMilliseconds";
            time = Call(from, time);
        }
        return Await(model, at, "Delay", time);
    }

    /// <summary>Whether an await may stand there at all.</summary>
    public static bool CanAwait(SyntaxNode at)
    {
        foreach (var ancestor in at.Ancestors())
            switch (ancestor)
            {
                case LockStatementSyntax: return false;
                case AnonymousFunctionExpressionSyntax function: return function.AsyncKeyword.IsKind(SyntaxKind.AsyncKeyword);
                case LocalFunctionStatementSyntax function: return function.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case MethodDeclarationSyntax method: return method.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case MemberDeclarationSyntax: return false;
            }
        return false;
    }

    /// <summary>The task that is awaited or waited for, without what only says how.</summary>
    public static ExpressionSyntax WithoutConfigureAwait(ExpressionSyntax task) =>
        task is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" or "GetAwaiter" } member }
            ? WithoutConfigureAwait(member.Expression)
            : task;

    /// <summary>The statement <c>await Step(() => …)</c> whose lambda, without a parameter, does nothing but this; null where there is more to it.</summary>
    public static AwaitExpressionSyntax? StepThatOnly(ExpressionSyntax does, SemanticModel model)
    {
        var lambda = does.Parent is ExpressionStatementSyntax { Parent: BlockSyntax { Statements.Count: 1 } block } ? block.Parent : does.Parent;
        if (lambda is not ParenthesizedLambdaExpressionSyntax { ParameterList.Parameters.Count: 0, Parent: ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1 } step } }) return null;
        return model.GetSymbolInfo(step).Symbol is IMethodSymbol { Name: "Step" } && step.Parent is AwaitExpressionSyntax { Parent: ExpressionStatementSyntax } wait ? wait : null;
    }

    /// <summary>Puts an expression where another one was: in parentheses where it would read otherwise.</summary>
    public static ExpressionSyntax InPlaceOf(ExpressionSyntax old, ExpressionSyntax replacement)
    {
        var needsParentheses = old.Parent is MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or ConditionalAccessExpressionSyntax or PostfixUnaryExpressionSyntax;
        var fitting = needsParentheses ? SyntaxFactory.ParenthesizedExpression(replacement) : replacement;
        return fitting.WithTriviaFrom(old).WithAdditionalAnnotations(Formatter.Annotation);
    }

    static AwaitExpressionSyntax Await(SemanticModel model, SyntaxNode at, string verb, ExpressionSyntax argument) =>
        SyntaxFactory.AwaitExpression(Call(NameOf(model, at, verb), argument));

    static InvocationExpressionSyntax Call(string method, ExpressionSyntax argument) => SyntaxFactory.InvocationExpression(
        SyntaxFactory.ParseExpression(method), SyntaxFactory.ArgumentList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Argument(argument.WithoutTrivia()))));

    /// <summary>Inside a workflow the verbs are members; elsewhere they are on Durable.</summary>
    static string NameOf(SemanticModel model, SyntaxNode at, string verb)
    {
        var found = model.LookupSymbols(at.SpanStart, name: verb);
        return !found.IsEmpty && found.All(static s => s is IMethodSymbol { ContainingType: { Name: "Workflow", ContainingNamespace.Name: "Holdfast" } }) ? verb : "Durable." + verb;
    }
}
