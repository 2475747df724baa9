namespace Holdfast.Agents.Running;

/// <summary>What came of asking the model.</summary>
/// <param name="Reply">What it answered; null if it did not.</param>
/// <param name="Failure">How the message ends without an answer; null if there is one.</param>
/// <param name="Why">Why, for people.</param>
/// <param name="WaitTime">After what time to ask again, if it is too often now; null otherwise.</param>
sealed record ModelTurn(ModelReply? Reply, AgentStatus? Failure, string? Why, TimeSpan? WaitTime = null);
