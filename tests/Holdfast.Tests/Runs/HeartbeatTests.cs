using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Attempts that fall silent are given up, and the next one knows how far the last was.</summary>
public sealed class HeartbeatTests
{
    public sealed class Import(Probe probe) : Workflow
    {
        public async Durable<string> Run(int seconds)
        {
            var result = await Step(
                async step =>
                {
                    var done = step.TryGetDetails<int>(out var kept) ? kept : -1;
                    probe.Note($"attempt {step.Attempt} from {done}");
                    return await probe.Do("work", step) + done;
                },
                new() { HeartbeatTimeout = TimeSpan.FromSeconds(seconds), Retry = RetryPolicy.Default with { MaxAttempts = 3, FirstDelay = TimeSpan.FromSeconds(1), Jitter = 0 } });
            return $"{result}";
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silent_attempt_is_given_up_and_the_next_goes_on_from_its_details(bool alwaysCold)
    {
        var (probe, clock) = (new Probe(), new ManualTime());
        probe.Answer = async (_, step) =>
        {
            if (step.Attempt == 2) return 1;
            step.Heartbeat(7);
            probe.Gate("begun").TrySetResult();
            var silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (step.CancellationToken.Register(silence.SetResult)) await silence.Task;
            // Heard by nobody any more.
            step.Heartbeat(9);
            probe.Gate("token").TrySetResult();
            return 100;
        };
        await using var world = await World.StartAsync([typeof(Import)], alwaysCold: alwaysCold, configure: probe.Register, options: o => o.TimeProvider = clock);
        var run = await world.Client.StartAsync((Import w) => w.Run(10));
        await probe.ReachedAsync("begun");
        clock.Advance(TimeSpan.FromSeconds(11));
        await probe.ReachedAsync("token");
        await world.UntilAsync(run, static i => i.Waiting.Contains("no heartbeat for 00:00:10", StringComparison.Ordinal));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("8", await world.ResultAsync<string>(run));
        Assert.Equal(["attempt 1 from -1", "work", "attempt 2 from 7", "work"], probe.Entries);
    }

    public sealed class LongSilence(Probe probe) : Workflow
    {
        public async Durable<int> Run(int days) => await Step(step => probe.Do("work", step), new() { HeartbeatTimeout = TimeSpan.FromDays(days) });
    }

    public sealed class TimeLeft(Probe probe) : Workflow
    {
        public async Durable<int> Run(int seconds) => await Step(step => probe.Do("work", step), new() { Timeout = TimeSpan.FromSeconds(seconds) });
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100_000)]
    public async Task A_silence_longer_than_the_systems_timers_may_be_allowed(int days)
    {
        var probe = new Probe { Answer = static (_, _) => Task.FromResult(5) };
        await using var world = await World.StartAsync([typeof(LongSilence)], configure: probe.Register);
        Assert.Equal(5, await world.ResultAsync<int>(await world.Client.StartAsync((LongSilence w) => w.Run(days))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_time_out_of_nothing_is_refused_where_the_step_is_asked_for(int seconds)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(TimeLeft)], configure: probe.Register);
        var run = await world.Client.StartAsync((TimeLeft w) => w.Run(seconds));
        Assert.Equal(RunStatus.Failed, await world.EndAsync(run));
        Assert.Contains("A time-out is longer than nothing", (await run.GetInfoAsync()).Error!.Message, StringComparison.Ordinal);
        Assert.Empty(probe.Entries);
    }

    [Fact]
    public async Task An_attempt_that_gives_signs_of_life_may_take_as_long_as_it_likes()
    {
        var (probe, clock) = (new Probe(), new ManualTime());
        var beats = new System.Threading.Channels.UnboundedChannelOptions { SingleReader = true };
        var (ask, answered) = (System.Threading.Channels.Channel.CreateUnbounded<bool>(beats), System.Threading.Channels.Channel.CreateUnbounded<bool>(beats));
        probe.Answer = async (_, step) =>
        {
            await foreach (var goesOn in ask.Reader.ReadAllAsync())
            {
                step.Heartbeat();
                await answered.Writer.WriteAsync(true);
                if (!goesOn) break;
            }
            return 5;
        };
        await using var world = await World.StartAsync([typeof(Import)], configure: probe.Register, options: o => o.TimeProvider = clock);
        var run = await world.Client.StartAsync((Import w) => w.Run(10));
        for (var i = 0; i < 20; i++)
        {
            await ask.Writer.WriteAsync(i < 19);
            await answered.Reader.ReadAsync();
            clock.Advance(TimeSpan.FromSeconds(9));
        }
        Assert.Equal("4", await world.ResultAsync<string>(run));
        Assert.Equal(1, probe.Count("work"));
    }

    [Fact]
    public async Task Details_of_a_failed_attempt_survive_the_process()
    {
        var (probe, content, clock) = (new Probe(), new MemoryStore(), new ManualTime());
        probe.Answer = (_, step) =>
        {
            if (step.Attempt > 1) return Task.FromResult(0);
            step.Heartbeat(3);
            throw new InvalidOperationException("the file is locked");
        };
        RunId id;
        await using (var before = await World.StartAsync([typeof(Import)], () => content.Reopen(), configure: probe.Register, options: o => o.TimeProvider = clock))
        {
            var begun = await before.Client.StartAsync((Import w) => w.Run(10));
            id = begun.Id;
            await before.UntilAsync(begun, static i => i.Waiting.Contains("locked", StringComparison.Ordinal));
        }
        clock.Advance(TimeSpan.FromSeconds(5));
        await using var world = await World.StartAsync([typeof(Import)], () => content.Reopen(), configure: probe.Register, options: o => o.TimeProvider = clock);
        Assert.Equal("3", await world.ResultAsync<string>(world.Client.GetRun(id)));
        Assert.Equal("attempt 2 from 3", probe.Entries[^2]);
    }
}
