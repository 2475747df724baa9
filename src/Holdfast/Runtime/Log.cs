using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime;

/// <summary>Every message that the engine logs, with its event id: one place, so that ids stay unique and texts alike.</summary>
static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Holdfast runs on {Location}, epoch {Epoch}.")]
    public static partial void Started(ILogger log, string location, long epoch);

    [LoggerMessage(2, LogLevel.Information, "{Runs} runs that owe something are taken up.")]
    public static partial void TakenUp(ILogger log, int runs);

    [LoggerMessage(3, LogLevel.Information, "Holdfast has stopped on {Location}.")]
    public static partial void Stopped(ILogger log, string location);

    [LoggerMessage(4, LogLevel.Critical, "Holdfast stops acknowledging on {Location}. Restart the process; what was durable goes on from there.")]
    public static partial void Failed(ILogger log, Exception error, string location);

    [LoggerMessage(5, LogLevel.Error, "The host could not be asked to stop. Nothing is acknowledged any more all the same.")]
    public static partial void HostNotStopped(ILogger log, Exception error);

    [LoggerMessage(6, LogLevel.Warning, "{Path} cannot be written ({Reason}). The engine goes on without it: a run whose code ends the process is not found by that, and begins again with the next one. Make room, and restart the process when it suits.")]
    public static partial void WithoutMarks(ILogger log, string path, string reason);

    [LoggerMessage(10, LogLevel.Warning, "Run {Run}: attempt {Attempt} of step '{Step}' (op {Op}) failed with {Error}: {Message}")]
    public static partial void AttemptFailed(ILogger log, RunId run, string step, long op, int attempt, string error, string message);

    [LoggerMessage(11, LogLevel.Error, "Run {Run} is parked: {Reason}")]
    public static partial void Parked(ILogger log, RunId run, string reason);

    [LoggerMessage(27, LogLevel.Error, "The services of workflow {Workflow} could not be built. The run that needs them keeps the exception's type, and not its words.")]
    public static partial void ServicesNotBuilt(ILogger log, Exception error, string workflow);

    [LoggerMessage(12, LogLevel.Warning, "Run {Run}: a turn took {Milliseconds:0} ms. Code between awaits should compute, not wait; put calls into steps.")]
    public static partial void SlowTurn(ILogger log, RunId run, double milliseconds);

    [LoggerMessage(15, LogLevel.Information, "Run {Run}: the first turn of workflow '{Workflow}' in this process took {Milliseconds:0} ms. Most of that is the compiling of its code.")]
    public static partial void SlowFirstTurn(ILogger log, RunId run, string workflow, double milliseconds);

    [LoggerMessage(13, LogLevel.Error, "Run {Run}: a turn could not be run, after {Retries} retries. It is taken up again from the store in a while; nothing of it is lost.")]
    public static partial void TurnBroke(ILogger log, Exception error, RunId run, int retries);

    [LoggerMessage(14, LogLevel.Error, "Run {Run}: the store answered {Verdict} to a write. {Reason}")]
    public static partial void WriteRefused(ILogger log, RunId run, string verdict, string reason);

    [LoggerMessage(16, LogLevel.Warning, "Run {Run} waits, and this build cannot go on with it: {Reason} It will be parked when it is woken. The report of HoldfastCode says how many there are; the build that saved them goes on with them.")]
    public static partial void WaitsForOtherCode(ILogger log, RunId run, string reason);

    [LoggerMessage(17, LogLevel.Warning, "Run {Run} waits, and what is saved of it cannot be read here: {Reason} It will be parked when it is woken, and others may be like it.")]
    public static partial void WaitsUnreadable(ILogger log, RunId run, string reason);

    [LoggerMessage(20, LogLevel.Error, "The store could not be scanned for due timers; it is tried again.")]
    public static partial void ScanFailed(ILogger log, Exception error);

    [LoggerMessage(21, LogLevel.Error, "Idle runs could not be dropped from memory; it is tried again.")]
    public static partial void SweepFailed(ILogger log, Exception error);

    [LoggerMessage(22, LogLevel.Warning, "A callback that a step has registered on its cancellation token threw. The token is signalled all the same.")]
    public static partial void CallbackThrew(ILogger log, Exception error);

    [LoggerMessage(23, LogLevel.Error, "Ended runs could not be removed; it is tried again.")]
    public static partial void PruneFailed(ILogger log, Exception error);

    [LoggerMessage(24, LogLevel.Error, "Runs that wait for their code or codec could not be looked through; it is tried again.")]
    public static partial void UnparkFailed(ILogger log, Exception error);

    [LoggerMessage(26, LogLevel.Error, "Run {Run} stays parked: what the store has of it cannot be read.")]
    public static partial void StaysParked(ILogger log, Exception error, RunId run);

    [LoggerMessage(25, LogLevel.Error, "Parked runs and steps in doubt could not be counted for the metrics; it is tried again when they are asked for.")]
    public static partial void CountFailed(ILogger log, Exception error);
}
