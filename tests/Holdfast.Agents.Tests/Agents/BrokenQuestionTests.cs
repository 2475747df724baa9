using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Questions to the model that fail before any model is asked.</summary>
public sealed class BrokenQuestionTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    sealed class Clock : TimeProvider
    {
        public Exception? Error { get; set; }

        public override DateTimeOffset GetUtcNow() => Error is { } error ? throw error : base.GetUtcNow();
    }

    public static TheoryData<Exception> Errors { get; } = [new TimeoutException(), new ArgumentOutOfRangeException("value"), new InvalidOperationException()];

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Whatever_a_question_fails_with_the_agent_goes_on(Exception error)
    {
        var clock = new Clock();
        var model = new ScriptedModel(static _ => ScriptedReply.Say("fine"));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(new Bank()).AddSingleton(services => new ClerkDefinition(
                new(new Model("scripted", model)), BankTools.Make(services, toolbox: new() { TimeProvider = clock }))
            { ModelRetry = new() { FirstDelay = TimeSpan.FromMilliseconds(1), MaxAttempts = 2 } });
            builder.AddAgent<Clerk>();
        });
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()), key: "clerk");
        clock.Error = error;
        await run.SendAsync(new("first") { Id = "1" });
        var deadline = DateTime.UtcNow + Desk.Patience;
        while ((await run.QueryAsync(a => a.Answers)).Count == 0)
        {
            var info = await run.GetInfoAsync();
            Assert.True(info.Status == RunStatus.Running && DateTime.UtcNow < deadline, $"{info.Status}: {info.Waiting}");
            await Task.Delay(5);
        }
        Assert.Equal(AgentStatus.NoModel, (await run.QueryAsync(a => a.Answers))[0].Status);
        clock.Error = null;
        await run.SendAsync(new("second"));
        await run.SendAsync(new("") { IsEnd = true });
        Assert.Equal(new AgentAnswer(AgentStatus.Answered, "fine"), await desk.ResultAsync<AgentAnswer>(run));
        Assert.Equal(["first", "second"], (await desk.Client.ReadConversationAsync(run.Id)).OfType<UserMessage>().Select(static m => m.Text));
        Assert.Equal(2, Assert.Single(model.Calls).Messages.Count);
    }

    [Fact]
    public void Settings_with_which_no_question_can_be_asked_are_refused()
    {
        var (models, box) = (new ModelChain(new Model("scripted", new ScriptedModel())), new Toolbox(new Gate([], []), [], new ServiceCollection().BuildServiceProvider()));
        var half = Assert.Throws<ArgumentException>(() => new AgentDefinition("Be kind.\ud83d", models, box));
        Assert.Equal("instructions", half.ParamName);
        Assert.Contains("half of a surrogate pair at character 8", half.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new ClerkDefinition(models, box) { ModelRetry = null! });
        Assert.Throws<ArgumentNullException>(() => new ClerkDefinition(models, box) { ModelOptions = null! });
        Assert.Throws<ArgumentNullException>(() => new ClerkDefinition(models, box) { ModelRates = null! });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelOptions { OutputTokensMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelOptions { OutputTokensMax = -1 });
    }
}
