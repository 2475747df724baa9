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

    public sealed record Wordy([property: System.ComponentModel.Description(Words)] string Text);

    const string Words = "Ten words of which a model needs not a single one.. Ten words of which a model needs not a single one.. Ten words of which a model needs not a single one.. Ten words of which a model needs not a single one.. Ten words of which a model needs not a single one..";

    /// <summary>Asks once, with a budget that would be enough but for what is not reserved.</summary>
    async Task<(AgentAnswer Answer, Account Account)> AskedAsync(ScriptedModel model, ModelPrice? price, ModelOptions options, Spending budget)
    {
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(new Bank()).AddSingleton(static services => new Toolbox(new Gate([], []), [], services));
            builder.Services.AddSingleton(services => new ClerkDefinition(new(new Model("m", model) { Price = price }), services.GetRequiredService<Toolbox>()) { ModelOptions = options, ModelRetry = RetryPolicy.None });
            builder.AddAgent<Clerk>().AddWorkflow<TeamTests.Looks>();
        });
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Well?", budget)));
        var answer = await desk.ResultAsync<AgentAnswer>(run);
        return (answer, (await desk.ResultAsync<Account?>(await desk.Client.StartAsync((TeamTests.Looks w) => w.Run($"agent {run.Id}"))))!);
    }

    [Fact]
    public async Task The_schema_of_the_answer_is_reserved_as_what_else_is_sent()
    {
        var model = new ScriptedModel(static _ => ScriptedReply.Say("""{"text":"Yes."}"""));
        // All but the schema has fewer bytes than that.
        var (answer, account) = await AskedAsync(model, null, new() { OutputTokensMax = 1, Answer = JsonSchema.Of<Wordy>() }, new() { Tokens = Words.Length + 200 });
        Assert.Equal(AgentStatus.OutOfBudget, answer.Status);
        Assert.Empty(model.Calls);
        Assert.Equal((0L, 0L), (account.Spent.Tokens, account.Reserved.Tokens));
    }

    [Fact]
    public async Task Input_from_the_cache_may_be_dearer_than_other_input()
    {
        var model = new ScriptedModel(static _ => ScriptedReply.Say("Yes.") with { Usage = new(50, 1, 50) });
        var (answer, account) = await AskedAsync(model, new(Input: 0, Output: 0, CachedInput: 1_000_000), new() { OutputTokensMax = 1 }, new() { Money = 40 });
        Assert.Equal(AgentStatus.OutOfBudget, answer.Status);
        Assert.Empty(model.Calls);
        Assert.Equal(0m, account.Spent.Money);
    }

    [Theory]
    [InlineData(long.MaxValue, 5)]
    [InlineData(5, long.MaxValue)]
    [InlineData(long.MaxValue / 2, (long.MaxValue / 2) + 2)]
    public async Task More_tokens_than_can_be_counted_are_unknown_and_the_answer_counts(long input, long output)
    {
        var (answer, account) = await AskedAsync(new ScriptedModel(ScriptedReply.Say("Yes.") with { Usage = new(input, output, 0) }), new(1, 1), new() { OutputTokensMax = 100 }, new() { Tokens = 100_000, Money = 1 });
        Assert.Equal((AgentStatus.Answered, "Yes."), (answer.Status, answer.Text));
        Assert.True(account.Reserved is { Tokens: > 100, Money: > 0 } && account.Spent is { Tokens: 0, Money: 0 }, account.ToString());
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
