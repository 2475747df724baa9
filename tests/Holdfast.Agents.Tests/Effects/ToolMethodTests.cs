using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Tools that are methods, and tools that are handlers by name.</summary>
public sealed class ToolMethodTests : IDisposable
{
    static readonly IReadOnlyList<Effect> Methods = ToolMethods.Of<Till>();
    static readonly Tool<Transfer> ByName = new("by_name", 1, "Transfers by a handler.");

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed class Till(Bank bank)
    {
        [Tool(EffectKind.Pure), Description("Adds up.")]
        public static decimal AddUp([Description("What to add."), Length(1, 3)] decimal[] amounts, Currency currency = Currency.EUR) => amounts.Sum();

        [Tool(EffectKind.Idempotent, Name = "pay_out", Version = 3), Description("Pays out.")]
        public async Task<Receipt> PayAsync([StringLength(10)] string invoice, [Range(1, 100)] decimal amount, string? note, EffectContext call, CancellationToken cancellation) =>
            await bank.TransferAsync(new(invoice, amount), call.IdempotencyKey, oncePerKey: true);

        [Tool(EffectKind.Reconcilable, Ask = nameof(WasSentAsync)), Description("Sends.")]
        public async ValueTask SendAsync(string invoice, EffectContext call) => await bank.TransferAsync(new(invoice, 1), call.IdempotencyKey, oncePerKey: false);

        public Task<Reconciled<object>> WasSentAsync(string invoice, EffectContext call) =>
            Task.FromResult(bank.Done.Any(r => r.Key == call.IdempotencyKey) ? Reconciled.Happened<object>(invoice) : Reconciled.DidNotHappen<object>());
    }

    public sealed class NoDescription
    {
        [Tool(EffectKind.Pure)]
        public static int Count() => 1;
    }

    public sealed class NoForm
    {
        [Tool(EffectKind.Pure), Description("Does.")]
        public static int Do(object anything) => 1;
    }

    public sealed class NobodyAsks
    {
        [Tool(EffectKind.Reconcilable), Description("Does.")]
        public static int Do(int x) => x;
    }

    public sealed class Runs(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectResult[]> Run(CallRequest[] calls)
        {
            await Carry.OpenAccount(new("till"), new() { Calls = 10 });
            var results = new List<EffectResult>();
            foreach (var call in calls) results.Add(await Carry.Out(toolbox, call with { Account = new("till") }));
            return [.. results];
        }
    }

    static Gate Gate() => new(
        [.. Methods.Select(static e => e.Tool), ByName],
        [
            Methods.Named("add_up").Admit("add", static _ => true),
            Methods.Named("pay_out").Admit("small", static a => a.Get<decimal>("amount") <= 50 && a.Get<string?>("note") != "never"),
            Policy.Parse("""{"rule":"known","tool":"send","when":["invoice","in",["A-1","A-2"]],"effect":"admit"}"""),
            ByName.Admit("by name", static _ => true),
        ]);

    [Fact]
    public void The_signature_is_the_schema()
    {
        Assert.Equal(["add_up", "pay_out", "send"], Methods.Select(static e => e.Tool.Name).Order());
        Assert.Equal(3, Methods.Named("pay_out").Version);
        var schema = Encoding.UTF8.GetString(Methods.Named("pay_out").Schema.ToJson());
        Assert.Contains("\"invoice\"", schema, StringComparison.Ordinal);
        Assert.Contains("\"maximum\":100", schema, StringComparison.Ordinal);
        Assert.DoesNotContain("cancellation", schema, StringComparison.Ordinal);
        var gate = Gate();
        Assert.Equal("admit", gate.Decide("""{"tool":"pay_out","arguments":{"invoice":"A-1","amount":20}}""").Arm());
        Assert.Equal("refuse", gate.Decide("""{"tool":"pay_out","arguments":{"invoice":"A-1","amount":20,"note":"never"}}""").Arm());
        Assert.Equal("refuse", gate.Decide("""{"tool":"pay_out","arguments":{"invoice":"A-1","amount":60}}""").Arm());
        Assert.Equal("repair", gate.Decide("""{"tool":"pay_out","arguments":{"invoice":"A-1","amount":101}}""", 1).Arm());
        Assert.Equal("repair", gate.Decide("""{"tool":"pay_out","arguments":{"amount":1}}""", 1).Arm());
        Assert.Equal("repair", gate.Decide("""{"tool":"add_up","arguments":{"amounts":[]}}""", 1).Arm());
        Assert.Equal("admit", gate.Decide("""{"tool":"send","arguments":{"invoice":"A-2"}}""").Arm());
        Assert.Equal("refuse", gate.Decide("""{"tool":"send","arguments":{"invoice":"A-3"}}""").Arm());
        // Calls that are the same have the same bytes, whatever their order.
        var one = (Call)gate.Decide("""{"tool":"pay_out","arguments":{"amount":20.0,"invoice":"A-1"}}""").Taken().Content;
        Assert.Equal("""{"amount":20,"invoice":"A-1"}""", Encoding.UTF8.GetString(one.CanonicalArguments()));
    }

    [Theory]
    [InlineData(typeof(NoDescription), "without a [Description]")]
    [InlineData(typeof(NoForm), "Do.anything")]
    [InlineData(typeof(NobodyAsks), "set Ask")]
    [InlineData(typeof(Bank), "No public method")]
    public void What_cannot_be_a_tool_is_refused_by_name(Type type, string why)
    {
        var refused = Assert.Throws<System.Reflection.TargetInvocationException>(() => typeof(ToolMethods).GetMethod("Of")!.MakeGenericMethod(type).Invoke(null, null));
        Assert.Contains(why, Assert.IsType<ArgumentException>(refused.InnerException).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Methods_and_handlers_are_carried_out_through_the_ledger()
    {
        var bank = new Bank();
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(bank).AddSingleton<Till>();
            builder.Services.AddSingleton(services => new Toolbox(Gate(), [.. Methods, ByName.Calls(EffectKind.Idempotent, "transfer")], services));
            builder.AddStep<Transfer, Receipt>("transfer", (transfer, step) => bank.TransferAsync(transfer, step.IdempotencyKey, oncePerKey: true));
            builder.AddWorkflow<Runs>();
        });
        CallRequest[] calls =
        [
            new(1, "add_up", """{"amounts":[1,2.5]}"""), new(2, "pay_out", """{"invoice":"A-1","amount":20}"""), new(3, "send", """{"invoice":"A-1"}"""), new(4, "by_name", """{"invoice":"A-9","amount":7}"""),
            new(5, "by_name", """{"invoice":"A-9","amount":7}"""),
        ];
        var results = await desk.ResultAsync<EffectResult[]>(await desk.Client.StartAsync((Runs w) => w.Run(calls)));
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Succeeded, EffectStatus.Succeeded, EffectStatus.Succeeded, EffectStatus.Refused], results.Select(static r => r.Status));
        Assert.Equal("3.5", results[0].Json);
        Assert.Contains("\"amount\":7", results[3].Json, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(GateStage.Idempotency, results[4].Stage);
        Assert.Equal([20m, 1m, 7m], bank.Done.Select(static r => r.Amount));
    }
}
