namespace Holdfast;

/// <summary>Where a run stands.</summary>
public enum RunStatus : byte
{
    /// <summary>Going on, or waiting for a step, timer, signal or child; the run's description names which.</summary>
    Running = 1,

    /// <summary>Returned; its result is kept.</summary>
    Completed = 2,

    /// <summary>Ended by an exception that its code did not catch.</summary>
    Failed = 3,

    /// <summary>Was asked to cancel, and ended so.</summary>
    Cancelled = 4,

    /// <summary>Was ended from outside without running any more of its code.</summary>
    Terminated = 5,

    /// <summary>Waits for a person or a deploy: needs migration, misuse, suspect or cannot be loaded. The reason is stated.</summary>
    Parked = 6,
}
