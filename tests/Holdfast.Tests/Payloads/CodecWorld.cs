using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Runs;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Payloads;

/// <summary>One store, in a file or in memory, on which engines with different codecs follow each other.</summary>
sealed class CodecWorld(bool inFile, bool alwaysCold) : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly MemoryStore _memory = new();

    public Probe Probe { get; } = new();

    public string Path => _directory["runs.db"];

    public string this[string name] => _directory[name];

    public void Dispose() => _directory.Dispose();

    public Task<World> StartAsync(PayloadCodec? codec, string file = "runs.db", SqliteStoreOptions? store = null) => World.StartAsync(
        [typeof(Talk), typeof(Whisper), typeof(Listens)], () => inFile ? SqliteStore.Open(_directory[file], (store ?? new()) with { ReserveBytes = 0 }) : _memory.Reopen(), alwaysCold,
        builder =>
        {
            Probe.Register(builder);
            builder.AddStep<string, string>("echo", static (word, _) => Task.FromResult(word));
        },
        options => options.PayloadCodec = codec);

    public static async Task<RunHandle<Talk, string>> TalkAsync(World world, string? key = null, bool transacts = false)
    {
        var run = await world.Client.StartAsync((Talk w) => w.Run(new Start(Talk.Word, transacts)), key);
        await WaitsAsync(world, run);
        return run;
    }

    public static Task<RunInfo> WaitsAsync(World world, RunHandle run) => world.UntilAsync(run, static i => i.Waiting == "signal 'heard'");

    /// <summary>What the store holds as it is, without a codec.</summary>
    public IStore Raw() => inFile ? SqliteStore.OpenReadOnly(Path) : _memory.Reopen();
}
