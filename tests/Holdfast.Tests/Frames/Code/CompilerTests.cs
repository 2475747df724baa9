using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using Holdfast.Frames.Code;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Frames.Code;

/// <summary>
/// What two compilers make of one corpus: the one that is pinned for tests, and the one of the SDK that runs them. Where they differ, runs that
/// wait in such code are parked when a build moves from one to the other, so the difference must be known before.
/// </summary>
public sealed class CompilerTests
{
    static readonly string Known = Path.Combine(Repository.Root, "tests", "Holdfast.Tests", "Frames", "Code", "fingerprints.txt");

    static readonly string Source = $"{MiniFlow.Source}\n{LivenessCorpus.Source}";

    [Fact]
    public async Task What_each_compiler_makes_of_the_corpus_is_known()
    {
        var lines = new List<string>();
        foreach (var release in (bool[])[false, true])
        {
            var (pinned, sdk) = (Fingerprint(Compiled.From(Source, release).Assembly), Fingerprint(await OfSdkAsync(release)));
            Assert.Equal(pinned.Keys, sdk.Keys);
            lines.AddRange(pinned.Select(one => $"{(release ? "release" : "debug")} {one.Key} {one.Value} {(sdk[one.Key] == one.Value ? "same" : sdk[one.Key])}"));
        }
        if (Environment.GetEnvironmentVariable("HOLDFAST_UPDATE_FINGERPRINTS") is not null) await File.WriteAllLinesAsync(Known, lines);
        var known = await File.ReadAllLinesAsync(Known);
        Assert.True(
            known.SequenceEqual(lines),
            $"A compiler makes other code of the corpus than it did, or the corpus or the fingerprint has changed:\n{string.Join('\n', lines.Except(known).Take(20))}\n"
            + "If it is the compiler, runs that wait in code of that kind are parked when their build is made with it: say so in the change log. Then run this test with HOLDFAST_UPDATE_FINGERPRINTS=1.");
    }

    static SortedDictionary<string, string> Fingerprint(Assembly assembly)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetTypes().Where(static t => CompilerMade.IsMachine(t) || CompilerMade.IsIterator(t)))
            found.Add(CodeMap.Of(assembly).NameOf(type), Fingerprints.Of(type).ToString());
        return found;
    }

    /// <summary>Compiled by the newest SDK that is installed beside the runtime.</summary>
    static async Task<Assembly> OfSdkAsync(bool release)
    {
        using var directory = new TemporaryDirectory();
        var (source, image, arguments) = (directory["corpus.cs"], directory["Flows.dll"], directory["arguments.rsp"]);
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var root = Path.GetFullPath(Path.Combine(framework, "..", "..", ".."));
        var compiler = Directory.GetDirectories(Path.Combine(root, "sdk")).Select(static sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll")).Where(File.Exists).Order(StringComparer.Ordinal).Last();
        await File.WriteAllTextAsync(source, Compiled.Usings + Source);
        await File.WriteAllLinesAsync(arguments,
        [
            "-nologo", "-nostdlib+", "-target:library", "-deterministic+", "-unsafe+", "-debug:portable", "-langversion:13", "-warn:0", release ? "-optimize+" : "-optimize-", $"-out:{image}",
            .. Directory.GetFiles(framework, "System.*.dll").Append(Path.Combine(framework, "netstandard.dll")).Where(static file => !file.EndsWith(".Native.dll", StringComparison.Ordinal)).Select(static file => $"-reference:{file}"), source,
        ]);
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), ["exec", compiler, "-noconfig", $"@{arguments}"]) { RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
        return new AssemblyLoadContext("Flows of the SDK", isCollectible: true).LoadFromStream(new MemoryStream(await File.ReadAllBytesAsync(image)));
    }
}
