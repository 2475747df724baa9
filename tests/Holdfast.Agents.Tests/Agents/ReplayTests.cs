using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Runs as tests: what a model is told is the same in every run of the same.</summary>
public sealed class ReplayTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static readonly Tool<Transfer> Pay = new("pay", 1, "Pays.");

    async Task<(AgentAnswer Answer, Cassette Cassette)> RunAsync(string file, Microsoft.Extensions.AI.IChatClient model)
    {
        await using var desk = await Desk.StartAsync(() => _files.Open(file), builder =>
        {
            builder.Services.AddSingleton(services => new ClerkDefinition(
                new(new Model("any", model)),
                new(new Gate([Pay], [Pay.Admit("pay", static _ => true)]),
                    [Pay.AtMostOnce(static (_, _) => Task.FromResult("paid"), new() { Identity = static t => t.Invoice, CostMax = static t => new() { Money = t.Amount } })], services)));
            builder.AddAgent<Clerk>();
        });
        // Another run has done A-2 before.
        var office = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay A-2.", new() { Money = 100 })));
        await desk.ResultAsync<AgentAnswer>(office);
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay A-1 twice.", new() { Money = 100 })));
        var answer = await desk.ResultAsync<AgentAnswer>(run);
        return (answer, new([.. (await desk.Client.ReadCassetteAsync(office.Id)).Calls, .. (await desk.Client.ReadCassetteAsync(run.Id)).Calls]));
    }

    /// <summary>A run that ended badly is one that people want as a test.</summary>
    [Theory]
    [InlineData(System.Net.HttpStatusCode.TooManyRequests, ModelErrorKind.RateLimited)]
    [InlineData(System.Net.HttpStatusCode.BadRequest, ModelErrorKind.Rejected)]
    public async Task A_question_that_nobody_answered_is_not_answered_when_it_is_played(System.Net.HttpStatusCode status, ModelErrorKind kind)
    {
        async Task<(AgentAnswer, Cassette)> FailAsync(string file, Microsoft.Extensions.AI.IChatClient model)
        {
            await using var desk = await Desk.StartAsync(
                () => _files.Open(file), Clerks.Asking(model, new Bank(), static (m, t) => new(m, t) { ModelRetry = new() { MaxAttempts = 2, FirstDelay = TimeSpan.FromMilliseconds(1) } }));
            var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Look.")));
            return (await desk.ResultAsync<AgentAnswer>(run), await desk.Client.ReadCassetteAsync(run.Id));
        }
        var (answer, cassette) = await FailAsync("recorded.db", new ScriptedModel(_ => ScriptedReply.Fail(new HttpRequestException("busy", null, status))));
        Assert.Equal(AgentStatus.NoModel, answer.Status);
        Assert.Equal(kind, Assert.Single(cassette.Calls).Error);
        var (again, recorded) = await FailAsync("played.db", new CassetteModel(cassette));
        Assert.Equal(AgentStatus.NoModel, again.Status);
        Assert.Contains($"{kind}", again.Text, StringComparison.Ordinal);
        Assert.Equal((cassette.Calls[0].Request, kind), (recorded.Calls[0].Request, recorded.Calls[0].Error));
    }

    [Fact]
    public async Task What_a_model_is_told_of_calls_and_accounts_names_no_run()
    {
        var model = new ScriptedModel(
            ScriptedReply.Call("pay", Clerks.Arguments(10, "A-2")),
            ScriptedReply.Say("A-2 is paid."),
            ScriptedReply.Call("pay", Clerks.Arguments()).AndCall("pay", Clerks.Arguments()).AndCall("pay", Clerks.Arguments(10, "A-2")).AndCall("pay", Clerks.Arguments(95, "A-3")),
            ScriptedReply.Say("Paid once.").When("all is told", static c => c.LastText.Contains("call 1 of this conversation", StringComparison.Ordinal)
                && c.LastText.Contains("a call of another run", StringComparison.Ordinal) && c.LastText.Contains("Your own account has not enough money", StringComparison.Ordinal)));
        var (answer, cassette) = await RunAsync("recorded.db", model);
        Assert.Equal(new AgentAnswer(AgentStatus.Answered, "Paid once."), answer);
        Assert.Equal(4, cassette.Calls.Count);
        var (again, _) = await RunAsync("played.db", new CassetteModel(cassette));
        Assert.Equal(answer, again);
    }
}
