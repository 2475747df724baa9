using System.Globalization;
using Holdfast.Agents;
using Microsoft.Extensions.AI;

namespace Holdfast.Simulation.Flows;

/// <summary>What an errand's agent knows.</summary>
public sealed class ErrandState
{
    public List<string> Results { get; set; } = [];
}

/// <summary>An agent that runs one errand: its model proposes calls of each kind, by code and by handlers, one that a person has to agree to, one of a tool that there is not, and by its value one that cannot be read.</summary>
public sealed class Errand(ErrandDefinition definition) : Agent<ErrandState>(definition)
{
    public const string Done = "It is done.";

    [Query]
    public IReadOnlyList<string> Results => State.Results;

    protected override void OnResult(ToolCall call, EffectResult result) => State.Results.Add($"{call.Tool} {result.Status}");

    public static AgentStart StartFor(int value) => AgentStart.Ask(string.Create(CultureInfo.InvariantCulture, $"errand {value}"), new() { Calls = 20, Tokens = 10_000_000 });

    /// <summary>Whether its first answer cannot be read.</summary>
    public static bool Stammers(int value) => value % 3 == 0;

    /// <summary>Whether the operator agrees to what it asks for.</summary>
    public static bool IsAgreedTo(int value) => value % 4 != 0;

    /// <summary>The number of each of its calls in its run.</summary>
    public static int NumberOf(int value, int call) => call + (Stammers(value) ? 1 : 0);
}

public sealed class ErrandDefinition : AgentDefinition
{
    public ErrandDefinition(Desk desk, Toolbox toolbox, TimeProvider time) : base("You run errands.", Chain(desk, time), toolbox) =>
        (LookTime, ApprovalTime, MessagesMax) = (TimeSpan.FromSeconds(20), TimeSpan.FromDays(365), 100);

    static ModelChain Chain(Desk desk, TimeProvider time) => new(
        new Model("busy", new ErrandModel(desk, isBusy: true, Answer)) { Clock = time }, new Model("patient", new ErrandModel(desk, isBusy: false, Answer)) { Clock = time });

    static ScriptedReply Answer(ScriptedCall call, int value, int results)
    {
        string With(int more) => string.Create(CultureInfo.InvariantCulture, $$"""{"value":{{value + more}}}""");
        return results switch
        {
            0 when Errand.Stammers(value) && call.Messages.Count == 1 => ScriptedReply.Call(Tools.ByKey.Name, "{\"value\":"),
            0 => ScriptedReply.Call(Tools.ByKey.Name, With(0)).AndCall(Tools.Once.Name, With(1)).AndCall("nobody_has", With(2)),
            3 => ScriptedReply.Call(Tools.ByAsking.Name, With(3)).AndCall(Tools.Agreed.Name, With(4)),
            5 => ScriptedReply.Call(Tools.HandledOnce.Name, With(5)).AndCall(Tools.HandledByKey.Name, With(6)).AndCall(Tools.Looked.Name, With(7)),
            _ => ScriptedReply.Say(Errand.Done),
        };
    }
}

/// <summary>What the model says depends on the conversation alone, so one that is asked again says the same.</summary>
/// <param name="desk">The world outside.</param>
/// <param name="isBusy">Whether it often says that it is.</param>
/// <param name="answer">What it says: by the call, the number in the question, and how many results there are.</param>
sealed class ErrandModel(Desk desk, bool isBusy, Func<ScriptedCall, int, int, ScriptedReply> answer) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        await desk.MayDieAsync("before the model answers");
        var response = await new ScriptedModel(Answer).GetResponseAsync(messages, options, cancellationToken);
        await desk.MayDieAsync("after the model has answered");
        return response;
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Nobody listens to errands.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    ScriptedReply Answer(ScriptedCall call)
    {
        var value = int.Parse(call.Messages[0].Text.Split(' ')[1], CultureInfo.InvariantCulture);
        var results = call.Messages.Sum(static m => m.Contents.OfType<FunctionResultContent>().Count());
        if (isBusy && (value + results) % 2 == 0) return ScriptedReply.Fail(new HttpRequestException("Too many requests.", null, System.Net.HttpStatusCode.TooManyRequests));
        return answer(call, value, results);
    }
}
