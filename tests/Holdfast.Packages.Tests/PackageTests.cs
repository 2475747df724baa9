using System.IO.Compression;
using System.Reflection.Metadata;

namespace Holdfast.Packages.Tests;

/// <summary>What is in the packages, and that somebody who has nothing else can work with them.</summary>
public sealed class PackageTests(Packages packages) : IClassFixture<Packages>
{
    static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public static TheoryData<string> Names => [.. Packages.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_says_what_it_is(string name)
    {
        using var package = packages.Open(name);
        var about = Packages.Specification(package);
        Assert.Equal((name, packages.Version), (about.Element("id")!.Value, about.Element("version")!.Value));
        Assert.Equal(("expression", "Apache-2.0"), (about.Element("license")!.Attribute("type")!.Value, about.Element("license")!.Value));
        Assert.Equal("README.md", about.Element("readme")!.Value);
        foreach (var part in new[] { "authors", "description", "tags" }) Assert.NotEmpty(about.Element(part)!.Value);
        using var reader = new StreamReader(package.GetEntry("README.md")!.Open());
        Assert.StartsWith($"# {name}\n", reader.ReadToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_brings_its_checks_and_settings_and_nothing_else()
    {
        using var package = packages.Open("Holdfast");
        Assert.Equal(
            [
                "README.md", "analyzers/dotnet/cs/Holdfast.Analyzers.CodeFixes.dll", "analyzers/dotnet/cs/Holdfast.Analyzers.dll", "buildTransitive/Holdfast.targets", "docs/errors.md",
                "lib/net10.0/Holdfast.dll", "lib/net10.0/Holdfast.xml",
            ],
            Files(package));
        Assert.Equal(["Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Logging.Abstractions"], Dependencies(package).Select(static d => d.Id));
    }

    [Fact]
    public void The_store_depends_on_the_library_of_its_own_version()
    {
        using var package = packages.Open("Holdfast.Sqlite");
        Assert.Equal(["README.md", "lib/net10.0/Holdfast.Sqlite.dll", "lib/net10.0/Holdfast.Sqlite.xml"], Files(package));
        var dependencies = Dependencies(package);
        // Versions are pinned in one place, for what comes with a dependency too: so the library's own dependencies are named again.
        using var library = packages.Open("Holdfast");
        Assert.Equal(
            ["Holdfast", "Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.bundle_e_sqlite3"], dependencies.Except(Dependencies(library)).Select(static d => d.Id));
        Assert.Equal(packages.Version, dependencies[0].Version);
    }

    [Fact]
    public void The_tests_package_brings_no_test_framework()
    {
        using var package = packages.Open("Holdfast.Testing");
        using var library = packages.Open("Holdfast");
        Assert.Equal(["README.md", "lib/net10.0/Holdfast.Testing.dll", "lib/net10.0/Holdfast.Testing.xml"], Files(package));
        Assert.Equal(["Holdfast", "Microsoft.Extensions.DependencyInjection"], Dependencies(package).Except(Dependencies(library)).Select(static d => d.Id));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Symbols_hold_every_source(string name)
    {
        using var package = packages.Open(name, "snupkg");
        using var content = new MemoryStream();
        using (var stream = package.GetEntry($"lib/net10.0/{name}.pdb")!.Open()) stream.CopyTo(content);
        content.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(content);
        var symbols = provider.GetMetadataReader();
        var without = symbols.Documents.Where(document => !symbols.GetCustomDebugInformation(document).Any(i => symbols.GetGuid(symbols.GetCustomDebugInformation(i).Kind) == EmbeddedSource))
            .Select(document => symbols.GetString(symbols.GetDocument(document).Name));
        Assert.NotEmpty(symbols.Documents);
        Assert.Empty(without);
    }

    [Fact]
    public async Task A_wrong_workflow_does_not_compile()
    {
        var wrong = Packages.Program.Replace("var amount = await Receive(Paid);", "await Task.Delay(5); var amount = 1;", StringComparison.Ordinal);
        Assert.NotEqual(Packages.Program, wrong);
        var built = await Dotnet.RunAsync(packages.NewProject("wrong", wrong), "build", "-nodeReuse:false");
        Assert.NotEqual(0, built.Code);
        Assert.Contains("error HOLD001: 'Task.Delay(5)' is not durable", built.Output, StringComparison.Ordinal);
        var errors = built.Output.Split('\n').Where(static line => line.Contains(": error ", StringComparison.Ordinal));
        Assert.All(errors, static line => Assert.Contains("HOLD001", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_is_killed_goes_on_in_the_next_process()
    {
        var project = packages.NewProject("right", Packages.Program);
        var built = await Dotnet.RunAsync(project, "build", "-c", "Release", "-nodeReuse:false");
        Assert.True(built.Code == 0, built.Output);
        var program = Path.Combine(project, "bin", "Release", "net10.0", "User.dll");
        var settings = await File.ReadAllTextAsync(Path.ChangeExtension(program, "runtimeconfig.json"));
        Assert.Contains("\"System.GC.Server\": true", settings, StringComparison.Ordinal);
        Assert.Contains("\"System.Threading.ThreadPool.UnfairSemaphoreSpinLimit\": 0", settings, StringComparison.Ordinal);
        Assert.Contains("Holdfast.Sdk", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(program)), StringComparison.Ordinal);
        // What the program says itself stands, and it need not take any of it.
        var evaluated = await Dotnet.RunAsync(project, "msbuild", "-getItem:RuntimeHostConfigurationOption", "-getProperty:ServerGarbageCollection", "-p:HoldfastRuntimeSettings=false");
        Assert.DoesNotContain("UnfairSemaphoreSpinLimit", evaluated.Output, StringComparison.Ordinal);
        Assert.Contains("\"ServerGarbageCollection\": \"\"", evaluated.Output, StringComparison.Ordinal);

        using var first = Dotnet.Start(project, "exec", program, project, "first");
        using var limit = new CancellationTokenSource(Dotnet.Patience);
        var complaint = first.StandardError.ReadToEndAsync(limit.Token);
        var said = await first.StandardOutput.ReadLineAsync(limit.Token);
        first.Kill();
        await first.WaitForExitAsync(limit.Token);
        Assert.True(said == "waiting", $"{said} {await complaint}");
        Assert.Equal(["flight for ann", "hotel for ann"], await File.ReadAllLinesAsync(Path.Combine(project, "book.txt"), limit.Token));

        var second = await Dotnet.RunAsync(project, "exec", program, project, "again");
        Assert.True(second.Code == 0, second.Output);
        Assert.Equal("flight for ann, hotel for ann, 300 from ann", second.Output.Trim());
        Assert.Equal(["flight for ann", "hotel for ann", "300 from ann"], await File.ReadAllLinesAsync(Path.Combine(project, "book.txt"), limit.Token));
    }

    [Theory]
    [InlineData("xunit", "xunit", "xunit.runner.visualstudio")]
    [InlineData("NUnit", "NUnit", "NUnit3TestAdapter")]
    [InlineData("MSTest", "MSTest.TestFramework", "MSTest.TestAdapter")]
    public async Task Crash_tests_run_under_every_framework_and_fail_with_the_variable(string framework, params string[] frameworkPackages)
    {
        var tested = await Dotnet.RunAsync(packages.NewTests(framework, frameworkPackages), "test", "-nodeReuse:false");
        Assert.True(tested.Code == 1, tested.Output);
        Assert.Matches(@"Failed:\s+1, Passed:\s+1,", tested.Output);
        Assert.Matches(@"Failed [\w.]*The_wrong_one_stands_too", tested.Output);
        Assert.Contains("First difference: Wrong.Run, Payday.cs:", tested.Output, StringComparison.Ordinal);
        Assert.Matches("'paid' is [0-9]+ in the straight run, and [0-9]+ in the other", tested.Output);
    }

    /// <summary>What the package is made of, without what the format itself needs.</summary>
    static IEnumerable<string> Files(ZipArchive package) => package.Entries.Select(static e => e.FullName)
        .Where(static path => !path.StartsWith("_rels/", StringComparison.Ordinal) && !path.StartsWith("package/", StringComparison.Ordinal) && !path.EndsWith(".nuspec", StringComparison.Ordinal) && path != "[Content_Types].xml")
        .Order(StringComparer.Ordinal);

    static List<(string Id, string Version)> Dependencies(ZipArchive package) =>
        [.. Packages.Specification(package).Descendants("dependency").Select(static d => (d.Attribute("id")!.Value, d.Attribute("version")!.Value)).Order()];
}
