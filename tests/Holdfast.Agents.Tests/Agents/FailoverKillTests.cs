using System.Text.Json;
using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>A process that is killed while the second model of a chain answers, because the first one had failed without saying what it took.</summary>
public sealed class FailoverKillTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task What_nobody_knows_stays_reserved_for_each_model_and_is_given_back_by_who_finds_out()
    {
        var asked = 0;
        await using var model = await DoubleServer.StartAsync(request => request.Format == WireFormat.OpenAi ? new() { Fault = Fault.ServerError }
            : ++asked == 1 ? DoubleReply.Say("one two three four five six") with { Fault = Fault.Hang } : DoubleReply.Say("seven"));
        using (var first = TestProcess.Start(_files["runs.db"], model.Address, null))
        {
            Assert.NotNull(await first.StandardOutput.ReadLineAsync().WaitAsync(Desk.Patience));
            first.Kill();
            await first.WaitForExitAsync();
        }
        using (var second = TestProcess.Start(_files["runs.db"], model.Address, null))
        {
            while (!JsonSerializer.Deserialize<AgentSpeech>((await second.StandardOutput.ReadLineAsync().WaitAsync(Desk.Patience))!)!.IsLast)
            {
            }
            // What is said is not yet kept.
            while (await AnsweredAsync() == 0) await Task.Delay(5);
            second.StandardInput.Close();
            await second.WaitForExitAsync().WaitAsync(Desk.Patience);
        }
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(new ScriptedModel(), new()));
        var run = (await desk.Client.FindAsync<Clerk>("watched"))!;
        Assert.Equal("seven", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        var left = new List<OpenReservation>();
        await foreach (var one in desk.Client.ReadReservationsAsync()) left.Add(one);
        // Both models of the attempt that was cut off, and the first one of that which was answered: how long that took is known.
        Assert.Equal([($"{run.Id}-model-1-1-0", true), ($"{run.Id}-model-1-1-1", true), ($"{run.Id}-model-1-2-0", false)], left.Select(static r => (r.Key, r.Amount.Time is not null)));
        Assert.All(left, static r => Assert.True(r is { IsOfModel: true, Amount.Tokens: > 4_096 }));
        foreach (var one in left) Assert.Equal(FindingReceipt.Taken, await desk.Client.SettleAsync(one, new() { Tokens = 1, Money = 0, Time = TimeSpan.Zero }, "the bill"));
        var account = (await desk.ResultAsync<Account?>(await desk.Client.StartAsync((TeamTests.Looks w) => w.Run($"agent {run.Id}"))))!;
        Assert.Equal((0L, 0m, TimeSpan.Zero, 123L), (account.Reserved.Tokens, account.Reserved.Money, account.Reserved.Time, account.Spent.Tokens));
    }

    async Task<long> AnsweredAsync() => (long)await _files.ReadAsync("runs.db", "SELECT COUNT(*) FROM agents_model WHERE reply IS NOT NULL");
}
