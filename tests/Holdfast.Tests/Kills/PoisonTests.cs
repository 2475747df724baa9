using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Kills;

/// <summary>One run whose code ends its process must not hold all the others hostage.</summary>
public sealed class PoisonTests
{
    [Theory]
    [InlineData("turn")]
    [InlineData("step")]
    [InlineData("wait")]
    public async Task A_run_that_kills_its_process_is_set_aside_after_three_deaths_and_the_others_go_on(string where)
    {
        using var directory = new TemporaryDirectory();
        var deaths = 0;
        while (true)
        {
            using var worker = WorkerProcess.Start(directory["jobs.db"], directory["ledger"], crashesMax: 3);
            if (await worker.ReadyAsync())
            {
                if (deaths == 0)
                {
                    worker.Tell($"poison 7 {where}");
                    await worker.Ended.WaitAsync(Runs.World.Patience);
                }
                else if (deaths >= 3)
                {
                    worker.Tell("start 1");
                    await worker.AnswerAsync("start 1");
                    worker.Tell("result 1");
                    await worker.AnswerAsync("result 1 ");
                    worker.Tell("poisoned 7");
                    Assert.StartsWith("poisoned 7 parked: suspect", await worker.AnswerAsync("poisoned 7"), StringComparison.Ordinal);
                    break;
                }
            }
            await worker.Ended.WaitAsync(Runs.World.Patience);
            deaths++;
            Assert.True(deaths <= 3, $"still dying: {string.Join('\n', worker.Said)}");
        }
        Assert.Equal(3, deaths);
    }
}
