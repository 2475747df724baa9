using Holdfast.Agents.Running;

namespace Holdfast.Agents;

/// <summary>Takes agents in.</summary>
public static class HoldfastExtensions
{
    /// <summary>Runs may keep the types of <c>Holdfast.Agents</c>: agents, and workflows that carry calls out. The store must be a database, for the ledger lies in it.</summary>
    public static HoldfastOptions UseAgents(this HoldfastOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.AllowTypesFrom(typeof(HoldfastExtensions).Assembly);
    }

    /// <summary>Registers an agent. <see cref="AgentDefinition"/>s, or what is derived of them, come from the container.</summary>
    public static HoldfastBuilder AddAgent<TAgent>(this HoldfastBuilder builder) where TAgent : Agent
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Services.Any(static s => s.ServiceType == typeof(Registered)))
        {
            builder.Services.Add(Microsoft.Extensions.DependencyInjection.ServiceDescriptor.Singleton(new Registered()));
            builder.AddWorkflow<ReadConversation>().AddWorkflow<ReadCassette>();
        }
        return builder.AddWorkflow<TAgent>();
    }

    /// <summary>The workflows that every process with agents has are registered.</summary>
    sealed class Registered;
}
