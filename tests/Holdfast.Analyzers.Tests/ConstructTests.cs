using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.Tests;

/// <summary>The table of what the corpus of the snapshot torture covers: each construct, and the workflow that waits in the middle of it.</summary>
public sealed class ConstructTests
{
    static readonly SyntaxNode[] Corpus =
    [
        .. Directory.GetFiles(Path.Combine(HelpTests.Root(), "tests", "Holdfast.Torture", "Corpus"), "*.cs")
            .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), new(LanguageVersion.Preview)).GetRoot()),
    ];

    static readonly string Cases = string.Concat(Corpus.SelectMany(root => root.DescendantNodes().OfType<TypeDeclarationSyntax>()).Where(type => type.Identifier.Text == "CorpusCases").Select(type => type.ToString()));

    /// <summary>A construct, the class that covers it, and the kinds of syntax with an await in them.</summary>
    public static TheoryData<string, string, SyntaxKind[]> Waits => new()
    {
        // Loops and jumps.
        { "for", "ForLoops", [SyntaxKind.ForStatement] },
        { "the parts of a for", "Operators", [SyntaxKind.ForStatement, SyntaxKind.LessThanExpression, SyntaxKind.AddAssignmentExpression] },
        { "while", "WhileLoops", [SyntaxKind.WhileStatement] },
        { "do", "WhileLoops", [SyntaxKind.DoStatement] },
        { "a loop's condition", "Operators", [SyntaxKind.WhileStatement, SyntaxKind.DoStatement] },
        { "foreach", "ForeachLoops", [SyntaxKind.ForEachStatement] },
        { "foreach that takes apart", "ForeachLoops", [SyntaxKind.ForEachVariableStatement] },
        { "goto", "NestedJumps", [SyntaxKind.LabeledStatement] },
        { "switch", "SwitchStatements", [SyntaxKind.SwitchStatement, SyntaxKind.SwitchSection] },
        // Patterns.
        { "is with a pattern", "Patterns", [SyntaxKind.IsPatternExpression] },
        { "switch expression", "Patterns", [SyntaxKind.SwitchExpression, SyntaxKind.SwitchExpressionArm, SyntaxKind.WhenClause] },
        { "patterns in patterns", "DeepPatterns", [SyntaxKind.SwitchExpression, SyntaxKind.WhenClause, SyntaxKind.LogicalAndExpression] },
        { "case with a condition", "SwitchStatements", [SyntaxKind.CasePatternSwitchLabel] },
        // Exceptions.
        { "try, catch and finally, each of them", "AwaitsInEach", [SyntaxKind.TryStatement, SyntaxKind.CatchClause, SyntaxKind.FinallyClause, SyntaxKind.ThrowStatement] },
        { "finally in finally", "DeepFinally", [SyntaxKind.FinallyClause] },
        { "filters", "Filters", [SyntaxKind.CatchClause] },
        { "filters across frames", "FiltersAcrossFrames", [SyntaxKind.CatchClause, SyntaxKind.FinallyClause] },
        { "return from try", "ReturnsFromTry", [SyntaxKind.TryStatement] },
        // Using.
        { "using", "Using", [SyntaxKind.UsingStatement] },
        { "using in frames", "UsingFrames", [SyntaxKind.UsingStatement] },
        { "await using", "AwaitUsing", [SyntaxKind.UsingStatement] },
        // Spilled temporaries.
        { "a sum around awaits", "SpilledTemporaries", [SyntaxKind.AddExpression, SyntaxKind.MultiplyExpression] },
        { "with", "SpilledTemporaries", [SyntaxKind.WithExpression] },
        { "a conditional", "SpilledTemporaries", [SyntaxKind.ConditionalExpression] },
        { "and, or", "SpilledTemporaries", [SyntaxKind.LogicalAndExpression, SyntaxKind.LogicalOrExpression] },
        { "??=", "SpilledTemporaries", [SyntaxKind.CoalesceAssignmentExpression] },
        { "a collection initializer", "SpilledTemporaries", [SyntaxKind.CollectionInitializerExpression] },
        { "a text", "SpilledTemporaries", [SyntaxKind.InterpolatedStringExpression] },
        { "places of arrays, fields and indexers", "SpilledPlaces", [SyntaxKind.ElementAccessExpression, SyntaxKind.SubtractAssignmentExpression, SyntaxKind.ExclusiveOrAssignmentExpression, SyntaxKind.CoalesceAssignmentExpression] },
        { "arguments", "SpilledCalls", [SyntaxKind.Argument, SyntaxKind.ImplicitArrayCreationExpression, SyntaxKind.CollectionExpression, SyntaxKind.RangeExpression, SyntaxKind.TupleExpression] },
        { "a conditional access", "Arguments", [SyntaxKind.ConditionalAccessExpression, SyntaxKind.CheckedStatement] },
        { "an object initializer", "WithExpressions", [SyntaxKind.ObjectInitializerExpression, SyntaxKind.ImplicitElementAccess, SyntaxKind.AnonymousObjectCreationExpression] },
        { "unary operators", "Operators", [SyntaxKind.LogicalNotExpression, SyntaxKind.UnaryMinusExpression, SyntaxKind.UnaryPlusExpression, SyntaxKind.BitwiseNotExpression, SyntaxKind.IndexExpression] },
        { "conversions", "Operators", [SyntaxKind.IsExpression, SyntaxKind.AsExpression, SyntaxKind.CheckedExpression, SyntaxKind.UncheckedExpression, SyntaxKind.CastExpression] },
        { "other operators", "Operators", [SyntaxKind.DivideExpression, SyntaxKind.ModuloExpression, SyntaxKind.RightShiftExpression, SyntaxKind.UnsignedRightShiftExpression, SyntaxKind.BitwiseAndExpression, SyntaxKind.GreaterThanOrEqualExpression, SyntaxKind.NotEqualsExpression, SyntaxKind.CoalesceExpression] },
        { "a spread", "Operators", [SyntaxKind.SpreadElement] },
        { "a query's source", "Operators", [SyntaxKind.QueryExpression] },
        { "tuples", "Tuples", [SyntaxKind.TupleExpression] },
        // Functions.
        { "generic class", "Generic", [SyntaxKind.MethodDeclaration] },
        { "generic members", "GenericMembers", [SyntaxKind.MethodDeclaration] },
        { "generic overrides", "GenericOverrides", [SyntaxKind.MethodDeclaration] },
        { "local functions", "LocalFunctions", [SyntaxKind.LocalFunctionStatement] },
        { "local functions that call themselves", "RecursiveLocals", [SyntaxKind.LocalFunctionStatement] },
        { "lambdas in nested scopes", "LambdaScopes", [SyntaxKind.SimpleLambdaExpression] },
        { "lambdas that wait", "AsyncLambdas", [SyntaxKind.SimpleLambdaExpression, SyntaxKind.ParenthesizedLambdaExpression] },
        { "anonymous methods", "Operators", [SyntaxKind.AnonymousMethodExpression] },
        { "base methods", "BaseMethods", [SyntaxKind.MethodDeclaration] },
        { "recursion", "Recursion", [SyntaxKind.MethodDeclaration] },
        // Several things at once.
        { "races", "Races", [SyntaxKind.MethodDeclaration] },
        { "races in a loop", "RaceUntilEmpty", [SyntaxKind.WhileStatement] },
        { "cancellation in cancellation", "NestedDeadlines", [SyntaxKind.CatchClause, SyntaxKind.SimpleLambdaExpression] },
        { "cancellation from beside", "CancelledFromBeside", [SyntaxKind.CatchClause] },
        { "exceptions that cross frames", "ExceptionsAcrossFrames", [SyntaxKind.MethodDeclaration] },
    };

    [Theory]
    [MemberData(nameof(Waits))]
    public void A_workflow_waits_in_the_middle_of_it(string construct, string workflow, SyntaxKind[] kinds)
    {
        var nodes = Find(workflow).SelectMany(type => type.DescendantNodes()).ToList();
        foreach (var kind in kinds) Assert.True(nodes.Exists(n => n.IsKind(kind) && n.DescendantNodes().OfType<AwaitExpressionSyntax>().Any()), $"{construct}: {workflow} has no {kind} with an await in it.");
    }

    /// <summary>A construct, the class that covers it, and what its code says.</summary>
    public static TheoryData<string, string, string[]> Says => new()
    {
        { "await foreach", "Each", ["await foreach"] },
        { "break, continue and goto", "NestedJumps", ["goto ", "break;", "continue;"] },
        { "using declaration", "Operators", ["using var"] },
        { "await using declaration", "AwaitUsing", ["await using var"] },
        { "throw in an expression", "Operators", ["?? throw"] },
        { "fan-out", "FanOut", ["WhenAll"] },
        { "own iterators", "OwnIterators", ["yield return"] },
        { "one object in many places", "SameObjects", ["ReferenceEquals"] },
        { "objects that two frames share", "SharedBetweenFrames", ["ReferenceEquals"] },
        { "cycles", "Cycles", ["ReferenceEquals"] },
        { "cycles through collections", "Knots", ["ReferenceEquals"] },
        { "unicode", "Unicode", ["\\ud83d", "\\ude00"] },
        { "steps that change what they captured", "StepsOnCopies", ["captured.Add", "captured.Clear", "row[0] = "] },
        { "steps that change what they returned", "StepsOnCopies", ["Outside.Keep(captured)", "Outside.Change()"] },
        {
            "every primitive", "Primitives",
            ["bool ", "byte ", "sbyte ", "short ", "ushort ", "int ", "uint ", "long ", "ulong ", "char ", "float ", "double ", "decimal ", "Half ", "Int128 ", "UInt128 "]
        },
    };

    [Theory]
    [MemberData(nameof(Says))]
    public void A_workflow_has_it(string construct, string workflow, string[] words)
    {
        var code = string.Concat(Find(workflow).Select(type => type.ToString()));
        foreach (var word in words) Assert.True(code.Contains(word, StringComparison.Ordinal), $"{construct}: {workflow} does not say '{word}'.");
    }

    [Theory]
    [InlineData("recursion 10,000 deep", "(DeepRecursion w) => w.Run(10_000)")]
    [InlineData("fan-out of 1,000", "(FanOut w) => w.Run(1_000)")]
    [InlineData("a list of 1,000,000 linked nodes", "(Chain w) => w.Run(1_000_000)")]
    [InlineData("values of 10 MB", "(LargeValues w) => w.Run(10_000_000)")]
    [InlineData("a loop of 1,000", "(LongLoop w) => w.Run(1_000)")]
    public void What_is_large_is_as_large(string construct, string start) => Assert.True(Cases.Contains(start, StringComparison.Ordinal), $"{construct} is not in the corpus: {start}");

    static List<TypeDeclarationSyntax> Find(string workflow)
    {
        Assert.True(Cases.Contains($"({workflow} w)", StringComparison.Ordinal) || Cases.Contains($"({workflow}<", StringComparison.Ordinal), $"{workflow} is not in the corpus.");
        return [.. Corpus.SelectMany(root => root.DescendantNodes().OfType<TypeDeclarationSyntax>()).Where(type => type.Identifier.Text == workflow)];
    }
}
