using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Agents.Ledgers;

/// <summary>Sweeps the ledger from time to time while the host runs.</summary>
sealed class LedgerSweeper(IHoldfastClient client, LedgerRetention retention, ILoggerFactory? logs = null) : IHostedService, IDisposable
{
    /// <summary>The system's timers count no further, and nobody sweeps so seldom.</summary>
    static readonly TimeSpan SweepTimeMax = TimeSpan.FromDays(49);

    readonly CancellationTokenSource _stopping = new();
    Task _sweeping = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _sweeping = SweepAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    async Task SweepAsync()
    {
        while (true)
        {
            // First after one interval: a start has more urgent things to do.
            await Task.Delay(retention.SweepTime < SweepTimeMax ? retention.SweepTime : SweepTimeMax, retention.TimeProvider ?? TimeProvider.System, _stopping.Token).ConfigureAwait(false);
            try
            {
                await new LedgerSweep(client, retention, _stopping.Token).RunAsync().ConfigureAwait(false);
            }
            catch (HoldfastException error) when (error.IsTransient || error.Error == HoldfastError.NotRunning)
            {
                // There is no room, or the engine has stopped: the next sweep tries again.
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                if (logs?.CreateLogger("Holdfast.Agents") is { } log) Log.SweepFailed(log, error);
            }
        }
    }
}
