using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Kills;

/// <summary>One run whose code ends its process must not hold all the others hostage.</summary>
public sealed class PoisonTests
{
    [Theory]
    [InlineData("turn", 3)]
    [InlineData("step", 3)]
    [InlineData("wait", 10)]
    public async Task A_run_that_kills_its_process_is_set_aside_after_as_many_deaths_as_the_evidence_takes_and_the_others_go_on(string where, int deathsMax)
    {
        using var directory = new TemporaryDirectory();
        var deaths = 0;
        while (true)
        {
            using var worker = WorkerProcess.Start(directory["jobs.db"], directory["ledger"]);
            if (await worker.ReadyAsync())
            {
                if (deaths == 0)
                {
                    worker.Tell($"poison 7 {where}");
                    await worker.Ended.WaitAsync(Runs.World.Patience);
                }
                else if (deaths >= deathsMax)
                {
                    worker.Tell("start 1");
                    await worker.AnswerAsync("start 1");
                    worker.Tell("result 1");
                    await worker.AnswerAsync("result 1 ");
                    worker.Tell("poisoned 7");
                    var answer = await worker.AnswerAsync("poisoned 7");
                    Assert.StartsWith("poisoned 7 parked: suspect", answer, StringComparison.Ordinal);
                    Assert.Equal(where != "turn", answer.Contains("(op 1)", StringComparison.Ordinal));
                    break;
                }
            }
            await worker.Ended.WaitAsync(Runs.World.Patience);
            deaths++;
            Assert.True(deaths <= deathsMax, $"still dying: {string.Join('\n', worker.Said)}");
        }
        Assert.Equal(deathsMax, deaths);
    }
}
