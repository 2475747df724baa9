using Holdfast.Agents;
using Microsoft.Extensions.AI;

namespace Guide;

/// <summary>A model that pays invoices, as far as the gate lets it.</summary>
public static class PaymentAgent
{
    public const string Instructions = "Pay the invoices that you are told to pay. Ask nobody for anything else.";

    #region models-chain
    public static ModelChain Models(IChatClient first, IChatClient second) => new(
        new Model("large", first) { Price = new(Input: 3.00m, Output: 15.00m, CachedInput: 0.30m), Timeout = TimeSpan.FromSeconds(90) },
        new Model("small", second) { Price = new(Input: 0.25m, Output: 1.25m) });
    #endregion

    #region models-turn
    public static async Task<string> TurnAsync(ModelChain models, List<Message> history, string said)
    {
        history.Add(new UserMessage(said));
        for (var calls = 0; calls < 8; calls++)
        {
            var reply = await models.AskAsync(new ModelRequest(Instructions, history, PaymentGate.Gate.Tools));
            if (!reply.TryToMessage(out var message, out var problem))
            {
                history.Add(new Note(problem));                    // what was sent stays outside; the model is told what is wrong
                continue;
            }
            var exchange = new Exchange(message, [.. message.Calls.Select(Result)]);
            history.AddRange(exchange.Messages);                   // the calls and what came of each, or nothing
            if (message.Calls.Count == 0) return message.Text;
        }
        throw new TimeoutException("The model has called eight times and has not come to an end.");
    }
    #endregion

    #region models-answer
    public sealed record Summary(int Paid, int Refused, string[] Invoices);

    public static async Task<Summary> SummarizeAsync(ModelChain models, IEnumerable<Message> history)
    {
        var request = new ModelRequest("Say what was paid and what was not.", history, options: new() { OutputTokensMax = 500 });
        var answer = await models.AskAsync<Summary>(request, repairs: 2);
        return answer.Value;                                       // fits the record, or a ModelException has been thrown
    }
    #endregion

    #region models-stream
    public static async Task<ModelReply> ShowAsync(ModelChain models, ModelRequest request, TextWriter screen)
    {
        var attempt = 0;
        return await models.AskAsync(request, async (part, cancellation) =>
        {
            if (part.Attempt != attempt) await screen.WriteAsync("\n(another model begins anew)\n".AsMemory(), cancellation);
            attempt = part.Attempt;
            await screen.WriteAsync(part.Text.AsMemory(), cancellation);
        });
    }
    #endregion

    static ToolResult Result(ToolCall call)
    {
        var verdict = PaymentGate.Gate.Decide(call.Tool, System.Text.Encoding.UTF8.GetBytes(call.Arguments), repairsLeft: 1);
        return verdict.Match(
            admit: _ => new ToolResult(call.Id, call.Tool, "paid"),
            repair: repair => new ToolResult(call.Id, call.Tool, repair.Reason, IsError: true),
            needsApproval: _ => new ToolResult(call.Id, call.Tool, "Somebody has to agree first.", IsError: true),
            refuse: why => new ToolResult(call.Id, call.Tool, why, IsError: true),
            park: why => new ToolResult(call.Id, call.Tool, why, IsError: true));
    }
}
