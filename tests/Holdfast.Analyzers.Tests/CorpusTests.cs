using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Analyzers.Tests;

/// <summary>The workflows of the repository itself, all of which run in tests or samples: what works is not complained about.</summary>
public sealed class CorpusTests
{
    /// <summary>A body of code that compiles together, and which of its folders are judged.</summary>
    static readonly (string Assembly, string[] Compiled, string[] Judged)[] Bodies =
    [
        ("Holdfast.Torture", ["tests/Holdfast.Torture/Corpus", "tests/Holdfast.Torture/Driving"], ["tests/Holdfast.Torture/Corpus"]),
        ("Guide", ["samples/Guide"], ["samples/Guide"]),
        ("Claims", ["samples/Claims"], ["samples/Claims/Worker/ClaimWorkflow.cs"]),
        ("Holdfast.Bench", ["bench/Holdfast.Bench"], ["bench/Holdfast.Bench/Seq10.cs"]),
        ("Holdfast.Tests.Worker", ["tests/Holdfast.Tests.Worker"], ["tests/Holdfast.Tests.Worker/Job.cs"]),
    ];

    const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.Extensions.Logging;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        """;

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Bodies.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public async Task Code_that_works_is_not_complained_about(int index)
    {
        var compilation = Compile(index);
        var judged = Judged(compilation, index).ToList();
        Assert.NotEmpty(judged);
        foreach (var tree in judged) Assert.Empty((await Analysis.Run(compilation, tree)).Select(d => d.ToString()));
    }

    [Fact]
    public void The_corpus_is_large_enough_to_mean_something()
    {
        var workflows = Enumerable.Range(0, Bodies.Length).Sum(index => Judged(Compile(index), index)
            .Sum(tree => tree.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>().Count(c => c.BaseList is { } bases && bases.ToString().Contains("Workflow", StringComparison.Ordinal))));
        Assert.True(workflows >= 30, $"There are {workflows} workflows of the repository in the corpus.");
        Assert.True(CorrectWorkflowTests.Texts.Length >= 100 && workflows + CorrectWorkflowTests.Texts.Length >= 140, $"There are {workflows} workflows and {CorrectWorkflowTests.Texts.Length} snippets in the corpus.");
    }

    static CSharpCompilation Compile(int index) => Analysis.Compile(
        Bodies[index].Assembly,
        Bodies[index].Compiled.SelectMany(folder => Directory.GetFiles(Path.Combine(HelpTests.Root(), folder), "*.cs", SearchOption.AllDirectories))
            .Select(path => (path, File.ReadAllText(path))).Append(("Usings.cs", Usings)));

    static IEnumerable<SyntaxTree> Judged(CSharpCompilation compilation, int index) => compilation.SyntaxTrees.Where(tree =>
        Bodies[index].Judged.Any(judged => tree.FilePath.Replace('\\', '/').Contains(judged, StringComparison.Ordinal)) && tree.ToString().Contains("Durable", StringComparison.Ordinal));
}
