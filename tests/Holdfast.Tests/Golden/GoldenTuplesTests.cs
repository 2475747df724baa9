using System.IO.Compression;
using System.Reflection;
using Holdfast.Sqlite;
using Holdfast.Tests.Runs;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Golden;

/// <summary>Runs that hold tuples. The first builds wrote down no names of their elements.</summary>
public sealed class GoldenTuplesTests
{
    const string Sources = "tuples.cs.txt", Runs = "tuples.db.gz";

    static readonly string Folder = Path.Combine(Repository.Root, "tests", "Holdfast.Tests", "Golden");

    static IEnumerable<string> VersionNames => Directory.GetFiles(Folder, Sources, SearchOption.AllDirectories).Select(static file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal);

    public static TheoryData<string> Versions() => [.. VersionNames];

    [Fact]
    public async Task A_release_adds_its_files()
    {
        using var directory = new TemporaryDirectory();
        var wanted = Environment.GetEnvironmentVariable("HOLDFAST_GOLDEN");
        var target = wanted is null ? directory.Root : Path.Combine(Folder, wanted);
        Directory.CreateDirectory(target);
        var sources = Path.Combine(target, Sources);
        if (!File.Exists(sources)) File.Copy(Path.Combine(Folder, VersionNames.Last(), Sources), sources);
        Assert.False(File.Exists(Path.Combine(target, Runs)), $"{Path.Combine(target, Runs)} is there already, and golden files are never changed.");

        var database = directory["written.db"];
        var build = GoldenBuild.Compile(sources);
        await using (var world = await StartAsync(build, database))
        {
            var start = typeof(IHoldfastClient).GetMethod(nameof(IHoldfastClient.StartManyAsync))!.MakeGenericMethod(build.GetType("Golden.Ranging", throwOnError: true)!);
            (object? Input, string? Key)[] inputs = [(5, "ranging")];
            var run = Assert.Single(await (Task<IReadOnlyList<RunHandle>>)start.Invoke(world.Client, [inputs, CancellationToken.None])!);
            await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
        }
        await using (var plain = File.OpenRead(database))
        await using (var packed = new GZipStream(File.Create(Path.Combine(target, Runs)), CompressionLevel.SmallestSize))
            await plain.CopyToAsync(packed);
        await ResumeAsync(target);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public Task Runs_with_tuples_of_every_version_go_on(string version) => ResumeAsync(Path.Combine(Folder, version));

    static Task<World> StartAsync(Assembly build, string database) => World.StartAsync(
        [build.GetType("Golden.Ranging", throwOnError: true)!], () => SqliteStore.Open(database, new() { ReserveBytes = 0 }), options: static o =>
        {
            o.StopTime = TimeSpan.Zero;
            o.Retention = Retention.Forever;
        });

    static async Task ResumeAsync(string folder)
    {
        using var directory = new TemporaryDirectory();
        var database = directory["runs.db"];
        await using (var packed = new GZipStream(File.OpenRead(Path.Combine(folder, Runs)), CompressionMode.Decompress))
        await using (var plain = File.Create(database)) await packed.CopyToAsync(plain);
        var build = GoldenBuild.Compile(Path.Combine(folder, Sources));
        string[] signals = ["go", "again"];
        // The second start reads what this build has saved of it.
        foreach (var signal in signals)
        {
            await using var world = await StartAsync(build, database);
            var run = world.Client.GetRun(Assert.NotNull(await world.Engine.Store.FindAsync("Ranging", "ranging", default)));
            await run.SignalAsync(new Signal<int>(signal), 7);
            if (signal == "go") await world.UntilAsync(run, static i => i.Waiting == "signal 'again'");
            else Assert.Equal("5-15 6-16 7-17 8-18 9-19 7", await world.ResultAsync<string>(run));
            Assert.Empty(world.Errors);
        }
    }
}
