using System.Globalization;
using Holdfast.Agents;

namespace Holdfast.Simulation.Flows;

/// <summary>What a firm has to spend, and for how many agents; 0 for as much as wanted.</summary>
/// <param name="Value">What their work is about.</param>
/// <param name="Leads">How many agents work for it at the same time.</param>
/// <param name="Calls">How many calls it may make.</param>
/// <param name="DeskCalls">How many of them its desk may.</param>
/// <param name="Tokens">How many tokens it has.</param>
/// <param name="Money">How much money it has.</param>
/// <param name="HelperCalls">How many calls each helper may make.</param>
public sealed record FirmPlan(int Value, int Leads, int Calls, int DeskCalls, int Tokens, int Money, int HelperCalls);

/// <summary>Accounts in a tree: those of helpers under those of the agents who ask them, under the desk's, under the firm's. Everywhere there may be too little, and who comes too late for it nobody has planned.</summary>
[Workflow("firm")]
public sealed class Firm : Workflow
{
    public async Durable<AgentStatus?[]> Run(FirmPlan plan)
    {
        AccountId firm = new($"firm {RunId}"), desk = new($"desk {RunId}");
        await Carry.OpenAccount(firm, new() { Calls = Most(plan.Calls), Tokens = Most(plan.Tokens), Money = Most(plan.Money) });
        await Carry.OpenAccount(desk, new() { Calls = Most(plan.DeskCalls) }, firm);
        var parts = Enumerable.Range(0, plan.Leads).Select(i => AgentStart.Ask(string.Create(CultureInfo.InvariantCulture, $"lead {plan.Value + (10 * i)} {plan.HelperCalls}"), account: desk)).ToList();
        return [.. (await Team.Map<Lead>(parts)).Select(static answer => answer?.Status)];
    }

    static int? Most(int most) => most == 0 ? null : most;
}

/// <summary>An agent that spends, and has others spend.</summary>
public sealed class Lead(FirmDefinition definition) : Agent<ErrandState>(definition);

/// <summary>An agent whom another one asks.</summary>
public sealed class Assistant(FirmDefinition definition) : Agent<ErrandState>(definition);

/// <summary>What a helper is asked.</summary>
public sealed record Request(int Value, int Calls);

/// <summary>What the agents of a firm are made of. What a question or a call may take at most is so little that it can be said how much is too little.</summary>
public sealed class FirmDefinition : AgentDefinition
{
    /// <summary>More is not reserved for a question, for both models together; and for a call of each kind.</summary>
    public const long QuestionTokensMax = 12_000, QuestionMoneyMax = 12_000_000, CallMoneyMax = 5_000_000;

    static readonly Tool<Piece> Bought = new("bought", 1, "Costs something, and does not always say how much.");
    static readonly Tool<Piece> Looked = new("looked_up", 1, "Looks, and fails at times.");
    static readonly Tool<Request> Asked = new("asked", 1, "Asks a helper.");

    static readonly Gate Gate = new([Bought, Looked, Asked], [Bought.Admit("bought", static _ => true), Looked.Admit("looked up", static _ => true), Asked.Admit("asked", static _ => true)]);

    public FirmDefinition(Desk desk, TimeProvider time, IServiceProvider services) : base("You work for a firm.", Chain(desk, time), Tools(desk, time, services)) =>
        (LookTime, ModelOptions) = (TimeSpan.FromSeconds(20), new() { OutputTokensMax = 200 });

    static ModelChain Chain(Desk desk, TimeProvider time) => new(
        new Model("busy", new ErrandModel(desk, isBusy: true, Answer)) { Clock = time }, new Model("patient", new ErrandModel(desk, isBusy: false, Answer)) { Clock = time, Price = new(1_000, 1_000) });

    static Toolbox Tools(Desk desk, TimeProvider time, IServiceProvider services) => new(
        Gate,
        [
            Bought.Idempotent(desk.BuyAsync, new EffectOptions<Piece> { MayRepeat = true, CostMax = static _ => new() { Money = CallMoneyMax / 1_000_000 } }),
            Looked.ReadOnly(desk.LookUpAsync),
            // However long the helper takes.
            Asked.Idempotent(
                async (request, call) => (await call.AskAsync<Assistant>(string.Create(CultureInfo.InvariantCulture, $"helper {request.Value}"), new() { Calls = request.Calls == 0 ? null : request.Calls })).Text,
                new EffectOptions<Request> { MayRepeat = true, Timeout = TimeSpan.FromDays(30) }),
        ], services, new() { TimeProvider = time });

    static ScriptedReply Answer(ScriptedCall call, int value, int results)
    {
        var words = call.Messages[0].Text.Split(' ');
        var piece = string.Create(CultureInfo.InvariantCulture, $$"""{"value":{{value + results}}}""");
        if (words[0] == "helper") return results == 0 ? ScriptedReply.Call(Bought.Name, piece).AndCall(Looked.Name, piece) : ScriptedReply.Say(Errand.Done);
        return results < 4 ? ScriptedReply.Call(Bought.Name, piece).AndCall(Asked.Name, string.Create(CultureInfo.InvariantCulture, $$"""{"value":{{value + results + 1}},"calls":{{words[2]}}}""")) : ScriptedReply.Say(Errand.Done);
    }
}
