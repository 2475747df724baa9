namespace Holdfast.Agents;

/// <summary>An account as it stands.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Parent">The account that what is spent here is spent from as well; null for none.</param>
/// <param name="Limit">What may be reserved and spent at most.</param>
/// <param name="Reserved">What was reserved for calls that have not been settled, and for those of which nobody knows what they used.</param>
/// <param name="Spent">What was used.</param>
public sealed record Account(AccountId Id, AccountId? Parent, Spending Limit, Spending Reserved, Spending Spent);
