using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Holdfast.Agents;
using Holdfast.Sqlite;
using Holdfast.Testing;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests;

/// <summary>The house rules that a compiler does not know.</summary>
public sealed partial class TidyTests
{
    const int LinesMax = 600;

    /// <summary>What each project of the product may refer to. One that is not named here does not belong into src.</summary>
    static readonly Dictionary<string, string[]> References = new()
    {
        ["Holdfast"] = ["Holdfast.Analyzers", "Holdfast.Analyzers.CodeFixes", "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Logging.Abstractions"],
        ["Holdfast.Agents"] = ["Holdfast", "Holdfast.Analyzers", "Microsoft.Extensions.AI.Abstractions"],
        ["Holdfast.Sqlite"] = ["Holdfast", "Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.bundle_e_sqlite3"],
        ["Holdfast.Testing"] = ["Holdfast", "Microsoft.Extensions.DependencyInjection"],
        ["Holdfast.Analyzers.CodeFixes"] = ["Holdfast.Analyzers", "Microsoft.CodeAnalysis.Analyzers", "Microsoft.CodeAnalysis.CSharp.Workspaces"],
        ["Holdfast.Analyzers"] = ["Microsoft.CodeAnalysis.Analyzers", "Microsoft.CodeAnalysis.CSharp"],
    };

    /// <summary>What each folder of the engine must not know: the heart knows neither the code that runs in it nor what runs it.</summary>
    static readonly Dictionary<string, string[]> Unknown = new()
    {
        ["Storage"] = ["Kernel", "Frames", "Runtime", "Hosting", "Client"],
        ["Kernel"] = ["Frames", "Runtime", "Hosting", "Client"],
        ["Frames"] = ["Runtime", "Client"],
    };

    /// <summary>Public only because the compiler's own code calls it; it lives beside what implements it.</summary>
    static readonly HashSet<string> ForTheCompiler = ["Holdfast.Frames.DurableMethodBuilder", "Holdfast.Frames.DurableMethodBuilder`1"];

    // In two parts each, so that this file does not find itself.
    [GeneratedRegex(@"\b(TO" + "DO|FIX" + "ME|HA" + "CK|XX" + "X|NotImplemented" + "Exception)\\b")]
    private static partial Regex LeftOver();

    [GeneratedRegex("(Common|Utils?|Utilities|Helpers?|Managers?|Misc)(?![a-z])")]
    private static partial Regex Vague();

    [GeneratedRegex(@"LoggerMessage\((?:EventId = )?(?<id>\d+)")]
    private static partial Regex EventId();

    [Fact]
    public void No_file_is_longer_than_can_be_read() =>
        Assert.Empty(Code("src", "tests", "samples", "bench").Select(static file => (Repository.Short(file), Lines: File.ReadLines(file).Count())).Where(static f => f.Lines > LinesMax).ToList());

    [Fact]
    public void Nothing_is_left_over() => Assert.Empty(Found(LeftOver(), Code("src", "tests", "samples", "bench")));

    [Fact]
    public void Names_say_what_things_are()
    {
        var folders = Code("src", "tests", "samples", "bench").Select(static file => Repository.Short(Path.GetDirectoryName(file)!)).Distinct();
        var types = Code("src", "tests", "samples", "bench").SelectMany(static file => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot()
            .DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => $"{Repository.Short(file)}: {type.Identifier.ValueText}"));
        Assert.Empty(folders.Concat(types).Where(static name => Vague().IsMatch(name)).ToList());
    }

    [Fact]
    public void Projects_refer_only_to_what_they_may()
    {
        var projects = Repository.Files("src", "*.csproj").ToList();
        Assert.Equal(References.Keys.Order(), projects.Select(static p => Path.GetFileNameWithoutExtension(p)).Order());
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var items = XDocument.Load(project).Descendants().Where(static e => e.Name.LocalName is "ProjectReference" or "PackageReference").Select(static e => e.Attribute("Include")!.Value);
            var referred = items.Select(static i => i.EndsWith(".csproj", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(i.Replace('\\', '/')) : i);
            Assert.Empty(referred.Except(References[name]).Select(r => $"{name} → {r}"));
        }
    }

    [Fact]
    public void Folders_know_only_what_they_may()
    {
        foreach (var (folder, unknown) in Unknown)
        {
            var use = new Regex($@"(using |[^.\w])(Holdfast\.)({string.Join('|', unknown)})\b|(?<![.\w])({string.Join('|', unknown)})\.[A-Z]");
            Assert.Empty(Found(use, Repository.Files($"src/Holdfast/{folder}", "*.cs")));
        }
    }

    [Fact]
    public void Log_events_have_ids_of_their_own()
    {
        var ids = Code("src").SelectMany(static file => EventId().Matches(File.ReadAllText(file)).Select(match => (Id: match.Groups["id"].Value, File: Repository.Short(file)))).ToList();
        Assert.NotEmpty(ids);
        Assert.Empty(ids.GroupBy(static i => i.Id).Where(static g => g.Count() > 1).Select(static g => $"{g.Key}: {string.Join(", ", g.Select(static i => i.File))}"));
        // One file per project holds all messages, so that they read alike.
        Assert.All(ids, static i => Assert.Equal("Log.cs", Path.GetFileName(i.File)));
    }

    [Fact]
    public void Nothing_is_public_but_what_users_and_stores_need()
    {
        var types = typeof(Workflow).Assembly.GetExportedTypes().Concat(typeof(SqliteStore).Assembly.GetExportedTypes()).Concat(typeof(TestEngine).Assembly.GetExportedTypes()).Concat(typeof(Gate).Assembly.GetExportedTypes());
        var homes = new[] { "Holdfast", "Holdfast.Storage", "Holdfast.Sqlite", "Holdfast.Testing", "Holdfast.Agents" };
        Assert.Empty(types.Where(type => !homes.Contains(type.Namespace) && !ForTheCompiler.Contains(type.FullName!)).Select(static type => type.FullName));
    }

    [Theory]
    [InlineData(typeof(Workflow))]
    [InlineData(typeof(SqliteStore))]
    [InlineData(typeof(TestEngine))]
    [InlineData(typeof(Gate))]
    public void Everything_public_is_described(Type inside)
    {
        // Members are checked by the compiler, as long as nobody switches that off; types are looked up here, so that it shows when somebody did.
        var described = XDocument.Load(Path.ChangeExtension(inside.Assembly.Location, ".xml")).Descendants("member").Select(static m => m.Attribute("name")!.Value).ToHashSet();
        Assert.Empty(inside.Assembly.GetExportedTypes().Select(static t => $"T:{t.FullName!.Replace('+', '.')}").Except(described));
    }

    [Fact]
    public void The_compiler_is_not_told_to_look_away_from_missing_descriptions()
    {
        var settings = Repository.Files("src", "*.csproj").Concat(Repository.Files("src", "*.props")).Concat(Repository.Files("", "Directory.Build.props")).Append(Path.Combine(Repository.Root, ".editorconfig"));
        Assert.Empty(Found(new Regex("1591"), settings.Concat(Code("src"))));
    }

    [Theory]
    [InlineData("Runtime/RunHelper.cs")]
    [InlineData("Common")]
    [InlineData("CacheManager")]
    public void A_vague_name_is_found(string name) => Assert.Matches(Vague(), name);

    [Theory]
    [InlineData("Commit")]
    [InlineData("Utility")]
    [InlineData("Uncommon")]
    public void A_plain_name_is_not_found(string name) => Assert.DoesNotMatch(Vague(), name);

    static IEnumerable<string> Code(params string[] folders) => folders.SelectMany(static folder => Repository.Files(folder, "*.cs"));

    static IEnumerable<string> Found(Regex what, IEnumerable<string> files) =>
        from file in files
        from line in File.ReadLines(file).Index()
        where what.IsMatch(line.Item)
        select $"{Repository.Short(file)}:{line.Index + 1}: {line.Item.Trim()}";
}
