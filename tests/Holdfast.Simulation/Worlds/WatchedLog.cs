using Microsoft.Extensions.Logging;

namespace Holdfast.Simulation.Worlds;

/// <summary>Reads what an engine logs: an error that no fault of the world explains is a defect.</summary>
sealed class WatchedLog(World world, SimulatedProcess process) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel < LogLevel.Error || process.IsDead) return;
        world.Note(process.Name, "log", eventId.Id);
        if (exception is null or HoldfastException or OperationCanceledException) return;
        world.Complain($"{process.Name} logged {exception.GetType().Name}: {formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
