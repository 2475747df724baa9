using System.Text;
using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>The same random writes, valid and not, must mean the same to both stores.</summary>
public sealed class StoreAgreementTests : IDisposable
{
    static readonly DateTimeOffset Start = new(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);
    static readonly RunStatus[] Statuses = [RunStatus.Running, RunStatus.Running, RunStatus.Parked];

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Both_stores_answer_and_keep_the_same(int seed)
    {
        IStore[] stores = [new MemoryStore(), Open()];
        var random = new Random(seed);
        // The numbers of runs may differ: a store may leave one out where nothing was created.
        List<(RunId Id, RunKey Key)>[] runs = [[], []];
        try
        {
            var epoch = await AcquireAsync(stores);
            for (var round = 0; round < 120; round++)
            {
                if (round % 40 == 39)
                {
                    await stores[1].DisposeAsync();
                    stores[1] = Open();
                    epoch = await AcquireAsync(stores);
                }
                var size = random.Next(1, 12);
                var choices = random.Next();
                var answers = new string[2];
                for (var i = 0; i < 2; i++)
                {
                    var writes = await new Generator(new Random(choices), stores[i], [.. runs[i]], epoch).MakeAsync(size);
                    var results = new WriteResult[size];
                    await stores[i].AppendAsync(writes, results);
                    answers[i] = string.Join('\n', results.Select((each, at) => $"{writes[at].GetType().Name} {each.Verdict} {each.Run} {Text(each.Outcome)} {each.MailSequence > 0} {each.Pruned?.Runs} {each.Pruned?.IsDone}"));
                    runs[i].AddRange(results.Where((each, at) => writes[at] is CreateRun && each.Verdict == Verdict.Committed).Select(each => (each.Run, each.Key)));
                }
                Assert.Equal(answers[0], answers[1]);
            }
            Assert.Equal(await DescribeAsync(stores[0], runs[0]), await DescribeAsync(stores[1], runs[1]));
        }
        finally
        {
            foreach (var store in stores) await store.DisposeAsync();
        }
    }

    SqliteStore Open() => SqliteStore.Open(_directory["test.db"], new() { ReserveBytes = 0 });

    static async Task<long> AcquireAsync(IStore[] stores)
    {
        var epochs = new List<long>();
        foreach (var store in stores) epochs.Add(await store.AcquireAsync("test", default));
        Assert.Single(epochs.Distinct());
        return epochs[0];
    }

    static string Text(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);

    static async Task<string> DescribeAsync(IStore store, List<(RunId Id, RunKey Key)> runs)
    {
        var text = new StringBuilder();
        foreach (var (id, _) in runs)
        {
            if (await store.LoadAsync(id, default) is not { } run)
            {
                text.AppendLine($"{id} is gone");
                continue;
            }
            text.AppendLine($"{run.Run with { Input = default, State = default }} {run.Status} {run.Revision} {run.UpdatedUtc:O} {run.WakeUtc:O} {run.Owed} {Text(run.Run.State)} {Text(run.Snapshot)} {run.Outcome?.Status}");
            foreach (var result in run.Results) text.AppendLine($" result {result.Op} {Text(result.Outcome)}");
            foreach (var mail in run.Mail) text.AppendLine($" mail {mail.Kind} {mail.Name} {Text(mail.Payload)} {mail.Utc:O}");
            foreach (var row in await store.ReadJournalAsync(id, 0, 10_000, default)) text.AppendLine($" journal {row.Sequence} {row.Utc:O} {Text(row.Entries)}");
            for (byte value = 0; value < 4; value++)
                if (await store.LoadBlobAsync(run.Key, BlobHash.Of([value]), default) is { } blob) text.AppendLine($" blob {Text(blob)}");
        }
        foreach (var letter in await store.ListDeadLettersAsync(null, 10_000, default)) text.AppendLine($"dead {letter.Run} {letter.Mail.Name} {letter.Reason}");
        foreach (var (run, _) in await store.ScanOwedAsync(default, 10_000, default)) text.AppendLine($"owed {run}");
        foreach (var due in await store.ScanDueAsync(Start.AddYears(1), default, 10_000, default)) text.AppendLine($"due {due.Run} {due.WakeUtc:O}");
        foreach (var row in await store.ListAsync(new() { Limit = 10_000 }, default)) text.AppendLine($"row {row with { State = default, Outcome = null, StoredResults = [] }} {string.Join(',', row.StoredResults)} {Text(row.State)} {row.Outcome?.Status}");
        foreach (var row in await store.ListAsync(new() { Workflow = "w1", Status = RunStatus.Parked }, default)) text.AppendLine($"parked {row.Id}");
        return text.ToString();
    }

    /// <summary>Makes the same batch for each store; only the places of messages are looked up, since a store numbers them as it likes.</summary>
    sealed class Generator(Random random, IStore store, List<(RunId Id, RunKey Key)> runs, long epoch)
    {
        readonly Dictionary<RunId, long> _revisions = [];

        public async Task<StoreWrite[]> MakeAsync(int size)
        {
            var writes = new StoreWrite[size];
            for (var i = 0; i < size; i++)
                writes[i] = runs.Count < 3 ? new CreateRun(Run()) : random.Next(25) switch
                {
                    24 => Prune(),
                    23 => await AgainAsync(),
                    0 or 1 => new CreateRun(Run()),
                    < 7 => Post(),
                    < 10 => Result(),
                    _ => await TurnAsync(),
                };
            return writes;
        }

        (RunId Id, RunKey Key) Pick() => random.Next(40) == 0 ? (Id(), new(123_456)) : runs[random.Next(Math.Max(0, runs.Count - 12), runs.Count)];

        RunId Id() => RunId.Create(Start.AddSeconds(random.Next(100_000)), random);

        byte[] Bytes()
        {
            var bytes = new byte[random.Next(8) == 0 ? random.Next(10_000) : random.Next(30)];
            random.NextBytes(bytes);
            return bytes;
        }

        NewRun Run() => new()
        {
            Id = random.Next(10) == 0 && runs.Count > 0 ? runs[random.Next(runs.Count)].Id : Id(),
            Workflow = $"w{random.Next(3)}", Version = random.Next(3), Key = random.Next(2) == 0 ? null : $"k{random.Next(60)}",
            Parent = random.Next(3) == 0 ? Id() : null, CreatedUtc = Start.AddTicks(random.Next()), Input = default, State = Bytes(),
        };

        PostMail Post() => new(Pick().Id, new(MailKind.Signal, $"m{random.Next(1000)}", Bytes(), random.Next(2) == 0 ? null : $"d{random.Next(5)}", Start.AddTicks(random.Next())));

        /// <summary>A dead letter, or a message that is none.</summary>
        async Task<StoreWrite> AgainAsync()
        {
            var dead = await store.ListDeadLettersAsync(null, 50, default);
            if (dead.Count == 0) return Post();
            var letter = dead[random.Next(dead.Count)];
            var isOther = random.Next(8) == 0;
            return new RedeliverMail { Run = isOther ? Pick().Id : letter.Run, Sequence = letter.Mail.Sequence, Utc = Start.AddTicks(random.Next()), Epoch = Epoch() };
        }

        ResultOnly Result()
        {
            var (id, key) = Pick();
            return new() { Run = id, Key = key, Epoch = Epoch(), Utc = Start.AddTicks(random.Next()), Op = random.Next(6), Outcome = Bytes(), Journal = Bytes() };
        }

        PruneRuns Prune() => new()
        {
            Epoch = Epoch(), RowsMax = 100_000, Default = new(random.Next(2) == 0 ? null : Start.AddTicks(random.Next()), random.Next(3)),
            Rules = random.Next(2) == 0 ? new Dictionary<string, PruneRule>() : new() { ["w1"] = new(null, random.Next(2)), ["w2"] = default },
        };

        long Epoch() => random.Next(12) == 0 ? epoch - 1 : epoch;

        async Task<Transition> TurnAsync()
        {
            var (id, key) = Pick();
            var stored = await store.LoadAsync(id, default);
            var revision = _revisions.GetValueOrDefault(id, stored?.Revision ?? 0);
            // Sometimes a second turn of the run in the batch takes up where the first ended; sometimes it is stale.
            _revisions[id] = revision + (random.Next(4) == 0 ? 0 : 1);
            List<long> consumed = [];
            List<DeadMail> dead = [];
            long seen = 0;
            foreach (var mail in stored?.Mail ?? [])
            {
                var fate = random.Next(4);
                if (fate == 0) consumed.Add(mail.Sequence);
                else if (fate == 1) dead.Add(new(mail.Sequence, mail.Name));
                if (random.Next(5) > 0) seen = mail.Sequence;
            }
            return new()
            {
                Run = id, Key = key, Revision = revision, Epoch = Epoch(), Utc = Start.AddTicks(random.Next()), Status = Statuses[random.Next(3)],
                WakeUtc = random.Next(2) == 0 ? null : Start.AddMinutes(random.Next(1000)), Owed = random.Next(3) == 0, MailSeen = seen, IndexChanged = random.Next(2) == 0,
                State = Bytes(), Snapshot = random.Next(3) == 0 ? (ReadOnlyMemory<byte>?)null : Bytes(), FoldedResults = Some(4, () => (long)random.Next(1, 6)), ConsumedMail = consumed, DeadMail = dead,
                Outgoing = Some(5, Post), Children = Some(8, Run), Blobs = Some(5, Blob), DroppedBlobs = Some(6, () => Blob().Hash), Journal = Bytes(),
                Outcome = random.Next(25) == 0 ? new(RunStatus.Failed, Bytes(), Bytes()) : null,
            };
        }

        Blob Blob()
        {
            byte[] data = [(byte)random.Next(4)];
            return new(BlobHash.Of(data), data);
        }

        IReadOnlyList<T> Some<T>(int rarity, Func<T> make) => random.Next(rarity) > 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => make())];
    }
}
