using System.IO.Compression;
using System.Linq.Expressions;
using System.Reflection;
using Holdfast.Sqlite;
using Holdfast.Tests.Payloads;
using Holdfast.Tests.Runs;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Golden;

/// <summary>
/// Runs of further kinds that every released version wrote: with updates and queries, in the middle of a saga's compensations, with a heartbeat's details, with transaction steps, with a dead letter, parked, and
/// under a payload codec.
/// </summary>
public sealed class GoldenKindsTests
{
    const string Sources = "kinds.cs.txt", Runs = "kinds.db.gz", Sealed = "sealed.db.gz";

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
        foreach (var name in (string[])[Runs, Sealed]) Assert.False(File.Exists(Path.Combine(target, name)), $"{Path.Combine(target, name)} is there already, and golden files are never changed.");

        await WriteAsync(sources, Path.Combine(target, Runs), codec: null, WriteRunsAsync);
        await WriteAsync(sources, Path.Combine(target, Sealed), Codec, WriteSealedAsync);
        await ReadAsync(target, Runs, codec: null, ResumeAsync);
        await ReadAsync(target, Sealed, Codec, ResumeSealedAsync);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public Task Runs_of_every_kind_and_version_go_on(string version) => ReadAsync(Path.Combine(Folder, version), Runs, codec: null, ResumeAsync);

    [Theory]
    [MemberData(nameof(Versions))]
    public Task Runs_under_a_codec_go_on(string version) => ReadAsync(Path.Combine(Folder, version), Sealed, Codec, ResumeSealedAsync);

    [Theory]
    [MemberData(nameof(Versions))]
    public Task Runs_under_a_codec_wait_for_it_where_it_is_missing(string version) => ReadAsync(Path.Combine(Folder, version), Sealed, codec: null, static async golden =>
    {
        var run = await golden.FindAsync("Secretive", "secretive");
        await run.SignalAsync(new Signal<string>("tell"), "in vain");
        Assert.StartsWith("parked: unreadable", (await golden.World.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
    });

    static PayloadCodec Codec => OddCodec.Unauthenticated(0x5a);

    sealed record Opened(World World, Assembly Build, string Database)
    {
        public IReadOnlyList<string> Done => (IReadOnlyList<string>)Outside.GetField("Done")!.GetValue(null)!;

        Type Outside => Build.GetType("Golden.Outside", throwOnError: true)!;

        public Type Workflow(string name) => Build.GetType("Golden." + name, throwOnError: true)!;

        public async Task<RunHandle> StartAsync(string workflow, object? input, string key)
        {
            var start = typeof(IHoldfastClient).GetMethod(nameof(IHoldfastClient.StartManyAsync))!.MakeGenericMethod(Workflow(workflow));
            (object? Input, string? Key)[] inputs = [(input, key)];
            return Assert.Single(await (Task<IReadOnlyList<RunHandle>>)start.Invoke(World.Client, [inputs, CancellationToken.None])!);
        }

        public async Task<RunHandle> FindAsync(string workflow, string key) => World.Client.GetRun(Assert.NotNull(await World.Engine.Store.FindAsync(workflow, key, default)));

        /// <summary>The typed calls of a client, of a type that only the compiled build has.</summary>
        public Task<int> SumAsync(RunHandle run)
        {
            var workflow = Expression.Parameter(Workflow("Counting"));
            return run.Client.QueryAsync<int>(run.Id, Expression.Lambda(Expression.Property(workflow, "Sum"), workflow), null, default);
        }

        public Task<int> AddAsync(RunHandle run, int by, string key)
        {
            var workflow = Expression.Parameter(Workflow("Counting"));
            return run.Client.UpdateAsync<int>(run.Id, Expression.Lambda(Expression.Call(workflow, "Add", null, Expression.Constant(by)), workflow), key, null, default);
        }
    }

    static async Task<Opened> OpenAsync(string sources, string database, PayloadCodec? codec, bool isOutsideOpen)
    {
        var build = GoldenBuild.Compile(sources);
        // Before the engine runs: it takes up at once what was under way.
        build.GetType("Golden.Outside", throwOnError: true)!.GetField("IsOpen")!.SetValue(null, isOutsideOpen);
        var world = await World.StartAsync([.. build.GetExportedTypes().Where(static type => typeof(Workflow).IsAssignableFrom(type))], () => SqliteStore.Open(database, new() { ReserveBytes = 0 }), options: o =>
        {
            o.StopTime = TimeSpan.Zero;
            o.Retention = Retention.Forever;
            o.PayloadCodec = codec;
        });
        return new(world, build, database);
    }

    static async Task WriteAsync(string sources, string target, PayloadCodec? codec, Func<Opened, Task> write)
    {
        using var directory = new TemporaryDirectory();
        var golden = await OpenAsync(sources, directory["runs.db"], codec, isOutsideOpen: false);
        await using (golden.World) await write(golden);
        await using var plain = File.OpenRead(golden.Database);
        await using var packed = new GZipStream(File.Create(target), CompressionLevel.SmallestSize);
        await plain.CopyToAsync(packed);
    }

    static async Task ReadAsync(string folder, string file, PayloadCodec? codec, Func<Opened, Task> read)
    {
        using var directory = new TemporaryDirectory();
        var database = directory["runs.db"];
        await using (var packed = new GZipStream(File.OpenRead(Path.Combine(folder, file)), CompressionMode.Decompress))
        await using (var plain = File.Create(database)) await packed.CopyToAsync(plain);
        var golden = await OpenAsync(Path.Combine(folder, Sources), database, codec, isOutsideOpen: true);
        await using (golden.World) await read(golden);
    }

    static async Task WriteRunsAsync(Opened golden)
    {
        var world = golden.World;
        var counting = await golden.StartAsync("Counting", null, "counting");
        Assert.Equal(5, await golden.AddAsync(counting, 5, "first"));
        await counting.SignalAsync(new Signal<string>("go"), "no number");
        await world.UntilAsync(counting, i => i.Waiting == "signal 'go'" && world.Client.ListDeadLettersAsync(counting.Id).GetAwaiter().GetResult().Count == 1);
        await golden.StartAsync("Touring", null, "touring");
        await UntilAsync(() => golden.Done.Contains("unbook 3"));
        await world.UntilAsync(await golden.FindAsync("Touring", "touring"), static i => i.Waiting.StartsWith("step", StringComparison.Ordinal));
        await world.UntilAsync(await golden.StartAsync("Beating", null, "beating"), static i => i.WakeUtc is not null);
        await world.UntilAsync(await golden.StartAsync("Writing", null, "writing"), static i => i.Waiting == "signal 'go'");
        Assert.Contains("not savable", (await world.ParkedAsync(await golden.StartAsync("Holding", null, "holding"))).Waiting, StringComparison.Ordinal);
    }

    static async Task UntilAsync(Func<bool> holds)
    {
        var deadline = DateTime.UtcNow + World.Patience;
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < deadline, "It does not come so far.");
            await Task.Delay(5);
        }
    }

    static async Task ResumeAsync(Opened golden)
    {
        var world = golden.World;
        var counting = await golden.FindAsync("Counting", "counting");
        Assert.Equal(5, await golden.SumAsync(counting));
        Assert.Equal(5, await golden.AddAsync(counting, 5, "first"));
        Assert.Equal(7, await golden.AddAsync(counting, 2, "second"));
        var letter = Assert.Single(await world.Client.ListDeadLettersAsync());
        Assert.Equal((counting.Id, "go", "\"no number\""), (letter.Run, letter.Mail.Name, System.Text.Encoding.UTF8.GetString(letter.Mail.Payload.Span)));
        Assert.NotEmpty(letter.Reason);
        await counting.SignalAsync(new Signal<int>("go"), 3);
        Assert.Equal("5+2=7, 3", await world.ResultAsync<string>(counting));

        Assert.Equal("no fourth place", await world.ResultAsync<string>(await golden.FindAsync("Touring", "touring")));
        Assert.Equal(["unbook 2", "unbook 1"], golden.Done);

        Assert.Equal(42, await world.ResultAsync<int>(await golden.FindAsync("Beating", "beating")));

        var writing = await golden.FindAsync("Writing", "writing");
        await writing.SignalAsync(new Signal<int>("go"), 100);
        Assert.Equal(110, await world.ResultAsync<long>(writing));

        var holding = await golden.FindAsync("Holding", "holding");
        Assert.StartsWith("parked: not savable", (await holding.GetInfoAsync()).Waiting, StringComparison.Ordinal);
        await world.ResumeAsync(holding);
        Assert.Equal("kept and nothing", await world.ResultAsync<string>(holding));
        Assert.Empty(world.Errors);
    }

    static async Task WriteSealedAsync(Opened golden)
    {
        var run = await golden.StartAsync("Secretive", "rosebud", "secretive");
        await run.SignalAsync(new Signal<string>("tell"), "first");
        await golden.World.UntilAsync(run, static i => i.Waiting == "signal 'tell'" && i.WakeUtc is null);
        await golden.World.JournalAsync(run, static l => l.What == "SignalReceived");
    }

    static async Task ResumeSealedAsync(Opened golden)
    {
        var run = await golden.FindAsync("Secretive", "secretive");
        await run.SignalAsync(new Signal<string>("tell"), "second");
        Assert.Equal("rosebud 10000 not rosebud first second", await golden.World.ResultAsync<string>(run));
    }
}
