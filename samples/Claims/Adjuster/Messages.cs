namespace Claims;

/// <summary>Tells the adjuster that a claim waits for it.</summary>
/// <param name="Run">The run that waits.</param>
/// <param name="DeadlineUtc">Until when an answer counts.</param>
sealed record ClaimNotice(int Row, long CostDollars, string Run, DateTimeOffset DeadlineUtc);

/// <summary>The adjuster's answer, sent again and again until the worker confirms that it holds it.</summary>
/// <param name="DedupKey">The same in every repetition.</param>
/// <param name="SentUtc">When it was first sent: that is the time that the deadline is held against.</param>
sealed record AdjusterAnswer(int Row, bool Granted, DateTimeOffset SentUtc, string DedupKey);
