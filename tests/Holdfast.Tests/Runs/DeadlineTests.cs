using System.Text;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>A process that was down finds a message and a deadline at once; the earlier of the two counts.</summary>
public sealed class DeadlineTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public sealed class Approval : Workflow
    {
        public static readonly Signal<string> Answer = new("answer");

        public async Durable<string> Run()
        {
            var first = await Receive(Answer).Within(TimeSpan.FromHours(1));
            var second = await Receive(Answer).Within(TimeSpan.FromHours(9));
            return $"{Show(first)}, {Show(second)}";
        }

        static string Show(Timed<string> answer) => answer.Arrived ? answer.Value : "nothing";
    }

    public sealed class Bounded : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                await InScope(static _ => Delay(TimeSpan.FromMinutes(20)), TimeSpan.FromMinutes(10));
                return "in time";
            }
            catch (OperationCanceledException)
            {
                return "too late";
            }
        }
    }

    [Fact]
    public async Task A_deadline_that_was_due_before_a_timer_counts_also_when_both_are_found_later()
    {
        RunHandle<Bounded, string> run;
        await using (var world = await World.StartAsync([typeof(Bounded)], Open))
        {
            run = await world.Client.StartAsync((Bounded w) => w.Run());
            using var patience = new CancellationTokenSource(Patience);
            while ((await run.GetInfoAsync()).WakeUtc is null) await Task.Delay(1, patience.Token);
        }
        await using var later = await World.StartAsync([typeof(Bounded)], Open, options: o => o.TimeProvider = new LaterClock(TimeSpan.FromHours(2)));
        Assert.Equal("too late", await later.Client.GetRun<Bounded, string>(run.Id).ResultAsync().WaitAsync(Patience));
    }

    [Theory]
    [InlineData(30, 40, "a, b")]
    [InlineData(30, 90, "a, b")]
    [InlineData(90, 100, "nothing, a")]
    [InlineData(30, 0, "a, nothing")]
    [InlineData(90, 0, "nothing, a")]
    [InlineData(0, 0, "nothing, nothing")]
    public async Task What_came_first_counts_also_when_both_are_found_later(int firstMinutes, int secondMinutes, string expected)
    {
        var started = DateTimeOffset.UtcNow;
        RunHandle<Approval, string> run;
        await using (var world = await World.StartAsync([typeof(Approval)], Open))
        {
            run = await world.Client.StartAsync((Approval w) => w.Run());
            using var patience = new CancellationTokenSource(Patience);
            while ((await run.GetInfoAsync()).WakeUtc is null) await Task.Delay(1, patience.Token);
        }
        await PostAsync(run.Id, "a", started.AddMinutes(firstMinutes), firstMinutes > 0);
        await PostAsync(run.Id, "b", started.AddMinutes(secondMinutes), secondMinutes > 0);

        await using var later = await World.StartAsync([typeof(Approval)], Open, options: o => o.TimeProvider = new LaterClock(TimeSpan.FromHours(2)));
        await using var muchLater = expected.EndsWith("nothing", StringComparison.Ordinal) ? await LaterAsync(later, run.Id) : null;
        var result = await (muchLater ?? later).Client.GetRun<Approval, string>(run.Id).ResultAsync().WaitAsync(Patience);
        Assert.Equal(expected, result);
    }

    IStore Open() => SqliteStore.Open(_directory["runs.db"], null, null);

    /// <summary>Ends the process once the run waits for the second time, and starts another when that wait is over too.</summary>
    async Task<World> LaterAsync(World world, RunId run)
    {
        using var patience = new CancellationTokenSource(Patience);
        var wait = DateTimeOffset.UtcNow.AddHours(8);
        while ((await world.Client.GetRun(run).GetInfoAsync()).WakeUtc is not { } wake || wake < wait) await Task.Delay(1, patience.Token);
        await world.DisposeAsync();
        return await World.StartAsync([typeof(Approval)], Open, options: o => o.TimeProvider = new LaterClock(TimeSpan.FromHours(20)));
    }

    /// <summary>A message that was accepted, by a process that died before the run could look at it.</summary>
    async Task PostAsync(RunId run, string text, DateTimeOffset utc, bool wanted)
    {
        if (!wanted) return;
        await using var store = Open();
        await store.AcquireAsync("a process that dies", default);
        var answers = new WriteResult[1];
        await store.AppendAsync([new PostMail(run, new(MailKind.Signal, Approval.Answer.Name, Encoding.UTF8.GetBytes($"\"{text}\""), null, utc))], answers);
        Assert.Equal(Verdict.Committed, answers[0].Verdict);
    }

    sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
