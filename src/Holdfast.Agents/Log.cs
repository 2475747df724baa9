using Microsoft.Extensions.Logging;

namespace Holdfast.Agents;

/// <summary>Everything that agents log.</summary>
static partial class Log
{
    [LoggerMessage(3000, LogLevel.Error, "The ledger could not be swept; what it keeps of removed runs stays until the next sweep.")]
    public static partial void SweepFailed(ILogger logger, Exception error);
}
