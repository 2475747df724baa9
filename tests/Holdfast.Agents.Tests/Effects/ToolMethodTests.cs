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

    public sealed class Costly(Bank bank)
    {
        [Tool(EffectKind.Idempotent, Identity = nameof(invoice), CostMax = nameof(CostOf), TimeoutSeconds = 5), ToolRate("payments", 2, 3600), Description("Pays.")]
        public Task<Receipt> PayAsync(string invoice, [Range(1, 100)] decimal amount, EffectContext call) => bank.TransferAsync(new(invoice, amount), call.IdempotencyKey, oncePerKey: true);

        public static Spending CostOf(string invoice, decimal amount) => new() { Money = amount };

        [Tool(EffectKind.Idempotent, MayRepeat = true), Description("Rings.")]
        public static int Ring(int times) => times;
    }

    public static class Wrong
    {
        public sealed class NoTime
        {
            [Tool(EffectKind.Pure, TimeoutSeconds = 0), Description("Does.")]
            public static int Do(int x) => x;
        }

        public sealed class NoParameter
        {
            [Tool(EffectKind.Idempotent, Identity = "invoice"), Description("Does.")]
            public static int Do(int x) => x;
        }

        public sealed class NothingToRepeat
        {
            [Tool(EffectKind.ReadOnly, MayRepeat = true), Description("Does.")]
            public static int Do(int x) => x;
        }

        public sealed class OnceAndTwice
        {
            [Tool(EffectKind.Idempotent, Identity = "x", MayRepeat = true), Description("Does.")]
            public static int Do(int x) => x;
        }

        public sealed class NoCost
        {
            [Tool(EffectKind.Idempotent, CostMax = nameof(CostOf)), Description("Does.")]
            public static int Do(int x) => x;

            public static Spending CostOf(long x) => new() { Money = x };
        }

        public sealed class Never
        {
            [Tool(EffectKind.Idempotent), ToolRate("never", 0, 1), Description("Does.")]
            public static int Do(int x) => x;
        }
    }

    [Fact]
    public void What_attributes_say_that_cannot_be_is_found_at_the_start()
    {
        Func<IReadOnlyList<Effect>>[] wrong =
        [
            ToolMethods.Of<Wrong.NoTime>, ToolMethods.Of<Wrong.NoParameter>, ToolMethods.Of<Wrong.NothingToRepeat>, ToolMethods.Of<Wrong.OnceAndTwice>, ToolMethods.Of<Wrong.NoCost>, ToolMethods.Of<Wrong.Never>,
        ];
        string[] says = ["0 seconds", "the parameter 'invoice', and has x", "neither Identity nor MayRepeat", "may do it twice", "'CostOf'", "could never be called"];
        foreach (var (make, text) in wrong.Zip(says)) Assert.Contains(text, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_give_a_method_its_identity_its_cost_and_its_rate()
    {
        var methods = ToolMethods.Of<Costly>();
        var bank = new Bank();
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(bank).AddSingleton<Costly>().AddSingleton(services => new Toolbox(
                new Gate(methods.Select(static e => e.Tool), [methods.Named("pay").Admit("pay", static _ => true), methods.Named("ring").Admit("ring", static _ => true)]), methods, services));
            builder.AddWorkflow<Spends>();
        });
        static CallRequest Pay(int number, string invoice, int amount) => new(number, "pay", $$"""{"invoice":"{{invoice}}","amount":{{amount}}}""");
        CallRequest[] calls =
        [
            Pay(1, "A-1", 60), Pay(2, "A-1", 10), Pay(3, "A-2", 50), Pay(4, "A-3", 30), Pay(5, "A-4", 1), new(6, "ring", """{"times":2}"""), new(7, "ring", """{"times":2}"""),
        ];
        var results = await desk.ResultAsync<EffectResult[]>(await desk.Client.StartAsync((Spends w) => w.Run(calls)));
        Assert.Equal(
            [null, GateStage.Idempotency, GateStage.Budget, null, GateStage.Rate, null, null],
            results.Select(static r => r.Stage));
        Assert.Equal([60m, 30m], bank.Done.Select(static d => d.Amount));
    }

    public sealed class Spends(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectResult[]> Run(CallRequest[] calls)
        {
            await Carry.OpenAccount(new("till"), new() { Money = 100 });
            var results = new List<EffectResult>();
            foreach (var call in calls) results.Add(await Carry.Out(toolbox, call with { Account = new("till") }));
            return [.. results];
        }
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
