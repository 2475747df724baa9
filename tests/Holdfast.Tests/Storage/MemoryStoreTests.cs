using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

public sealed class MemoryStoreTests : StoreContract
{
    MemoryStore? _last;

    protected override IStore Open() => _last = _last?.Reopen() ?? new MemoryStore();

    [Fact]
    public async Task A_second_handle_fences_the_first()
    {
        var run = await CreateAsync();
        var second = ((MemoryStore)Store).Reopen();
        var epoch = await second.AcquireAsync("second", default);

        Assert.Equal(Verdict.Stale, (await AppendOneAsync(Turn(run, 0).ToTransition())).Verdict);
        var results = new WriteResult[1];
        await second.AppendAsync([(Turn(run, 0) with { Epoch = epoch, State = "second" }).ToTransition()], results);
        Assert.Equal(Verdict.Committed, results[0].Verdict);
        Assert.Equal("second", Text((await LoadAsync(run.Id)).Run.State));
    }

    [Fact]
    public async Task A_transaction_step_is_refused_with_the_reason()
    {
        var run = await CreateAsync();
        var result = await AppendOneAsync(new TransactionStep
        {
            Run = run.Id, Key = run.Key, Epoch = Epoch, Utc = Start, Op = 1, Work = _ => throw new InvalidOperationException("must not run"),
        });

        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Contains("database", result.Reason, StringComparison.Ordinal);
    }
}
