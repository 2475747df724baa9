using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

public sealed class RestartRunTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    static readonly Signal<string> Go = new("go");

    [Workflow("order")]
    public sealed class OrderOld(Probe probe) : Workflow
    {
        public async Durable<string> Run(string what)
        {
            await Step(step => probe.Do("old " + what, step), new() { Label = "charge" });
            return $"old {what} {await Receive(Go)}";
        }
    }

    [Workflow("order", Version = 2)]
    public sealed class OrderNew(Probe probe) : Workflow
    {
        public async Durable<string> Run(string what)
        {
            await Step(step => probe.Do("new " + what, step), new() { Label = "charge" });
            return $"new {what}";
        }
    }

    [Workflow("order", Version = 3)]
    public sealed class OrderOther : Workflow
    {
        public async Durable<string> Run(int number)
        {
            await Delay(TimeSpan.FromMilliseconds(1));
            return $"other {number}";
        }
    }

    public sealed class Parent : Workflow
    {
        public async Durable<string> Run() => await Child((OrderOld w) => w.Run("child"));
    }

    static Task<World> StartAsync(Probe probe, Func<IStore> store, params Type[] workflows) => World.StartAsync(workflows, store, configure: probe.Register);

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_run_starts_again_from_its_input_in_the_newest_version_and_both_say_so(bool isParked)
    {
        var (probe, content) = (new Probe(), new MemoryStore());
        RunId old;
        await using (var world = await StartAsync(probe, () => content, typeof(OrderOld)))
        {
            var run = await world.Client.StartAsync((OrderOld w) => w.Run("cup"), key: "k");
            await world.UntilAsync(run, static i => i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
            old = run.Id;
        }
        await using var next = await StartAsync(probe, content.Reopen, isParked ? [typeof(OrderNew)] : [typeof(OrderOld), typeof(OrderNew)]);
        var handle = next.Client.GetRun<OrderNew, string>(old);
        if (isParked)
        {
            await handle.SignalAsync(Go, "too late");
            await next.ParkedAsync(handle);
        }
        var restarted = await handle.RestartAsync("a new build");
        Assert.Equal("new cup", await next.ResultAsync<string>(restarted));
        Assert.Equal(1, probe.Count("new cup"));

        var (before, after) = (await handle.GetInfoAsync(), await restarted.GetInfoAsync());
        Assert.Equal((RunStatus.Terminated, restarted.Id, null), (before.Status, before.RestartedAs, before.RestartOf));
        Assert.Equal((RunStatus.Completed, null, old, 2, null), (after.Status, after.RestartedAs, after.RestartOf, after.Version, after.Key));
        Assert.Equal($"as {restarted.Id}: a new build", Assert.Single(await handle.ReadJournalAsync(), static l => l.What == "Restarted").Text);
        Assert.Equal($"of {old}", Assert.Single(await restarted.ReadJournalAsync(), static l => l.What == "RestartOf").Text);
        Assert.Equal(("cup", "cup"), (await handle.InputAsync<string>(), await restarted.InputAsync<string>()));
        // Asked again, also much later, it is the same run.
        Assert.Equal(restarted.Id, (await next.Client.RestartAsync(old, "once more")).Id);
        Assert.Equal(2, (await next.Client.ListAsync(new())).Count);
    }

    [Fact]
    public async Task Many_who_restart_a_run_at_once_get_one_run()
    {
        var probe = new Probe();
        await using var world = await StartAsync(probe, static () => new MemoryStore(), typeof(OrderOld));
        var run = await world.Client.StartAsync((OrderOld w) => w.Run("cup"));
        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () => (await run.RestartAsync($"by {i}")).Id)));
        var id = Assert.Single(ids.Distinct());
        await world.Client.GetRun(id).SignalAsync(Go, "x");
        Assert.Equal("old cup x", await world.ResultAsync<string>(world.Client.GetRun(id)));
    }

    [Fact]
    public async Task Whoever_names_the_old_class_starts_it_where_the_newest_takes_another_input()
    {
        await using var world = await StartAsync(new(), static () => new MemoryStore(), typeof(OrderOld), typeof(OrderOther));
        var run = await world.Client.StartAsync((OrderOld w) => w.Run("cup"));
        Assert.Equal(1, (await run.GetInfoAsync()).Version);
        await run.SignalAsync(Go, "x");
        Assert.Equal("old cup x", await world.ResultAsync<string>(run));
        Assert.Equal(3, (await (await world.Client.StartAsync((OrderOther w) => w.Run(1))).GetInfoAsync()).Version);
    }

    static readonly Signal<int> Approved = new("approved");

    public sealed class Waits : Workflow
    {
        public async Durable<string> Run()
        {
            await Receive(Go);
            return $"{await Receive(Approved)},{await Receive(Approved)}";
        }
    }

    /// <summary>Whoever sent them was told that they are kept, and does not know of the restart.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signals_that_nobody_has_taken_go_to_the_run_in_its_place(bool inFile)
    {
        var file = _directory["moved.db"];
        await using var world = await World.StartAsync([typeof(Waits)], () => inFile ? SqliteStore.Open(file, new() { ReserveBytes = 0 }) : new MemoryStore());
        var run = await world.Client.StartAsync((Waits w) => w.Run());
        await run.SignalAsync(Approved, 1, "appr-1");
        await run.SignalAsync(Approved, 2);
        await run.SignalAsync(new Signal<string>("approved"), "no number", "appr-x");
        var next = await run.RestartAsync("try again");
        // Sent again to either of them, it is known.
        await run.SignalAsync(Approved, 1, "appr-1");
        await next.SignalAsync(Approved, 1, "appr-1");
        await next.SignalAsync(Go, "on");
        Assert.Equal("1,2", await world.ResultAsync<string>(next));
        Assert.Equal(HoldfastError.RunFinished, (await Assert.ThrowsAsync<HoldfastException>(() => run.SignalAsync(Approved, 3, "appr-3"))).Error);
    }

    public sealed class Kid : Workflow
    {
        public async Durable<string> Run(string name) => $"{name} {await Receive(Go)}";
    }

    public sealed class Keyed : Workflow
    {
        public async Durable<string> Run(string name)
        {
            try
            {
                return await Child((Kid w) => w.Run(name), key: "kid");
            }
            catch (ChildFailedException error)
            {
                return error.Message;
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_child_gets_the_key_of_the_one_in_whose_place_it_is(bool inFile)
    {
        var file = _directory["keyed.db"];
        await using var world = await World.StartAsync([typeof(Keyed), typeof(Kid)], () => inFile ? SqliteStore.Open(file, new() { ReserveBytes = 0 }) : new MemoryStore());
        var run = await world.Client.StartAsync((Keyed w) => w.Run("ann"));
        await world.UntilAsync(run, static i => i.Waiting.Contains("child", StringComparison.Ordinal));
        var first = (await world.Client.FindAsync<Kid>("kid"))!;
        var next = await run.RestartAsync("try again");
        RunHandle? second;
        do second = await world.Client.FindAsync<Kid>("kid");
        while (second is null || second.Id == first.Id);
        await second.SignalAsync(Go, "on");
        Assert.Equal("ann on", await world.ResultAsync<string>(next));
        Assert.Equal(RunStatus.Terminated, await world.EndAsync(world.Client.GetRun(first.Id)));

        // Nobody else does, and the parent hears of it where it waits.
        var other = await world.Client.StartAsync((Keyed w) => w.Run("bob"));
        Assert.Contains("not started: its key 'kid' is taken by another run of workflow", await world.ResultAsync<string>(other), StringComparison.Ordinal);
    }

    public sealed class Between : Workflow
    {
        public async Durable<string> Run(string name) => await Child((Keyed w) => w.Run(name));
    }

    public sealed class Top : Workflow
    {
        public async Durable<string> Run(string name) => await Child((Between w) => w.Run(name));
    }

    /// <summary>The whole tree ends with the run at its top, and so the whole tree's keys are to be had.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_child_further_down_gets_the_key_of_the_one_in_whose_place_it_is(bool inFile)
    {
        var file = _directory["deep.db"];
        await using var world = await World.StartAsync([typeof(Top), typeof(Between), typeof(Keyed), typeof(Kid)], () => inFile ? SqliteStore.Open(file, new() { ReserveBytes = 0 }) : new MemoryStore());
        var run = await world.Client.StartAsync((Top w) => w.Run("ann"));
        RunHandle? kid;
        do kid = await world.Client.FindAsync<Kid>("kid");
        while (kid is null);
        for (var i = 0; i < 2; i++)
        {
            run = await run.RestartAsync("try again");
            var before = kid!;
            do kid = await world.Client.FindAsync<Kid>("kid");
            while ((kid is null || kid.Id == before.Id) && (await run.GetInfoAsync()).Status == RunStatus.Running);
            Assert.Equal(RunStatus.Terminated, await world.EndAsync(before));
        }
        await kid!.SignalAsync(Go, "on");
        Assert.Equal("ann on", await world.ResultAsync<string>(run));
        var other = await world.Client.StartAsync((Top w) => w.Run("bob"));
        Assert.Contains("not started: its key 'kid' is taken by another run of workflow", await world.ResultAsync<string>(other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_restarted_is_refused_and_stays_as_it_is()
    {
        var (probe, content) = (new Probe(), new MemoryStore());
        RunId waiting;
        await using (var world = await StartAsync(probe, () => content, typeof(OrderOld), typeof(Parent)))
        {
            var ended = await world.Client.StartAsync((OrderOld w) => w.Run("pot"));
            await ended.SignalAsync(Go, "x");
            await world.ResultAsync<string>(ended);
            Assert.Equal(HoldfastError.RunFinished, await RefusalAsync(world, ended.Id));
            Assert.Equal(HoldfastError.UnknownRun, await RefusalAsync(world, RunId.Create(DateTimeOffset.UtcNow, new Random(1))));
            var parent = await world.Client.StartAsync((Parent w) => w.Run());
            await world.UntilAsync(parent, static i => i.Waiting.Contains("child", StringComparison.Ordinal));
            var child = Assert.Single(await world.Client.ListAsync(new()), i => i.Parent == parent.Id);
            Assert.Equal(HoldfastError.Misuse, await RefusalAsync(world, child.Id));
            Assert.Equal("child", await world.Client.GetRun(child.Id).InputAsync<string>());
            Assert.Equal(
                $"Run {parent.Id} was started without an input.", (await Assert.ThrowsAsync<HoldfastException>(() => parent.InputAsync<string>())).Message);
            Assert.Equal(HoldfastError.InvalidPayload, (await Assert.ThrowsAsync<HoldfastException>(() => world.Client.GetRun(child.Id).InputAsync<int>())).Error);
            Assert.Equal(RunStatus.Running, (await world.Client.GetRun(child.Id).GetInfoAsync()).Status);
            waiting = (await world.Client.StartAsync((OrderOld w) => w.Run("cup"))).Id;
            await world.UntilAsync(world.Client.GetRun(waiting), static i => i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
        }
        await using var next = await StartAsync(probe, content.Reopen, typeof(OrderOld), typeof(OrderOther));
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => next.Client.RestartAsync(waiting, "why"));
        Assert.Equal(HoldfastError.InvalidPayload, refused.Error);
        Assert.StartsWith(
            $"Run {waiting} cannot be restarted: it is of version 1 of 'order', which takes System.String, and the newest version, 3, takes System.Int32, which its input is not. Nothing was changed.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("InputAsync", refused.Message, StringComparison.Ordinal);
        await next.Client.GetRun(waiting).SignalAsync(Go, "on");
        Assert.Equal("old cup on", await next.ResultAsync<string>(next.Client.GetRun(waiting)));

        static async Task<HoldfastError> RefusalAsync(World world, RunId run) => (await Assert.ThrowsAsync<HoldfastException>(() => world.Client.RestartAsync(run, "why"))).Error;
    }

    /// <summary>The process dies at each commit in turn, before or after it was kept.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_restart_is_whole_or_not_at_all_wherever_the_process_dies(bool keepsLast)
    {
        for (var at = 0; at < 6; at++)
        {
            var (probe, content) = (new Probe(), new MemoryStore());
            RunId old;
            await using (var world = await StartAsync(probe, () => content, typeof(OrderOld)))
            {
                var run = await world.Client.StartAsync((OrderOld w) => w.Run("cup"));
                await world.UntilAsync(run, static i => i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
                old = run.Id;
            }
            await using (var world = await StartAsync(probe, () => new DyingStore(content.Reopen(), at, keepsLast), typeof(OrderOld), typeof(OrderNew)))
            {
                try
                {
                    var restarted = await world.Client.RestartAsync(old, "why");
                    await restarted.WaitAsync();
                }
                catch (HoldfastException error) when (error.Error is HoldfastError.OutcomeUnknown or HoldfastError.NotRunning)
                {
                    // As a process that has died.
                }
            }
            await using var next = await StartAsync(probe, content.Reopen, typeof(OrderOld), typeof(OrderNew));
            var again = await next.Client.RestartAsync(old, "again");
            Assert.Equal("new cup", await next.ResultAsync<string>(again));
            Assert.Equal(RunStatus.Terminated, (await next.Client.GetRun(old).GetInfoAsync()).Status);
            Assert.Equal(2, (await next.Client.ListAsync(new())).Count);
        }
    }

    [Fact]
    public async Task Whoever_waits_for_the_old_run_hears_what_became_of_it()
    {
        var probe = new Probe();
        await using var world = await StartAsync(probe, static () => new MemoryStore(), typeof(OrderOld));
        var run = await world.Client.StartAsync((OrderOld w) => w.Run("cup"));
        var waits = run.ResultAsync();
        var next = await run.RestartAsync("a new build");
        foreach (var told in (Task[])[waits, run.ResultAsync()])
        {
            var error = await Assert.ThrowsAsync<HoldfastException>(() => told);
            Assert.Equal((HoldfastError.RunCancelled, $"Run {run.Id} was restarted as {next.Id}: a new build."), (error.Error, error.Message));
        }
        await next.TerminateAsync("nobody wants it");
        Assert.Equal(RunStatus.Terminated, await world.EndAsync(next));
        Assert.Equal($"Run {next.Id} ended as Terminated: nobody wants it.", (await Assert.ThrowsAsync<HoldfastException>(() => next.ResultAsync())).Message);
    }

    [Workflow("count")]
    public sealed class CountOld : Workflow
    {
        public async Durable<int> Run(string what)
        {
            await Receive(Go);
            return what.Length;
        }
    }

    [Workflow("count", Version = 2)]
    public sealed class CountNew : Workflow
    {
        public async Durable<string> Run(string what)
        {
            await Delay(TimeSpan.Zero);
            return what;
        }
    }

    [Fact]
    public async Task A_result_of_another_version_is_refused_with_the_version_and_its_type()
    {
        var content = new MemoryStore();
        RunId old;
        await using (var world = await StartAsync(new(), () => content, typeof(CountOld))) old = (await world.Client.StartAsync((CountOld w) => w.Run("cup"))).Id;
        await using var later = await StartAsync(new(), content.Reopen, typeof(CountOld), typeof(CountNew));
        var next = await later.Client.GetRun<CountOld, int>(old).RestartAsync("a new build");
        var error = await Assert.ThrowsAsync<HoldfastException>(() => later.ResultAsync<int>(next));
        Assert.Equal(HoldfastError.InvalidPayload, error.Error);
        Assert.EndsWith(" The run is of version 2 of 'count', whose result is System.String: ask for that.", error.Message, StringComparison.Ordinal);
        Assert.Equal("cup", await later.ResultAsync<string>(next));
    }
}
