using System.Collections.Concurrent;
using Claims;

namespace ClaimsTests.Adjuster;

public sealed class AdjusterDeskTests : IAsyncDisposable
{
    static readonly AdjusterScript Script = new(1);
    readonly Scratch scratch = new();
    readonly Ledger<AdjusterLine> ledger;
    readonly ConcurrentQueue<(string Run, AdjusterAnswer Answer)> deliveries = new();
    readonly ManualClock clock = new();

    public AdjusterDeskTests() => ledger = new Ledger<AdjusterLine>(Path, ClaimsJson.Default.AdjusterLine);

    public async ValueTask DisposeAsync()
    {
        await ledger.DisposeAsync();
        scratch.Dispose();
    }

    [Fact]
    public async Task An_answer_is_written_down_sent_and_written_down_again()
    {
        await using var desk = Desk(Delivery.Acknowledged);
        var row = RowWith(AdjusterLine.Approve, late: false);
        await desk.TellAsync(Notice(row));
        await PassUntilAsync(() => Lines().Count == 3);
        var lines = Lines();
        Assert.Equal([AdjusterLine.None, AdjusterLine.Approve, AdjusterLine.Approve], lines.Select(line => line.Answer));
        Assert.Equal([false, false, true], lines.Select(line => line.Acknowledged));
        Assert.Equal(lines[1].SentUtc, lines[2].SentUtc);
        Assert.All(lines, line => Assert.Equal(Notice(row).DeadlineUtc, line.DeadlineUtc));
        var (run, answer) = Assert.Single(deliveries);
        Assert.Equal(("run-1", true, lines[1].SentUtc), (run, answer.Granted, answer.SentUtc));
    }

    [Fact]
    public async Task An_answer_is_repeated_unchanged_until_the_worker_confirms_it()
    {
        var left = 3;
        await using var desk = Desk(() => left-- > 0 ? Delivery.Unknown : Delivery.Acknowledged);
        await desk.TellAsync(Notice(RowWith(AdjusterLine.Refuse, late: false)));
        await PassUntilAsync(() => Lines().Count == 3);
        Assert.Equal(4, deliveries.Count);
        Assert.Single(deliveries.Select(delivery => delivery.Answer).Distinct());
    }

    [Fact]
    public async Task A_claim_that_is_told_twice_is_answered_once()
    {
        await using var desk = Desk(Delivery.Acknowledged);
        var row = RowWith(AdjusterLine.Approve, late: false);
        await Task.WhenAll(desk.TellAsync(Notice(row)), desk.TellAsync(Notice(row)));
        await PassUntilAsync(() => Lines().Count == 3);
        await desk.TellAsync(Notice(row));
        Assert.Equal(3, Lines().Count);
        Assert.Single(deliveries);
    }

    [Fact]
    public async Task An_answer_to_a_closed_claim_stays_unacknowledged()
    {
        await using var desk = Desk(Delivery.TooLate);
        await desk.TellAsync(Notice(RowWith(AdjusterLine.Approve, late: true)));
        await PassUntilAsync(() => !deliveries.IsEmpty);
        Assert.All(Lines(), line => Assert.False(line.Acknowledged));
        Assert.True(Lines()[1].SentUtc > Lines()[1].DeadlineUtc);
    }

    [Fact]
    public async Task An_adjuster_that_starts_again_sends_what_was_not_confirmed()
    {
        var row = RowWith(AdjusterLine.Approve, late: false);
        var notice = Notice(row);
        var sent = clock.GetUtcNow();
        await using var desk = Desk(Delivery.Acknowledged);
        desk.Resume([new AdjusterLine(row, AdjusterLine.Approve, sent, false, null, notice.DeadlineUtc, notice.Run)]);
        await PassUntilAsync(() => Lines().Count == 1);
        Assert.True(Lines()[0].Acknowledged);
        Assert.Equal(sent, Assert.Single(deliveries).Answer.SentUtc);
    }

    string Path => scratch.File(AdjusterLine.FileName);

    AdjusterDesk Desk(Delivery delivery) => Desk(() => delivery);

    AdjusterDesk Desk(Func<Delivery> deliver) => new(
        Script,
        ledger,
        (run, answer, _) =>
        {
            deliveries.Enqueue((run, answer));
            return Task.FromResult(deliver());
        },
        clock);

    static int RowWith(string answer, bool late) =>
        Enumerable.Range(1, 1_000).First(row => Script.PlanFor(row) is var plan && plan.Answer == answer && plan.IsLate == late);

    static ClaimNotice Notice(int row) => new(row, 20_000, "run-1", ManualClock.Start.AddSeconds(8));

    List<AdjusterLine> Lines() => Ledger<AdjusterLine>.Read(Path, ClaimsJson.Default.AdjusterLine);

    async Task PassUntilAsync(Func<bool> reached)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!reached())
        {
            clock.Pass(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, patience.Token);
        }
    }
}
