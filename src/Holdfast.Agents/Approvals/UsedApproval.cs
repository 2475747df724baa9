namespace Holdfast.Agents;

/// <summary>An approval that was used up: it let one call start, and lets no other.</summary>
/// <param name="Id">The approval.</param>
/// <param name="Key">The key of the call that it let start.</param>
/// <param name="By">Who gave it; null where that was not said, or before it was kept.</param>
/// <param name="UsedUtc">When the call was started with it.</param>
public sealed record UsedApproval(ApprovalId Id, string Key, string? By, DateTimeOffset UsedUtc);
