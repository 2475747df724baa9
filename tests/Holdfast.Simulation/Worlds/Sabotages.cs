using Holdfast.Kernel;
using Holdfast.Simulation.Flows;
using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Holdfast.Simulation.Worlds;

/// <summary>The promises that can be broken by name.</summary>
static partial class Sabotages
{
    static readonly (string Name, string Says, Func<Sabotage> Make)[] All =
    [
        ("skip-epoch-check", "the store keeps writes of an owner that was replaced", static () => new SkipsEpochCheck()),
        ("ack-before-fsync", "the log is not synced before a write is acknowledged", static () => new LiesAboutSync()),
        ("answer-unsynced", "the engine answers what was appended, and nobody asks the disk", static () => new AnswersUnsynced()),
        ("drop-mail", "a message is acknowledged and not kept", static () => new DropsMail()),
        ("result-twice", "a step's result is taken for the result of the next step too", static () => new GivesResultTwice()),
        ("start-early", "a step starts before the commit that asks for it", static () => new StartsEarly()),
        ("timer-early", "a timer fires before it is due", static () => new FiresEarly()),
        ("resume-edited", "a run goes on in code that was edited", static () => new ResumesEdited()),
        ("keep-frames", "live frames are kept after a commit that failed", static () => new KeepsFrames()),
        ("once-again", "an at-most-once step that was cut off runs again", static () => new RunsOnceAgain()),
        ("prune-early", "retention removes ended runs before their time", static () => new PrunesEarly()),
        ("keep-none", "retention by number keeps nothing", static () => new KeepsNone()),
        ("prune-nothing", "a pruning says that it is through, and has removed nothing", static () => new PrunesNothing()),
        ("retry-given-up", "a step that was decided to have failed is done again", static () => new RetriesGivenUp()),
        ("prune-live", "retention removes a run that has not ended", static () => new PrunesLive()),
        ("torn-backup", "a backup lacks some of its pages", static () => new TearsBackups()),
        ("half-restart", "a restart ends the old run, and starts no new one", static () => new RestartsHalf()),
        ("forget-call", "that a call of an agent has begun is acknowledged, and not kept", static () => new ForgetsCalls()),
        ("spare-parent", "what is drawn on an account is not drawn on the one above all others", static () => new SparesParents()),
        ("drop-dead-letter", "a message that no code can take leaves no dead letter", static () => new DropsDeadLetters()),
    ];

    public static IEnumerable<string> Names => All.Select(static s => s.Name);

    public static IEnumerable<string> Lines => All.Select(static s => $"sabotage:{s.Name,-18} {s.Says}");

    /// <summary>Makes a sabotage anew for each world; null when there is none of that name.</summary>
    public static Func<Sabotage>? Find(string name) => Array.Find(All, s => s.Name == name).Make;

    static bool IsOfTurns(IReadOnlyList<StoreWrite> writes) => writes.All(static w => w is Transition or ResultOnly);

    static WriteResult Committed(StoreWrite write) => write is Transition turn ? new(Verdict.Committed, turn.Run, turn.Key) : write is ResultOnly result ? new(Verdict.Committed, result.Run, result.Key) : default;

    sealed class SkipsEpochCheck : Sabotage
    {
        public override async ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes) write.GetType().GetProperty(nameof(Transition.Epoch))?.SetValue(write, process.World.Epoch);
            await store.AppendAsync(writes, results);
        }
    }

    sealed class LiesAboutSync : Sabotage
    {
        public override bool LiesAboutSyncs => true;
    }

    sealed class AnswersUnsynced : Sabotage
    {
        public override ValueTask SyncAsync(SqliteStore store) => default;
    }

    sealed class DropsMail : Sabotage
    {
        int _mails;

        public override async ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            var dropped = writes.Select(write => write is PostMail { Mail.Kind: MailKind.Signal } && ++_mails % 5 == 0).ToArray();
            var kept = writes.Where((_, i) => !dropped[i]).ToArray();
            var answers = new WriteResult[kept.Length];
            if (kept.Length > 0) await store.AppendAsync(kept, answers);
            for (int i = 0, at = 0; i < writes.Count; i++) results[i] = dropped[i] ? new(Verdict.Committed, ((PostMail)writes[i]).Run) : answers[at++];
        }
    }

    sealed class GivesResultTwice : Sabotage
    {
        readonly Dictionary<RunId, (long Op, long Result)> _last = [];
        int _steps;

        public override void Worked(SimulatedProcess process, StepContext step, long result)
        {
            if (_last.TryGetValue(step.RunId, out var last) && last.Op < step.Op && ++_steps % 7 == 0)
                process.Engine.Post(step.RunId, new RunEvent.AttemptEnded(step.Op, step.Attempt, new(OutcomeKind.Succeeded, process.Engine.Codec.EncodeValue(last.Result)), true, 0.5, process.Epoch, null));
            _last[step.RunId] = (step.Op, result);
        }
    }

    /// <summary>Answers some batches at once, and appends them a moment later.</summary>
    sealed class StartsEarly : Sabotage
    {
        Action? _later;
        int _batches;
        bool _isOwed;

        public override async ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            _later?.Invoke();
            _isOwed = IsOfTurns(writes) && ++_batches % 5 == 0;
            if (!_isOwed)
            {
                await store.AppendAsync(writes, results);
                return;
            }
            var copy = writes.ToArray();
            for (var i = 0; i < copy.Length; i++) results[i] = Committed(copy[i]);
            _later = () =>
            {
                _later = null;
                process.World.Watch(AppendLateAsync(process, store, copy));
            };
            process.World.Agenda.After(process, TimeSpan.FromMilliseconds(20), "append late", () => _later?.Invoke());
        }

        static async Task AppendLateAsync(SimulatedProcess process, SqliteStore store, StoreWrite[] writes)
        {
            var answers = new WriteResult[writes.Length];
            try
            {
                await store.AppendAsync(writes, answers);
            }
            catch (ObjectDisposedException)
            {
                // The process has stopped in good order meanwhile, and believes that all was kept.
                return;
            }
            process.World.Books.Appended(process, writes, answers);
            process.World.Books.Synced(process, writes, answers);
        }

        public override bool IsNoted => !_isOwed;
    }

    sealed class FiresEarly : Sabotage
    {
        // Every other second, so that what was set by the right clock is looked at by the wrong one.
        public override TimeSpan Ahead(World world) => world.Agenda.Elapsed / TimeSpan.TicksPerSecond % 2 == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(30);
    }

    /// <summary>Makes what one build has saved look as if the other build had saved it.</summary>
    sealed class ResumesEdited : Sabotage
    {
        public override StoredRun Loaded(SimulatedProcess process, StoredRun stored)
        {
            if (stored.Snapshot.IsEmpty || stored.Run.Workflow != Builds.Of(0).Name) return stored;
            var snapshot = stored.Snapshot.ToArray();
            foreach (var (saved, here) in Builds.Fingerprints(1 - process.Build, process.Build))
                for (int at; (at = snapshot.AsSpan().IndexOf(saved)) >= 0;) here.CopyTo(snapshot, at);
            Checksum.Seal(snapshot);
            return stored with { Snapshot = snapshot };
        }
    }

    /// <summary>Says of a commit that failed that it was kept, so that what ran ahead goes on.</summary>
    sealed class KeepsFrames : Sabotage
    {
        bool _hasFailed;

        public override async ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            _hasFailed = false;
            try
            {
                await store.AppendAsync(writes, results);
            }
            catch (HoldfastException) when (IsOfTurns(writes) && !process.IsDead)
            {
                _hasFailed = true;
                for (var i = 0; i < writes.Count; i++) results[i] = Committed(writes[i]);
            }
        }

        public override bool IsNoted => !_hasFailed;
    }
}
