namespace Holdfast.Agents.Tests;

/// <summary>Rulings that say nothing a model could be told.</summary>
public sealed class RulingTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<string?, string?> Broken { get; } = new()
    {
        { "Ada", null }, { "Ada", "" }, { "Ada", "not json at all {" }, { "Ada", $"\"{new string('x', 200_000)}\"" }, { null, "1" }, { " ", "1" }, { new string('A', 2_000), "1" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void One_that_cannot_be_told_cannot_be_made(string? by, string? json)
    {
        Assert.ThrowsAny<ArgumentException>(() => new CallRuling(CallRulingKind.Happened, by!, json!));
        Assert.ThrowsAny<ArgumentException>(() => new CallRuling(CallRulingKind.Happened, "Ada") with { By = by!, Json = json! });
    }

    /// <summary>Not among the others: a test's data comes whole.</summary>
    [Fact]
    public void Half_a_character_cannot_be_told_either()
    {
        Assert.ThrowsAny<ArgumentException>(static () => new CallRuling(CallRulingKind.Happened, "Ada", "\"\ud800\""));
        Assert.ThrowsAny<ArgumentException>(static () => new CallRuling(CallRulingKind.Happened, "\ud800"));
    }

    [Fact]
    public async Task A_policy_with_such_a_ruling_has_decided_nothing_and_a_person_does()
    {
        var bank = new Bank { Middle = static _ => throw new TimeoutException() };
        var model = new ScriptedModel(ScriptedReply.Call("transfer_once", Clerks.Arguments()), ScriptedReply.Say("Done.").After("{\"receipt\":7}"));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, bank, static (m, t) => new(m, t) { RuleInDoubt = static _ => new(CallRulingKind.Happened, "policy", null!) }));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay A-1.")));
        var deadline = DateTime.UtcNow + Desk.Patience;
        CallInDoubt? doubt;
        while ((doubt = await run.QueryAsync(a => a.Doubt)) is null)
        {
            var info = await run.GetInfoAsync();
            Assert.True(info.Status == RunStatus.Running && DateTime.UtcNow < deadline, $"{info.Status}: {info.Waiting}");
            await Task.Delay(5);
        }
        Assert.True(await run.RuleAsync(doubt, new(CallRulingKind.Happened, "Ada", "{\"receipt\":7}")));
        Assert.Equal("Done.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
    }
}
