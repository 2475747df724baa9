namespace Holdfast.Agents;

/// <summary>The name of an account that budgets are drawn from.</summary>
/// <param name="Value">The name.</param>
public readonly record struct AccountId(string Value)
{
    /// <summary>The account, where one is taken.</summary>
    /// <exception cref="ArgumentException">It has no name. What is drawn on it would be drawn beside all others.</exception>
    internal AccountId Named() => string.IsNullOrEmpty(Value) ? throw new ArgumentException("An account has a name, and this one has none. Where nothing is to be drawn on, leave the account out.") : this;

    /// <inheritdoc/>
    public override string ToString() => Value;
}
