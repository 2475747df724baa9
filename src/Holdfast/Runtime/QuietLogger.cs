using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime;

/// <summary>
/// The host's logger, whose failures are kept away from the engine: a log that cannot be written must not fail a commit, leave a caller
/// waiting, or end the process from one of the engine's threads. Thread-safe when the host's logger is.
/// </summary>
sealed class QuietLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nowhere left to report it.
        }
    }
}
