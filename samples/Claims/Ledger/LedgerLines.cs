namespace Claims;

/// <summary>One request to the provider, as its ledger keeps it.</summary>
/// <param name="Kind"><see cref="Payment"/> or <see cref="Notification"/>; with <see cref="Late"/> before it, the request of a worker that had been replaced, refused for that.</param>
/// <param name="Applied">Whether this very request moved the money or sent the message; a repetition of its key never does.</param>
sealed record ProviderLine(string Key, int Row, string Kind, long Amount, int Attempt, bool Applied, DateTimeOffset Utc)
{
    public const string FileName = "provider.jsonl", Payment = "payment", Notification = "notification", Late = "late-";
}

/// <summary>What the adjuster knew of one claim at one moment: a line when it was told of it, when it answered, when the answer was acknowledged.</summary>
/// <param name="SentUtc">When the answer was first sent; null as long as there is none.</param>
/// <param name="Acknowledged">Whether the worker has confirmed that it holds the answer.</param>
/// <param name="AcknowledgedUtc">When that confirmation came.</param>
/// <param name="DeadlineUtc">Until when an answer counts.</param>
/// <param name="Run">Where the answer goes.</param>
sealed record AdjusterLine(
    int Row, string Answer, DateTimeOffset? SentUtc, bool Acknowledged, DateTimeOffset? AcknowledgedUtc, DateTimeOffset? DeadlineUtc, string? Run)
{
    public const string FileName = "adjuster.jsonl", Approve = "approve", Refuse = "refuse", None = "none";
}

/// <summary>What the operator decided about one notification that a kill had left in doubt, or that a run which was set aside goes on.</summary>
/// <param name="Key">The notification's idempotency key; for <see cref="Resume"/> the run's own.</param>
sealed record OperatorLine(string Key, string Run, bool Applied, string Decision, DateTimeOffset Utc)
{
    public const string FileName = "operator.jsonl", Succeeded = "succeeded", Retry = "retry", Resume = "resume";
}
