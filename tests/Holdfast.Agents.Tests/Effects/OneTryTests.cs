using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What must not be done twice is never under way twice, and what was given up before it began does not begin.</summary>
public sealed class OneTryTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>The world: who enters waits until the workflow lets all go.</summary>
    public sealed class Room
    {
        readonly TaskCompletionSource _entered = new(), _goes = new();
        int _count;

        /// <summary>What happens to whoever is in it.</summary>
        public Action? Inside { get; init; }

        public async Task<int> EnterAsync()
        {
            Interlocked.Increment(ref _count);
            _entered.TrySetResult();
            Inside?.Invoke();
            await _goes.Task;
            return 7;
        }

        public async Task<int> EnteredAsync()
        {
            await _entered.Task;
            return _count;
        }

        public Task<int> LetGoAsync()
        {
            _goes.TrySetResult();
            return Task.FromResult(_count);
        }
    }

    public sealed record Came(EffectResult First, EffectResult Beside, EffectResult Retried, int Entered);

    static CallRequest Request => new(1, "transfer_once", Clerks.Arguments());

    /// <summary>Carries one call out, and again while that is under way.</summary>
    public sealed class Beside(Toolbox toolbox, Room room) : Workflow
    {
        public async Durable<Came> Run()
        {
            var first = Carry.Out(toolbox, Request);
            await Step(() => room.EnteredAsync());
            var beside = await Carry.Out(toolbox, Request);
            var retried = await Carry.Out(toolbox, Request with { Try = 2 });
            var entered = await Step(() => room.LetGoAsync());
            return new(await first, beside, retried, entered);
        }
    }

    /// <summary>Carries one call out until it is given up, and tries again while its code goes on.</summary>
    public sealed class Impatient(Toolbox toolbox, Room room) : Workflow
    {
        public async Durable<Came> Run()
        {
            var first = await Carry.Out(toolbox, Request);
            var beside = await Carry.Out(toolbox, Request);
            var retried = await Carry.Out(toolbox, Request with { Try = 2 });
            return new(first, beside, retried, await Step(() => room.LetGoAsync()));
        }
    }

    async Task<Came> ComeAsync<T>(bool byHandler, bool timesOut, Func<Desk, Task<RunHandle>> start) where T : Workflow
    {
        var timeOuts = new TimeOuts();
        var room = new Room { Inside = timesOut ? timeOuts.Fire : null };
        var options = new EffectOptions<Transfer> { Timeout = TimeOuts.Time };
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(room).AddSingleton(services => new Toolbox(
                new Gate([BankTools.Once], [BankTools.Once.Admit("all", static _ => true)]),
                [byHandler ? BankTools.Once.Calls(EffectKind.AtMostOnce, "enter", options) : BankTools.Once.AtMostOnce((_, _) => room.EnterAsync(), options)], services));
            builder.AddStep<Transfer, int>("enter", (_, _) => room.EnterAsync()).AddWorkflow<T>();
        }, o => o.TimeProvider = timeOuts);
        return await desk.ResultAsync<Came>(await start(desk));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_call_that_is_under_way_is_not_begun_beside_it(bool byHandler)
    {
        var came = await ComeAsync<Beside>(byHandler, timesOut: false, async desk => await desk.Client.StartAsync((Beside w) => w.Run()));
        Assert.Equal((EffectStatus.Succeeded, EffectStatus.InDoubt, EffectStatus.InDoubt, 1), (came.First.Status, came.Beside.Status, came.Retried.Status, came.Entered));
        Assert.Contains("has not ended yet", came.Retried.Reason, StringComparison.Ordinal);
        Assert.Equal(3L, await _files.ReadAsync("runs.db", "SELECT phase FROM agents_call"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Nor_beside_code_that_was_given_up_and_goes_on(bool byHandler)
    {
        var came = await ComeAsync<Impatient>(byHandler, timesOut: true, async desk => await desk.Client.StartAsync((Impatient w) => w.Run()));
        Assert.Equal((EffectStatus.InDoubt, EffectStatus.InDoubt, EffectStatus.InDoubt, 1), (came.First.Status, came.Beside.Status, came.Retried.Status, came.Entered));
    }

    /// <summary>Fires the time-out of a try when it is told to.</summary>
    sealed class TimeOuts : TimeProvider
    {
        public static readonly TimeSpan Time = TimeSpan.FromMinutes(47);

        Action? _fire;

        public void Fire() => Interlocked.Exchange(ref _fire, null)?.Invoke();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Time) _fire = () => callback(state);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>The ledger's clock, which is asked in the commit that starts a call: the first one takes longer than a try may.</summary>
    sealed class SlowCommit(TimeOuts timeOuts) : TimeProvider
    {
        int _asked;

        public override DateTimeOffset GetUtcNow()
        {
            if (Interlocked.Increment(ref _asked) == 1) timeOuts.Fire();
            return base.GetUtcNow();
        }
    }

    public sealed class Payer(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectResult> Run() => await Carry.Out(toolbox, Request);
    }

    [Fact]
    public async Task What_was_given_up_while_it_started_does_not_begin()
    {
        var (bank, timeOuts) = (new Bank(), new TimeOuts());
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new Toolbox(
                new Gate([BankTools.Once], [BankTools.Once.Admit("all", static _ => true)]),
                [BankTools.Once.AtMostOnce((t, call) => bank.TransferAsync(t, call.IdempotencyKey, oncePerKey: false), new() { Timeout = TimeOuts.Time })],
                services, new() { TimeProvider = new SlowCommit(timeOuts) }));
            builder.AddWorkflow<Payer>();
        }, o => o.TimeProvider = timeOuts);
        var result = await desk.ResultAsync<EffectResult>(await desk.Client.StartAsync((Payer w) => w.Run()));
        Assert.Equal((EffectStatus.InDoubt, 0), (result.Status, bank.Done.Count));
    }

    public sealed class Settles(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectResult[]> Run()
        {
            var first = await Carry.Out(toolbox, Request);
            return [first, await Carry.Settle(toolbox, Request, happened: false, "", "Ada looked."), await Carry.Settle(toolbox, Request with { Number = 77 }, happened: true, "7", "Ada looked.")];
        }
    }

    [Fact]
    public async Task Settling_says_what_the_ledger_has_and_not_what_was_asked_of_it()
    {
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(new Bank()).AddSingleton(services => BankTools.Make(services));
            builder.AddWorkflow<Settles>();
        });
        var results = await desk.ResultAsync<EffectResult[]>(await desk.Client.StartAsync((Settles w) => w.Run()));
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Succeeded, EffectStatus.Refused], results.Select(static r => r.Status));
        Assert.Contains("Call 77 was never started", results[2].Reason, StringComparison.Ordinal);
        Assert.Equal((3L, 1L), (await _files.ReadAsync("runs.db", "SELECT phase FROM agents_call"), await _files.ReadAsync("runs.db", "SELECT COUNT(*) FROM agents_call")));
    }
}
