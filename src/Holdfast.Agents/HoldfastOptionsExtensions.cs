namespace Holdfast.Agents;

/// <summary>Lets runs keep what agents are made of.</summary>
public static class HoldfastOptionsExtensions
{
    /// <summary>Runs may keep the types of <c>Holdfast.Agents</c>: agents, and workflows that carry calls out. The store must be a database, for the ledger lies in it.</summary>
    public static HoldfastOptions UseAgents(this HoldfastOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.AllowTypesFrom(typeof(HoldfastOptionsExtensions).Assembly);
    }
}
