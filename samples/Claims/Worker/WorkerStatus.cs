namespace Claims;

/// <summary>What a worker says of itself. It starts anew with every process, except for what the runs themselves hold.</summary>
/// <param name="Claims">How many runs there will be.</param>
/// <param name="Completed">Runs that have ended well, in whichever process.</param>
/// <param name="Failed">Runs that ended in any other way; none is expected.</param>
/// <param name="WaitingForAdjuster">Claims above the limit that have not ended.</param>
/// <param name="InDoubt">Notifications that wait for the operator.</param>
/// <param name="Suspects">Runs that were set aside because they had a thread at several kills in a row, and that the operator took up again.</param>
/// <param name="Finished">Whether there is nothing left to do.</param>
/// <param name="Steps">Steps that were done.</param>
/// <param name="StepMs">How many attempts took how long, in the buckets of <see cref="StepHistogram"/>.</param>
/// <param name="WaitsFor">What keeps the store from going on, such as a full disk; null when nothing does.</param>
sealed record WorkerStatus(
    int Claims, int Completed, int Failed, int WaitingForAdjuster, int InDoubt, int Suspects, bool Finished, long Steps, long[] StepMs, string? WaitsFor);
