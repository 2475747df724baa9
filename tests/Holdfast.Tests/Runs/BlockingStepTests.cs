using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Steps whose code holds its thread, as old libraries do. The run hears of everything else meanwhile.</summary>
public sealed class BlockingStepTests
{
    static readonly Signal<string> Go = new("go");
    static readonly ManualResetEventSlim SignalCame = new(), CancelCame = new(), TimeoutCame = new();

    public sealed class WaitsForASignal : Workflow
    {
        public async Durable<string> Run()
        {
            var holding = Step(static () => Task.FromResult(SignalCame.Wait(World.Patience)));
            var word = await Receive(Go);
            await Step(static () =>
            {
                SignalCame.Set();
                return Task.CompletedTask;
            });
            return $"{word} {await holding}";
        }
    }

    public sealed class WaitsForItsCancellation : Workflow
    {
        public async Durable<bool> Run() => await Step(static step =>
        {
            using var heard = step.CancellationToken.Register(CancelCame.Set);
            return Task.FromResult(CancelCame.Wait(World.Patience));
        });
    }

    public sealed class RunsOutOfTime : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                return $"{await Step(static () => Task.FromResult(TimeoutCame.Wait(World.Patience)), new() { Timeout = TimeSpan.FromMilliseconds(1), Retry = RetryPolicy.None })}";
            }
            catch (TimeoutException)
            {
                await Step(static () =>
                {
                    TimeoutCame.Set();
                    return Task.CompletedTask;
                });
                return "given up";
            }
        }
    }

    [Fact]
    public async Task A_time_out_reaches_the_run()
    {
        await using var world = await World.StartAsync([typeof(RunsOutOfTime)]);
        var run = await world.Client.StartAsync((RunsOutOfTime w) => w.Run());
        Assert.True(TimeoutCame.Wait(World.Patience / 2));
        Assert.Equal("given up", await world.ResultAsync<string>(run));
    }

    [Fact]
    public async Task A_signal_reaches_the_run()
    {
        await using var world = await World.StartAsync([typeof(WaitsForASignal)]);
        SignalCame.Reset();
        var run = await world.Client.StartAsync((WaitsForASignal w) => w.Run());
        await run.SignalAsync(Go, "went");
        Assert.Equal("went True", await world.ResultAsync<string>(run));
    }

    /// <summary>Puts a signal into the mailbox while the turn that starts the step is being committed: that turn is over, and nobody else was called, when the step begins to hold the thread.</summary>
    sealed class SignalsInCommit() : StoreWrapper(new MemoryStore())
    {
        public World? World { get; set; }

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            await Inner.AppendAsync(writes, results);
            if (World is not { } world || writes[0] is not Transition { Revision: 0 } first) return;
            await Inner.AppendAsync([new PostMail(first.Run, new(MailKind.Signal, Go.Name, "\"came\""u8.ToArray(), null, first.Utc))], new WriteResult[1]);
            world.Engine.MailPosted(first.Run);
        }
    }

    [Fact]
    public async Task What_comes_while_its_turn_is_committed_reaches_the_run()
    {
        var store = new SignalsInCommit();
        await using var world = await World.StartAsync([typeof(WaitsForASignal)], () => store, alwaysCold: false);
        SignalCame.Reset();
        store.World = world;
        Assert.Equal("came True", await world.ResultAsync<string>(await world.Client.StartAsync((WaitsForASignal w) => w.Run())));
    }

    [Fact]
    public async Task A_cancellation_reaches_the_step()
    {
        await using var world = await World.StartAsync([typeof(WaitsForItsCancellation)]);
        var run = await world.Client.StartAsync((WaitsForItsCancellation w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting.Contains("running", StringComparison.Ordinal));
        await run.CancelAsync("enough");
        Assert.NotEqual(RunStatus.Running, await world.EndAsync(run));
        Assert.True(CancelCame.IsSet);
    }
}
