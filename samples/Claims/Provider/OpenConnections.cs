using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Claims;

/// <summary>
/// Knows which connections are still open. A killed client's last request may lie unread in one of them, so "that key was not
/// applied" is final only when every connection from before the question has ended.
/// </summary>
sealed class OpenConnections(TimeProvider clock)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    readonly ConcurrentDictionary<string, DateTimeOffset> open = new();

    /// <summary>Keeps the book for a listener.</summary>
    public void Watch(ListenOptions listener) => listener.Use(next => async connection =>
    {
        open[connection.ConnectionId] = clock.GetUtcNow();
        try
        {
            await next(connection);
        }
        finally
        {
            open.TryRemove(connection.ConnectionId, out _);
        }
    });

    /// <summary>Leaves a connection out of account: one that only watches carries no payments.</summary>
    public void Ignore(string connectionId) => open.TryRemove(connectionId, out _);

    /// <summary>Ends when no connection is left that was opened before <paramref name="utc"/>.</summary>
    public async Task NoneBeforeAsync(DateTimeOffset utc, CancellationToken cancel)
    {
        while (open.Values.Any(opened => opened < utc)) await Task.Delay(Pause, cancel);
    }
}
