using Holdfast.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Testing;

/// <summary>What users' tests stand on: time that takes none, stubbed steps, and deaths.</summary>
public sealed class TestEngineTests
{
    public sealed record Order(string Item, int Cents);

    public interface IShop
    {
        Task<string> ReserveAsync(string item);

        Task<int> ChargeAsync(int cents, string key);
    }

    public sealed class Buys(IShop shop) : Workflow
    {
        public static readonly Signal<bool> Approved = new("approved");

        public async Durable<string> Run(Order order)
        {
            var reservation = await Step(() => shop.ReserveAsync(order.Item));
            if (!await Receive(Approved)) return "refused";
            await Delay(TimeSpan.FromDays(30));
            var charged = await Step(step => shop.ChargeAsync(order.Cents, step.IdempotencyKey));
            return $"{reservation}: {charged} cents";
        }
    }

    public sealed class Calls : Workflow
    {
        public async Durable<int> Run() => await Call<int>("elsewhere", 5) + await Transaction(tx => 1, new() { Label = "row" });
    }

    public sealed class Hangs : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                return await Step(async step =>
                {
                    await Task.Delay(Timeout.Infinite, step.CancellationToken);
                    return "?";
                }, new() { Timeout = TimeSpan.FromHours(2), Retry = RetryPolicy.None, Label = "hangs" });
            }
            catch (TimeoutException error)
            {
                return error.Message;
            }
        }
    }

    sealed class Shop : IShop
    {
        public List<string> Charged { get; } = [];

        public Task<string> ReserveAsync(string item) => Task.FromResult($"{item} is yours");

        public Task<int> ChargeAsync(int cents, string key)
        {
            Charged.Add(key);
            return Task.FromResult(cents);
        }
    }

    static Task<TestEngine> StartAsync(IShop shop) => TestEngine.StartAsync(builder =>
    {
        builder.Services.AddSingleton(shop);
        builder.AddWorkflow<Buys>().AddWorkflow<Calls>().AddWorkflow<Hangs>();
    });

    public sealed class Blinks : Workflow
    {
        public async Durable<int> Run()
        {
            for (var i = 0; i < 20; i++) await Delay(TimeSpan.Zero);
            return 20;
        }
    }

    [Fact]
    public async Task Timers_that_are_due_at_once_are_not_waited_for_in_vain()
    {
        await using var engine = await TestEngine.StartAsync(static builder => builder.AddWorkflow<Blinks>());
        engine.Patience = TimeSpan.FromMinutes(2);
        for (var i = 0; i < 20; i++)
        {
            var run = await engine.Client.StartAsync((Blinks w) => w.Run());
            await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
            Assert.Equal(20, await engine.ResultAsync(run));
        }
    }

    [Fact]
    public async Task Thirty_days_take_no_time()
    {
        var shop = new Shop();
        await using var engine = await StartAsync(shop);
        var run = await engine.Client.StartAsync((Buys w) => w.Run(new("lamp", 900)));
        await run.SignalAsync(Buys.Approved, true);
        Assert.Equal("lamp is yours: 900 cents", await engine.ResultAsync(run));
        Assert.Equal(new DateTimeOffset(2030, 1, 31, 0, 0, 0, TimeSpan.Zero), engine.Time.GetUtcNow(), TimeSpan.FromSeconds(1));
        Assert.Single(shop.Charged);
    }

    [Fact]
    public async Task A_run_that_only_the_test_can_move_says_what_it_waits_for()
    {
        await using var engine = await StartAsync(new Shop());
        var run = await engine.Client.StartAsync((Buys w) => w.Run(new("lamp", 900)));
        var stands = await Assert.ThrowsAsync<WorkflowStandsException>(() => engine.ResultAsync(run));
        Assert.Contains("signal 'approved'", stands.Message, StringComparison.Ordinal);
        Assert.Contains(run.Id.ToString(), stands.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_is_moved_as_far_as_the_test_says()
    {
        var shop = new Shop();
        await using var engine = await StartAsync(shop);
        var run = await engine.Client.StartAsync((Buys w) => w.Run(new("lamp", 900)));
        await run.SignalAsync(Buys.Approved, true);
        await engine.SettleAsync();
        await engine.AdvanceAsync(TimeSpan.FromDays(29));
        await engine.SettleAsync();
        Assert.Equal(RunStatus.Running, (await run.GetInfoAsync()).Status);
        Assert.Empty(shop.Charged);
        await engine.AdvanceAsync(TimeSpan.FromDays(2));
        await engine.SettleAsync();
        Assert.Equal(RunStatus.Completed, (await run.GetInfoAsync()).Status);
    }

    [Fact]
    public async Task Stubs_stand_for_steps_calls_and_transactions()
    {
        await using var engine = await StartAsync(new Shop());
        engine.StubStep("ReserveAsync", _ => "nothing");
        engine.StubStep("ChargeAsync", step => step.Attempt < 3 ? throw new InvalidOperationException("declined") : 7);
        engine.StubStep("elsewhere", _ => 40);
        engine.StubStep("row", _ => 2);
        var run = await engine.Client.StartAsync((Buys w) => w.Run(new("lamp", 900)));
        await run.SignalAsync(Buys.Approved, true);
        Assert.Equal("nothing: 7 cents", await engine.ResultAsync(run));
        Assert.Equal(42, await engine.ResultAsync(await engine.Client.StartAsync((Calls w) => w.Run())));
    }

    [Fact]
    public async Task A_stub_whose_label_no_step_has_is_told()
    {
        await using var engine = await StartAsync(new Shop());
        engine.StubStep("ReserveAsync", _ => "nothing");
        engine.StubStep("ChrageAsync", _ => 7);
        engine.StubStep("another branch", _ => 7);
        Assert.Equal(["ChrageAsync", "ReserveAsync", "another branch"], engine.UnusedStubs);
        var run = await engine.Client.StartAsync((Buys w) => w.Run(new("lamp", 900)));
        await run.SignalAsync(Buys.Approved, true);
        await engine.CrashAsync();
        await engine.EndAsync(engine.Client.GetRun(run.Id));
        Assert.Equal(["ChrageAsync", "another branch"], engine.UnusedStubs);
    }

    [Fact]
    public async Task A_stub_of_another_type_fails_its_step_and_says_so()
    {
        await using var engine = await StartAsync(new Shop());
        engine.StubStep("ReserveAsync", _ => 5);
        var run = await engine.Client.StartAsync((Buys w) => w.Run(new("lamp", 900)));
        var error = await Assert.ThrowsAsync<HoldfastException>(() => engine.ResultAsync(run));
        Assert.Contains("The stub of step 'ReserveAsync' gives a System.Int32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_hangs_is_moved_on_by_time_and_named_when_nobody_moves_it()
    {
        await using var engine = await StartAsync(new Shop());
        var run = await engine.Client.StartAsync((Hangs w) => w.Run());
        while (!(await run.GetInfoAsync()).Waiting.Contains("'hangs'", StringComparison.Ordinal)) await Task.Yield();
        engine.Patience = TimeSpan.FromMilliseconds(300);
        var error = await Assert.ThrowsAsync<TimeoutException>(() => engine.ResultAsync(run));
        Assert.Contains("'hangs'", error.Message, StringComparison.Ordinal);
        engine.Patience = TimeSpan.FromMinutes(2);
        await engine.AdvanceAsync(TimeSpan.FromHours(3));
        Assert.Contains("02:00:00", await engine.ResultAsync(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_loses_nothing_that_was_durable()
    {
        var shop = new Shop();
        await using var engine = await StartAsync(shop);
        var run = await engine.Client.StartAsync((Buys w) => w.Run(new("lamp", 900)));
        await run.SignalAsync(Buys.Approved, true);
        await engine.SettleAsync();
        await engine.CrashAsync();
        await Assert.ThrowsAsync<HoldfastException>(() => run.GetInfoAsync());
        Assert.Equal("lamp is yours: 900 cents", await engine.ResultAsync<string>(engine.Client.GetRun(run.Id)));
        Assert.Single(shop.Charged);
    }
}
