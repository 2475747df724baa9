using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

public sealed class TelemetryTests
{
    public sealed class TwoSteps : Workflow
    {
        public static readonly Signal<string> Go = new("go");

        public async Durable<string> Run(string marker)
        {
            await Step(() => Task.CompletedTask, new() { Label = marker });
            var word = await Receive(Go);
            await Step(() => Task.CompletedTask, new() { Label = marker });
            return word;
        }
    }

    [Fact]
    public async Task One_trace_spans_the_start_and_the_steps_of_every_process()
    {
        // The listener hears the whole test process; the label tells this test's steps from those of others.
        var marker = "traced " + Guid.NewGuid();
        var heard = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Holdfast",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == "step " + marker) heard.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var store = new MemoryStore();
        using var request = new Activity("request").Start();
        RunId id;
        await using (var first = await World.StartAsync([typeof(TwoSteps)], () => store))
        {
            var run = await first.Client.StartAsync((TwoSteps w) => w.Run(marker));
            id = run.Id;
            while (!(await run.GetInfoAsync()).Waiting.Contains("go", StringComparison.Ordinal)) await Task.Yield();
        }
        request.Stop();
        await using var second = await World.StartAsync([typeof(TwoSteps)], store.Reopen);
        await second.Client.GetRun(id).SignalAsync(TwoSteps.Go, "on");
        Assert.Equal("on", await second.Client.GetRun(id).ResultAsync<string>().WaitAsync(World.Patience));

        Assert.Equal(2, heard.Count);
        Assert.All(heard, activity => Assert.Equal(request.TraceId, activity.TraceId));
        Assert.All(heard, activity => Assert.Equal(id.ToString(), activity.GetTagItem("holdfast.run")));
    }

    [Fact]
    public async Task What_waits_for_a_person_now_is_counted_when_somebody_asks_and_only_when_something_has_changed()
    {
        var (store, time) = (new Lists(new MemoryStore()), new ManualTime());
        await using var world = await World.StartAsync([typeof(Unsavable)], () => store, options: o => o.TimeProvider = time);
        var run = await world.Client.StartAsync((Unsavable w) => w.Run());
        await world.ParkedAsync(run);
        var attention = world.Engine.Attention;
        await UntilAsync(world, attention.Parked, "not savable", 1);
        Assert.Equal(0, Read(attention.Parked(), "suspect"));
        Assert.Equal(0, Read(attention.InDoubt(), null));
        var lists = store.Count;
        for (var i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(1, Read(attention.Parked(), "not savable"));
            // A count would go on there.
            await Task.Run(static () => { });
        }
        Assert.Equal(lists, store.Count);
        await run.TerminateAsync();
        await run.WaitAsync().WaitAsync(World.Patience);
        await UntilAsync(world, attention.Parked, "not savable", 0);
    }

    /// <summary>Asks, as a scrape does, until the gauge says so.</summary>
    internal static async Task UntilAsync(World world, Func<IEnumerable<Measurement<long>>> gauge, string? reason, long value)
    {
        var deadline = DateTime.UtcNow + World.Patience;
        while (Read(gauge(), reason) is var read && read != value)
        {
            Assert.True(DateTime.UtcNow < deadline, $"The gauge says {read} and not {value}.");
            if (world.Engine.Time is ManualTime time) time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10);
        }
    }

    static long? Read(IEnumerable<Measurement<long>> gauge, string? reason)
    {
        foreach (var measured in gauge)
            if (reason is null || measured.Tags.Contains(new("reason", reason))) return measured.Value;
        return null;
    }

    public sealed class Unsavable : Workflow
    {
        public async Durable Run()
        {
            var stream = new MemoryStream();
            await Receive(new Signal<int>("go"));
            stream.WriteByte(1);
        }
    }

    sealed class Lists(IStore inner) : StoreWrapper(inner)
    {
        int _count;

        public int Count => Volatile.Read(ref _count);

        public override ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken)
        {
            if (query.Status == RunStatus.Running) Interlocked.Increment(ref _count);
            return base.ListAsync(query, cancellationToken);
        }
    }

    public sealed class Failing : Workflow
    {
        public static readonly TaskCompletionSource Held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static readonly TaskCompletionSource Begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Durable Run(string marker) => await Step(
            async () =>
            {
                await Task.Yield();
                Begun.TrySetResult();
                await Held.Task;
                throw new InvalidOperationException("no");
            },
            new() { Label = marker, Retry = RetryPolicy.None });
    }

    [Fact]
    public async Task A_trace_shows_an_attempt_until_its_end_and_whether_it_failed()
    {
        var marker = "held " + Guid.NewGuid();
        var heard = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Holdfast",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == "step " + marker) heard.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var world = await World.StartAsync([typeof(Failing)]);
        var run = await world.Client.StartAsync((Failing w) => w.Run(marker));
        await Failing.Begun.Task.WaitAsync(World.Patience);
        // The engine has long left the method that began the attempt once it answers another call about the run.
        await run.GetInfoAsync();
        Assert.Empty(heard);
        Failing.Held.SetResult();
        await Assert.ThrowsAsync<HoldfastException>(() => run.ResultAsync().WaitAsync(World.Patience));
        Assert.Equal(ActivityStatusCode.Error, Assert.Single(heard).Status);
    }

    [Fact]
    public async Task The_meter_counts_turns_steps_commits_and_snapshots()
    {
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Holdfast") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, old) => old + value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, old) => old + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, old) => old + value));
        listener.Start();
        await using var world = await World.StartAsync([typeof(TwoSteps)]);
        var run = await world.Client.StartAsync((TwoSteps w) => w.Run("metered"));
        await run.SignalAsync(TwoSteps.Go, "on");
        await run.ResultAsync().WaitAsync(World.Patience);
        listener.RecordObservableInstruments();

        string[] counted = ["holdfast.turns", "holdfast.steps", "holdfast.step.duration", "holdfast.commit.writes", "holdfast.commit.duration", "holdfast.snapshot.size"];
        Assert.All(counted, name => Assert.True(seen.GetValueOrDefault(name) > 0, name));
        Assert.All(new[] { "holdfast.runs.hot", "holdfast.attempts.running" }, name => Assert.Contains(name, seen.Keys));
        var deadline = DateTime.UtcNow + World.Patience;
        while (!seen.ContainsKey("holdfast.parked.now") || !seen.ContainsKey("holdfast.in_doubt.now"))
        {
            Assert.True(DateTime.UtcNow < deadline, "What waits for a person is not measured.");
            await Task.Delay(10);
            listener.RecordObservableInstruments();
        }
    }

    [Fact]
    public async Task A_listener_that_throws_harms_no_step_and_no_commit()
    {
        using var meters = new MeterListener { InstrumentPublished = static (instrument, listener) => { if (instrument.Meter.Name == "Holdfast") listener.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("The listener is broken."));
        meters.SetMeasurementEventCallback<int>(static (_, _, _, _) => throw new InvalidOperationException("The listener is broken."));
        meters.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("The listener is broken."));
        meters.Start();
        var marker = "broken " + Guid.NewGuid();
        using var activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Holdfast",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity => Throw(activity, marker),
            ActivityStopped = activity => Throw(activity, marker),
        };
        ActivitySource.AddActivityListener(activities);
        await using var world = await World.StartAsync([typeof(TwoSteps)], static () => new MemoryStore());
        var run = await world.Client.StartAsync((TwoSteps w) => w.Run(marker));
        await run.SignalAsync(TwoSteps.Go, "on");
        Assert.Equal("on", await world.ResultAsync<string>(run));

        static void Throw(Activity activity, string marker)
        {
            if (activity.OperationName == "step " + marker) throw new InvalidOperationException("The listener is broken.");
        }
    }
}
