using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Durable methods that call themselves very often: frames are objects, and neither saving nor waking nor failing goes down the stack with them.</summary>
public sealed class DeepRunTests
{
    const int Depth = 100_000;

    public sealed class Deep : Workflow
    {
        public static readonly Signal<string> Go = new("go");

        public async Durable<int> Run(int depth) => await Down(depth);

        static async Durable<int> Down(int left)
        {
            if (left > 0) return 1 + await Down(left - 1);
            var told = await Durable.Receive(Go);
            return told == "throw" ? throw new InvalidOperationException("thrown at the bottom") : 0;
        }
    }

    static async Task<(IStore Store, RunId Run)> ParkAsync()
    {
        var store = new MemoryStore();
        await using var world = await World.StartAsync([typeof(Deep)], () => store);
        var run = await world.Client.StartAsync((Deep w) => w.Run(Depth));
        await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
        return (store.Reopen(), run.Id);
    }

    [Fact]
    public async Task A_hundred_thousand_frames_are_saved_read_back_by_another_process_and_return()
    {
        var (store, id) = await ParkAsync();
        await using var world = await World.StartAsync([typeof(Deep)], () => store);
        var run = world.Client.GetRun(id);
        await run.SignalAsync(Deep.Go, "return");
        Assert.Equal(Depth, await world.ResultAsync<int>(run));
    }

    [Fact]
    public async Task An_exception_goes_up_through_all_of_them()
    {
        var (store, id) = await ParkAsync();
        await using var world = await World.StartAsync([typeof(Deep)], () => store);
        var run = world.Client.GetRun(id);
        await run.SignalAsync(Deep.Go, "throw");
        var failed = await Assert.ThrowsAsync<HoldfastException>(() => world.ResultAsync<int>(run));
        Assert.Equal(HoldfastError.RunFailed, failed.Error);
        Assert.Contains("thrown at the bottom", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancellation_goes_up_through_all_of_them()
    {
        var (store, id) = await ParkAsync();
        await using var world = await World.StartAsync([typeof(Deep)], () => store);
        var run = world.Client.GetRun(id);
        await run.CancelAsync("enough");
        Assert.Equal(RunStatus.Cancelled, await world.EndAsync(run));
    }

    [Fact]
    public async Task A_recursion_without_an_end_parks_its_run_and_harms_no_other()
    {
        await using var world = await World.StartAsync([typeof(Deep)]);
        var run = await world.Client.StartAsync((Deep w) => w.Run(int.MaxValue));
        var parked = await world.ParkedAsync(run);
        Assert.StartsWith("parked: misuse: ", parked.Waiting, StringComparison.Ordinal);
        Assert.Contains("Deep.Down", parked.Waiting, StringComparison.Ordinal);
        Assert.Contains("calls itself too deeply", parked.Waiting, StringComparison.Ordinal);
        var other = await world.Client.StartAsync((Deep w) => w.Run(3));
        await other.SignalAsync(Deep.Go, "return");
        Assert.Equal(3, await world.ResultAsync<int>(other));
    }
}
