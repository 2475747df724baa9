using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Holdfast.Analyzers.Tests;

/// <summary>Compiles a source in memory and runs every rule over it.</summary>
static class Analysis
{
    /// <summary>Services that the sample workflows are given.</summary>
    const string World = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Text.Json;
        global using System.Text.RegularExpressions;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Holdfast;
        global using Sample;

        namespace Sample
        {
            public record Request(string Id, decimal Amount, List<Item> Items);
            public record Item(string Name, int Count);
            public interface IPayments { Task<string> Charge(Request request, string key, CancellationToken token = default); Task<int> Refund(string id); }
            public interface IMail { Task Send(string text); bool IsOpen { get; } void Log(string text); }
            public struct Point { public int X; public int Y { get; set; } }
            public class Box { public int Value { get; set; } public int Field; public void Add(int n) { } }
            public static class Patterns { public static readonly Regex Word = new("a+"); }
            public static class Sql { public static int Execute(this StepTransaction tx, string sql, params object[] values) => 0; }
        }
        """;

    /// <summary>Every rule there is, found as the compiler finds them.</summary>
    public static readonly ImmutableArray<DiagnosticAnalyzer> Rules =
    [
        .. typeof(AwaitAnalyzer).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<DiagnosticAnalyzerAttribute>() is not null)
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
    ];

    static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) is var name && !name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) && !name.StartsWith("Holdfast.Analyzers", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    /// <summary>A compilation of these files, under a name that may see the library's internals where the files do.</summary>
    public static CSharpCompilation Compile(string name, IEnumerable<(string Path, string Text)> files) => Empty.WithAssemblyName(name)
        .AddSyntaxTrees(files.Select(file => CSharpSyntaxTree.ParseText(file.Text, Options, file.Path)));

    static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Sample", [], References, new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    // Every source is added to the same compilation, so that the framework's metadata is read once.
    static readonly CSharpCompilation Shared = Empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText(World, Options));

    /// <summary>A workflow with this body of <c>Run</c>, and these further members.</summary>
    public static string Workflow(string body, string members = "") => $$"""
        sealed class Trial(IPayments payments, IMail mail) : Workflow
        {
            public static readonly Signal<int> Approved = new("approved");
            int _total;
            string? Note { get; set; }
            {{members}}
            public async Durable<int> Run(Request request)
            {
                await Delay(TimeSpan.FromDays(1));
                {{body}}
            }
        }
        """;

    /// <summary>The source as a document of a workspace, as fixes take it.</summary>
    public static Document Document(AdhocWorkspace workspace, string source) => workspace.CurrentSolution
        .AddProject("Sample", "Sample", LanguageNames.CSharp).WithParseOptions(Options).WithCompilationOptions(Empty.Options).WithMetadataReferences(References)
        .AddDocument("World.cs", World).Project
        .AddDocument("Sample.cs", source);

    /// <summary>Every report on the source, in its order. The source must compile.</summary>
    public static Task<ImmutableArray<Diagnostic>> Run(string source) => Run(source, Shared);

    /// <summary>Every report on a source that stands for itself, without a reference to Holdfast.</summary>
    public static Task<ImmutableArray<Diagnostic>> RunAlone(string source) =>
        Run(source, Empty.WithReferences(References.Where(r => Path.GetFileNameWithoutExtension(r.Display) != "Holdfast")));

    static async Task<ImmutableArray<Diagnostic>> Run(string source, CSharpCompilation world)
    {
        var tree = CSharpSyntaxTree.ParseText(source, Options, "Sample.cs");
        return await Run(world.AddSyntaxTrees(tree), tree);
    }

    /// <summary>Every report on one file of a compilation. The file must compile.</summary>
    public static async Task<ImmutableArray<Diagnostic>> Run(CSharpCompilation compilation, SyntaxTree tree)
    {
        Assert.Empty(compilation.GetSemanticModel(tree).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString()));
        var found = await RunUnchecked(compilation, tree);
        return [.. found.OrderBy(d => d.Location.SourceSpan.Start).ThenBy(d => d.Id, StringComparer.Ordinal)];
    }

    /// <summary>Every report on a source that may be broken. Fails if a rule throws.</summary>
    public static async Task<ImmutableArray<Diagnostic>> RunBroken(string source)
    {
        var tree = CSharpSyntaxTree.ParseText(source, Options, "Sample.cs");
        return await RunUnchecked(Shared.AddSyntaxTrees(tree), tree);
    }

    static async Task<ImmutableArray<Diagnostic>> RunUnchecked(CSharpCompilation compilation, SyntaxTree tree)
    {
        Exception? failure = null;
        var analysis = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]), (error, _, _) => failure = error, concurrentAnalysis: true, logAnalyzerExecutionTime: false);
        // The whole compilation, because what ends with a type is reported with it and not with one of its files.
        var found = await compilation.WithAnalyzers(Rules, analysis).GetAnalyzerDiagnosticsAsync(CancellationToken.None);
        Assert.Null(failure);
        return [.. found.Where(d => d.Location.SourceTree == tree || d.Location == Location.None)];
    }

    /// <summary>Checks that the rule reports at each <c>[|place|]</c> of the source and nowhere else, and returns the texts. Other rules may have their say too.</summary>
    public static async Task<string[]> Reports(string code, string marked)
    {
        var (source, spans) = Unmark(marked);
        var found = (await Run(source)).Where(d => d.Id == code).ToList();
        Assert.Equal(
            string.Join("\n", spans.Select(s => $"{code} {source[s.Start..s.End]}")),
            string.Join("\n", found.Select(d => $"{d.Id} {source[d.Location.SourceSpan.Start..d.Location.SourceSpan.End]}{(spans.Contains(d.Location.SourceSpan) ? "" : " (elsewhere) " + d.GetMessage())}")));
        return [.. found.Select(d => d.GetMessage())];
    }

    /// <summary>Checks that no rule reports anything.</summary>
    public static async Task Silent(string source) => Assert.Empty((await Run(source)).Select(d => d.ToString()));

    public static (string Source, List<TextSpan> Spans) Unmark(string marked)
    {
        var spans = new List<TextSpan>();
        var source = new System.Text.StringBuilder();
        var open = new Stack<int>();
        for (var i = 0; i < marked.Length; i++)
        {
            if (marked.AsSpan(i).StartsWith("[|"))
            {
                open.Push(source.Length);
                i++;
            }
            else if (marked.AsSpan(i).StartsWith("|]"))
            {
                spans.Add(TextSpan.FromBounds(open.Pop(), source.Length));
                i++;
            }
            else source.Append(marked[i]);
        }
        spans.Sort((a, b) => a.Start.CompareTo(b.Start));
        return (source.ToString(), spans);
    }
}
