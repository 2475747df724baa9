using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

public sealed class TimerTests
{
    public sealed class Sleeps(Probe probe) : Workflow
    {
        public async Durable<int> Run(TimeSpan time)
        {
            await Delay(time);
            probe.Note("woke");
            return 1;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_timer_fires_at_its_time_and_never_earlier(bool alwaysCold)
    {
        var time = new ManualTime();
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Sleeps)], alwaysCold: alwaysCold, configure: probe.Register, options: o => o.TimeProvider = time);
        var run = await world.Client.StartAsync((Sleeps w) => w.Run(TimeSpan.FromDays(30)));
        await world.UntilAsync(run, static i => i.Waiting.StartsWith("timer", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromTicks(1));
        Assert.Equal(RunStatus.Running, (await run.GetInfoAsync()).Status);
        Assert.Equal(0, probe.Count("woke"));
        // A clock that is set back in between makes the wait longer, never shorter.
        time.Advance(-TimeSpan.FromDays(1));
        time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        Assert.Equal(1, await world.ResultAsync<int>(run));
    }

    public sealed class ComputesFirst(ITestClock clock) : Workflow
    {
        public async Durable<DateTimeOffset> Run()
        {
            clock.Advance(TimeSpan.FromHours(1));
            await Delay(TimeSpan.FromMinutes(10));
            return clock.Now;
        }
    }

    public interface ITestClock
    {
        DateTimeOffset Now { get; }

        void Advance(TimeSpan by);
    }

    sealed class TestClock(ManualTime time) : ITestClock
    {
        public DateTimeOffset Now => time.GetUtcNow();

        public void Advance(TimeSpan by) => time.Advance(by);
    }

    [Fact]
    public async Task A_delay_counts_from_its_call_however_long_the_code_before_it_took()
    {
        var time = new ManualTime();
        await using var world = await World.StartAsync(
            [typeof(ComputesFirst)], configure: b => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<ITestClock>(b.Services, new TestClock(time)),
            options: o => o.TimeProvider = time);
        var start = time.GetUtcNow();
        var run = await world.Client.StartAsync((ComputesFirst w) => w.Run());
        await world.UntilAsync(run, static i => i.WakeUtc is not null);
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(start + TimeSpan.FromMinutes(70), await world.ResultAsync<DateTimeOffset>(run));
    }

    [Fact]
    public async Task Timers_outlive_their_process_and_fire_when_they_are_overdue()
    {
        var time = new ManualTime();
        var probe = new Probe();
        var content = new MemoryStore();
        var ids = new List<RunId>();
        await using (var world = await World.StartAsync([typeof(Sleeps)], () => content, configure: probe.Register, options: o => o.TimeProvider = time))
            foreach (var minutes in new[] { 1, 50, 100 })
            {
                var run = await world.Client.StartAsync((Sleeps w) => w.Run(TimeSpan.FromMinutes(minutes)));
                ids.Add(run.Id);
                await world.UntilAsync(run, static i => i.WakeUtc is not null);
            }
        time.Advance(TimeSpan.FromMinutes(49));
        Assert.Equal(0, probe.Count("woke"));
        await using var next = await World.StartAsync([typeof(Sleeps)], content.Reopen, configure: probe.Register, options: o => o.TimeProvider = time);
        Assert.Equal(1, await next.ResultAsync<int>(next.Client.GetRun(ids[0])));
        Assert.Equal(1, probe.Count("woke"));
        for (var i = 0; i < 3; i++) time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await next.ResultAsync<int>(next.Client.GetRun(ids[1])));
        Assert.Equal(RunStatus.Running, (await next.Client.GetRun(ids[2]).GetInfoAsync()).Status);
    }

    public sealed class Retries(Probe probe) : Workflow
    {
        public async Durable<int> Run() => await Step(step => probe.Do("try", step), new() { Retry = new() { FirstDelay = TimeSpan.FromHours(2), MaxDelay = TimeSpan.FromDays(1), Jitter = 0 } });
    }

    [Fact]
    public async Task A_retry_waits_through_a_restart_and_starts_no_earlier()
    {
        var time = new ManualTime();
        var probe = new Probe { Answer = static (_, step) => step.Attempt == 1 ? throw new IOException("down") : Task.FromResult(step.Attempt) };
        var content = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([typeof(Retries)], () => content, configure: probe.Register, options: o => o.TimeProvider = time))
        {
            var run = await world.Client.StartAsync((Retries w) => w.Run());
            id = run.Id;
            var info = await world.UntilAsync(run, static i => i.Waiting.Contains("failed with", StringComparison.Ordinal));
            Assert.Contains("down", info.Waiting, StringComparison.Ordinal);
            Assert.Equal(time.GetUtcNow() + TimeSpan.FromHours(2), info.WakeUtc);
        }
        await using var next = await World.StartAsync([typeof(Retries)], content.Reopen, configure: probe.Register, options: o => o.TimeProvider = time);
        time.Advance(TimeSpan.FromMinutes(119));
        Assert.Equal(1, probe.Count("try"));
        time.Advance(TimeSpan.FromMinutes(2));
        // The wait is over, and this was the second attempt: a restart between two attempts costs none.
        Assert.Equal(2, await next.ResultAsync<int>(next.Client.GetRun(id)));
    }

    /// <summary>A store in which very many runs are due, and none is there when it is looked for: that it was looked for is what counts.</summary>
    sealed class CrowdedStore(MemoryStore inner) : StoreWrapper(inner)
    {
        readonly System.Collections.Concurrent.ConcurrentDictionary<RunId, bool> _woken = new();

        public int Woken => _woken.Count;

        public override ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken)
        {
            _woken.TryAdd(run, true);
            return new((StoredRun?)null);
        }
    }

    [Fact]
    public async Task However_many_runs_are_due_in_the_same_minute_all_of_them_wake_at_their_time()
    {
        const int runs = 25_000;
        var time = new ManualTime();
        var content = new MemoryStore();
        var epoch = await content.AcquireAsync("before", default);
        var results = new WriteResult[runs];
        var random = new Random(11);
        var ids = Enumerable.Range(0, runs).Select(_ => RunId.Create(time.GetUtcNow(), random)).ToArray();
        await content.AppendAsync([.. ids.Select(id => new CreateRun(new() { Id = id, Workflow = nameof(Sleeps), Version = 1, CreatedUtc = time.GetUtcNow(), Input = default, State = default }))], results);
        // More than a page of them at the very same time.
        await content.AppendAsync([.. ids.Select((id, i) => new Transition
        {
            Run = id, Key = results[i].Key, Epoch = epoch, Revision = 0, Utc = time.GetUtcNow(), Status = RunStatus.Running, IndexChanged = true,
            Owed = false, MailSeen = 0, State = default, Snapshot = null, WakeUtc = time.GetUtcNow() + TimeSpan.FromSeconds(30 + (i < 12_000 ? 0 : i % 10)),
        })], results);
        var store = new CrowdedStore((MemoryStore)content.Reopen());
        await using var world = await World.StartAsync([typeof(Sleeps)], () => store, configure: new Probe().Register, options: o => o.TimeProvider = time);
        time.Advance(TimeSpan.FromSeconds(40));
        var deadline = DateTime.UtcNow + World.Patience;
        while (store.Woken < runs)
        {
            Assert.True(DateTime.UtcNow < deadline, $"{store.Woken} of {runs} woke");
            await Task.Delay(5);
        }
    }

    static readonly Signal<int> Word = new("word");

    /// <summary>In .NET this time means for ever, and here it would mean at once.</summary>
    public sealed class Endless : Workflow
    {
        public async Durable<string> Run(string kind)
        {
            try
            {
                switch (kind)
                {
                    case "delay": await Delay(Timeout.InfiniteTimeSpan); break;
                    case "scope": await InScope(async _ => { await Receive(Word); }, Timeout.InfiniteTimeSpan); break;
                    default:
                        var word = await Receive(Word).Within(Timeout.InfiniteTimeSpan);
                        return $"{word.Arrived}";
                }
                return "over";
            }
            catch (ArgumentOutOfRangeException error)
            {
                return error.Message;
            }
        }
    }

    [Theory]
    [InlineData("delay")]
    [InlineData("scope")]
    [InlineData("within")]
    public async Task A_time_without_end_is_refused_and_does_not_end_at_once(string kind)
    {
        await using var world = await World.StartAsync([typeof(Endless)]);
        Assert.StartsWith("A run does not wait for ever", await world.ResultAsync<string>(await world.Client.StartAsync((Endless w) => w.Run(kind))), StringComparison.Ordinal);
    }
}
