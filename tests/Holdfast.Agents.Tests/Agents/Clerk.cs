using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

public sealed class ClerkState
{
    public int Seen { get; set; }
}

/// <summary>An agent that transfers money.</summary>
public sealed class Clerk(ClerkDefinition definition) : Agent<ClerkState>(definition);

public sealed class ClerkDefinition(ModelChain models, Toolbox toolbox) : AgentDefinition("You transfer money.", models, toolbox);

/// <summary>Engines with a clerk.</summary>
static class Clerks
{
    public static Action<HoldfastBuilder> With(ScriptedModel model, Bank bank, Func<ModelChain, Toolbox, ClerkDefinition>? define = null, EffectOptions<Transfer>? options = null) =>
        Asking(model, bank, define, options);

    public static Action<HoldfastBuilder> Asking(Microsoft.Extensions.AI.IChatClient model, Bank bank, Func<ModelChain, Toolbox, ClerkDefinition>? define = null, EffectOptions<Transfer>? options = null) => builder =>
    {
        builder.Services.AddSingleton(bank).AddSingleton(services => BankTools.Make(services, options));
        builder.Services.AddSingleton(services =>
            (define ?? (static (m, t) => new(m, t) { ModelRetry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } }))(new ModelChain(new Model("scripted", model)), services.GetRequiredService<Toolbox>()));
        builder.AddAgent<Clerk>().AddWorkflow<TeamTests.Office>().AddWorkflow<TeamTests.Looks>();
    };

    public static string Arguments(int amount = 10, string invoice = "A-1") => $$"""{"invoice":"{{invoice}}","amount":{{amount}}}""";
}
