namespace Holdfast.Agents;

/// <summary>What is still reserved for something that is over, because nobody has said what it took: a question to a model that was cut off, or a call whose code did not say what it cost.</summary>
/// <param name="Key">For what it was reserved: a call by its key, or the run, the question, the attempt and the model.</param>
/// <param name="Run">The run that it was for.</param>
/// <param name="IsOfModel">Whether a model was asked; otherwise a tool was called.</param>
/// <param name="Account">The account that it lies on, and on all those above.</param>
/// <param name="Amount">What is reserved; null for what is not.</param>
public sealed record OpenReservation(string Key, RunId Run, bool IsOfModel, AccountId Account, Spending Amount);
