using Microsoft.Extensions.Logging;

namespace Holdfast.Sqlite;

/// <summary>All messages of the SQLite store. The event ids are stable.</summary>
static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "SQLite {Version}, {Origin}.")]
    public static partial void LibraryLoaded(ILogger logger, string version, string origin);

    [LoggerMessage(2002, LogLevel.Information, "Opened {Path}, schema {Schema}.")]
    public static partial void Opened(ILogger logger, string path, int schema);

    [LoggerMessage(2003, LogLevel.Error, "The disk of {Path} is full. Nothing new is accepted until there is room; cancelling and ending runs still works.")]
    public static partial void Full(ILogger logger, string path);

    [LoggerMessage(2004, LogLevel.Information, "There is room again on the disk of {Path}.")]
    public static partial void RoomAgain(ILogger logger, string path);

    [LoggerMessage(2005, LogLevel.Critical, "{Path} is abandoned: {Reason}")]
    public static partial void Abandoned(ILogger logger, string path, string reason);

    [LoggerMessage(2006, LogLevel.Warning, "A checkpoint of {Path} did not finish: {Reason}")]
    public static partial void CheckpointIncomplete(ILogger logger, string path, string reason);

    [LoggerMessage(2007, LogLevel.Warning, "The reserve file {Path} could not be made: {Reason}")]
    public static partial void NoReserve(ILogger logger, string path, string reason);

    [LoggerMessage(2009, LogLevel.Error, "{Path} is damaged: the run of number {Key} is passed over, because its row cannot be read: {Reason} The others go on. Restore the file from a backup.")]
    public static partial void RowPassedOver(ILogger logger, string path, long key, string reason);

    [LoggerMessage(2008, LogLevel.Warning, "{Path} was {Backup}, and is started as a store of its own. Runs go on from that moment; what they did since is done again.")]
    public static partial void Restored(ILogger logger, string path, string backup);
}
