using System.IO.Compression;
using System.Xml.Linq;

namespace Holdfast.Packages.Tests;

/// <summary>The packages, made once for all tests from what was built with them, under a version that nobody else has in a cache.</summary>
public sealed class Packages : IAsyncLifetime
{
    public static readonly string[] Names = ["Holdfast", "Holdfast.Sqlite", "Holdfast.Testing", "Holdfast.Agents"];

    readonly string _folder = Directory.CreateTempSubdirectory("holdfast-packages-").FullName;

    public string Feed => Path.Combine(_folder, "feed");

    public string Version { get; } = $"0.0.1-test.{Guid.NewGuid():N}";

    public async Task InitializeAsync()
    {
        foreach (var name in Names)
        {
            var packed = await Dotnet.RunAsync(
                Root, "pack", Path.Combine("src", name), "--no-build", "-c", Configuration, "-o", Feed, $"-p:PackageVersion={Version}", "-nodeReuse:false");
            Assert.True(packed.Code == 0, packed.Output);
            Assert.DoesNotContain(": warning", packed.Output, StringComparison.Ordinal);
        }
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>An empty project elsewhere on the disk, with the feed as one more source and a cache of its own.</summary>
    public string NewProject(string name, string program)
    {
        var folder = NewFolder(name);
        File.WriteAllText(Path.Combine(folder, "User.csproj"), UserFile("User.csproj.txt").Replace("VERSION", Version, StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        return folder;
    }

    /// <summary>The same for tests under one framework, which takes its packages.</summary>
    public string NewTests(string framework, params string[] frameworkPackages)
    {
        var folder = NewFolder(framework);
        var project = XDocument.Parse(UserFile("Frameworks/Tests.csproj.txt").Replace("VERSION", Version, StringComparison.Ordinal));
        var references = project.Descendants("ItemGroup").Single();
        references.Add(frameworkPackages.Select(static p => new XElement("PackageReference", new XAttribute("Include", p), new XAttribute("Version", ""))));
        foreach (var reference in references.Elements().Where(static r => r.Attribute("Include")!.Value != "Holdfast.Testing")) reference.SetAttributeValue("Version", VersionOf(reference.Attribute("Include")!.Value));
        project.Save(Path.Combine(folder, "Tests.csproj"));
        foreach (var file in new[] { "Payday.cs", $"{framework}.cs" }) File.WriteAllText(Path.Combine(folder, file), UserFile($"Frameworks/{file}"));
        return folder;
    }

    /// <summary>The version of somebody else's package that is on this machine already, from where it is written down.</summary>
    static string VersionOf(string package) =>
        new[] { Path.Combine(Root, "Directory.Packages.props"), Path.Combine(Root, "tests", "Holdfast.Packages.Tests", "Holdfast.Packages.Tests.csproj") }
            .SelectMany(static file => XDocument.Load(file).Descendants())
            .First(e => e.Name.LocalName is "PackageVersion" or "PackageDownload" && e.Attribute("Include")!.Value == package).Attribute("Version")!.Value;

    static string UserFile(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "User", name));

    string NewFolder(string name)
    {
        var folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(folder);
        // What was restored before is taken from where it is; what is new, ours above all, goes into the temporary folder only.
        var known = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        new XDocument(new XElement(
            "configuration",
            new XElement("packageSources", Add("here", Feed)),
            new XElement("config", Add("globalPackagesFolder", Path.Combine(folder, "packages"))),
            Directory.Exists(known) ? new XElement("fallbackPackageFolders", Add("known", known)) : null)).Save(Path.Combine(folder, "nuget.config"));
        return folder;

        static XElement Add(string key, string value) => new("add", new XAttribute("key", key), new XAttribute("value", value));
    }

    public static string Program => UserFile("Program.cs");

    public ZipArchive Open(string name, string kind = "nupkg") => ZipFile.OpenRead(Path.Combine(Feed, $"{name}.{Version}.{kind}"));

    public static XElement Specification(ZipArchive package)
    {
        using var stream = package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        var document = XDocument.Load(stream);
        // The namespace says which schema it was, which is nothing to us.
        foreach (var element in document.Descendants()) element.Name = element.Name.LocalName;
        return document.Root!.Element("metadata")!;
    }

    /// <summary>The tests pack what was built as they were.</summary>
    static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name.StartsWith("release", StringComparison.OrdinalIgnoreCase) ? "Release" : "Debug";

    static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Holdfast.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }
}
