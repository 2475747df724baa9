using System.Text;
using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>What every store promises. A store's test class derives from this one and says how to open it.</summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    protected static readonly DateTimeOffset Start = new DateTimeOffset(2031, 5, 6, 7, 8, 9, TimeSpan.Zero).AddTicks(1234567);

    readonly Random _random = new(17);
    int _created;

    protected IStore Store { get; private set; } = null!;

    protected long Epoch { get; private set; }

    /// <summary>Opens the store; called again after <see cref="IAsyncDisposable.DisposeAsync"/> it opens the same content.</summary>
    protected abstract IStore Open();

    public async Task InitializeAsync() => await ReopenAsync();

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    protected async Task ReopenAsync()
    {
        if (Store is not null) await Store.DisposeAsync();
        Store = Open();
        Epoch = await Store.AcquireAsync("test", default);
    }

    /// <summary>Appends and syncs, as the engine does before it answers.</summary>
    protected async Task<WriteResult[]> AppendAsync(params StoreWrite[] writes)
    {
        var results = new WriteResult[writes.Length];
        await Store.AppendAsync(writes, results);
        await Store.SyncAsync();
        return results;
    }

    protected async Task<WriteResult> AppendOneAsync(StoreWrite write) => (await AppendAsync(write))[0];

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    protected NewRun NewRun(string workflow = "refund", string? key = null) => new()
    {
        Id = RunId.Create(Start.AddSeconds(_created++), _random),
        Workflow = workflow,
        Version = 2,
        Key = key,
        CreatedUtc = Start,
        Input = Bytes("{}"),
        State = Bytes("s0"),
    };

    protected async Task<(RunId Id, RunKey Key)> CreateAsync(string workflow = "refund", string? key = null)
    {
        var result = await AppendOneAsync(new CreateRun(NewRun(workflow, key)));
        Assert.Equal(Verdict.Committed, result.Verdict);
        return (result.Run, result.Key);
    }

    protected async Task<StoredRun> LoadAsync(RunId run) =>
        await Store.LoadAsync(run, default) ?? throw new InvalidOperationException($"Run {run} is not there.");

    protected async Task<bool> IsOwedAsync(RunId run)
    {
        var owed = (await Store.ScanOwedAsync(default, 1000, default)).Any(each => each.Run == run);
        Assert.Equal(owed, (await LoadAsync(run)).Owed);
        return owed;
    }

    protected Next Turn((RunId Id, RunKey Key) run, long revision) => new(run.Id, run.Key, revision, Epoch);

    protected ResultOnly Result((RunId Id, RunKey Key) run, long op, string outcome, int journalKeep = 0) => new()
    {
        JournalKeep = journalKeep, Run = run.Id, Key = run.Key, Epoch = Epoch, Utc = Start, Op = op, Outcome = Bytes(outcome), Journal = Bytes("j" + outcome),
    };

    protected static PostMail Mail(RunId run, string name, string? dedup = null) => new(run, new(MailKind.Signal, name, Bytes("p-" + name), dedup, Start));

    /// <summary>A transition in the making, with what most tests do not care about filled in.</summary>
    protected sealed record Next(RunId Id, RunKey Key, long Revision, long Epoch)
    {
        public bool Owed { get; init; }
        public bool IndexChanged { get; init; } = true;
        public long MailSeen { get; init; }
        public RunStatus Status { get; init; } = RunStatus.Running;
        public DateTimeOffset? WakeUtc { get; init; }
        public string? Snapshot { get; init; }
        public string State { get; init; } = "s";
        public IReadOnlyList<long> FoldedResults { get; init; } = [];
        public IReadOnlyList<long> ConsumedMail { get; init; } = [];
        public IReadOnlyList<MailAnswer> Answers { get; init; } = [];
        public IReadOnlyList<DeadMail> DeadMail { get; init; } = [];
        public IReadOnlyList<PostMail> Outgoing { get; init; } = [];
        public IReadOnlyList<NewRun> Children { get; init; } = [];
        public IReadOnlyList<Blob> Blobs { get; init; } = [];
        public IReadOnlyList<BlobHash> DroppedBlobs { get; init; } = [];
        public string Journal { get; init; } = "";
        public int JournalKeep { get; init; }
        public IReadOnlyList<CodeRecord> Code { get; init; } = [];
        public RunOutcome? Outcome { get; init; }

        public Transition ToTransition() => new()
        {
            Run = Id, Key = Key, Revision = Revision, Epoch = Epoch, Utc = Start.AddMinutes(Revision + 1), Status = Status, WakeUtc = WakeUtc,
            Owed = Owed, MailSeen = MailSeen, IndexChanged = IndexChanged, State = Bytes(State), Snapshot = Snapshot is null ? (ReadOnlyMemory<byte>?)null : Bytes(Snapshot),
            FoldedResults = FoldedResults, ConsumedMail = ConsumedMail, Answers = Answers, DeadMail = DeadMail, Outgoing = Outgoing, Children = Children, Blobs = Blobs,
            DroppedBlobs = DroppedBlobs, Journal = Bytes(Journal), JournalKeep = JournalKeep, Code = Code, Outcome = Outcome,
        };
    }
}
