using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>A part that does not succeed is undone: in reverse, whatever stops it, and as far as it can be.</summary>
public sealed class SagaTests
{
    static readonly StepOptions Once = new() { Retry = RetryPolicy.None };

    public sealed class Trip(Probe probe) : Workflow
    {
        public async Durable<string> Run(string plan)
        {
            var log = new List<string>();
            try
            {
                var booked = await InSaga(async saga =>
                {
                    foreach (var what in plan.Split(' '))
                    {
                        if (what == "wait") await Receive(new Signal<bool>("go"));
                        else if (what == "throw") throw new InvalidOperationException("no more");
                        else
                        {
                            var id = await Step(step => probe.Do(what, step), Once);
                            saga.Compensate(step => probe.Do($"undo {what} {id}", step), Once with { Label = $"undo {what}" });
                        }
                    }
                    return "all";
                });
                return booked;
            }
            catch (CompensationFailedException error)
            {
                log.Add($"{error.InnerException!.Message}/{string.Join('+', error.Failures.Select(static f => f.Message))}");
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                log.Add(error.Message);
            }
            return string.Join(',', log);
        }
    }

    public sealed class Nested(Probe probe) : Workflow
    {
        public async Durable Run()
        {
            await InSaga(async outer =>
            {
                outer.Compensate(() => Note("outer"));
                await InSaga(async inner =>
                {
                    inner.Compensate(() => Note("inner"));
                    await Delay(TimeSpan.Zero);
                });
                await InSaga(inner =>
                {
                    inner.Compensate(() => Note("sync"));
                    throw new InvalidOperationException("sync");
                });
            });
        }

        Task Note(string what)
        {
            probe.Note(what);
            return Task.CompletedTask;
        }
    }

    public sealed class Late : Workflow
    {
        public async Durable<string> Run()
        {
            Saga? kept = null;
            await InSaga(async saga =>
            {
                kept = saga;
                await Delay(TimeSpan.Zero);
            });
            try
            {
                kept!.Compensate(() => Task.CompletedTask);
                return "taken";
            }
            catch (InvalidOperationException)
            {
                return "refused";
            }
        }
    }

    public sealed class Expired(Probe probe) : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                await InScope(scope => InSaga(async saga =>
                {
                    await Step(step => probe.Do("a", step));
                    saga.Compensate(step => probe.Do("undo a", step));
                    scope.Cancel("too late");
                    await Delay(TimeSpan.FromDays(1));
                }));
                return "done";
            }
            catch (OperationCanceledException error)
            {
                return $"{error.Message} {probe.Count("undo a")}";
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_done_is_undone_in_reverse_and_the_failure_is_thrown(bool alwaysCold)
    {
        var probe = new Probe { Answer = static (what, _) => Task.FromResult(what.Length) };
        await using var world = await World.StartAsync([typeof(Trip), typeof(Nested), typeof(Late)], alwaysCold: alwaysCold, configure: probe.Register);
        var failed = await world.Client.StartAsync((Trip w) => w.Run("flight hotel throw car"));
        Assert.Equal("no more", await world.ResultAsync<string>(failed));
        Assert.Equal(["flight", "hotel", "undo hotel 5", "undo flight 6"], probe.Entries);
        var steps = (await failed.ReadJournalAsync()).Where(static l => l.What == "StepSucceeded").Select(static l => l.Text).ToArray();
        Assert.Equal(["Do", "Do", "undo hotel", "undo flight"], steps);

        var succeeded = await world.Client.StartAsync((Trip w) => w.Run("car"));
        Assert.Equal("all", await world.ResultAsync<string>(succeeded));
        Assert.Equal(0, probe.Count("undo car 3"));

        var nested = await world.Client.StartAsync((Nested w) => w.Run());
        Assert.Equal(RunStatus.Failed, await world.EndAsync(nested));
        // The inner part that succeeded is over; what the others registered is undone, the inner first.
        Assert.Equal(["sync", "outer"], probe.Entries.Skip(5));
        Assert.Equal("refused", await world.ResultAsync<string>(await world.Client.StartAsync((Late w) => w.Run())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compensations_run_though_the_run_is_cancelled_and_it_ends_after_them(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Trip), typeof(Expired)], alwaysCold: alwaysCold, configure: probe.Register);
        probe.Answer = async (what, _) =>
        {
            if (what.StartsWith("undo", StringComparison.Ordinal)) await Task.Yield();
            return 0;
        };
        var run = await world.Client.StartAsync((Trip w) => w.Run("flight hotel wait"));
        await world.UntilAsync(run, static i => i.Waiting.StartsWith("signal", StringComparison.Ordinal));
        await run.CancelAsync("rain");
        Assert.Equal(RunStatus.Cancelled, await world.EndAsync(run));
        Assert.Equal(["flight", "hotel", "undo hotel 0", "undo flight 0"], probe.Entries);

        // The await of a saga in a scope that is cancelled waits until it has undone.
        Assert.Equal("too late 1", await world.ResultAsync<string>(await world.Client.StartAsync((Expired w) => w.Run())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancellation_does_not_cut_a_compensation_short(bool alwaysCold)
    {
        var probe = new Probe();
        probe.Answer = async (what, step) =>
        {
            if (!what.StartsWith("undo hotel", StringComparison.Ordinal)) return 0;
            probe.Gate("undoing").TrySetResult();
            await probe.Gate("go on").Task;
            probe.Note($"token {step.CancellationToken.IsCancellationRequested}");
            step.CancellationToken.ThrowIfCancellationRequested();
            return 0;
        };
        await using var world = await World.StartAsync([typeof(Trip)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Trip w) => w.Run("flight hotel throw"));
        await probe.ReachedAsync("undoing");
        await run.CancelAsync("rain");
        await world.UntilAsync(run, static i => i.Waiting.StartsWith("asked to cancel", StringComparison.Ordinal));
        probe.Gate("go on").SetResult();
        Assert.Equal("no more", await world.ResultAsync<string>(run));
        Assert.Equal(["undo hotel 0", "token False", "undo flight 0"], probe.Entries.Skip(2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_compensation_that_fails_does_not_keep_the_others_from_running(bool alwaysCold)
    {
        var probe = new Probe { Answer = static (what, _) => what.StartsWith("undo hotel", StringComparison.Ordinal) ? throw new InvalidOperationException("closed") : Task.FromResult(1) };
        await using var world = await World.StartAsync([typeof(Trip)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Trip w) => w.Run("flight hotel car throw"));
        Assert.Equal("no more/closed", await world.ResultAsync<string>(run));
        Assert.Equal(["flight", "hotel", "car", "undo car 1", "undo hotel 1", "undo flight 1"], probe.Entries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_saga_survives_a_crash_at_any_commit(bool keepsLast)
    {
        for (var appends = 1; ; appends++)
        {
            var (probe, content) = (new Probe(), new MemoryStore());
            var dying = new DyingStore(content.Reopen(), appends, keepsLast);
            await using (var before = await World.StartAsync([typeof(Trip)], () => dying, configure: probe.Register))
            {
                try
                {
                    var begun = await before.Client.StartAsync((Trip w) => w.Run("flight hotel throw"), key: "one");
                    await Task.WhenAny(dying.Died, begun.WaitAsync());
                }
                catch (HoldfastException)
                {
                    // Not acknowledged.
                }
            }
            await using var world = await World.StartAsync([typeof(Trip)], () => content.Reopen(), configure: probe.Register);
            var run = await world.Client.StartAsync((Trip w) => w.Run("flight hotel throw"), key: "one");
            Assert.Equal("no more", await world.ResultAsync<string>(run));
            // A step that was cut off runs again; the order stays, and no undoing is forgotten.
            Assert.Equal(["flight", "hotel", "undo hotel 0", "undo flight 0"], probe.Entries.Distinct());
            if (!dying.Died.IsCompleted) return;
            Assert.True(appends < 30);
        }
    }

    [Theory]
    [InlineData("no more", "the desk is closed", "1 of the compensations failed, after: no more. What they were to undo stands: the desk is closed.")]
    [InlineData("no more.", "the desk is closed.", "1 of the compensations failed, after: no more. What they were to undo stands: the desk is closed.")]
    [InlineData("no more!", "why...", "1 of the compensations failed, after: no more! What they were to undo stands: why.")]
    public void What_others_wrote_ends_with_one_full_stop(string error, string failure, string told) =>
        Assert.Equal(told, new CompensationFailedException(new InvalidOperationException(error), [new InvalidOperationException(failure)]).Message);
}
