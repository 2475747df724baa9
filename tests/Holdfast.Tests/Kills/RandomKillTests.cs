using System.Globalization;
using Holdfast.Tests.Storage;
using Xunit.Abstractions;

namespace Holdfast.Tests.Kills;

/// <summary>
/// A process under load is killed at random moments, fifty times, or <c>HOLDFAST_KILLS</c>. What it acknowledged holds; what it did shows in a file of its own.
/// </summary>
public sealed class RandomKillTests(ITestOutputHelper output)
{
    const int KillsByDefault = 50;
    const int JobsAtOnce = 2;

    /// <summary>So many jobs keep a process busy. More would only have to be finished after the last kill, which takes long where a disk is slow.</summary>
    const int OpenJobsMax = 200;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_committed_happens_again()
    {
        var seed = Environment.GetEnvironmentVariable("HOLDFAST_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var kills = Environment.GetEnvironmentVariable("HOLDFAST_KILLS") is { } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : KillsByDefault;
        output.WriteLine($"HOLDFAST_SEED={seed}, HOLDFAST_KILLS={kills}");
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        var load = new Load();
        var done = new DoneJobs(directory["ledger"]);
        for (var kill = 0; kill < kills; kill++)
        {
            using var worker = WorkerProcess.Start(directory["jobs.db"], directory["ledger"]);
            // Some kills fall into the start, some into the recovery, and most into the work, which a fresh process is slow to take up.
            var written = LengthOf(directory["ledger"]);
            if (kill % 5 != 4)
            {
                Assert.True(await worker.ReadyAsync(), string.Join('\n', worker.Said));
                worker.Tell("operate 0");
                load.Repeat(worker);
                if (kill % 5 != 3) await FeedAsync(() => LengthOf(directory["ledger"]) > written);
            }
            var end = DateTime.UtcNow + TimeSpan.FromMilliseconds(random.Next(150));
            await FeedAsync(() => DateTime.UtcNow >= end);
            await worker.KillAsync();

            // New work keeps coming to the end.
            async Task FeedAsync(Func<bool> isEnough)
            {
                var patience = DateTime.UtcNow + Runs.World.Patience;
                while (!isEnough())
                {
                    Assert.True(DateTime.UtcNow < patience, $"no step was done: {string.Join('\n', worker.Said.TakeLast(5))}");
                    if (load.Asked < done.Count() + OpenJobsMax) load.Add(worker, JobsAtOnce);
                    await Task.Delay(4);
                }
            }
            load.Hear(worker);
        }
        using (var last = WorkerProcess.Start(directory["jobs.db"], directory["ledger"]))
        {
            Assert.True(await last.ReadyAsync());
            last.Tell("operate 0");
            load.Repeat(last);
            await load.FinishAsync(last);
        }
        var ledger = await LedgerLine.ReadAsync(directory["ledger"]);
        output.WriteLine($"{kills} kills, {load.Started.Count} jobs, {load.WordsAcknowledged} messages, {ledger.Count} attempts, {ledger.Count(static l => l.Attempt > 1)} of them repeated, {load.Suspects} runs taken up again as suspects");
        Check(load, ledger, seed);
    }

    static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    static void Check(Load load, IReadOnlyList<LedgerLine> ledger, int seed)
    {
        var because = $"HOLDFAST_SEED={seed}";
        Assert.True(ledger.Any(static l => l.Attempt > 1), $"no kill cut a step off; {because}");
        var done = ledger.Where(static l => l.Name.EndsWith(".done", StringComparison.Ordinal)).Select(static l => l.Name).ToHashSet();
        foreach (var job in load.Started)
        {
            Assert.True(done.Contains($"{job}.done"), $"job {job} is lost; {because}");
            var words = load.WordsOf(job);
            Assert.True(words.SetEquals(load.Results[job].Split(',', StringSplitOptions.RemoveEmptyEntries)), $"job {job} received '{load.Results[job]}', but was sent '{string.Join(',', words)}'; {because}");
            Assert.Equal(words.Count, load.Results[job].Split(',', StringSplitOptions.RemoveEmptyEntries).Length);
        }
        foreach (var step in ledger.GroupBy(static l => l.Name))
            Assert.True(step.Select(static l => l.Key).Distinct().Count() == 1, $"{step.Key} ran under more than one key; {because}");
        foreach (var line in ledger.Where(static l => l.DueTicks > 0))
            Assert.True(line.UtcTicks >= line.DueTicks, $"{line.Name} came {TimeSpan.FromTicks(line.DueTicks - line.UtcTicks)} early; {because}");
        // From the first time that a result is seen on, its step is committed: it has one attempt that counts, and runs no more.
        var committed = new Dictionary<string, string>();
        foreach (var line in ledger)
        {
            Assert.False(committed.TryGetValue(line.Key, out var by), $"{line.Name} ran again in attempt {line.Attempt} after {by} was seen; {because}");
            foreach (var seen in line.Seen)
            {
                var key = seen[..seen.IndexOf('/', StringComparison.Ordinal)];
                if (!committed.TryAdd(key, seen)) Assert.True(committed[key] == seen, $"{key} has two results; {because}");
            }
        }
    }

    /// <summary>Counts the jobs that have written their last line, some perhaps twice.</summary>
    sealed class DoneJobs(string ledger)
    {
        long _read;
        int _count;

        public int Count()
        {
            if (!File.Exists(ledger)) return 0;
            using var file = new FileStream(ledger, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Position = _read;
            using var reader = new StreamReader(file);
            var text = reader.ReadToEnd();
            // The last line may be half written.
            text = text[..(text.LastIndexOf('\n') + 1)];
            _read += text.Length;
            return _count += text.Split('\n').Count(static line => line.Contains(".done\t", StringComparison.Ordinal));
        }
    }

    /// <summary>What the test has asked for, and what was acknowledged.</summary>
    sealed class Load
    {
        readonly HashSet<string> _words = [];
        readonly HashSet<(WorkerProcess, string Run)> _suspects = [];
        int _next;

        /// <summary>How many jobs were asked for.</summary>
        public int Asked => _next;

        public HashSet<int> Started { get; } = [];

        public int WordsAcknowledged => _words.Count;

        /// <summary>How often a run was set aside for the kills, and was taken up again.</summary>
        public int Suspects => _suspects.Count;

        public Dictionary<int, string> Results { get; } = [];

        public HashSet<string> WordsOf(int job) => [.. Enumerable.Range(0, job % 4 == 0 ? 2 : 0).Select(i => $"w{job}-{i}")];

        public void Add(WorkerProcess worker, int jobs)
        {
            for (var i = 0; i < jobs; i++) worker.Tell($"start {_next++}");
        }

        /// <summary>Asks again for everything that nobody has acknowledged yet.</summary>
        public void Repeat(WorkerProcess worker)
        {
            for (var job = 0; job < _next; job++)
            {
                if (!Started.Contains(job)) worker.Tell($"start {job}");
                else
                    foreach (var word in WordsOf(job).Except(_words)) worker.Tell($"signal {job} {word}");
            }
        }

        public void Hear(WorkerProcess worker)
        {
            foreach (var line in worker.Said)
            {
                var words = line.Split(' ');
                if (words[0] == "start") Started.Add(int.Parse(words[1], CultureInfo.InvariantCulture));
                else if (words[0] == "signal") _words.Add(words[2]);
                else if (words[0] == "suspect") _suspects.Add((worker, words[1]));
                else Assert.True(words[0] is "ready" or "result" or "info", line);
            }
        }

        public async Task FinishAsync(WorkerProcess worker)
        {
            for (var job = 0; job < _next; job++)
                if (!Started.Contains(job)) await worker.AnswerAsync($"start {job}");
            Hear(worker);
            Assert.Equal(_next, Started.Count);
            for (var job = 0; job < _next; job++)
                foreach (var word in WordsOf(job).Except(_words)) worker.Tell($"signal {job} {word}");
            for (var job = 0; job < _next; job++) worker.Tell($"result {job}");
            for (var job = 0; job < _next; job++)
            {
                worker.Tell($"info {job}");
                var answer = await worker.AnswerAsync($"result {job} ", $"info {job} ");
                Results[job] = answer[$"result {job} ".Length..];
            }
            Hear(worker);
        }
    }

    /// <summary>One attempt, as it wrote itself down.</summary>
    sealed record LedgerLine(string Name, string Key, int Attempt, long DueTicks, long UtcTicks, string[] Seen)
    {
        public static async Task<IReadOnlyList<LedgerLine>> ReadAsync(string path)
        {
            var lines = new List<LedgerLine>();
            foreach (var line in await File.ReadAllLinesAsync(path))
            {
                var fields = line.Split('\t');
                lines.Add(new(
                    fields[0], fields[1], int.Parse(fields[2], CultureInfo.InvariantCulture), long.Parse(fields[3], CultureInfo.InvariantCulture),
                    long.Parse(fields[4], CultureInfo.InvariantCulture), fields[5].Split(',', StringSplitOptions.RemoveEmptyEntries)));
            }
            return lines;
        }
    }
}
