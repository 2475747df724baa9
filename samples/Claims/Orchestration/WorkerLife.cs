using System.Net.Http.Json;

namespace Claims;

/// <summary>How one worker process ended.</summary>
enum WorkerEnd { Finished, Killed, Died }

/// <summary>Watches one worker process from its start to its end, and kills it when its moment has come.</summary>
sealed class WorkerLife(Child worker, ProviderClient provider)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    int appliedMin = int.MaxValue;

    /// <summary>What the worker last said of itself; null when it died too young.</summary>
    public WorkerStatus? Last { get; private set; }

    public async Task<WorkerEnd> WatchAsync(KillMoment? kill, Action seen, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var exited = worker.ExitedAsync(over.Token);
        var dueToDie = kill is null ? Task.Delay(Timeout.Infinite, over.Token) : DueAsync(kill, over.Token);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            while (true)
            {
                if (exited.IsCompletedSuccessfully) return WorkerEnd.Died;
                if (dueToDie.IsCompleted)
                {
                    // However it ended: a moment that cannot be waited for must not pass in silence.
                    await dueToDie;
                    await worker.KillAsync();
                    return WorkerEnd.Killed;
                }
                await AskAsync(http, over.Token);
                seen();
                if (Last is { Finished: true })
                {
                    // It was faster than this look at it: a kill whose moment has come is not let off for that.
                    if (kill is not null && await HasComeAsync(cancel)) await dueToDie;
                    if (dueToDie.IsCompleted) continue;
                    await worker.StopAsync();
                    return WorkerEnd.Finished;
                }
                await Task.WhenAny(exited, dueToDie, Task.Delay(Pause, over.Token));
                cancel.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(exited, dueToDie).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task DueAsync(KillMoment kill, CancellationToken cancel)
    {
        // A worker is killed for something it has done since its start; otherwise two kills could hit one idle process.
        appliedMin = Math.Max(kill.AfterApplied, await AppliedAsync(0, cancel) + 1);
        await AppliedAsync(appliedMin, cancel);
        await Task.Delay(kill.Delay, cancel);
    }

    async Task<bool> HasComeAsync(CancellationToken cancel) => await AppliedAsync(0, cancel) >= appliedMin;

    async Task<int> AppliedAsync(int atLeast, CancellationToken cancel)
    {
        var progress = await provider.ProgressAsync(atLeast, cancel);
        return progress.Payments + progress.Notifications;
    }

    async Task AskAsync(HttpClient http, CancellationToken cancel)
    {
        if (!worker.Address.IsCompletedSuccessfully) return;
        try
        {
            Last = await http.GetFromJsonAsync(new Uri(await worker.Address, "status"), ClaimsJson.Default.WorkerStatus, cancel);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            // It is starting, dying or busy; the next look will tell.
        }
    }
}
