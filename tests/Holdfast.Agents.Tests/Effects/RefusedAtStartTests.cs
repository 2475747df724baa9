using System.ComponentModel;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Settings that mean nothing are refused when they are made, with the name of what they are settings of.</summary>
public sealed class RefusedAtStartTests : IDisposable
{
    static readonly Tool<Transfer> Pay = new("pay", 1, "Pays.");

    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<string, int, long> Rates() => new()
    {
        { "mail", 0, TimeSpan.TicksPerMinute }, { "mail", -1, TimeSpan.TicksPerMinute }, { "mail", 1, 0 }, { "mail", 1, -1 }, { "mail", 1, TimeSpan.MaxValue.Ticks }, { "mail", 1, TimeSpan.FromDays(100_000).Ticks },
        { "", 1, TimeSpan.TicksPerMinute }, { " ", 1, TimeSpan.TicksPerMinute }, { null!, 1, TimeSpan.TicksPerMinute },
    };

    static Effect Code(EffectOptions<Transfer> options) => Pay.Idempotent(static (_, _) => Task.FromResult(1), options);

    static Toolbox Box(IServiceProvider services, EffectOptions<Transfer>? options = null, ToolboxOptions? box = null) => new(new Gate([Pay], [Pay.Admit("all", static _ => true)]), [Code(options ?? new())], services, box);

    [Theory, MemberData(nameof(Rates))]
    public void A_rate_of_a_tool_that_bounds_nothing_is_refused(string name, int count, long ticks)
    {
        var refused = Assert.Throws<ArgumentException>(() => Code(new() { Rates = [new("good", 1, TimeSpan.FromSeconds(1)), new(name, count, new(ticks))] }));
        Assert.Contains("'pay'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Rates", refused.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Rates))]
    public void A_rate_of_models_that_bounds_nothing_is_refused(string name, int count, long ticks)
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var refused = Assert.Throws<ArgumentException>(() => new AgentDefinition("", new(new Model("m", new ScriptedModel())), Box(services)) { ModelRates = [new(name, count, new(ticks))] });
        Assert.Contains("ModelRates", refused.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Rates))]
    public async Task A_rate_of_a_principal_that_bounds_nothing_lets_nothing_through(string name, int count, long ticks)
    {
        var results = await CarriedAsync(null, new() { RateOfPrincipal = _ => new(name, count, new(ticks)) });
        Assert.All(results, static r => Assert.Equal((EffectStatus.Refused, GateStage.Rate), (r.Status, r.Stage!.Value)));
        Assert.Contains("RateOfPrincipal", results[0].Reason, StringComparison.Ordinal);
        Assert.Null(results[0].WaitTime);
    }

    static readonly Rate Slow = new("bank", 1, TimeSpan.FromHours(1));

    [Fact]
    public void A_rate_of_two_sizes_is_refused()
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var other = new Tool<Transfer>("other", 1, "Pays as well.");
        foreach (var size in (Rate[])[Slow with { Count = 2 }, Slow with { Time = TimeSpan.FromMinutes(1) }])
        {
            var refused = Assert.Throws<ArgumentException>(() => Both([Slow], [size]));
            foreach (var named in (string[])["'bank'", "'pay'", "'other'"]) Assert.Contains(named, refused.Message, StringComparison.Ordinal);
            Assert.Contains("'bank'", Assert.Throws<ArgumentException>(() => Both([Slow, size], [])).Message, StringComparison.Ordinal);
            Assert.Contains("'bank'", Assert.Throws<ArgumentException>(() => Definition(Both([], []), [Slow, size])).Message, StringComparison.Ordinal);
            // A name is one row of the ledger, whoever counts by it.
            Assert.Contains("'bank'", Assert.Throws<ArgumentException>(() => Definition(Both([Slow], []), [size])).Message, StringComparison.Ordinal);
        }
        Both([Slow], [new("bank", 1, TimeSpan.FromHours(1)), new("Bank", 2, TimeSpan.FromHours(1))]);
        Assert.Equal([Slow], Definition(Both([Slow], []), [Slow, new("bank", 1, TimeSpan.FromHours(1))]).ModelRates);

        Toolbox Both(Rate[] one, Rate[] two) => new(new Gate([Pay, other], []), [Code(new() { Rates = one }), other.Idempotent(static (_, _) => Task.FromResult(1), new() { Rates = two })], services);
        static AgentDefinition Definition(Toolbox box, Rate[] rates) => new("", new(new Model("m", new ScriptedModel())), box) { ModelRates = rates };
    }

    [Fact]
    public async Task A_rate_that_a_tool_names_twice_counts_once()
    {
        var results = await CarriedAsync(new EffectOptions<Transfer> { Rates = [Slow, new("bank", 1, TimeSpan.FromHours(1))] });
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Refused], results.Select(static r => r.Status));
    }

    [Fact]
    public void A_setting_of_an_agent_that_means_nothing_is_refused()
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var (models, box) = (new ModelChain(new Model("m", new ScriptedModel())), Box(services));
        foreach (var time in (TimeSpan[])[TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.FromDays(100_000)])
        {
            Refuses("ApprovalTime", () => _ = new AgentDefinition("", models, box) { ApprovalTime = time });
            Refuses("LookTime", () => _ = new AgentDefinition("", models, box) { LookTime = time });
        }
        Refuses("RoundsMax", () => _ = new AgentDefinition("", models, box) { RoundsMax = 0 });
        Refuses("RepairsMax", () => _ = new AgentDefinition("", models, box) { RepairsMax = -1 });
        Refuses("ReconcileTimes", () => _ = new AgentDefinition("", models, box) { ReconcileTimes = -1 });
        Refuses("MessagesMax", () => _ = new AgentDefinition("", models, box) { MessagesMax = 0 });
        Refuses("BytesMax", () => _ = new AgentDefinition("", models, box) { BytesMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => AgentStart.Ask("?", new() { Calls = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AgentStart { Budget = new() { Tokens = long.MaxValue } });

        static void Refuses(string name, Action make) => Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(make).ParamName);
    }

    [Fact]
    public async Task A_cost_of_less_than_nothing_is_refused_where_the_code_says_it()
    {
        Exception? thrown = null;
        var results = await CarriedAsync(services => new(
            new Gate([Pay], [Pay.Admit("all", static _ => true)]),
            [
                Pay.Idempotent((transfer, call) =>
                {
                    call.Cost = new() { Calls = 1 };
                    thrown = Record.Exception(() => call.Cost = new() { Money = -transfer.Amount });
                    return Task.FromResult(1);
                }, new()),
            ], services));
        Assert.All(results, static r => Assert.Equal(EffectStatus.Succeeded, r.Status));
        Assert.IsType<ArgumentOutOfRangeException>(thrown);
    }

    [Fact]
    public async Task Less_than_nothing_is_no_cost()
    {
        var results = await CarriedAsync(new EffectOptions<Transfer> { CostMax = static t => new() { Money = -t.Amount } });
        Assert.All(results, static r => Assert.Equal((EffectStatus.Refused, GateStage.Budget), (r.Status, r.Stage!.Value)));
        Assert.Contains("CostMax of pay", results[0].Reason, StringComparison.Ordinal);
    }

    Task<EffectResult[]> CarriedAsync(EffectOptions<Transfer>? options, ToolboxOptions? box = null) => CarriedAsync(services => Box(services, options, box));

    async Task<EffectResult[]> CarriedAsync(Func<IServiceProvider, Toolbox> box)
    {
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(_bank).AddSingleton(box);
            builder.AddWorkflow<ToolMethodTests.Runs>();
        });
        CallRequest[] calls = [.. Enumerable.Range(1, 2).Select(static n => new CallRequest(n, "pay", $$"""{"invoice":"A-1","amount":{{n}}}""") { Principal = "intern" })];
        return await desk.ResultAsync<EffectResult[]>(await desk.Client.StartAsync((ToolMethodTests.Runs w) => w.Run(calls)));
    }

    [Fact]
    public void Times_that_are_none_are_refused_by_name()
    {
        foreach (var (options, name) in new (EffectOptions<Transfer>, string)[] { (new() { Timeout = TimeSpan.Zero }, "Timeout"), (new() { SettleTime = TimeSpan.FromTicks(-1) }, "SettleTime") })
        {
            var refused = Assert.Throws<ArgumentException>(() => Code(options));
            Assert.Contains("'pay'", refused.Message, StringComparison.Ordinal);
            Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        }
        Assert.Contains("SweepTime", Assert.Throws<ArgumentOutOfRangeException>(static () => new LedgerRetention { SweepTime = TimeSpan.Zero }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_done_may_be_remembered_for_ever()
    {
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(new ScriptedModel(ScriptedReply.Call("transfer_by_key", Clerks.Arguments()), ScriptedReply.Say("Done.")), _bank, options: new() { Identity = static t => t.Invoice }));
        await desk.ResultAsync<AgentAnswer>(await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", null, null))));
        await desk.Client.PruneAsync(new Retention { Age = TimeSpan.Zero });
        var clock = new LaterClock(TimeSpan.FromDays(365_000));
        await desk.Client.SweepLedgerAsync(new() { IdentityAge = TimeSpan.MaxValue, TimeProvider = clock });
        Assert.Equal(1, await CallsAsync(desk));
        await desk.Client.SweepLedgerAsync(new() { TimeProvider = clock });
        Assert.Equal(0, await CallsAsync(desk));
    }

    sealed class LaterClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }

    static Task<long> CallsAsync(Desk desk) => desk.Client.TransactAsync(static tx =>
    {
        using var command = tx.Connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM agents_call";
        return (long)command.ExecuteScalar()!;
    });

    [Fact]
    public void Mail_and_questions_say_something()
    {
        Assert.Throws<ArgumentNullException>(static () => new AgentMail(null!));
        Assert.Throws<ArgumentNullException>(static () => new AgentMail("") with { Text = null! });
        Assert.Throws<ArgumentNullException>(static () => AgentStart.Ask(null!));
    }

    [Theory]
    [InlineData((EffectKind)0)]
    [InlineData((EffectKind)6)]
    public void A_kind_that_there_is_not_is_refused(EffectKind kind) =>
        Assert.Contains("'pay'", Assert.Throws<ArgumentException>(() => Pay.Calls(kind, "handler")).Message, StringComparison.Ordinal);

    public static class Wrong
    {
        public sealed class Nobody
        {
            [Tool(EffectKind.Idempotent), Description("Does.")]
#pragma warning disable VSTHRD100 // It is what is refused.
            public static async void Do(int x) => await Task.Delay(x);
#pragma warning restore VSTHRD100
        }

        public sealed class Stream
        {
            [Tool(EffectKind.ReadOnly), Description("Does.")]
            public static async IAsyncEnumerable<int> Do(int x, [EnumeratorCancellation] CancellationToken cancellation = default)
            {
                await Task.Delay(x, cancellation);
                yield return x;
            }
        }

        public sealed class LaterStream
        {
            [Tool(EffectKind.ReadOnly), Description("Does.")]
            public static Task<IAsyncEnumerable<int>> Do(int x) => Task.FromResult(Stream.Do(x));
        }

        public sealed class NoKind
        {
            [Tool((EffectKind)9), Description("Does.")]
            public static int Do(int x) => x;
        }

        public sealed class NoName
        {
            [Tool(EffectKind.Idempotent), ToolRate("", 1, 1), Description("Does.")]
            public static int Do(int x) => x;
        }

        public sealed class TooLong
        {
            [Tool(EffectKind.Idempotent), ToolRate("mail", 1, int.MaxValue), Description("Does.")]
            public static int Do(int x) => x;
        }
    }

    [Fact]
    public void Methods_of_which_nobody_would_hear_the_end_are_no_tools()
    {
        foreach (var (make, text) in new (Func<IReadOnlyList<Effect>>, string)[]
        {
            (ToolMethods.Of<Wrong.Nobody>, "async void"), (ToolMethods.Of<Wrong.Stream>, "IAsyncEnumerable"), (ToolMethods.Of<Wrong.LaterStream>, "IAsyncEnumerable"), (ToolMethods.Of<Wrong.NoKind>, "EffectKind"),
            (ToolMethods.Of<Wrong.NoName>, "ToolRate"), (ToolMethods.Of<Wrong.TooLong>, "ToolRate"),
        })
        {
            var refused = Assert.Throws<ArgumentException>(make);
            Assert.Contains(".Do", refused.Message, StringComparison.Ordinal);
            Assert.Contains(text, refused.Message, StringComparison.Ordinal);
        }
        Assert.Contains("'pay'", Assert.Throws<ArgumentException>(static () => Pay.Pure(static t => Task.FromResult(t.Amount))).Message, StringComparison.Ordinal);
        Assert.Contains("'pay'", Assert.Throws<ArgumentException>(static () => Pay.ReadOnly(static (t, _) => Task.FromResult(Wrong.Stream.Do(1)))).Message, StringComparison.Ordinal);
    }
}
