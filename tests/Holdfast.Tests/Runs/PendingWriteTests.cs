using Holdfast.Runtime;
using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>The object in which a turn waits for its commit, used again for the next one.</summary>
public sealed class PendingWriteTests
{
    static readonly StoreWrite Write = new PostMail(default, new(MailKind.Signal, "go", default, null, default));

    readonly PendingWrite _pending = new(Executor.Pool);

    static async Task<(WriteResult Answer, int Thread)> TakeAsync(ValueTask<WriteResult> answer) => (await answer.ConfigureAwait(false), Environment.CurrentManagedThreadId);

    /// <summary>The committer's thread has the next batch to write; what its answers set free could take any time.</summary>
    [Fact]
    public async Task Whoever_waits_goes_on_elsewhere()
    {
        for (var i = 0; i < 100; i++)
        {
            using var isOver = new ManualResetEventSlim();
            var heard = _pending.Begin(Write).AsTask().ContinueWith(
                static _ => Environment.CurrentManagedThreadId, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            var committer = new Thread(() =>
            {
                Answer(new(Verdict.Committed));
                // Its number must not become another thread's before it was looked at.
                isOver.Wait(World.Patience);
            });
            committer.Start();
            var thread = await heard.WaitAsync(World.Patience);
            isOver.Set();
            // What it waits for must not go before it has left.
            Assert.True(committer.Join(World.Patience));
            Assert.NotEqual(committer.ManagedThreadId, thread);
        }
    }

    [Fact]
    public async Task An_answer_that_is_there_before_anybody_waits_is_taken_at_once()
    {
        var answer = _pending.Begin(Write);
        Assert.False(answer.IsCompleted);
        Answer(new(Verdict.Duplicate));
        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Equal(Verdict.Duplicate, (await answer).Verdict);
    }

    [Fact]
    public async Task The_write_after_one_that_failed_is_answered_by_itself()
    {
        var failing = _pending.Begin(Write);
        _pending.Fail(new HoldfastException(HoldfastError.StoreFull, "full"));
        Assert.Equal("full", (await Assert.ThrowsAsync<HoldfastException>(() => failing.AsTask())).Message);
        var next = _pending.Begin(Write);
        Assert.False(next.IsCompleted);
        Answer(new(Verdict.Committed));
        Assert.Equal(Verdict.Committed, (await next).Verdict);
    }

    [Fact]
    public async Task An_answer_that_comes_at_the_moment_at_which_somebody_begins_to_wait_is_heard_once()
    {
        using var start = new Barrier(2);
        var answerer = Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                start.SignalAndWait();
                Answer(new(Verdict.Committed, MailSequence: i));
            }
        }, TaskCreationOptions.LongRunning);
        for (var i = 0; i < 5_000; i++)
        {
            var answer = _pending.Begin(Write);
            start.SignalAndWait();
            Assert.Equal(i, (await TakeAsync(answer).WaitAsync(World.Patience)).Answer.MailSequence);
        }
        await answerer;
    }

    [Fact]
    public async Task The_answer_to_a_write_is_not_taken_for_that_of_the_next()
    {
        var first = _pending.Begin(Write);
        Answer(new(Verdict.Committed));
        Assert.Equal(Verdict.Committed, (await first).Verdict);
        var next = _pending.Begin(Write);
        Answer(new(Verdict.Stale));
        Assert.Throws<InvariantException>(() => first.IsCompleted);
        Assert.Equal(Verdict.Stale, (await next).Verdict);
    }

    void Answer(WriteResult result)
    {
        _pending.Take(result);
        _pending.Answer();
    }
}
