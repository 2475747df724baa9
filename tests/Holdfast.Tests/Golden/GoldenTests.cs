using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using Holdfast.Sqlite;
using Holdfast.Tests.Runs;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Golden;

/// <summary>What every released version wrote is read by this one. <c>Golden/README.md</c> says how a release adds its files.</summary>
public sealed class GoldenTests
{
    const string Sources = "workflows.cs.txt", Runs = "runs.db.gz", Values = "values.txt";

    static readonly string Folder = Path.Combine(Repository.Root, "tests", "Holdfast.Tests", "Golden");

    static IEnumerable<string> VersionNames => Directory.GetDirectories(Folder).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    public static TheoryData<string> Versions() => [.. VersionNames];

    [Fact]
    public async Task A_release_adds_its_files()
    {
        // Also where nothing is to be added, what would be added must be what the tests can read.
        using var directory = new TemporaryDirectory();
        var wanted = Environment.GetEnvironmentVariable("HOLDFAST_GOLDEN");
        var target = wanted is null ? directory.Root : Path.Combine(Folder, wanted);
        Directory.CreateDirectory(target);
        var sources = Path.Combine(target, Sources);
        if (!File.Exists(sources)) File.Copy(Path.Combine(Folder, VersionNames.Last(version => File.Exists(Path.Combine(Folder, version, Sources))), Sources), sources);
        foreach (var name in (string[])[Runs, Values]) Assert.False(File.Exists(Path.Combine(target, name)), $"{Path.Combine(target, name)} is there already, and golden files are never changed.");

        await WriteRunsAsync(GoldenBuild.Compile(sources), Path.Combine(target, Runs));
        await File.WriteAllLinesAsync(Path.Combine(target, Values), GoldenValues.Write());
        await ResumeAsync(target);
        Assert.All(File.ReadLines(Path.Combine(target, Values)), GoldenValues.Check);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public Task Runs_of_every_version_go_on(string version) => ResumeAsync(Path.Combine(Folder, version));

    [Theory]
    [MemberData(nameof(Versions))]
    public void Values_of_every_version_are_read(string version) => Assert.All(File.ReadLines(Path.Combine(Folder, version, Values)), GoldenValues.Check);

    static Task<World> StartAsync(Assembly build, string database) => World.StartAsync(
        [.. build.GetExportedTypes().Where(static type => typeof(Workflow).IsAssignableFrom(type))], () => SqliteStore.Open(database, new() { ReserveBytes = 0 }), options: static o =>
        {
            o.StopTime = TimeSpan.Zero;
            o.Retention = Retention.Forever;
        });

    static async Task<RunHandle> StartRunAsync(World world, Assembly build, string workflow, string? json, string key)
    {
        var type = build.GetType("Golden." + workflow, throwOnError: true)!;
        var input = json is null ? null : JsonSerializer.Deserialize(json, type.GetMethod("Run")!.GetParameters()[0].ParameterType, JsonSerializerOptions.Web);
        var start = typeof(IHoldfastClient).GetMethod(nameof(IHoldfastClient.StartManyAsync))!.MakeGenericMethod(type);
        (object? Input, string? Key)[] inputs = [(input, key)];
        return Assert.Single(await (Task<IReadOnlyList<RunHandle>>)start.Invoke(world.Client, [inputs, CancellationToken.None])!);
    }

    static async Task WriteRunsAsync(Assembly build, string target)
    {
        using var directory = new TemporaryDirectory();
        var database = directory["runs.db"];
        await using (var world = await StartAsync(build, database))
        {
            Task<RunHandle> Run(string workflow, string? json, string key) => StartRunAsync(world, build, workflow, json, key);
            Task Until(RunHandle run, string waiting) => world.UntilAsync(run, info => info.Waiting == waiting);

            var locals = await Run("Locals", """{"number":1,"items":[{"name":"pen","price":1.5},{"name":"cup","price":2}]}""", "locals");
            await locals.SignalAsync(new Signal<int>("go"), 5, dedupKey: "first");
            await world.UntilAsync(locals, static info => info.Waiting.StartsWith("signal 'go'", StringComparison.Ordinal) && info.UpdatedUtc > info.CreatedUtc);
            await Until(await Run("Catching", null, "catching"), "signal 'go'");
            var joining = await Run("Joining", null, "joining");
            var deadline = DateTime.UtcNow + World.Patience;
            // No code can run on them yet, so they stand beside the state.
            while ((await world.Engine.Store.LoadAsync(joining.Id, default))!.Results.Count < 2)
            {
                Assert.True(DateTime.UtcNow < deadline, "the results were not stored");
                await Task.Delay(5);
            }
            var sleeping = await Run("Sleeping", "\"ann\"", "sleeping");
            await sleeping.SignalAsync(new Signal<string>("unheard"), "early");
            await world.UntilAsync(sleeping, static info => info.Waiting.StartsWith("timer", StringComparison.Ordinal));
            await world.UntilAsync(await Run("Parent", null, "parent"), static info => info.Waiting.StartsWith("child", StringComparison.Ordinal));
            Assert.Equal(7, await world.ResultAsync<int>(await Run("Quick", "7", "done")));
            Assert.Equal(RunStatus.Failed, await world.EndAsync(await Run("Quick", "-1", "failed")));
            await world.UntilAsync(await Run("Doubtful", null, "doubtful"), static info => info.Waiting.StartsWith("step 'page'", StringComparison.Ordinal));
        }
        await using var plain = File.OpenRead(database);
        await using var packed = new GZipStream(File.Create(target), CompressionLevel.SmallestSize);
        await plain.CopyToAsync(packed);
    }

    static async Task ResumeAsync(string folder)
    {
        using var directory = new TemporaryDirectory();
        var database = directory["runs.db"];
        await using (var packed = new GZipStream(File.OpenRead(Path.Combine(folder, Runs)), CompressionMode.Decompress))
        await using (var plain = File.Create(database)) await packed.CopyToAsync(plain);

        var build = GoldenBuild.Compile(Path.Combine(folder, Sources));
        await using var world = await StartAsync(build, database);
        async Task<RunHandle> Find(string workflow, string key) => world.Client.GetRun(Assert.NotNull(await world.Engine.Store.FindAsync(workflow, key, default)));

        var locals = await Find("Locals", "locals");
        await locals.SignalAsync(new Signal<int>("go"), 1000, dedupKey: "first");
        await locals.SignalAsync(new Signal<int>("go"), 6, dedupKey: "second");
        const string Rest = " | 7d5ae2f4-0f3c-4f57-9d3e-1d3b6c5a9e01 2026-11-21T12:00:00.0000000+01:00 10000 ";
        Assert.Equal($"pen 1.5 24, cup 2 27{Rest}a,b,pen,cup True Busy four", await world.ResultAsync<string>(locals));

        var catching = await Find("Catching", "catching");
        await catching.SignalAsync(new Signal<string>("go"), "sorry");
        Assert.Equal("sorry: out of stock", await world.ResultAsync<string>(catching));

        var joining = await Find("Joining", "joining");
        await joining.SignalAsync(new Signal<int>("last"), 10);
        Assert.Equal(13, await world.ResultAsync<int>(joining));

        Assert.Equal("woke ann", await world.ResultAsync<string>(await Find("Sleeping", "sleeping")));

        await (await Find("Locals", "child")).SignalAsync(new Signal<int>("go"), 1);
        Assert.Equal($"child said c 1 6{Rest}a,b,c True Busy four", await world.ResultAsync<string>(await Find("Parent", "parent")));

        var doubtful = await Find("Doubtful", "doubtful");
        await world.UntilAsync(doubtful, static info => info.Waiting.StartsWith("in doubt", StringComparison.Ordinal));
        var step = Assert.Single(await world.Client.ListInDoubtAsync());
        Assert.Equal(($"{doubtful.Id}-1", "page"), (step.IdempotencyKey, step.Label));
        await world.Client.ResolveInDoubtAsync(step, InDoubtDecision.Succeeded("paged"));
        Assert.Equal("paged", await world.ResultAsync<string>(doubtful));

        Assert.Equal(7, await (await Find("Quick", "done")).ResultAsync<int>());
        Assert.Equal("negative", (await (await Find("Quick", "failed")).GetInfoAsync()).Error!.Message);
        Assert.Equal((await Find("Quick", "done")).Id, (await StartRunAsync(world, build, "Quick", "8", "done")).Id);
        Assert.Equal("Completed", (await (await Find("Quick", "done")).ReadJournalAsync())[^1].What);
        Assert.Empty(world.Errors);
    }
}
