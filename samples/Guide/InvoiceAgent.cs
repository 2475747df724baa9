using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Holdfast;
using Holdfast.Agents;
using Holdfast.Sqlite;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Guide;

/// <summary>What pays, and can be asked what it has paid.</summary>
public interface IBank
{
    Task<string> PayAsync(string invoice, decimal amount, string key, CancellationToken cancellationToken);

    Task<string?> FindAsync(string key, CancellationToken cancellationToken);
}

/// <summary>The tools of <see cref="InvoiceAgent"/> with their code.</summary>
public static class InvoiceTools
{
    #region agent-tools
    public static readonly Tool<Payment> Fee = new("fee", version: 1, "Computes the fee of a payment.");
    public static readonly Tool<Payment> Pay = PaymentGate.Pay;

    public static Toolbox Make(IServiceProvider services, IBank bank) => new(
        new Gate([Fee, Pay], [Fee.Admit("fee", _ => true), Pay.Admit("home", p => p.Country == "DE"), Pay.Approve("large sums", p => p.Amount > 100)]),
        [
            Fee.Pure(p => decimal.Round(p.Amount / 100, 2)),
            Pay.Reconcilable(
                act: (p, call) => bank.PayAsync(p.Invoice, p.Amount, call.IdempotencyKey, call.CancellationToken),
                ask: async (_, call) => await bank.FindAsync(call.IdempotencyKey, call.CancellationToken) is { } receipt
                    ? Reconciled.Happened(receipt) : Reconciled.DidNotHappen<string>(),
                new()
                {
                    Identity = p => p.Invoice,                         // of one invoice once, whoever proposes it again
                    CostMax = p => new() { Money = p.Amount },
                    Rates = [new("payments", Count: 20, TimeSpan.FromMinutes(1))],
                }),
        ],
        services);
    #endregion
}

/// <summary>The same tool where a handler carries it out.</summary>
public static class InvoiceHandler
{
    #region agent-handler
    public static readonly Effect Pay = PaymentGate.Pay.Calls(EffectKind.AtMostOnce, "pay invoice");

    public static HoldfastBuilder AddPay(this HoldfastBuilder holdfast) => holdfast.AddStep<Payment, string>("pay invoice", (services, p, call) =>
        services.GetRequiredService<IBank>().PayAsync(p.Invoice, p.Amount, call.IdempotencyKey, call.CancellationToken));   // the call's key
    #endregion
}

#region agent-methods
public sealed class Reminders(IMail mail)
{
    [Tool(EffectKind.AtMostOnce), Description("Reminds a customer of an invoice.")]
    public Task RemindAsync([RegularExpression("INV-[0-9]{5}")] string invoice, [StringLength(100)] string customer, EffectContext call) =>
        mail.Survey(customer);

    public static (IReadOnlyList<Effect> Tools, Policy Rule) Make()
    {
        var tools = ToolMethods.Of<Reminders>();                       // "remind", with its parameters as the schema
        return (tools, tools.Named("remind").Admit("reminders", a => a.Get<string>("customer") != "the press"));
    }
}
#endregion

#region agent-class
public sealed class InvoiceState
{
    public List<string> Seen { get; set; } = [];
}

public sealed class InvoiceAgent(InvoiceDefinition definition) : Agent<InvoiceState>(definition);

public sealed class InvoiceDefinition(ModelChain models, Toolbox toolbox)
    : AgentDefinition("Pay the invoices that you are told to pay. Ask nobody for anything else.", models, toolbox);
#endregion

#region agent-typed
public sealed record InvoicePaid(string Invoice, decimal Amount);

public sealed class Bookkeeper(InvoiceDefinition definition) : Agent<InvoiceState>(definition), IReceives<InvoicePaid>
{
    public bool OnMessage(InvoicePaid message)
    {
        State.Seen.Add(message.Invoice);
        return message.Amount > 1_000;                             // the model is to hear of these only
    }

    protected override void OnResult(ToolCall call, EffectResult result) => State.Seen.Add($"{call.Tool}: {result.Status}");
}
#endregion

/// <summary>How the agent is hosted and talked to.</summary>
public static class InvoiceDesk
{
    public static void Add(IServiceCollection services, IChatClient client, string file)
    {
        #region agent-host
        services.AddSingleton(s => new InvoiceDefinition(
            new ModelChain(new Model("large", client) { Price = new(Input: 3.00m, Output: 15.00m) }),
            InvoiceTools.Make(s, s.GetRequiredService<IBank>())));
        services.AddHoldfast(o => o.UseSqlite(file).UseAgents()).AddAgent<InvoiceAgent>();
        #endregion
    }

    #region agent-ask
    public static async Task<AgentAnswer> AskAsync(IHoldfastClient holdfast, string question)
    {
        var start = AgentStart.Ask(question, budget: new() { Tokens = 50_000, Money = 5_000, Calls = 10 });
        var agent = await holdfast.StartAsync((InvoiceAgent a) => a.Run(start));
        return await agent.ResultAsync();
    }
    #endregion

    #region agent-mail
    public static async Task TalkAsync(IHoldfastClient holdfast, string customer, string text)
    {
        var begin = new AgentStart();                                  // no question: it waits for mail
        var agent = await holdfast.StartAsync((InvoiceAgent a) => a.Run(begin), key: customer);
        await agent.SendAsync(new(text, From: customer) { Id = "mail-17" }, dedupKey: "mail-17");
        var answers = await agent.QueryAsync(a => a.Answers);          // the newest hundred
        Console.WriteLine(answers.Count);
    }
    #endregion

    #region agent-approve
    public static async Task AgreeAsync(RunHandle<InvoiceAgent, AgentAnswer> agent, string who)
    {
        foreach (var request in await agent.QueryAsync(a => a.PendingApprovals))
        {
            Console.WriteLine($"{request.Tool} {request.Arguments}, because of '{request.Rule}', until {request.UntilUtc:u}");
            var receipt = await agent.AnswerAsync(new(request.Id, request.Arguments, IsGranted: true, who));
            if (receipt != ApprovalReceipt.Taken) Console.WriteLine($"It does not count: {receipt}.");
        }
    }
    #endregion

    #region agent-doubt
    public static async Task SettleAsync(RunHandle<InvoiceAgent, AgentAnswer> agent, IBank bank)
    {
        if (await agent.QueryAsync(a => a.Doubt) is not { } doubt) return;
        var receipt = await bank.FindAsync(doubt.Key, CancellationToken.None);
        await agent.RuleAsync(doubt, new(receipt is null ? CallRulingKind.Retry : CallRulingKind.Happened, By: "night shift"));
    }
    #endregion

    #region open-calls
    public static Task<int> FindOutAsync(IHoldfastClient holdfast, IBank bank) => holdfast.ReconcileAsync(async (call, cancellationToken) =>
    {
        if (call.Tool != "pay") return null;                          // nothing is known of it: it stays as it is
        var receipt = await bank.FindAsync(call.Key, cancellationToken);
        return new CallFinding(Happened: receipt is not null, By: "the bank");
    });
    #endregion

    #region open-reservations
    public static async Task ReleaseAsync(IHoldfastClient holdfast, string who)
    {
        await foreach (var left in holdfast.ReadReservationsAsync())
            if (left.IsOfModel)                                            // cut off, and not on the provider's bill
                await holdfast.SettleAsync(left, used: new() { Tokens = 0, Money = 0, Time = TimeSpan.Zero }, by: who);
    }
    #endregion

    #region agent-cassette
    public static async Task SaveAsync(IHoldfastClient holdfast, RunId agent, TextWriter file)
    {
        var cassette = await holdfast.ReadCassetteAsync(agent);        // what was asked and answered in that run
        cassette.Write(file);
    }
    #endregion

    #region agent-watch
    public static async Task WatchAsync(AgentStreams streams, RunId agent, CancellationToken cancellationToken)
    {
        await foreach (var speech in streams.ListenAsync(agent, cancellationToken))
        {
            if (speech.Offset == 0) Console.WriteLine();               // an answer begins, or begins anew after a failure
            Console.Write(speech.Text);
        }
    }
    #endregion

    #region agent-rejoin
    public static async Task WatchAgainAsync(AgentStreams streams, RunId agent, AgentSpeech last, IHoldfastClient holdfast, CancellationToken cancellationToken)
    {
        await foreach (var speech in streams.ListenAsync(agent, last, holdfast, cancellationToken))
        {
            if (speech.IsAnew) Console.WriteLine("[It begins anew.]");     // what was heard of this answer never was one
            Console.Write(speech.Text);
        }
    }
    #endregion
}

#region agent-map
public sealed class Audit : Workflow
{
    public async Durable<int> Run(string[] invoices)
    {
        var account = new AccountId("audit");
        await Carry.OpenAccount(account, new() { Tokens = 1_000_000 });
        var parts = invoices.Select(invoice => AgentStart.Ask($"Is {invoice} paid?", account: account)).ToList();
        var answers = await Team.Map<InvoiceAgent>(parts, atOnce: 50);
        return answers.Count(answer => answer is { Status: AgentStatus.Answered, Text: "yes" });
    }
}
#endregion

#region effect-workflow
public sealed class PayNow(Toolbox toolbox) : Workflow
{
    public async Durable<string> Run(Payment payment)
    {
        await Carry.OpenAccount(new("treasury"), new() { Money = 1_000_000 });
        var arguments = System.Text.Json.JsonSerializer.Serialize(payment, Json);
        var result = await Carry.Out(toolbox, new CallRequest(Number: 1, "pay", arguments) { Account = new("treasury") });
        return result.Status switch
        {
            EffectStatus.Succeeded => result.Json,
            EffectStatus.InDoubt => "somebody has to look",
            _ => $"no: {result.Reason}",
        };
    }

    static readonly System.Text.Json.JsonSerializerOptions Json = new(System.Text.Json.JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    };
}
#endregion

/// <summary>Steps that keep books of their own.</summary>
public sealed class Bookkeeping(IBank bank) : Workflow
{
    public async Durable<string> Run(Payment payment) => await Pay(payment.Invoice, payment.Amount);

    async Durable<string> Pay(string invoice, decimal amount)
    {
        #region step-commits
        return await Step(async step =>
        {
            var isNew = await step.TransactAsync(tx => Note(tx, "INSERT INTO payment VALUES (@key, 'started') ON CONFLICT DO NOTHING") == 1);
            if (!isNew && await bank.FindAsync(step.IdempotencyKey, step.CancellationToken) is { } found) return found;   // an attempt before this one was cut off
            var receipt = await bank.PayAsync(invoice, amount, step.IdempotencyKey, step.CancellationToken);
            step.CommitWithResult(tx => Note(tx, "UPDATE payment SET phase = 'paid' WHERE key = @key"));               // with the result, or not at all
            return receipt;
        });
        #endregion
    }

    static int Note(StepTransaction tx, string sql)
    {
        using var command = tx.Connection.CreateCommand();
        command.CommandText = sql;
        var key = command.CreateParameter();
        (key.ParameterName, key.Value) = ("@key", tx.IdempotencyKey);
        command.Parameters.Add(key);
        return command.ExecuteNonQuery();
    }
}
