using Microsoft.Extensions.Hosting;

namespace Holdfast.Tests.Runs;

/// <summary>A host that tells when it was asked to stop.</summary>
sealed class Lifetime : IHostApplicationLifetime
{
    readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Stopped => _stopped.Task;

    public CancellationToken ApplicationStarted => default;

    public CancellationToken ApplicationStopping => default;

    public CancellationToken ApplicationStopped => default;

    public void StopApplication() => _stopped.TrySetResult();
}
