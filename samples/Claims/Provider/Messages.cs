namespace Claims;

/// <summary>Asks the provider to pay, or to send a notification; both carry an idempotency key.</summary>
/// <param name="Worker">Which worker asks; each has a higher number than those that it replaces.</param>
sealed record PaymentRequest(string Key, int Row, string Kind, long Amount, int Attempt, int Worker = 0);

/// <summary>The provider's answer: the same for every request with the same key.</summary>
sealed record PaymentReceipt(string Key, string Receipt);

/// <summary>Whether a key was ever applied.</summary>
sealed record KeyState(string Key, bool Applied);

/// <summary>How far the provider has come, for progress bars and for the timing of kills.</summary>
sealed record ProviderProgress(int Requests, int Payments, int Notifications);
