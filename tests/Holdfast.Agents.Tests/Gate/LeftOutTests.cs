using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What is not said has the value that the type begins with, and a number is the nearest one that the type has. Both must fit as what is said must.</summary>
public sealed class LeftOutTests : IDisposable
{
    public sealed class Bulk
    {
        public required string What { get; set; }

        [Range(1, 100)]
        public int Quantity { get; set; }
    }

    public enum Level { Low = 1, High = 2 }

    public sealed class Alarm
    {
        public required string Where { get; set; }

        public Level Level { get; set; }

        public Level? Before { get; set; } = Level.Low;
    }

    public sealed class Past
    {
        public Level? Before { get; set; } = (Level)7;
    }

    public struct Place
    {
        public string City { get; set; }

        public string? Street { get; set; }
    }

    public sealed record Parcel(string Number, Place To);

    public sealed record Tour(List<Place> Stops, Dictionary<string, Place>? By = null);

    public sealed record Moved(Place To = default);

    public sealed record Label([StringLength(2)] string Country = "Germany", string? Note = null);

    public sealed class Reading
    {
        public double Value { get; set; } = double.NaN;
    }

    public sealed class Tagged
    {
        [Length(1, 3)]
        public List<string> Tags { get; set; } = [];

        public string[] Names { get; set; } = [null!];
    }

    public sealed record Weighed([Range(0.0, 16777219.0)] float Grams);

    public sealed record Share([Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)] double Part);

    public sealed class Methods
    {
        [Tool(EffectKind.Pure), Description("Repeats.")]
        public static int Repeat(string text, [Range(1, 9)] int times = 0) => text.Length * times;
    }

    public sealed class Shy
    {
        public string Name { get => throw new InvalidOperationException("canary"); set => _ = value; }
    }

    /// <summary>What its own code makes of what was said, nobody has checked.</summary>
    public sealed record Nulled(string Name)
    {
        public string Name { get; init; } = Name.Length == 0 ? Name : null!;
    }

    static readonly Tool<Parcel> Send = new("parcel", 1, "Sends.");

    static readonly Tool<Weighed> Weigh = new("weighed", 1, "Weighs.");

    static readonly Gate TheGate = Made();

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static Gate Made()
    {
        var tools = new List<Tool>();
        var rules = new List<Policy>();
        Add(Send);
        Add(Weigh);
        Add(new Tool<Bulk>("bulk", 1, "Orders."));
        Add(new Tool<Alarm>("alarm", 1, "Warns."));
        Add(new Tool<Past>("past", 1, "Warns."));
        Add(new Tool<Tour>("tour", 1, "Goes."));
        Add(new Tool<Moved>("moved", 1, "Goes."));
        Add(new Tool<Label>("label", 1, "Prints."));
        Add(new Tool<Reading>("reading", 1, "Reads."));
        Add(new Tool<Tagged>("tagged", 1, "Tags."));
        Add(new Tool<Share>("share", 1, "Shares."));
        Add(new Tool<Shy>("shy", 1, "Hides."));
        Add(new Tool<Nulled>("nulled", 1, "Loses."));
        Add((Tool<MethodArguments>)ToolMethods.Of<Methods>()[0].Tool);
        return new(tools, rules);

        void Add<T>(Tool<T> tool)
            where T : notnull
        {
            tools.Add(tool);
            rules.Add(tool.Admit(tool.Name, static _ => true));
        }
    }

    [Theory]
    [InlineData("bulk", """{"what":"x"}""", "/quantity must be at least 1")]
    [InlineData("alarm", """{"where":"x"}""", "/level must be one of Low, High")]
    [InlineData("past", "{}", "/before must be one of Low, High or null")]
    [InlineData("parcel", """{"number":"P-1","to":{}}""", "/to/city is missing")]
    [InlineData("parcel", """{"number":"P-1","to":{"street":"x"}}""", "/to/city is missing")]
    [InlineData("tour", """{"stops":[{"city":"x"},{}]}""", "/stops/1/city is missing")]
    [InlineData("tour", """{"stops":[],"by":{"car":{}}}""", "/by/car/city is missing")]
    [InlineData("moved", "{}", "/to/city is missing")]
    [InlineData("label", "{}", "/country must have at most 2 characters")]
    [InlineData("reading", "{}", "/value must be a number")]
    [InlineData("tagged", """{"tags":["x"]}""", "/names/0 must be a text")]
    [InlineData("tagged", """{"names":["x"]}""", "/tags must have at least 1 items")]
    [InlineData("repeat", """{"text":"x"}""", "/times must be at least 1")]
    [InlineData("weighed", """{"grams":16777219}""", "/grams must be at most 16777219")]
    [InlineData("share", """{"part":0.99999999999999999999}""", "/part must be less than 1")]
    [InlineData("share", """{"part":1e-28}""", null)]
    public void What_does_not_fit_goes_back_also_where_nobody_said_it(string tool, string arguments, string? flaw)
    {
        var verdict = TheGate.Decide(tool, Encoding.UTF8.GetBytes(arguments), 1);
        if (flaw is null)
        {
            Assert.Equal("admit", verdict.Arm());
            return;
        }
        Assert.Equal((GateStage.Record, "repair"), (verdict.Stage, verdict.Arm()));
        Assert.Equal([flaw], ((Repair)verdict.Taken().Content).Flaws.Select(static f => f.ToString()));
    }

    [Theory]
    [InlineData("bulk", """{"quantity":5,"what":"x"}""")]
    [InlineData("alarm", """{"level":"High","where":"x"}""")]
    [InlineData("past", """{"before":null}""")]
    [InlineData("parcel", """{"number":"P-1","to":{"city":"x"}}""")]
    [InlineData("tour", """{"by":{"car":{"city":"x"}},"stops":[{"city":"y","street":"z"}]}""")]
    [InlineData("moved", """{"to":{"city":"x"}}""")]
    [InlineData("label", """{"country":"DE"}""")]
    [InlineData("reading", """{"value":1.5}""")]
    [InlineData("tagged", """{"names":[],"tags":["x"]}""")]
    [InlineData("repeat", """{"text":"x","times":1}""")]
    [InlineData("weighed", """{"grams":16777218}""")]
    public void What_fits_is_admitted_and_its_canonical_form_too(string tool, string arguments)
    {
        var canonical = Canonical(Encoding.UTF8.GetBytes(arguments));
        Assert.Equal(Encoding.UTF8.GetString(canonical), Encoding.UTF8.GetString(Canonical(canonical)));

        byte[] Canonical(byte[] text) => ((Call)TheGate.Decide(tool, text, 0).Taken().Content).CanonicalArguments();
    }

    public sealed class Wishes
    {
        public Level? Level { get; set; } = LeftOutTests.Level.High;

        public string? Note { get; set; }
    }

    public sealed record Wished(int? Count = 3, string? Note = null)
    {
        public int? More { get; init; } = Count;
    }

    [Theory]
    [InlineData("""{"level":null}""", """{"level":null}""")]
    [InlineData("""{"level":null,"note":null}""", """{"level":null}""")]
    [InlineData("{}", """{"level":"High"}""")]
    public void Null_is_said_where_what_is_left_out_is_something_else(string text, string canonical)
    {
        var tool = new Tool<Wishes>("wishes", 1, "Wishes.");
        var gate = new Gate([tool], [tool.Admit("all", static _ => true)]);
        var call = (Call)gate.Decide("wishes", Encoding.UTF8.GetBytes(text), 0).Taken().Content;
        Assert.Equal(canonical, Encoding.UTF8.GetString(call.CanonicalArguments()));
        Assert.True(((Call)gate.Decide("wishes", call.CanonicalArguments(), 0).Taken().Content).Is(tool, out var again));
        Assert.Equal(((Wishes)call.Arguments).Level, again.Level);
    }

    [Theory]
    [InlineData("""{"count":null}""", """{"count":null,"more":null}""")]
    [InlineData("""{"count":2,"more":null}""", """{"count":2,"more":null}""")]
    [InlineData("{}", """{"count":3,"more":3}""")]
    public void Null_is_said_where_a_default_is_something_else(string text, string canonical)
    {
        var tool = new Tool<Wished>("wished", 1, "Wishes.");
        var gate = new Gate([tool], [tool.Admit("all", static _ => true)]);
        var call = (Call)gate.Decide("wished", Encoding.UTF8.GetBytes(text), 0).Taken().Content;
        Assert.Equal(canonical, Encoding.UTF8.GetString(call.CanonicalArguments()));
        Assert.Equal(call.Arguments, ((Call)gate.Decide("wished", call.CanonicalArguments(), 0).Taken().Content).Arguments);
    }

    [Fact]
    public void A_property_that_throws_refuses()
    {
        var verdict = TheGate.Decide("shy", "{}"u8, 1);
        Assert.Equal((GateStage.Record, "refuse"), (verdict.Stage, verdict.Arm()));
        Assert.DoesNotContain("canary", (string)verdict.Taken().Content, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_json_is_an_error_of_the_code_that_made_it()
    {
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(static () => TheGate.Try(new Tool<Reading>("reading", 1, "Reads."), new())).Message, StringComparison.Ordinal);
        Assert.Contains("null", Assert.Throws<ArgumentException>(static () => TheGate.Try(new Tool<Tagged>("tagged", 1, "Tags."), new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_literal_that_the_type_makes_one_that_does_not_fit_stops_the_start()
    {
        var error = Assert.Throws<GateFormatException>(static () => new Gate([Weigh], [Policy.Parse("""{"tool":"weighed","effect":"admit","when":["grams","==",16777219]}""")]));
        Assert.Equal("/when/2", error.Pointer);
    }

    [Fact]
    public void What_cannot_be_written_is_refused_and_throws_nothing()
    {
        var judgement = Running.Judgement.Of(TheGate, new("1", "nulled", """{"name":"x"}"""), 1, null);
        Assert.Equal((Running.JudgementArm.Refuse, GateStage.Record), (judgement.Arm, judgement.Stage));
        Assert.Equal(Running.JudgementArm.Admit, Running.Judgement.Of(TheGate, new("1", "nulled", """{"name":""}"""), 1, null).Arm);
    }

    [Fact]
    public async Task A_record_that_was_asked_for_fits_also_in_what_the_model_left_out()
    {
        var script = new ScriptedModel(
            ScriptedReply.Say("""{"what":"x"}"""),
            ScriptedReply.Say("""{"what":"x","quantity":2}""").When("it is told what does not fit", static call => call.LastText.Contains("- /quantity must be at least 1\n", StringComparison.Ordinal)));
        Assert.Equal(2, (await new Model("m", script).AskAsync<Bulk>(new ModelRequest("", [new UserMessage("Order.")]))).Value.Quantity);
    }

    [Fact]
    public async Task An_agent_tells_its_model_and_does_not_ask_again()
    {
        var script = new ScriptedModel(
            ScriptedReply.Call("parcel", """{"number":"P-1","to":{}}"""),
            ScriptedReply.Call("nulled", """{"name":"x"}""").When("it is told what is missing", static call => call.LastText.Contains("/to/city is missing", StringComparison.Ordinal)),
            ScriptedReply.Say("Sorry."));
        var nulled = new Tool<Nulled>("nulled", 1, "Loses.");
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new ClerkDefinition(
                new(new Model("scripted", script)),
                new(new Gate([Send, nulled], [Send.Admit("send", static _ => true), nulled.Admit("lose", static _ => true)]), [Send.Pure(static p => p.Number), nulled.Pure(static n => n.Name)], services))
            { ModelRetry = RetryPolicy.None });
            builder.AddAgent<Clerk>();
        });
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Send P-1.")));
        Assert.Equal("Sorry.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        script.ExpectDone();
    }
}
