namespace Holdfast.Tests;

/// <summary>The repository that these tests were built from, as files.</summary>
static class Repository
{
    static readonly string[] Skipped = ["artifacts", "bin", "obj", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>The files below a folder of the repository that people wrote, by pattern. A folder that is not there has none.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var start = Path.Combine(Root, folder);
        return Directory.Exists(start) ? Walk(start, pattern).Order(StringComparer.Ordinal) : [];
    }

    /// <summary>A file's path as people write it.</summary>
    public static string Short(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    static IEnumerable<string> Walk(string folder, string pattern)
    {
        foreach (var file in Directory.GetFiles(folder, pattern)) yield return file;
        foreach (var child in Directory.GetDirectories(folder))
        {
            var name = Path.GetFileName(child);
            if (Skipped.Contains(name) || (name.StartsWith('.') && name != ".ci")) continue;
            foreach (var file in Walk(child, pattern)) yield return file;
        }
    }

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Holdfast.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository's root is not above the tests.");
        return folder;
    }
}
