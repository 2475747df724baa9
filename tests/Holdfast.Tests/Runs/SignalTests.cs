using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

public sealed class SignalTests
{
    static readonly Signal<int> Number = new("number");
    static readonly Signal<string> Text = new("text");

    public sealed class Sums : Workflow
    {
        public async Durable<string> Run(int n)
        {
            await Receive(new Signal<bool>("go"));
            var got = new List<int>();
            for (var i = 0; i < n; i++) got.Add(await Receive(Number));
            return string.Join(',', got);
        }
    }

    public sealed class Expires : Workflow
    {
        public async Durable<string> Run()
        {
            var first = await Receive(Text).Within(TimeSpan.FromHours(1));
            var second = await Receive(Text).Within(TimeSpan.FromHours(1));
            return $"{first.Arrived} {second.Arrived} {second.Value}";
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Early_signals_wait_in_order_and_a_dedup_key_counts_once(bool alwaysCold)
    {
        await using var world = await World.StartAsync([typeof(Sums)], alwaysCold: alwaysCold);
        var run = await world.Client.StartAsync((Sums w) => w.Run(4));
        await run.SignalAsync(Number, 1, dedupKey: "a");
        await run.SignalAsync(Number, 2);
        await run.SignalAsync(Number, 9, dedupKey: "a");
        await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
        await run.SignalAsync(new Signal<bool>("go"), true);
        await run.SignalAsync(Number, 3);
        await world.UntilAsync(run, static i => i.Waiting == "signal 'number'");
        // The first message under the key is long gone; the key is not.
        await run.SignalAsync(Number, 8, dedupKey: "a");
        await run.SignalAsync(Number, 4);
        Assert.Equal("1,2,3,4", await world.ResultAsync<string>(run));
    }

    [Fact]
    public async Task A_dedup_key_that_another_signal_has_used_is_refused_and_both_are_named()
    {
        await using var world = await World.StartAsync([typeof(Sums)]);
        var run = await world.Client.StartAsync((Sums w) => w.Run(1));
        var go = new Signal<bool>("go");
        await run.SignalAsync(Number, 1, dedupKey: "a");
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => run.SignalAsync(go, true, dedupKey: "a"));
        Assert.Equal(HoldfastError.KeyUsed, refused.Error);
        foreach (var part in (string[])["'a'", "'number'", "'go'", run.Id.ToString()]) Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        await run.SignalAsync(go, true, dedupKey: "b");
        Assert.Equal("1", await world.ResultAsync<string>(run));
        Assert.Equal(HoldfastError.KeyUsed, (await Assert.ThrowsAsync<HoldfastException>(() => run.SignalAsync(go, true, dedupKey: "a"))).Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signal_of_the_wrong_shape_becomes_a_dead_letter_and_the_run_waits_on(bool alwaysCold)
    {
        await using var world = await World.StartAsync([typeof(Sums)], alwaysCold: alwaysCold);
        var run = await world.Client.StartAsync((Sums w) => w.Run(2));
        await run.SignalAsync(new Signal<bool>("go"), true);
        await run.SignalAsync(new Signal<string>("number"), "not a number");
        await run.SignalAsync(new Signal<int?>("number"), null);
        await run.SignalAsync(Number, 5);
        await run.SignalAsync(new Signal<int[]>("number"), [1]);
        await run.SignalAsync(Number, 6);
        Assert.Equal("5,6", await world.ResultAsync<string>(run));
        var dead = await world.Client.ListDeadLettersAsync(run.Id);
        Assert.Equal(3, dead.Count);
        Assert.All(dead, static d => Assert.Contains("number", d.Reason, StringComparison.Ordinal));
        Assert.Equal(3, (await run.ReadJournalAsync()).Count(static l => l.What == "DeadLetter"));
    }

    [Fact]
    public async Task A_message_that_one_process_took_is_not_taken_again_by_the_next()
    {
        var content = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([typeof(Sums)], () => content))
        {
            var run = await world.Client.StartAsync((Sums w) => w.Run(2));
            id = run.Id;
            await run.SignalAsync(new Signal<bool>("go"), true);
            await run.SignalAsync(Number, 1);
            await world.UntilAsync(run, static i => i.Waiting == "signal 'number'");
            await UntilTakenAsync(content, id);
        }
        await using var next = await World.StartAsync([typeof(Sums)], content.Reopen);
        await next.Client.GetRun(id).SignalAsync(Number, 2);
        Assert.Equal("1,2", await next.ResultAsync<string>(next.Client.GetRun(id)));
    }

    /// <summary>The description is the same before the message was taken and after.</summary>
    static async Task UntilTakenAsync(MemoryStore content, RunId id)
    {
        var deadline = DateTime.UtcNow + World.Patience;
        while (StateCodec.Decode((await content.Reopen().LoadAsync(id, default))!.Run.State.Span).NextOp < 4)
        {
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(5);
        }
    }

    [Fact]
    public async Task Nobody_signals_a_run_that_is_unknown_or_has_ended()
    {
        await using var world = await World.StartAsync([typeof(Sums)]);
        var run = await world.Client.StartAsync((Sums w) => w.Run(0));
        await run.SignalAsync(new Signal<bool>("go"), true);
        await world.EndAsync(run);
        Assert.Equal(HoldfastError.RunFinished, (await Assert.ThrowsAsync<HoldfastException>(() => run.SignalAsync(Number, 1))).Error);
        var unknown = world.Client.GetRun(RunId.Create(DateTimeOffset.UtcNow, Random.Shared));
        Assert.Equal(HoldfastError.UnknownRun, (await Assert.ThrowsAsync<HoldfastException>(() => unknown.SignalAsync(Number, 1))).Error);
        Assert.Equal(HoldfastError.UnknownRun, (await Assert.ThrowsAsync<HoldfastException>(() => unknown.GetInfoAsync())).Error);
        Assert.Equal(HoldfastError.UnknownRun, (await Assert.ThrowsAsync<HoldfastException>(() => unknown.ResultAsync<int>())).Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_came_too_late_is_there_for_the_next_wait(bool alwaysCold)
    {
        var time = new ManualTime();
        await using var world = await World.StartAsync([typeof(Expires)], alwaysCold: alwaysCold, options: o => o.TimeProvider = time);
        var run = await world.Client.StartAsync((Expires w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting.Contains("timer", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromHours(1));
        await world.UntilAsync(run, static i => i.Waiting.Contains("T02:00", StringComparison.Ordinal));
        await run.SignalAsync(Text, "late");
        Assert.Equal("False True late", await world.ResultAsync<string>(run));
    }

    [Fact]
    public async Task Mail_that_was_durable_before_the_process_ended_is_looked_at_by_the_next()
    {
        var content = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([typeof(Sums)], () => content))
        {
            var run = await world.Client.StartAsync((Sums w) => w.Run(1));
            id = run.Id;
            await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
        }
        // Posted while no engine looks, as by one that died right after its commit.
        var outside = content.Reopen();
        var results = new WriteResult[2];
        await outside.AppendAsync(
            [
                new PostMail(id, new(MailKind.Signal, "go", "true"u8.ToArray(), null, DateTimeOffset.UtcNow)),
                new PostMail(id, new(MailKind.Signal, "number", "42"u8.ToArray(), null, DateTimeOffset.UtcNow)),
            ], results);
        Assert.All(results, static r => Assert.Equal(Verdict.Committed, r.Verdict));
        await using var next = await World.StartAsync([typeof(Sums)], content.Reopen);
        Assert.Equal("42", await next.ResultAsync<string>(next.Client.GetRun(id)));
    }

    [Fact]
    public async Task A_caller_that_gives_up_waiting_does_not_take_back_what_became_durable()
    {
        var gate = new GatedStore();
        await using var world = await World.StartAsync([typeof(Sums)], () => gate);
        gate.Close();
        using var impatient = new CancellationTokenSource();
        var start = world.Client.StartAsync((Sums w) => w.Run(0), key: "k", impatient.Token);
        await gate.Reached.WaitAsync(World.Patience);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        gate.Open();
        var run = await world.Client.StartAsync((Sums w) => w.Run(0), key: "k");
        await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
    }

    /// <summary>Holds appends back while it is closed.</summary>
    sealed class GatedStore() : StoreWrapper(new MemoryStore())
    {
        readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        volatile bool _isClosed;

        public Task Reached => _reached.Task;

        public void Close() => _isClosed = true;

        public void Open()
        {
            _isClosed = false;
            _open.SetResult();
        }

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            if (_isClosed)
            {
                _reached.TrySetResult();
                await _open.Task;
            }
            await base.AppendAsync(writes, results);
        }
    }
}
