using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Runs;

/// <summary>Steps that wait for what other steps have to do first.</summary>
public sealed class StandAsideTests
{
    /// <summary>What steps have in common.</summary>
    public sealed class Places
    {
        int _running;
        int _waiting;

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiting => Volatile.Read(ref _waiting);

        public int Most { get; private set; }

        public Task WaitAsync()
        {
            Interlocked.Increment(ref _waiting);
            return Gate.Task;
        }

        public async Task WorkAsync()
        {
            var running = Interlocked.Increment(ref _running);
            lock (this) Most = Math.Max(Most, running);
            await Task.Yield();
            Interlocked.Decrement(ref _running);
        }
    }

    public sealed class Asked : Workflow
    {
        public async Durable<int> Run(int number) => await Step(async () =>
        {
            await Task.Yield();
            return number * 2;
        });
    }

    public sealed class Asks(IHoldfastClient client) : Workflow
    {
        public async Durable<int> Run(int number)
        {
            var asked = client;
            return await Step(async step =>
            {
                var run = await asked.StartAsync((Asked w) => w.Run(number), step.IdempotencyKey);
                return await step.StandAsideAsync(() => run.ResultAsync());
            });
        }
    }

    public sealed class Waits(Places places) : Workflow
    {
        public async Durable<int> Run(int times)
        {
            var all = places;
            return await Step(async step =>
            {
                // Several at once, of which the first to end leaves the place with the others.
                await Task.WhenAll(Enumerable.Range(0, times).Select(_ => step.StandAsideAsync(async () =>
                {
                    await all.WaitAsync();
                    return 0;
                })));
                await all.WorkAsync();
                return times;
            });
        }
    }

    public sealed class Fails : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                return await Step(step => step.StandAsideAsync(() => Task.FromException<string>(new FormatException("as it was"))), new() { Retry = RetryPolicy.None });
            }
            catch (FormatException error)
            {
                return error.Message;
            }
        }
    }

    [Fact]
    public async Task Where_as_many_wait_as_may_run_at_once_what_they_wait_for_runs()
    {
        await using var world = await World.StartAsync([typeof(Asks), typeof(Asked)], options: static o => o.StepsInFlightMax = 1);
        var runs = new List<RunHandle>();
        for (var i = 0; i < 20; i++) runs.Add(await world.Client.StartAsync((Asks w) => w.Run(i)));
        for (var i = 0; i < 20; i++) Assert.Equal(i * 2, await world.ResultAsync<int>(runs[i]));
    }

    [Fact]
    public async Task They_go_on_no_more_at_once_than_may_run()
    {
        var places = new Places();
        await using var world = await World.StartAsync([typeof(Waits)], configure: b => b.Services.AddSingleton(places), options: static o => o.StepsInFlightMax = 2);
        var runs = new List<RunHandle>();
        for (var i = 0; i < 20; i++) runs.Add(await world.Client.StartAsync((Waits w) => w.Run(3)));
        var deadline = DateTime.UtcNow + World.Patience;
        while (places.Waiting < 60)
        {
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(5);
        }
        places.Gate.SetResult();
        foreach (var run in runs) Assert.Equal(3, await world.ResultAsync<int>(run));
        Assert.InRange(places.Most, 1, 2);
    }

    [Fact]
    public async Task What_is_given_up_while_it_waits_has_given_its_place_back_once()
    {
        var places = new Places();
        await using var world = await World.StartAsync([typeof(Waits), typeof(Asked)], configure: b => b.Services.AddSingleton(places), options: static o => o.StepsInFlightMax = 1);
        var lost = await world.Client.StartAsync((Waits w) => w.Run(2));
        var deadline = DateTime.UtcNow + World.Patience;
        while (places.Waiting < 2)
        {
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(5);
        }
        await lost.TerminateAsync("no longer wanted");
        await lost.WaitAsync();
        places.Gate.SetResult();
        Assert.Equal(14, await world.ResultAsync<int>(await world.Client.StartAsync((Asked w) => w.Run(7))));
        while (world.Engine.Admission.Running != 0)
        {
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(5);
        }
    }

    [Fact]
    public async Task What_the_wait_throws_is_what_the_step_throws()
    {
        await using var world = await World.StartAsync([typeof(Fails)]);
        Assert.Contains("as it was", await world.ResultAsync<string>(await world.Client.StartAsync((Fails w) => w.Run())));
    }
}
