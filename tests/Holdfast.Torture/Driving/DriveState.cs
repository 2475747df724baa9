namespace Holdfast.Torture.Driving;

/// <summary>One thing that a run heard from outside.</summary>
/// <param name="Await">How many awaits were durable before.</param>
/// <param name="What">What it was.</param>
sealed record Delivery(int Await, string What);

/// <summary>How far a workflow has got, apart from what its store holds: what one process tells the next.</summary>
sealed class DriveState
{
    /// <summary>The clock's first time; the same for every drive, so that what depends on it is the same.</summary>
    public static readonly DateTimeOffset Beginning = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string? Run { get; set; }

    public DateTimeOffset Utc { get; set; } = Beginning;

    /// <summary>How many acts of the script are done.</summary>
    public int Acts { get; set; }

    public int Awaits { get; set; }

    public int SnapshotBytesMax { get; set; }

    public List<Delivery> Delivered { get; set; } = [];

    /// <summary>How the run ended; null while it goes on.</summary>
    public string? End { get; set; }
}
