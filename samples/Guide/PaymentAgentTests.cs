using Holdfast.Agents;

namespace Guide;

/// <summary>Tests of an agent as its authors write them; the attribute of their framework goes above.</summary>
public static class PaymentAgentTests
{
    #region test-script
    public static async Task WhatIsUnderEmbargoIsNotPaid()
    {
        var script = new ScriptedModel(
            ScriptedReply.Call("pay", """{"invoice":"INV-00017","amount":20,"currency":"EUR","country":"XA"}"""),
            ScriptedReply.Say("I could not pay it.").After("The rule 'embargo' refuses this call of pay."));
        List<Message> history = [];

        var said = await PaymentAgent.TurnAsync(new(new Model("script", script)), history, "Pay INV-00017.");

        Expect(said == "I could not pay it.");
        script.ExpectDone();                                       // the agent has asked for all of it
    }
    #endregion

    #region test-nonsense
    public static async Task NonsenseDoesNotSpoilTheConversation()
    {
        var script = new ScriptedModel(
            ScriptedReply.Call("pay", """{"invoice":"INV-0"""),
            ScriptedReply.Call("pay now!", "{}"),
            ScriptedReply.Fail(new HttpRequestException("busy", null, System.Net.HttpStatusCode.TooManyRequests)),
            ScriptedReply.Say("Sorry."));
        var models = new ModelChain(new Model("first", script), new Model("second", new ScriptedModel(ScriptedReply.Say("Hello from the other one."))));
        List<Message> history = [];

        Expect(await PaymentAgent.TurnAsync(models, history, "Pay INV-00017.") == "Hello from the other one.");
        Expect(history is [UserMessage, Note, Note, AssistantMessage { Calls: [] }]);
    }
    #endregion

    #region test-function
    public static ScriptedModel Payer => new(call => call.LastText switch
    {
        "paid" => ScriptedReply.Say("Done."),
        _ => ScriptedReply.Call("pay", $$"""{"invoice":"INV-{{call.Number:00000}}","amount":20,"currency":"EUR","country":"DE"}"""),
    });
    #endregion

    #region test-record
    public static async Task RecordAsync(ModelChain models, ModelRequest request, TextWriter file)
    {
        var reply = await models.AskAsync(request);
        new Cassette(RecordedCall.Of(request, reply)).Write(file);
    }
    #endregion

    #region test-play
    public static ModelChain Played(TextReader file) => new(new Model("cassette", new CassetteModel(Cassette.Read(file))));
    #endregion

    static void Expect(bool holds)
    {
        if (!holds) throw new InvalidOperationException("The test's expectation does not hold.");
    }
}
