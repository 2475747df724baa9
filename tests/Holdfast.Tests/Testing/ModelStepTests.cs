using Holdfast.Agents;
using Holdfast.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Testing;

/// <summary>What models say can be the result of a step, and a conversation can be alive across an await.</summary>
public sealed class ModelStepTests
{
    public sealed class Talk(IChatClient client) : Workflow
    {
        public async Durable<string> Run(string said)
        {
            List<Message> history = [new UserMessage(said, "ann"), new Note("Be brief.")];
            var hash = history[0].Hash;
            var first = await Step(step => AskAsync(history, step.CancellationToken));
            if (!first.TryToMessage(out var message, out var problem)) return problem;
            var exchange = new Exchange(message, new ToolResult(message.Calls[0].Id, "pay", "paid", IsError: false));
            await Delay(TimeSpan.FromDays(1));
            history.AddRange(exchange.Messages);
            var last = await Step(step => AskAsync(history, step.CancellationToken));
            return $"{last.Text} {last.Usage.InputTokens} {last.Attempts.Count} {hash == history[0].Hash}";
        }

        Task<ModelReply> AskAsync(List<Message> history, CancellationToken cancellation) => new Model("m", client).AskAsync(new("Pay.", history), cancellation: cancellation);
    }

    [Fact]
    public Task A_conversation_survives_wherever_the_process_dies() => CrashTest.CrashEverywhereAsync(
        static (Talk w) => w.Run("Pay."),
        new CrashPlan<ScriptedModel, string>
        {
            World = static () => new ScriptedModel(static call => call.LastText == "paid" ? ScriptedReply.Say("Done.") : ScriptedReply.Call("pay", """{"b":1,"a":2}""")),
            Configure = static (builder, model) =>
            {
                builder.Services.AddSingleton<IChatClient>(model);
                builder.AddWorkflow<Talk>();
            },
            Options = static options => options.AllowTypesFrom(typeof(ModelReply).Assembly),
            Check = static (_, said) => Assert.Equal("Done. 10 1 True", said),
        });
}
