namespace Holdfast.Tests.Runs;

public sealed class CancelTests
{
    public sealed class CleansUp(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            try
            {
                await Receive(new Signal<int>("never"));
                return 0;
            }
            catch (OperationCanceledException error)
            {
                probe.Note(error.Message);
                // The scope stays cancelled: only a shield lets work be done.
                try
                {
                    await Step(step => probe.Do("unshielded", step));
                }
                catch (OperationCanceledException)
                {
                    probe.Note("still cancelled");
                }
                await Shield(async () => await Step(step => probe.Do("compensate", step)));
                throw;
            }
            finally
            {
                probe.Note("finally");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancellation_arrives_at_the_await_sticks_and_lets_shielded_work_be_done(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(CleansUp)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((CleansUp w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting == "signal 'never'");
        await run.CancelAsync("changed my mind");
        Assert.Equal(RunStatus.Cancelled, await world.EndAsync(run));
        Assert.Equal(["changed my mind", "still cancelled", "compensate", "finally"], probe.Entries);
        var error = await Assert.ThrowsAsync<HoldfastException>(() => run.ResultAsync());
        Assert.Equal(HoldfastError.RunCancelled, error.Error);
        Assert.Contains("changed my mind", error.Message, StringComparison.Ordinal);
    }

    public sealed class Ignores(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            while (true)
            {
                try
                {
                    await Receive(new Signal<int>("never"));
                }
                catch (Exception)
                {
                    probe.Note("ignored");
                }
            }
        }
    }

    [Fact]
    public async Task Code_that_swallows_cancellation_for_ever_is_terminated()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Ignores)], configure: probe.Register);
        var run = await world.Client.StartAsync((Ignores w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting.Length > 0);
        await run.CancelAsync();
        Assert.Equal(RunStatus.Terminated, await world.EndAsync(run));
    }

    public sealed class Waits(Probe probe) : Workflow
    {
        public async Durable<string> Run(TimeSpan? deadline)
        {
            try
            {
                return $"{await InScope(async _ => await Step(step => probe.Do("long", step)), deadline)}";
            }
            catch (OperationCanceledException error)
            {
                return error.Message;
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deadline_signals_the_running_step_and_takes_what_it_makes_of_it(bool alwaysCold)
    {
        var time = new ManualTime();
        var probe = new Probe();
        probe.Answer = async (_, step) =>
        {
            probe.Gate("running").TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, step.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                probe.Note("stopped");
                throw;
            }
            return 1;
        };
        await using var world = await World.StartAsync([typeof(Waits)], alwaysCold: alwaysCold, configure: probe.Register, options: o => o.TimeProvider = time);
        var run = await world.Client.StartAsync((Waits w) => w.Run(TimeSpan.FromMinutes(30)));
        await probe.ReachedAsync("running");
        time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(RunStatus.Running, (await run.GetInfoAsync()).Status);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("deadline", await world.ResultAsync<string>(run), StringComparison.Ordinal);
        Assert.Equal(["long", "stopped"], probe.Entries);
    }

    [Fact]
    public async Task A_step_that_ignores_its_token_is_given_up_after_its_grace()
    {
        var time = new ManualTime();
        var probe = new Probe();
        probe.Answer = async (_, _) =>
        {
            probe.Gate("running").TrySetResult();
            await probe.Gate("let go").Task;
            return 1;
        };
        await using var world = await World.StartAsync([typeof(Waits)], configure: probe.Register, options: o => (o.TimeProvider, o.CancelGrace) = (time, TimeSpan.FromMinutes(5)));
        var run = await world.Client.StartAsync((Waits w) => w.Run(null));
        await probe.ReachedAsync("running");
        await run.CancelAsync("enough");
        await world.UntilAsync(run, static i => i.Waiting.Contains("asked to cancel", StringComparison.Ordinal) && i.WakeUtc is not null);
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.Contains("given up", await world.ResultAsync<string>(run), StringComparison.Ordinal);
        probe.Gate("let go").SetResult();
    }

    public sealed class Lingers : Workflow
    {
        public async Durable Run()
        {
            try
            {
                await Receive(new Signal<int>("never"));
            }
            finally
            {
                await Shield(async () => await Receive(new Signal<int>("cleaned")));
            }
        }
    }

    [Fact]
    public async Task A_run_whose_cleaning_up_does_not_end_is_terminated_after_its_grace()
    {
        var time = new ManualTime();
        await using var world = await World.StartAsync([typeof(Lingers)], options: o => (o.TimeProvider, o.CancelRunGrace) = (time, TimeSpan.FromHours(1)));
        var run = await world.Client.StartAsync((Lingers w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting == "signal 'never'");
        await run.CancelAsync("enough");
        await world.UntilAsync(run, static i => i.Waiting.EndsWith("signal 'cleaned'", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(RunStatus.Running, (await run.GetInfoAsync()).Status);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(RunStatus.Terminated, await world.EndAsync(run));
    }

    public sealed class Begins(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            probe.Note("ran");
            return await Step(step => probe.Do("step", step));
        }
    }

    [Fact]
    public async Task A_run_that_is_cancelled_before_it_begins_starts_no_step()
    {
        var probe = new Probe();
        var content = new Holdfast.Storage.MemoryStore();
        // The start is durable, and the engine that took it died before the first turn.
        var dying = new DyingStore(content, appendsMax: 1, keepsLast: false);
        RunId id;
        await using (var world = await World.StartAsync([typeof(Begins)], () => dying, configure: probe.Register))
        {
            id = (await world.Client.StartAsync((Begins w) => w.Run())).Id;
            await dying.Died.WaitAsync(World.Patience);
        }
        var results = new Holdfast.Storage.WriteResult[1];
        await content.Reopen().AppendAsync([new Holdfast.Storage.PostMail(id, new(Holdfast.Storage.MailKind.Cancel, "", "no"u8.ToArray(), null, DateTimeOffset.UtcNow))], results);
        await using var next = await World.StartAsync([typeof(Begins)], content.Reopen, configure: probe.Register);
        Assert.Equal(RunStatus.Cancelled, await next.EndAsync(next.Client.GetRun(id)));
        Assert.Equal(0, probe.Count("step"));
    }

    public sealed class Spreads(Probe probe) : Workflow
    {
        public async Durable<int> Run(int n)
        {
            var all = Enumerable.Range(0, n).Select(i => One(i)).ToList();
            return (await Durable.WhenAll(all)).Sum();
        }

        async Durable<int> One(int i)
        {
            try
            {
                return i % 3 == 0 ? await Step(step => probe.Do("step", step)) : i % 3 == 1 ? await Child((Leaf w) => w.Run(i)) : await Receive(new Signal<int>("x"));
            }
            finally
            {
                probe.Note("finally");
            }
        }
    }

    public sealed class Leaf(Probe probe) : Workflow
    {
        public async Durable<int> Run(int n)
        {
            try
            {
                await Delay(TimeSpan.FromDays(n));
                return n;
            }
            finally
            {
                probe.Note("leaf finally");
            }
        }
    }

    static Probe Hanging()
    {
        var probe = new Probe();
        probe.Answer = static async (_, step) =>
        {
            await Task.Delay(Timeout.Infinite, step.CancellationToken);
            return 0;
        };
        return probe;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_a_fan_out_ends_every_branch_and_every_child(bool alwaysCold)
    {
        var probe = Hanging();
        await using var world = await World.StartAsync([typeof(Spreads), typeof(Leaf)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Spreads w) => w.Run(9));
        await world.UntilAsync(run, _ => probe.Count("step") == 3);
        await run.CancelAsync();
        Assert.Equal(RunStatus.Cancelled, await world.EndAsync(run));
        Assert.Equal(9, probe.Count("finally"));
        foreach (var child in await world.Client.ListAsync(new() { Workflow = "Leaf" })) Assert.Equal(RunStatus.Cancelled, child.Status);
        Assert.Equal(3, probe.Count("leaf finally"));
    }

    [Fact]
    public async Task Terminating_runs_no_code_of_the_run_or_of_its_children()
    {
        var probe = Hanging();
        await using var world = await World.StartAsync([typeof(Spreads), typeof(Leaf)], configure: probe.Register);
        var run = await world.Client.StartAsync((Spreads w) => w.Run(6));
        await world.UntilAsync(run, _ => probe.Count("step") == 2);
        await run.TerminateAsync("gone");
        Assert.Equal(RunStatus.Terminated, await world.EndAsync(run));
        foreach (var child in await world.Client.ListAsync(new() { Workflow = "Leaf" }))
            Assert.Equal(RunStatus.Terminated, await world.EndAsync(world.Client.GetRun(child.Id)));
        Assert.Equal(0, probe.Count("finally") + probe.Count("leaf finally"));
    }
}
