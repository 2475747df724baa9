using System.Runtime.CompilerServices;

namespace Holdfast.Tests.Runs;

/// <summary>The token of an attempt, and what the engine keeps of it.</summary>
public sealed class AttemptTokenTests
{
    public sealed class Reads(Probe probe) : Workflow
    {
        public async Durable<int> Run() => await Step(step => probe.Do("read", step));
    }

    /// <summary>What somebody hangs on a token lives as long as the token; nobody may pay for all steps since the engine started.</summary>
    [Fact]
    public async Task The_engine_lets_go_of_the_tokens_of_ended_attempts()
    {
        var (probe, hung) = (new Probe(), new List<WeakReference>());
        probe.Answer = (_, step) =>
        {
            lock (hung) hung.Add(Hang(step.CancellationToken));
            return Task.FromResult(1);
        };
        await using var world = await World.StartAsync([typeof(Reads)], configure: probe.Register);
        for (var i = 0; i < 20; i++) Assert.Equal(1, await world.ResultAsync<int>(await world.Client.StartAsync((Reads w) => w.Run())));
        Assert.Equal(20, hung.Count);
        // A thread may still hold the last one or two in its hands.
        Assert.InRange(Alive(hung), 0, 2);
    }

    [Fact]
    public async Task A_stop_reaches_the_code_of_an_attempt()
    {
        var probe = new Probe();
        probe.Answer = async (_, step) =>
        {
            probe.Gate("begun").TrySetResult();
            await Task.Delay(Timeout.Infinite, step.CancellationToken);
            return 1;
        };
        var world = await World.StartAsync([typeof(Reads)], configure: probe.Register);
        await world.Client.StartAsync((Reads w) => w.Run());
        await probe.ReachedAsync("begun");
        await world.DisposeAsync().AsTask().WaitAsync(World.Patience);
    }

    public sealed class Limited(Probe probe) : Workflow
    {
        public async Durable<int> Run() => await Step(step => probe.Do("limited", step), new() { Timeout = TimeSpan.FromMilliseconds(50) });
    }

    [Fact]
    public async Task A_callback_that_throws_harms_nobody()
    {
        var (probe, told) = (new Probe(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        probe.Answer = async (_, step) =>
        {
            if (step.Attempt > 1) return 1;
            step.CancellationToken.Register(() =>
            {
                told.TrySetResult();
                throw new InvalidOperationException("It does not want to end.");
            });
            await Task.Delay(Timeout.Infinite);
            return 0;
        };
        await using var world = await World.StartAsync([typeof(Limited)], configure: probe.Register);
        var run = await world.Client.StartAsync((Limited w) => w.Run());
        await told.Task.WaitAsync(World.Patience);
        Assert.Equal(1, await world.ResultAsync<int>(run));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Hang(CancellationToken token)
    {
        var thing = new object();
        token.Register(static _ => { }, thing);
        return new(thing);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Alive(List<WeakReference> hung)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return hung.Count(static w => w.IsAlive);
    }
}
