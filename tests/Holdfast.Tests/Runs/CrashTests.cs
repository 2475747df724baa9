using Holdfast.Kernel;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Runs;

/// <summary>What a process leaves behind that ended at a bad moment, and what the next one makes of it.</summary>
public sealed class CrashTests
{
    public sealed class Charges(Probe probe) : Workflow
    {
        public async Durable<string> Run(bool atMostOnce)
        {
            try
            {
                return $"{await Step(step => probe.Do("charge", step), new() { AtMostOnce = atMostOnce, Label = "charge" })}";
            }
            catch (StepFailedException error)
            {
                return error.Message;
            }
        }
    }

    /// <summary>Charges, as a part of something that has a key already.</summary>
    public sealed class ChargesInvoice(Probe probe) : Workflow
    {
        public async Durable<string> Run(bool atMostOnce) => $"{await Step(step => probe.Do("charge", step), new() { AtMostOnce = atMostOnce, IdempotencyKey = "invoice 7" })}";
    }

    static Task<(RunId Run, MemoryStore Store)> LoseResultAsync(Probe probe, bool atMostOnce) => LoseResultAsync(probe, typeof(Charges), c => c.StartAsync((Charges w) => w.Run(atMostOnce)));

    /// <summary>Runs to the point where the charge was made, and its result was lost with the process.</summary>
    static async Task<(RunId Run, MemoryStore Store)> LoseResultAsync<TWorkflow>(Probe probe, Type type, Func<IHoldfastClient, Task<RunHandle<TWorkflow, string>>> start) where TWorkflow : Workflow
    {
        var content = new MemoryStore();
        var dying = new DyingStore(content, appendsMax: 2, keepsLast: false);
        await using var world = await World.StartAsync([type], () => dying, configure: probe.Register);
        var run = await start(world.Client);
        await dying.Died.WaitAsync(World.Patience);
        Assert.Equal(1, probe.Count("charge"));
        return (run.Id, content.Reopen());
    }

    [Fact]
    public async Task An_ordinary_step_runs_again_under_the_same_key()
    {
        var keys = new List<string>();
        var probe = new Probe
        {
            Answer = (_, step) =>
        {
            lock (keys) keys.Add($"{step.IdempotencyKey} {step.Attempt}");
            return Task.FromResult(5);
        }
        };
        var (id, store) = await LoseResultAsync(probe, atMostOnce: false);
        await using var next = await World.StartAsync([typeof(Charges)], () => store, configure: probe.Register);
        Assert.Equal("5", await next.ResultAsync<string>(next.Client.GetRun(id)));
        Assert.Equal([$"{id}-1 1", $"{id}-1 2"], keys);
        Assert.Contains(await next.Client.GetRun(id).ReadJournalAsync(), static l => l.What == "AttemptCutOff");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_that_was_given_a_key_has_that_one_at_every_attempt_and_in_doubt(bool atMostOnce)
    {
        var keys = new List<string>();
        var probe = new Probe
        {
            Answer = (_, step) =>
            {
                lock (keys) keys.Add($"{step.IdempotencyKey} {step.Attempt}");
                return Task.FromResult(5);
            }
        };
        var (id, store) = await LoseResultAsync(probe, typeof(ChargesInvoice), c => c.StartAsync((ChargesInvoice w) => w.Run(atMostOnce)));
        await using var next = await World.StartAsync([typeof(ChargesInvoice)], () => store, configure: probe.Register);
        var run = next.Client.GetRun(id);
        if (atMostOnce)
        {
            await next.UntilAsync(run, static i => i.Waiting.Contains("in doubt", StringComparison.Ordinal));
            var doubt = Assert.Single(await next.Client.ListInDoubtAsync());
            Assert.Equal((1L, "invoice 7"), (doubt.Op, doubt.IdempotencyKey));
            await next.Client.ResolveInDoubtAsync(doubt, InDoubtDecision.Retry());
        }
        Assert.Equal("5", await next.ResultAsync<string>(run));
        Assert.Equal(["invoice 7 1", "invoice 7 2"], keys);
    }

    [Theory]
    [InlineData("succeeded", "42", 1)]
    [InlineData("failed", "the provider never saw it", 1)]
    [InlineData("retry", "7", 2)]
    public async Task An_at_most_once_step_is_in_doubt_until_somebody_decides(string decision, string expected, int charges)
    {
        var probe = new Probe { Answer = static (_, _) => Task.FromResult(7) };
        var (id, store) = await LoseResultAsync(probe, atMostOnce: true);
        await using var next = await World.StartAsync([typeof(Charges)], () => store, configure: probe.Register);
        var run = next.Client.GetRun(id);
        var info = await next.UntilAsync(run, static i => i.Waiting.Contains("in doubt", StringComparison.Ordinal));
        Assert.Contains("'charge'", info.Waiting, StringComparison.Ordinal);
        var doubt = Assert.Single(await next.Client.ListInDoubtAsync());
        Assert.Equal((id, 1L, $"{id}-1"), (doubt.Run, doubt.Op, doubt.IdempotencyKey));
        Assert.Equal(1, probe.Count("charge"));

        await next.Client.ResolveInDoubtAsync(doubt, decision switch
        {
            "succeeded" => InDoubtDecision.Succeeded(42),
            "failed" => InDoubtDecision.Failed("the provider never saw it"),
            _ => InDoubtDecision.Retry(),
        });
        Assert.Equal(expected, await next.ResultAsync<string>(run));
        Assert.Equal(charges, probe.Count("charge"));
        Assert.Empty(await next.Client.ListInDoubtAsync());
        // A second decision comes too late, and changes nothing.
        Assert.Equal(HoldfastError.RunFinished, (await Assert.ThrowsAsync<HoldfastException>(() => next.Client.ResolveInDoubtAsync(doubt, InDoubtDecision.Retry()))).Error);
    }

    [Fact]
    public async Task A_decision_about_one_attempt_is_refused_once_a_later_one_is_in_doubt()
    {
        var probe = new Probe { Answer = static (_, _) => Task.FromResult(7) };
        var (id, store) = await LoseResultAsync(probe, atMostOnce: true);
        InDoubtStep first;
        await using (var next = await World.StartAsync([typeof(Charges)], () => store, configure: probe.Register, options: static o => o.StopTime = TimeSpan.Zero))
        {
            await next.UntilAsync(next.Client.GetRun(id), static i => i.Waiting.Contains("in doubt", StringComparison.Ordinal));
            first = Assert.Single(await next.Client.ListInDoubtAsync());
            await TelemetryTests.UntilAsync(next, next.Engine.Attention.InDoubt, null, 1);
            probe.Answer = async (_, step) =>
            {
                probe.Gate("again").TrySetResult();
                await Task.Delay(Timeout.Infinite, step.CancellationToken);
                return 0;
            };
            await next.Client.ResolveInDoubtAsync(first, InDoubtDecision.Retry());
            await probe.ReachedAsync("again");
            await TelemetryTests.UntilAsync(next, next.Engine.Attention.InDoubt, null, 0);
            Assert.Equal(HoldfastError.NotInDoubt, (await Assert.ThrowsAsync<HoldfastException>(() => next.Client.ResolveInDoubtAsync(first, InDoubtDecision.Retry()))).Error);
        }
        await using var third = await World.StartAsync([typeof(Charges)], store.Reopen, configure: probe.Register);
        var run = third.Client.GetRun(id);
        await third.UntilAsync(run, static i => i.Waiting.Contains("in doubt", StringComparison.Ordinal));
        var second = Assert.Single(await third.Client.ListInDoubtAsync());
        Assert.Equal((1, 2), (first.Attempt, second.Attempt));
        // It was true of the first attempt that it had done nothing. Of the second, nobody has asked.
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => third.Client.ResolveInDoubtAsync(first, InDoubtDecision.Retry()));
        Assert.Equal(HoldfastError.NotInDoubt, refused.Error);
        Assert.Contains("attempt 2 is", refused.Message, StringComparison.Ordinal);
        Assert.Equal(second, Assert.Single(await third.Client.ListInDoubtAsync()));
        await third.Client.ResolveInDoubtAsync(second.Run, second.Op, second.Attempt, InDoubtDecision.Succeeded(42));
        Assert.Equal("42", await third.ResultAsync<string>(run));
        Assert.Equal(2, probe.Count("charge"));
    }

    [Fact]
    public async Task A_step_starts_only_once_its_intent_is_durable()
    {
        var store = new MemoryStore();
        var reader = store.Reopen();
        var probe = new Probe
        {
            Answer = async (_, step) =>
            {
                var stored = await reader.LoadAsync(step.RunId, default);
                var state = StateCodec.Decode(stored!.Run.State.Span);
                return state.Ops.TryGet(step.Op, out var op) && op is StepOp { Phase: StepPhase.Ready } ready && ready.Attempt == step.Attempt && ready.Intent.Length > 0 ? 1 : 0;
            },
        };
        await using var world = await World.StartAsync([typeof(ManySteps)], () => new SlowStore(store), alwaysCold: false, configure: probe.Register);
        Assert.Equal(40, await world.ResultAsync<int>(await world.Client.StartAsync((ManySteps w) => w.Run(20))));
    }

    public sealed class ManySteps(Probe probe) : Workflow
    {
        public async Durable<int> Run(int n)
        {
            var sum = 0;
            for (var i = 0; i < n; i++) sum += await Step(step => probe.Do("one", step));
            return sum + (await Durable.WhenAll(Enumerable.Range(0, n).Select(_ => Step(step => probe.Do("many", step))).ToList())).Sum();
        }
    }

    /// <summary>Gives every other thread its chance before an append is kept.</summary>
    sealed class SlowStore(IStore inner) : StoreWrapper(inner)
    {
        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            for (var i = 0; i < 20; i++) await Task.Yield();
            await base.AppendAsync(writes, results);
        }
    }

    public sealed class Suspicious(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            probe.Note("turn");
            probe.Gate("go").Task.Wait(World.Patience);
            return await Step(step => probe.Do("step", step));
        }
    }

    /// <summary>A store with a place for files beside it, as a store on disk has.</summary>
    sealed class SidecarStore(IStore inner, string path) : StoreWrapper(inner)
    {
        public override string? SidecarPath => path;
    }

    [Fact]
    public async Task A_run_in_whose_turn_three_processes_died_is_set_aside_and_can_be_taken_up_again()
    {
        using var directory = new TemporaryDirectory();
        var content = new MemoryStore();
        var probe = new Probe();
        Task<World> Start() => World.StartAsync([typeof(Suspicious)], () => new SidecarStore(content.Reopen(), directory["store"]), configure: probe.Register, options: o => o.StopTime = TimeSpan.Zero);
        var dying = new DyingStore(content, appendsMax: 1, keepsLast: false);
        RunId id;
        probe.Gate("go").SetResult();
        await using (var first = await World.StartAsync([typeof(Suspicious)], () => dying, configure: probe.Register))
        {
            id = (await first.Client.StartAsync((Suspicious w) => w.Run())).Id;
            await dying.Died.WaitAsync(World.Patience);
        }
        // Each further process finds that the last one died in this run, and is itself stopped before the turn commits.
        for (var death = 1; death <= 2; death++)
        {
            await MarkAsync(directory["store.running"], id);
            // The count is an append of its own, before the turn that may kill the process again.
            var next = new DyingStore(new SidecarStore(content.Reopen(), directory["store"]), appendsMax: 1, keepsLast: false);
            await using (await World.StartAsync([typeof(Suspicious)], () => next, configure: probe.Register)) await next.Died.WaitAsync(World.Patience);
            Assert.Equal(death, StateCodec.Decode((await content.Reopen().LoadAsync(id, default))!.Run.State.Span).Crashes);
        }
        await MarkAsync(directory["store.running"], id);
        await using var last = await Start();
        var run = last.Client.GetRun(id);
        Assert.Contains("suspect", (await last.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
        Assert.Equal(3, probe.Count("turn"));
        Assert.Equal(0, probe.Count("step"));
        await last.ResumeAsync(run);
        Assert.Equal(0, await last.ResultAsync<int>(run));
        Assert.DoesNotContain(last.Errors, static e => e.Contains("Invariant", StringComparison.Ordinal));
    }

    /// <summary>Where the disk is full, ordinary writes say so. Memory of a file that has no room behind it would end the process when it is touched.</summary>
    [Fact]
    public async Task Where_there_is_no_room_for_marks_the_engine_goes_on_without_them_and_says_so()
    {
        // The one device whose writes find no room wherever it is there.
        if (!OperatingSystem.IsLinux()) return;
        using var directory = new TemporaryDirectory();
        File.CreateSymbolicLink(directory["store.running"], "/dev/full");
        var probe = new Probe();
        probe.Gate("go").SetResult();
        using var warnings = new Warnings();
        await using var world = await World.StartAsync([typeof(Suspicious)], () => new SidecarStore(new MemoryStore(), directory["store"]), configure: builder =>
        {
            probe.Register(builder);
            builder.Services.AddSingleton<ILoggerFactory>(warnings);
        });
        Assert.Equal(0, await world.ResultAsync<int>(await world.Client.StartAsync((Suspicious w) => w.Run())));
        Assert.Contains(warnings.Texts, static e => e.Contains("store.running", StringComparison.Ordinal));
        Assert.False(File.Exists(directory["store.running"]));
    }

    static async Task MarkAsync(string path, RunId run, long op = 0)
    {
        await using var file = new FileStream(path, FileMode.OpenOrCreate);
        await file.WriteAsync((byte[])[.. run.ToBytes(), .. BitConverter.GetBytes(op)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_doubt_in_a_run_that_was_set_aside_is_listed_and_its_decision_counts_when_the_run_goes_on(bool sqlite)
    {
        using var directory = new TemporaryDirectory();
        var content = new MemoryStore();
        var probe = new Probe();
        probe.Answer = async (_, step) =>
        {
            probe.Gate("charged").TrySetResult();
            await Task.Delay(Timeout.Infinite, step.CancellationToken);
            return 0;
        };
        Task<World> Start() => World.StartAsync(
            [typeof(Charges)], () => sqlite ? SqliteStore.Open(directory["store"], new() { ReserveBytes = 0 }) : new SidecarStore(content.Reopen(), directory["store"]), configure: probe.Register,
            options: static o => (o.StopTime, o.CrashesMax) = (TimeSpan.Zero, 1));
        RunId id;
        await using (var first = await Start())
        {
            id = (await first.Client.StartAsync((Charges w) => w.Run(true))).Id;
            await probe.ReachedAsync("charged");
        }
        await MarkAsync(directory["store.running"], id, op: 1);
        await using var next = await Start();
        var run = next.Client.GetRun(id);
        Assert.Contains("suspect", (await next.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
        var doubt = Assert.Single(await next.Client.ListInDoubtAsync());
        Assert.Equal((id, 1L, $"{id}-1"), (doubt.Run, doubt.Op, doubt.IdempotencyKey));
        await next.Client.ResolveInDoubtAsync(doubt, InDoubtDecision.Succeeded(7));
        Assert.Single(await next.Client.ListInDoubtAsync());
        await next.ResumeAsync(run);
        Assert.Equal("7", await next.ResultAsync<string>(run));
        Assert.Empty(await next.Client.ListInDoubtAsync());
    }

    public sealed class Wide(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            var (quick, slow) = await Durable.WhenAll(Step(step => probe.Do("quick", step)), Step(step => probe.Do("slow", step)));
            return quick + slow;
        }
    }

    [Fact]
    public async Task A_result_on_which_no_code_can_run_yet_ends_the_count_of_deaths_all_the_same()
    {
        using var directory = new TemporaryDirectory();
        var content = new MemoryStore();
        var probe = new Probe();
        probe.Answer = async (what, step) =>
        {
            if (what == "quick") probe.Gate($"attempt {step.Attempt}").TrySetResult();
            if (what == "slow" || !probe.Gate("go").Task.IsCompleted) await probe.Gate("end").Task.WaitAsync(step.CancellationToken);
            return 1;
        };
        Task<World> Start(IStore store) => World.StartAsync([typeof(Wide)], () => store, configure: probe.Register, options: o => o.StopTime = TimeSpan.Zero);
        RunId id;
        await using (var first = await Start(content))
        {
            id = (await first.Client.StartAsync((Wide w) => w.Run())).Id;
            await probe.ReachedAsync("attempt 1");
        }
        await MarkAsync(directory["store.running"], id, op: 1);
        // The death is counted before the next attempt begins.
        await using (await Start(new SidecarStore(content.Reopen(), directory["store"]))) await probe.ReachedAsync("attempt 2");
        Assert.Equal(1, (await StateAsync()).Crashes);
        probe.Gate("go").SetResult();
        await using var last = await Start(content.Reopen());
        await last.JournalAsync(last.Client.GetRun(id), static line => line.What == nameof(JournalKind.StepSucceeded));
        Assert.Equal(0, (await StateAsync()).Crashes);

        async Task<RunState> StateAsync() => StateCodec.Decode((await content.Reopen().LoadAsync(id, default))!.Run.State.Span);
    }

    public sealed class Stops(Probe probe) : Workflow
    {
        public async Durable<int> Run() => await Step(step => probe.Do("wait", step)) + await Step(step => probe.Do("next", step));
    }

    [Fact]
    public async Task Stopping_signals_running_steps_does_not_wait_for_nothing_and_the_next_process_runs_them_again()
    {
        var content = new MemoryStore();
        var probe = new Probe();
        probe.Answer = async (what, step) =>
        {
            if (step.Attempt > 1 || what == "next") return step.Attempt;
            probe.Gate("running").TrySetResult();
            await Task.Delay(Timeout.Infinite, step.CancellationToken);
            return 0;
        };
        var world = await World.StartAsync([typeof(Stops)], () => content, configure: probe.Register, options: o => o.StopTime = TimeSpan.FromDays(1));
        var id = (await world.Client.StartAsync((Stops w) => w.Run())).Id;
        await probe.ReachedAsync("running");
        await world.DisposeAsync().AsTask().WaitAsync(World.Patience);
        await using var next = await World.StartAsync([typeof(Stops)], content.Reopen, configure: probe.Register);
        Assert.Equal(3, await next.ResultAsync<int>(next.Client.GetRun(id)));
        Assert.Equal(["wait", "wait", "next"], probe.Entries);
    }
}
