using Holdfast.Runtime;

namespace Holdfast.Tests.Runs;

/// <summary>Sweeps and copies of one engine take turns, whoever asks for them.</summary>
public sealed class OneAtATimeTests
{
    readonly OneAtATime _one = new(Executor.Pool);

    [Fact]
    public async Task The_next_comes_in_when_the_one_before_leaves_and_in_the_order_of_asking()
    {
        await _one.EnterAsync(default);
        Task[] waiting = [_one.EnterAsync(default), _one.EnterAsync(default)];
        Assert.DoesNotContain(waiting, static each => each.IsCompleted);
        _one.Leave();
        await waiting[0].WaitAsync(World.Patience);
        Assert.False(waiting[1].IsCompleted);
        _one.Leave();
        await waiting[1].WaitAsync(World.Patience);
        Assert.True(_one.IsTaken);
        _one.Leave();
        Assert.False(_one.IsTaken);
    }

    [Fact]
    public async Task Who_gave_up_waiting_is_passed_over()
    {
        using var patience = new CancellationTokenSource();
        await _one.EnterAsync(default);
        var givesUp = _one.EnterAsync(patience.Token);
        var waits = _one.EnterAsync(default);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);
        Assert.False(waits.IsCompleted);
        _one.Leave();
        await waits.WaitAsync(World.Patience);
        _one.Leave();
        Assert.False(_one.IsTaken);
    }

    /// <summary>Whichever of the two is heard, nobody is in afterwards and nobody is shut out.</summary>
    [Fact]
    public async Task A_turn_that_comes_while_its_owner_gives_up_is_not_lost()
    {
        for (var i = 0; i < 500; i++)
        {
            using var patience = new CancellationTokenSource();
            await _one.EnterAsync(default);
            var torn = _one.EnterAsync(patience.Token);
            var leaving = Task.Run(_one.Leave);
            await patience.CancelAsync();
            await leaving;
            try
            {
                await torn;
                _one.Leave();
            }
            catch (OperationCanceledException)
            {
                // Then it was not in.
            }
            await _one.EnterAsync(default).WaitAsync(World.Patience);
            _one.Leave();
            Assert.False(_one.IsTaken);
        }
    }
}
