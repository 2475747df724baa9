using System.Collections.Concurrent;
using Guide;
using Holdfast.Tests.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Documents;

/// <summary>An engine for the guide's workflows, with the services that they call and a clock that goes on when it is told to.</summary>
sealed class GuideWorld : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    World _world = null!;

    public OtherSide Other { get; } = new();

    public GuideClock Clock { get; } = new();

    public IHoldfastClient Client => _world.Client;

    public static async Task<GuideWorld> StartAsync(params Type[] workflows)
    {
        var made = new GuideWorld();
        made._world = await World.StartAsync(
            workflows,
            configure: builder =>
            {
                builder.Services.AddSingleton<IPayments>(made.Other).AddSingleton<IMail>(made.Other).AddSingleton<ICarrier>(made.Other)
                    .AddSingleton<IPager>(made.Other).AddSingleton<IBookings>(made.Other);
                Guide.Hosting.AddVault(builder);
                builder.AddStep<Parcel, decimal>("weigh", static (parcel, step) => Scales.Weigh(parcel, step.CancellationToken));
            },
            options: options => options.TimeProvider = made.Clock);
        return made;
    }

    /// <summary>Returns once the run waits for something that reads like this.</summary>
    public static async Task WaitingForAsync(RunHandle run, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!(await run.GetInfoAsync(limit.Token)).Waiting.Contains(what, StringComparison.Ordinal)) await Task.Delay(5, limit.Token);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}

/// <summary>All services that the guide's workflows call, in one: notes each call, and does as it is told.</summary>
sealed class OtherSide : IPayments, IMail, ICarrier, IPager, IBookings
{
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>What is refused, by what the call is noted as.</summary>
    public HashSet<string> Refused { get; } = [];

    public Task<string> Refund(RefundRequest request, string idempotencyKey, CancellationToken cancellationToken) => Answer($"refund {request.Id}", $"charge {request.Id}");

    public Task Survey(string customer) => Answer($"survey {customer}", true);

    public Task<string> Print(string parcel, string item) => Answer($"print {item}", $"{parcel}/{item}");

    public Task<(decimal Price, string Currency)> Quote(string parcel, decimal weight, string idempotencyKey, CancellationToken cancellationToken) => Answer($"quote {weight}", (7m, "EUR"));

    public Task Send(string text, string key) => Answer($"send {text}", true);

    public Task<bool> WasSent(string key) => Answer("was sent", true);

    public Task<string> Book(string what, string traveller) => Answer($"book {what}", $"{what} for {traveller}");

    public Task Cancel(string booking) => Answer($"cancel {booking}", true);

    public Task<int> Price(string city) => Answer($"price {city}", city.Length * 100);

    Task<T> Answer<T>(string call, T answer)
    {
        Calls.Enqueue(call);
        return Refused.Contains(call) ? Task.FromException<T>(new ArgumentException($"No: {call}.")) : Task.FromResult(answer);
    }
}

/// <summary>Stands still until it is told to go on; what comes due by that rings on the thread pool.</summary>
sealed class GuideClock : TimeProvider
{
    readonly Lock _lock = new();
    readonly HashSet<Alarm> _alarms = [];
    DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public void Advance(TimeSpan time)
    {
        lock (_lock)
        {
            _now += time;
            foreach (var alarm in _alarms.Where(a => a.Due <= _now).ToList()) Ring(alarm);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    void Ring(Alarm alarm)
    {
        _alarms.Remove(alarm);
        ThreadPool.QueueUserWorkItem(static a => a.Ring(), alarm, preferLocal: false);
    }

    sealed class Alarm(GuideClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._alarms.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock._now + dueTime;
                if (dueTime <= TimeSpan.Zero) clock.Ring(this);
                else clock._alarms.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock) clock._alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
