using Holdfast.Simulation.Disk;
using Holdfast.Storage;

namespace Holdfast.Simulation.Tests;

/// <summary>The real store on the simulated disk: the disk must be one on which the store works, and on which a store that does not keep its promise is found.</summary>
public sealed class DiskTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_was_acknowledged_outlives_a_death_in_any_call(bool afterIt, bool cutsPower)
    {
        var how = afterIt ? DiskAnswer.DieAfter : DiskAnswer.DieBefore;
        for (var seed = 0; seed < 40; seed++)
        {
            using var world = new DiskWorld(seed);
            var died = 0;
            for (var life = 0; life < 4; life++)
            {
                await StartInPeaceAsync(world);
                if (await world.LostAsync() is > 0 and var lost) Assert.Fail($"seed {seed}, life {life}: {lost} lost");
                var left = 1 + ((seed * 7 + life * 13) % 60);
                world.Disk.Hook = (in DiskCall call) => call.Operation != DiskOperation.Read && --left == 0 ? how : DiskAnswer.Pass;
                world.Disk.Died = _ => died++;
                await world.WorkAsync(20);
                world.Disk.Hook = null;
                if (cutsPower) world.Disk.CutPower();
                else world.Kill();
            }
            await StartInPeaceAsync(world);
            Assert.Equal(0, await world.LostAsync());
            Assert.True(died > 0);
            Assert.Null(world.Disk.Broken);
        }
    }

    [Fact]
    public async Task A_disk_that_lies_about_syncs_loses_what_was_acknowledged()
    {
        var lost = 0;
        for (var seed = 0; seed < 10; seed++)
        {
            using var world = new DiskWorld(seed);
            await StartInPeaceAsync(world);
            world.Disk.Hook = static (in DiskCall call) => call.Operation == DiskOperation.Sync ? DiskAnswer.Lie : DiskAnswer.Pass;
            await world.WorkAsync(5);
            world.Disk.Hook = null;
            world.Disk.CutPower();
            try
            {
                await StartInPeaceAsync(world);
                lost += await world.LostAsync();
            }
            catch (HoldfastException error) when (error.Error == HoldfastError.StoreCorrupt)
            {
                lost += world.Acknowledged.Count;
            }
        }
        Assert.NotEqual(0, lost);
    }

    [Fact]
    public async Task What_is_appended_while_the_log_is_synced_waits_for_another_sync()
    {
        using var world = new DiskWorld(1, checkpointPages: 1_000);
        await StartInPeaceAsync(world);
        await world.AppendAsync();
        var inBetween = 0;
        world.Disk.Synced = file =>
        {
            if (!file.Image.Name.EndsWith("-wal", StringComparison.Ordinal) || inBetween++ > 0) return;
            Assert.Equal(Verdict.Committed, world.AppendAsync().GetAwaiter().GetResult());
        };
        await world.Store.SyncAsync();
        // The next one acknowledges what came in between.
        await world.SyncAsync();
        Assert.Equal((2, 2), (inBetween, world.Acknowledged.Count));
        world.Disk.Synced = null;
        world.Disk.CutPower();
        await StartInPeaceAsync(world);
        Assert.Equal(0, await world.LostAsync());
    }

    [Fact]
    public async Task After_a_sync_that_failed_the_store_takes_nothing_more_and_what_was_acknowledged_is_there()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var world = new DiskWorld(seed);
            await StartInPeaceAsync(world);
            await world.WorkAsync(5);
            world.Disk.Hook = static (in DiskCall call) => call.Operation == DiskOperation.Sync ? DiskAnswer.Fail : DiskAnswer.Pass;
            Assert.Equal(HoldfastError.OutcomeUnknown, (await world.WorkAsync(1))?.Error);
            world.Disk.Hook = null;
            Assert.Equal(HoldfastError.OutcomeUnknown, (await world.WorkAsync(1))?.Error);
            world.Disk.CutPower();
            await StartInPeaceAsync(world);
            Assert.Equal(0, await world.LostAsync());
        }
    }

    [Fact]
    public async Task After_a_sync_that_failed_the_next_process_builds_on_nothing_that_a_cut_of_power_takes()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            using var world = new DiskWorld(seed);
            await StartInPeaceAsync(world);
            var syncs = 1 + (seed % 5);
            world.Disk.Hook = (in DiskCall call) => call is { Operation: DiskOperation.Sync, IsLog: true } && --syncs == 0 ? DiskAnswer.Fail : DiskAnswer.Pass;
            Assert.Equal(HoldfastError.OutcomeUnknown, (await world.WorkAsync(20))?.Error);
            // The process ends and the machine goes on: the next one reads what the last one wrote, and no disk has.
            world.Kill();
            var left = 1 + (seed / 5);
            world.Disk.Hook = (in DiskCall call) => call.Operation != DiskOperation.Read && --left == 0 ? DiskAnswer.DieAfter : DiskAnswer.Pass;
            try
            {
                await world.StartAsync();
                await world.WorkAsync(20);
            }
            catch (HoldfastException)
            {
                // It died while it started.
            }
            world.Disk.Hook = null;
            world.Disk.CutPower();
            await StartInPeaceAsync(world);
            Assert.Equal((seed, 0, "ok"), (seed, await world.LostAsync(), world.CheckFile()));
        }
    }

    [Fact]
    public async Task A_full_disk_takes_nothing_until_there_is_room()
    {
        using var world = new DiskWorld(1);
        await StartInPeaceAsync(world);
        world.Disk.Hook = static (in DiskCall call) => call.Operation == DiskOperation.Write ? DiskAnswer.Full : DiskAnswer.Pass;
        Assert.Equal(HoldfastError.StoreFull, (await world.WorkAsync(1))?.Error);
        Assert.Empty(world.Acknowledged);
        world.Disk.Hook = null;
        Assert.Equal(Verdict.Committed, await world.CreateAsync());
    }

    [Fact]
    public async Task A_second_process_takes_over_from_one_that_lives()
    {
        using var world = new DiskWorld(1);
        await StartInPeaceAsync(world);
        await world.WorkAsync(3);
        var first = world.Store;
        var epoch = await world.StartAsync(takesOver: true);
        Assert.Equal(2, epoch);
        Assert.Equal(0, await world.LostAsync());
        await world.WorkAsync(3);
        var stale = new WriteResult[1];
        await first.AppendAsync([new PruneRuns { Epoch = 1, Default = default, Rules = new Dictionary<string, PruneRule>(), RowsMax = 1 }], stale);
        Assert.Equal(Verdict.Stale, stale[0].Verdict);
        await first.DisposeAsync();
        Assert.Equal(0, await world.LostAsync());
    }

    static async Task StartInPeaceAsync(DiskWorld world)
    {
        world.Disk.Hook = null;
        await world.StartAsync();
    }
}
