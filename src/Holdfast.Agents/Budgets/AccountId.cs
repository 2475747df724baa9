namespace Holdfast.Agents;

/// <summary>The name of an account that budgets are drawn from.</summary>
/// <param name="Value">The name.</param>
public readonly record struct AccountId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
