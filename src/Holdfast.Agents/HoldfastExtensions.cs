using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

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
        if (!builder.Services.Any(static s => s.ServiceType == typeof(LedgerRetention))) builder.RetainLedger(new());
        // What it receives has to have a form: now, and not when the first such message is there.
        _ = Running.MessageTypes.Of(typeof(TAgent));
        // Before the engine starts, and with it runs that wait.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, Running.StartCheck<TAgent>>());
        return builder.AddWorkflow<TAgent>();
    }

    /// <summary>
    /// Has the ledger swept while the host runs: of runs that retention has removed, conversations, verdicts, settled calls and used approvals go by and by. <see cref="AddAgent"/> does it with the defaults; call this
    /// before for others, or where workflows carry calls out without agents.
    /// </summary>
    public static HoldfastBuilder RetainLedger(this HoldfastBuilder builder, LedgerRetention retention)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(retention);
        if (!builder.Services.Any(static s => s.ServiceType == typeof(LedgerRetention))) builder.Services.AddHostedService<Ledgers.LedgerSweeper>();
        builder.Services.Replace(ServiceDescriptor.Singleton(retention));
        return builder;
    }

    /// <summary>Sweeps the ledger now.</summary>
    /// <param name="client">The client.</param>
    /// <param name="retention">What is kept; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two commits; what is removed by then is gone.</param>
    /// <returns>How many rows were removed.</returns>
    public static Task<long> SweepLedgerAsync(this IHoldfastClient client, LedgerRetention? retention = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new Ledgers.LedgerSweep(client, retention ?? new(), cancellationToken).RunAsync();
    }
}
