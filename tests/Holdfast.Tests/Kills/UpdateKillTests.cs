using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Kills;

/// <summary>A process is killed while updates come in. Each counts once, however often it is asked for, and always gets the same answer.</summary>
public sealed class UpdateKillTests
{
    const int Kills = 10;

    [Fact]
    public async Task Each_update_is_done_once_and_its_key_always_gets_the_same_answer()
    {
        using var directory = new TemporaryDirectory();
        var answers = new Dictionary<string, string>();
        var sent = 0;
        var repeated = 0;
        for (var kill = 0; kill <= Kills; kill++)
        {
            using var worker = WorkerProcess.Start(directory["jobs.db"], directory["ledger"]);
            Assert.True(await worker.ReadyAsync());
            // Whoever got no answer asks again, and so do some that have one.
            for (var i = 0; i < sent; i++)
            {
                if (answers.ContainsKey($"k{i}")) repeated++;
                worker.Tell($"raise 1 k{i}");
            }
            var fresh = kill == Kills ? 0 : 30;
            for (var i = 0; i < fresh; i++) worker.Tell($"raise 1 k{sent++}");
            // Killed once a good part of them, and on the last round all, were answered.
            await HeardAsync(worker, kill == Kills ? sent : sent - 15);
            if (kill < Kills)
            {
                await worker.KillAsync();
                Hear(worker);
                continue;
            }
            Hear(worker);
            worker.Tell("raised 1");
            var raised = (await worker.AnswerAsync("raised 1 "))["raised 1 ".Length..].Split(',');
            Assert.Equal(sent, raised.Length);
            Assert.Equal(sent, raised.Distinct().Count());
            // The answer that each got is the count that its own turn left.
            for (var i = 0; i < raised.Length; i++) Assert.Equal($"{i + 1}", answers[raised[i]]);
            worker.Tell("raise 1 loud!");
            await worker.AnswerAsync("error raise 1 loud!");
        }
        Assert.True(repeated > 0);

        async Task HeardAsync(WorkerProcess worker, int count)
        {
            var deadline = DateTime.UtcNow + Runs.World.Patience;
            while (worker.Said.Count(static s => s.StartsWith("raise ", StringComparison.Ordinal)) < count)
            {
                Assert.True(DateTime.UtcNow < deadline, string.Join('\n', worker.Said.Where(static s => !s.StartsWith("raise", StringComparison.Ordinal)).Take(5)));
                await Task.Delay(2);
            }
        }

        void Hear(WorkerProcess worker)
        {
            foreach (var words in worker.Said.Where(static s => s.StartsWith("raise ", StringComparison.Ordinal)).Select(static s => s.Split(' ')))
            {
                if (!answers.TryAdd(words[2], words[3])) Assert.Equal(answers[words[2]], words[3]);
            }
        }
    }
}
