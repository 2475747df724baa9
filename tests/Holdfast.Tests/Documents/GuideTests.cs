using Guide;
using Holdfast.Agents;

namespace Holdfast.Tests.Documents;

/// <summary>The workflows that the documents show do what the documents say.</summary>
public sealed class GuideTests
{
    [Fact]
    public async Task A_refund_waits_for_its_approval_and_is_paid()
    {
        await using var world = await GuideWorld.StartAsync(typeof(Refund));
        var request = new RefundRequest("r-1", "ann", 250);

        var run = await world.Client.StartAsync((Refund w) => w.Run(request), key: request.Id);
        var again = await world.Client.StartAsync((Refund w) => w.Run(request), key: request.Id);
        Assert.Equal(run.Id, again.Id);
        await run.SignalAsync(Refund.Approved, new Approval(Granted: true));

        await GuideWorld.WaitingForAsync(run, "timer until 2026-01-31");
        world.Clock.Advance(TimeSpan.FromDays(31));
        var receipt = await run.ResultAsync().WaitAsync(GuideWorld.Limit);
        Assert.Equal("charge r-1", receipt.Charge);
        Assert.Equal(["refund r-1", "survey ann"], world.Other.Calls);
    }

    [Fact]
    public async Task A_refund_that_nobody_approves_is_refused()
    {
        await using var world = await GuideWorld.StartAsync(typeof(Refund));
        var run = await world.Client.StartAsync((Refund w) => w.Run(new RefundRequest("r-2", "ben", 250)));
        await GuideWorld.WaitingForAsync(run, "signal 'approved'");
        world.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Null((await run.ResultAsync().WaitAsync(GuideWorld.Limit)).Charge);
        Assert.Empty(world.Other.Calls);
    }

    [Fact]
    public async Task A_shipment_keeps_its_locals_and_catches_what_a_step_throws()
    {
        await using var world = await GuideWorld.StartAsync(typeof(Shipment));
        world.Other.Refused.Add("quote 1.0");
        var run = await world.Client.StartAsync((Shipment w) => w.Run(new Parcel("p", new[] { "cup", "pot" })));
        Assert.Equal("p/cup, p/pot: 0 none", await run.ResultAsync().WaitAsync(GuideWorld.Limit));
        Assert.Equal(["print cup", "print pot", "quote 1.0"], world.Other.Calls);
    }

    [Fact]
    public async Task A_trip_without_a_hotel_gives_its_flight_back()
    {
        await using var world = await GuideWorld.StartAsync(typeof(Trip));
        world.Other.Refused.Add("book hotel");
        var run = await world.Client.StartAsync((Trip w) => w.Run("ann"));
        var error = await Assert.ThrowsAsync<HoldfastException>(() => run.ResultAsync().WaitAsync(GuideWorld.Limit));
        Assert.Equal(HoldfastError.RunFailed, error.Error);
        Assert.Equal(["book flight", "book hotel", "cancel flight for ann"], world.Other.Calls);
    }

    [Fact]
    public async Task A_holiday_without_a_car_gives_back_hotel_and_flight()
    {
        await using var world = await GuideWorld.StartAsync(typeof(Holiday), typeof(Letters), typeof(Alarm));
        world.Other.Refused.Add("book car");
        var run = await world.Client.StartAsync((Holiday w) => w.Run("ann"));
        Assert.Equal(RunStatus.Failed, await run.WaitAsync().WaitAsync(GuideWorld.Limit));
        Assert.Equal(["book flight", "book hotel", "book car", "cancel hotel for ann", "cancel flight for ann"], world.Other.Calls);
        var letters = await world.Client.StartAsync((Letters w) => w.Run(new List<string> { "ann", "ben" }));
        Assert.Equal(2, await letters.ResultAsync().WaitAsync(GuideWorld.Limit));
        var alarm = await world.Client.StartAsync((Alarm w) => w.Run("fire"));
        Assert.Equal(RunStatus.Completed, await alarm.WaitAsync().WaitAsync(GuideWorld.Limit));
    }

    [Fact]
    public async Task Offers_run_side_by_side_with_a_scope_a_wait_and_a_child()
    {
        await using var world = await GuideWorld.StartAsync(typeof(Offers), typeof(Trip));
        var run = await world.Client.StartAsync((Offers w) => w.Run("ann"));
        await GuideWorld.WaitingForAsync(run, "signal 'wish'");
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("400 400 Paris 500: flight for ann and hotel for ann", await run.ResultAsync().WaitAsync(GuideWorld.Limit));
    }

    [Fact]
    public async Task A_notice_is_sent_and_new_runs_take_the_newest_version()
    {
        await using var world = await GuideWorld.StartAsync(typeof(Notice), typeof(Greeting), typeof(GreetingV2));
        var notice = await world.Client.StartAsync((Notice w) => w.Run("fire"));
        Assert.Equal(RunStatus.Completed, await notice.WaitAsync().WaitAsync(GuideWorld.Limit));
        Assert.Equal(["send fire"], world.Other.Calls);

        var greeting = await world.Client.StartAsync((Greeting w) => w.Run("ann"));
        await GuideWorld.WaitingForAsync(greeting, "timer");
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Good day, ann", await greeting.ResultAsync().WaitAsync(GuideWorld.Limit));
    }

    [Theory]
    [InlineData(20, "EUR", "DE", "pay INV-00017")]
    [InlineData(200, "EUR", "DE", "ask somebody, because of 'large sums'")]
    [InlineData(20, "EUR", "XA", "tell the model no: The rule 'embargo' refuses this call of pay.")]
    [InlineData(2000, "USD", "DE", "let somebody look: The rule 'dollars' parks this call of pay.")]
    [InlineData(20, "EUR", "FR", "tell the model no: No rule is about this call of pay, and what no rule admits is refused.")]
    [InlineData(20, "GBP", "DE", "tell the model: The arguments of pay are not what they must be:\n- /currency must be one of EUR, USD (1 left after that)")]
    public void A_payment_passes_the_gate_as_far_as_the_rules_let_it(int amount, string currency, string country, string what)
    {
        var proposal = $"{{\"tool\":\"pay\",\"arguments\":{{\"invoice\":\"INV-00017\",\"amount\":{amount},\"currency\":\"{currency}\",\"country\":\"{country}\"}}}}";
        Assert.Equal(what, PaymentGate.Dispose(System.Text.Encoding.UTF8.GetBytes(proposal), repairsLeft: 2));
        PaymentGate.NobodyIsPaidUnderEmbargo();
    }

    [Fact]
    public async Task An_agent_is_tested_with_a_script_and_with_a_cassette()
    {
        await PaymentAgentTests.WhatIsUnderEmbargoIsNotPaid();
        await PaymentAgentTests.NonsenseDoesNotSpoilTheConversation();
        var history = new List<Message>();
        Assert.Equal("Done.", await PaymentAgent.TurnAsync(new(new Model("payer", PaymentAgentTests.Payer)), history, "Pay INV-00001."));
        Assert.Equal(4, history.Count);

        var request = new ModelRequest("", history);
        var file = new StringWriter();
        await PaymentAgentTests.RecordAsync(PaymentAgent.Models(new ScriptedModel(ScriptedReply.Fail(new IOException())), new ScriptedModel(ScriptedReply.Say("Well done, all."))), request, file);
        var screen = new StringWriter();
        Assert.Equal("cassette", (await PaymentAgent.ShowAsync(PaymentAgentTests.Played(new StringReader(file.ToString())), request, screen)).Model);
        Assert.Equal("Well done, all.", screen.ToString());

        var summary = await PaymentAgent.SummarizeAsync(new(new Model("m", new ScriptedModel(ScriptedReply.Say("{}"), ScriptedReply.Say("""{"paid":1,"refused":0,"invoices":["INV-00001"]}""")))), history);
        Assert.Equal((1, 0, "INV-00001"), (summary.Paid, summary.Refused, summary.Invoices.Single()));
    }

    [Fact]
    public async Task A_tab_tells_what_is_owed_and_takes_orders()
    {
        await using var world = await GuideWorld.StartAsync(typeof(Tab));
        var tab = await world.Client.StartAsync((Tab w) => w.Run(new List<Line> { new("tea", 3), new("cake", 4) }));
        await GuideWorld.WaitingForAsync(tab, "signal 'close'");
        Assert.Equal("7, 13: cake", await TabDesk.Look(tab));
        await tab.SignalAsync(Tab.Close, true);
        Assert.Equal(13, await tab.ResultAsync().WaitAsync(GuideWorld.Limit));
    }
}
