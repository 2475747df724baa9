using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What stays reserved after models that failed: of those of which nobody knows what they did, and of no other.</summary>
public sealed class ModelSpendingTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static Exception Failure(string kind) => kind switch
    {
        "429" => new HttpRequestException("busy", null, HttpStatusCode.TooManyRequests),
        "refused" => new HttpRequestException(HttpRequestError.ConnectionError, "nobody listens"),
        "500" => new HttpRequestException("down", null, HttpStatusCode.InternalServerError),
        _ => new HttpRequestException(HttpRequestError.ResponseEnded, "cut off"),
    };

    [Theory]
    [InlineData("429", 0)]
    [InlineData("refused", 0)]
    [InlineData("500", 1)]
    [InlineData("cut off", 1)]
    public async Task Only_what_may_have_been_used_stays_reserved(string kind, int kept)
    {
        var (busy, answers, spare) = (new ScriptedModel(_ => ScriptedReply.Fail(Failure(kind))), new ScriptedModel(ScriptedReply.Say("Yes.")), new ScriptedModel());
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(new Bank()).AddSingleton(services => BankTools.Make(services));
            builder.Services.AddSingleton(services => new ClerkDefinition(new ModelChain(Priced("busy", busy), Priced("answers", answers), Priced("spare", spare)), services.GetRequiredService<Toolbox>()));
            builder.AddAgent<Clerk>();
        });
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Well?")));
        Assert.Equal("Yes.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Single(busy.Calls);
        // Tokens and money of the model that failed; what the second one took is known, and the third was not asked.
        Assert.Equal((kept, kept, 0L, 15L), await desk.Client.TransactAsync(static tx => (
            (int)Long(tx, "SELECT COUNT(*) FROM agents_reservation WHERE unit = 1 AND amount > 0"), (int)Long(tx, "SELECT COUNT(*) FROM agents_reservation WHERE unit = 2 AND amount > 0"),
            Long(tx, "SELECT COUNT(*) FROM agents_reservation WHERE unit = 4"), Long(tx, "SELECT spent FROM agents_budget WHERE unit = 1"))));
        Assert.Equal(0, await desk.Client.TransactAsync(static tx => Long(tx, "SELECT b.reserved - COALESCE((SELECT SUM(amount) FROM agents_reservation r WHERE r.unit = 1), 0) FROM agents_budget b WHERE b.unit = 1")));
    }

    static Model Priced(string name, ScriptedModel model) => new(name, model) { Price = new(Input: 1, Output: 2) };

    static long Long(StoreTransaction transaction, string text)
    {
        using var command = transaction.Connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = text;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
