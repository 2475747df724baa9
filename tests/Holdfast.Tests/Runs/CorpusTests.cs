using Holdfast.Kernel;
using Holdfast.Storage;
using Holdfast.Torture.Corpus;

namespace Holdfast.Tests.Runs;

/// <summary>
/// Workflows over every construct of the language give one result: with their frames kept in memory, read back after every turn, and
/// killed at every commit. No step that was committed runs a second time.
/// </summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Names => [.. CorpusCases.All.Where(static c => c.RunsByItself && c.KillsMax > 0).Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Gives_its_result_with_frames_in_memory(string name) => Assert.Equal(CaseOf(name).Expected, await RunAsync(CaseOf(name), alwaysCold: false));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Gives_its_result_when_read_back_at_every_await(string name) => Assert.Equal(CaseOf(name).Expected, await RunAsync(CaseOf(name), alwaysCold: true));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Gives_its_result_when_killed_before_any_commit(string name) => await KillEverywhereAsync(CaseOf(name), keepsLast: false);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Gives_its_result_when_killed_after_any_commit(string name) => await KillEverywhereAsync(CaseOf(name), keepsLast: true);

    static CorpusCase CaseOf(string name) => CorpusCases.All.Single(c => c.Name == name);

    static async Task<string> RunAsync(CorpusCase tested, bool alwaysCold)
    {
        await using var world = await StartAsync(tested, new MemoryStore(), alwaysCold);
        var run = await tested.Start(world.Client);
        var result = await world.ResultAsync<string>(run);
        Assert.All(StepLedger.Of(run.Id).GroupBy(static e => e.Op), static op => Assert.Single(op));
        return result;
    }

    static async Task KillEverywhereAsync(CorpusCase tested, bool keepsLast)
    {
        var appends = await AppendsOfAsync(tested);
        var stride = Math.Max(1, appends / tested.KillsMax);
        // The first append creates the run; where that fails, there is nothing to go on with.
        for (var k = 1; k <= appends; k += stride) await KillAsync(tested, k, keepsLast);
    }

    static async Task<int> AppendsOfAsync(CorpusCase tested)
    {
        var store = new CountingStore();
        await using var world = await StartAsync(tested, store, alwaysCold: false);
        Assert.Equal(tested.Expected, await world.ResultAsync<string>(await tested.Start(world.Client)));
        return store.Appends;
    }

    static async Task KillAsync(CorpusCase tested, int appends, bool keepsLast)
    {
        var content = new MemoryStore();
        var dying = new DyingStore(content, appends, keepsLast);
        RunId id;
        await using (var first = await StartAsync(tested, dying, alwaysCold: false))
        {
            var run = await tested.Start(first.Client);
            id = run.Id;
            // Grouping differs from run to run, so this one may get through before its store dies.
            await Task.WhenAny(dying.Died, run.WaitAsync()).WaitAsync(World.Patience);
        }
        var before = StepLedger.Of(id).Count;
        var reopened = content.Reopen();
        var committed = Committed(await reopened.LoadAsync(id, default));
        await using var second = await StartAsync(tested, reopened, alwaysCold: false);
        var result = await second.ResultAsync<string>(second.Client.GetRun(id));
        Assert.True(result == tested.Expected, $"killed after {appends} appends: {result}");
        var again = StepLedger.Of(id).Skip(before).Where(e => committed(e.Op)).ToList();
        Assert.True(again.Count == 0, $"killed after {appends} appends: op {string.Join(',', again)} ran again though it was committed");
    }

    /// <summary>Which ops' results are in the store.</summary>
    static Func<long, bool> Committed(StoredRun? stored)
    {
        if (stored is null) return static _ => false;
        var state = StateCodec.Decode(stored.Run.State.Span);
        return op => op < state.NextOp && (!state.Ops.TryGet(op, out _) || stored.Results.Any(r => r.Op == op));
    }

    static Task<World> StartAsync(CorpusCase tested, IStore store, bool alwaysCold) => World.StartAsync([.. tested.Workflows], () => store, alwaysCold, CorpusCases.Register);

    sealed class CountingStore() : StoreWrapper(new MemoryStore())
    {
        public int Appends { get; private set; }

        public override ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            Appends++;
            return base.AppendAsync(writes, results);
        }
    }
}
