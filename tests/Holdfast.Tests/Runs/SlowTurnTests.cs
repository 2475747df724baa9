using System.Collections.Concurrent;
using Holdfast.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Runs;

public sealed class SlowTurnTests
{
    const int Slow = 12;
    const int SlowFirst = 15;

    /// <summary>Each of its two turns takes as long as the clock says.</summary>
    public sealed class Computes(VirtualTime clock) : Workflow
    {
        public async Durable<int> Run(int seconds)
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await Step(() => Task.CompletedTask);
            clock.Advance(TimeSpan.FromSeconds(seconds));
            return seconds;
        }
    }

    [Fact]
    public async Task The_first_turn_of_a_workflow_compiles_its_code_and_is_not_warned_of_as_slow()
    {
        var (heard, clock) = (new Heard(), new ManualTime());
        await using var world = await StartAsync(heard, clock);
        var first = await world.Client.StartAsync((Computes w) => w.Run(2));
        await world.ResultAsync<int>(first);
        var second = await world.Client.StartAsync((Computes w) => w.Run(2));
        await world.ResultAsync<int>(second);

        Assert.Equal([(LogLevel.Information, SlowFirst), (LogLevel.Warning, Slow), (LogLevel.Warning, Slow), (LogLevel.Warning, Slow)], heard.Turns.Select(static t => (t.Level, t.Event)));
        var text = heard.Turns.First().Text;
        Assert.Equal($"Run {first.Id}: the first turn of workflow '{nameof(Computes)}' in this process took 2000 ms. Most of that is the compiling of its code.", text);
    }

    [Fact]
    public async Task A_first_turn_that_is_quick_is_the_first_all_the_same()
    {
        var (heard, clock) = (new Heard(), new ManualTime());
        await using var world = await StartAsync(heard, clock);
        await world.ResultAsync<int>(await world.Client.StartAsync((Computes w) => w.Run(0)));
        Assert.Empty(heard.Turns);
        await world.ResultAsync<int>(await world.Client.StartAsync((Computes w) => w.Run(2)));
        Assert.Equal([Slow, Slow], heard.Turns.Select(static t => t.Event));
    }

    static Task<World> StartAsync(Heard heard, ManualTime clock) => World.StartAsync(
        [typeof(Computes)], alwaysCold: false, options: o => o.TimeProvider = clock,
        configure: builder => builder.Services.AddSingleton<VirtualTime>(clock).AddSingleton<ILoggerFactory>(heard));

    /// <summary>Keeps what the engine says of slow turns.</summary>
    sealed class Heard : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<(LogLevel Level, int Event, string Text)> Turns { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id is Slow or SlowFirst) Turns.Enqueue((logLevel, eventId.Id, formatter(state, exception)));
        }

        public void Dispose()
        {
        }
    }
}
