using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

public sealed class ClientTests
{
    public sealed class Echo : Workflow
    {
        public async Durable<string> Run(string text)
        {
            if (text == "fail") throw new ArgumentException("as told");
            await Step(() => Task.FromResult(text.Length), new() { Label = "measure" });
            return text;
        }
    }

    [Fact]
    public async Task A_key_starts_one_run_however_many_ask_at_once()
    {
        await using var world = await World.StartAsync([typeof(Echo)]);
        var runs = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => world.Client.StartAsync((Echo w) => w.Run($"text {i}"), key: $"k{i % 5}"))));
        Assert.Equal(5, runs.Select(static r => r.Id).Distinct().Count());
        foreach (var run in runs.DistinctBy(static r => r.Id)) await world.ResultAsync<string>(run);
        Assert.Equal(5, (await world.Client.ListAsync(new() { Limit = 1_000 })).Count);
        Assert.Equal(runs[3].Id, (await world.Client.FindAsync<Echo>("k3"))!.Id);
        Assert.Null(await world.Client.FindAsync<Echo>("k9"));
    }

    [Fact]
    public async Task A_result_can_be_asked_for_before_and_after_the_end_and_by_the_next_process()
    {
        var content = new MemoryStore();
        RunId good, bad;
        await using (var world = await World.StartAsync([typeof(Echo)], () => content))
        {
            var run = await world.Client.StartAsync((Echo w) => w.Run("hello"));
            Assert.Equal("hello", await run.ResultAsync());
            Assert.Equal("hello", await run.ResultAsync());
            (good, bad) = (run.Id, (await world.Client.StartAsync((Echo w) => w.Run("fail"))).Id);
            await CheckFailure(world, bad);
        }
        await using var next = await World.StartAsync([typeof(Echo)], content.Reopen);
        Assert.Equal("hello", await next.Client.GetRun<Echo, string>(good).ResultAsync());
        await CheckFailure(next, bad);

        static async Task CheckFailure(World world, RunId run)
        {
            var error = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.GetRun(run).ResultAsync<string>().WaitAsync(World.Patience));
            Assert.Equal(HoldfastError.RunFailed, error.Error);
            Assert.Contains("as told", error.Message, StringComparison.Ordinal);
            Assert.Equal("System.ArgumentException", Assert.IsType<StepFailedException>(error.InnerException).TypeName);
            var info = await world.Client.GetRun(run).GetInfoAsync();
            Assert.Equal((RunStatus.Failed, "as told", ""), (info.Status, info.Error!.Message, info.Waiting));
        }
    }

    [Fact]
    public async Task Nobody_who_gave_up_waiting_for_a_run_is_remembered()
    {
        await using var world = await World.StartAsync([typeof(LeavesWork)], configure: new Probe().Register);
        var unknown = world.Client.GetRun(RunId.Create(DateTimeOffset.UtcNow, Random.Shared));
        Assert.Equal(HoldfastError.UnknownRun, (await Assert.ThrowsAsync<HoldfastException>(() => unknown.WaitAsync())).Error);
        Assert.Equal(0, world.Engine.Completions.Count);

        var run = await world.Client.StartAsync((LeavesWork w) => w.Run("wait"));
        using var impatience = new CancellationTokenSource();
        var (given, patient) = (run.WaitAsync(impatience.Token), run.ResultAsync());
        Assert.Equal(1, world.Engine.Completions.Count);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(1, world.Engine.Completions.Count);
        await run.SignalAsync(new Signal<string>("go"), "on");
        Assert.Equal("on", await patient);
        Assert.Equal("on", await run.ResultAsync());
        Assert.Equal(0, world.Engine.Completions.Count);
    }

    [Fact]
    public async Task The_journal_tells_what_happened_in_its_order()
    {
        await using var world = await World.StartAsync([typeof(Echo)]);
        var run = await world.Client.StartAsync((Echo w) => w.Run("hello"));
        await world.ResultAsync<string>(run);
        var lines = await run.ReadJournalAsync();
        Assert.Equal(["Started", "StepStarted", "StepSucceeded", "Completed"], lines.Select(static l => l.What));
        Assert.Equal("measure", lines[1].Text);
        Assert.Equal(1, lines[2].Op);
    }

    [Workflow("greeting")]
    public sealed class GreetingOld : Workflow
    {
        public async Durable<string> Run() => $"old {await Receive(new Signal<string>("name"))}";
    }

    [Workflow("greeting", Version = 2)]
    public sealed class GreetingNew : Workflow
    {
        public async Durable<string> Run() => $"new {await Receive(new Signal<string>("name"))}";
    }

    [Fact]
    public async Task Runs_go_on_in_the_version_they_began_in_and_new_ones_take_the_highest()
    {
        var content = new MemoryStore();
        RunId old;
        await using (var world = await World.StartAsync([typeof(GreetingOld)], () => content))
            old = (await world.Client.StartAsync((GreetingOld w) => w.Run())).Id;
        await using (var world = await World.StartAsync([typeof(GreetingNew)], content.Reopen))
        {
            // Without the old class the run takes nothing up; what came stays for a build that has it, whose start takes it up again.
            await world.Client.GetRun(old).SignalAsync(new Signal<string>("name"), "Ann");
            var info = await world.ParkedAsync(world.Client.GetRun(old));
            Assert.StartsWith("parked: needs migration", info.Waiting, StringComparison.Ordinal);
        }
        await using var both = await World.StartAsync([typeof(GreetingOld), typeof(GreetingNew)], content.Reopen);
        var fresh = await both.Client.StartAsync((GreetingOld w) => w.Run());
        await fresh.SignalAsync(new Signal<string>("name"), "Bob");
        await both.UntilAsync(both.Client.GetRun(old), static i => i.Status != RunStatus.Parked);
        Assert.Equal("old Ann", await both.ResultAsync<string>(both.Client.GetRun(old)));
        Assert.Equal("new Bob", await both.ResultAsync<string>(fresh));
    }

    public sealed class WaitsForAll(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            var child = Child((GreetingOld w) => w.Run());
            var step = Step(s => probe.Do("x", s), new() { Label = "call" });
            await Durable.WhenAll(child, step, Delay(TimeSpan.FromDays(1)), Receive(new Signal<int>("go")));
            return 1;
        }
    }

    [Fact]
    public async Task A_run_says_what_it_waits_for()
    {
        var probe = new Probe { Answer = static (_, step) => Task.Delay(Timeout.Infinite, step.CancellationToken).ContinueWith(static _ => 0, TaskScheduler.Default) };
        await using var world = await World.StartAsync([typeof(WaitsForAll), typeof(GreetingOld)], configure: probe.Register, options: o => o.StopTime = TimeSpan.Zero);
        var run = await world.Client.StartAsync((WaitsForAll w) => w.Run());
        var info = await world.UntilAsync(run, static i => i.Waiting.Contains("signal", StringComparison.Ordinal));
        Assert.Contains("child greeting", info.Waiting, StringComparison.Ordinal);
        Assert.Contains("step 'call' (op 2), attempt 1, running", info.Waiting, StringComparison.Ordinal);
        Assert.Contains("timer until", info.Waiting, StringComparison.Ordinal);
        Assert.Contains("signal 'go'", info.Waiting, StringComparison.Ordinal);
        var child = (await world.Client.ListAsync(new() { Workflow = "greeting" })).Single();
        Assert.Equal(run.Id, child.Parent);
    }

    public sealed class LeavesWork(Probe probe) : Workflow
    {
        public async Durable<string> Run(string what)
        {
            switch (what)
            {
                case "failing frame":
                    _ = Failing();
                    await Delay(TimeSpan.FromMilliseconds(1));
                    break;
                case "open work":
                    _ = Step(step => probe.Do("left", step));
                    _ = Delay(TimeSpan.FromDays(1));
                    _ = Child((GreetingOld w) => w.Run());
                    break;
                case "wait":
                    return await Receive(new Signal<string>("go"));
                case "open frame":
                    _ = Holding();
                    break;
                default:
                    var slow = Receive(new Signal<int>("never"));
                    await Durable.WhenAny(slow, Step(step => probe.Do("quick", step)));
                    break;
            }
            return "returned";
        }

        async Durable Failing()
        {
            await Step(step => probe.Do("quick", step));
            throw new InvalidOperationException("nobody looked");
        }

        async Durable Holding()
        {
            try
            {
                await Receive(new Signal<int>("never"));
            }
            finally
            {
                probe.Note("frame ended");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_that_nobody_awaited_fails_the_run_and_open_work_is_given_up_by_name(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(LeavesWork), typeof(GreetingOld)], alwaysCold: alwaysCold, configure: probe.Register);
        async Task<RunHandle> Start(string what) => await world.Client.StartAsync((LeavesWork w) => w.Run(what));

        var failing = await Start("failing frame");
        Assert.Equal(RunStatus.Failed, await world.EndAsync(failing));
        Assert.Equal("nobody looked", (await failing.GetInfoAsync()).Error!.Message);

        var open = await Start("open work");
        Assert.Equal("returned", await world.ResultAsync<string>(open));
        Assert.Equal(3, (await open.ReadJournalAsync()).Count(static l => l.What == "OpAbandoned"));
        var child = (await world.Client.ListAsync(new() { Workflow = "greeting" })).Single();
        Assert.Equal(RunStatus.Cancelled, await world.EndAsync(world.Client.GetRun(child.Id)));

        Assert.Equal("returned", await world.ResultAsync<string>(await Start("open frame")));
        Assert.Equal(1, probe.Count("frame ended"));
        Assert.Equal("returned", await world.ResultAsync<string>(await Start("race")));
    }

    public sealed class Counts : Workflow
    {
        public async Durable<int> Run(int number)
        {
            await Delay(TimeSpan.Zero);
            return number;
        }
    }

    public sealed class TakesNothing : Workflow
    {
        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    [Fact]
    public async Task Inputs_that_do_not_fit_are_refused_and_none_of_the_runs_is_started()
    {
        await using var world = await World.StartAsync([typeof(Counts), typeof(TakesNothing), typeof(Echo)]);
        Assert.StartsWith("Run of 'Counts' takes Int32, not String.", (await RefusalAsync<Counts>(1, "two")).Message, StringComparison.Ordinal);
        Assert.StartsWith("Run of 'Counts' takes Int32, not null.", (await RefusalAsync<Counts>(1, null)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Run of 'TakesNothing' takes no input, not Int32.", (await RefusalAsync<TakesNothing>(null, 1)).Message, StringComparison.Ordinal);
        Assert.Empty(await world.Client.ListAsync(new()));
        Assert.Equal(2, (await world.Client.StartManyAsync<TakesNothing>([(null, null), (null, null)])).Count);
        Assert.Equal(2, (await world.Client.StartManyAsync<Echo>([("a", null), (null, null)])).Count);

        Task<ArgumentException> RefusalAsync<TWorkflow>(params object?[] inputs) where TWorkflow : Workflow =>
            Assert.ThrowsAsync<ArgumentException>(() => world.Client.StartManyAsync<TWorkflow>(inputs.Select(static i => (i, (string?)null))));
    }
}
