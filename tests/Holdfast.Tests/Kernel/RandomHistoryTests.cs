using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

/// <summary>
/// Random histories of one run with its mailbox and its stored results: each event is a turn, each turn is committed, and any
/// commit may be the last of its process. What the kernel promises is checked after every event.
/// </summary>
public sealed class RandomHistoryTests
{
    [Fact]
    public void Random_histories_keep_every_promise()
    {
        var reached = new HashSet<string>();
        for (var seed = 1; seed <= 200; seed++)
        {
            var history = new History(seed, reached);
            try
            {
                history.Play(250);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed} broke a promise: {exception.Message}", exception);
            }
        }
        // Histories that never reach a corner say nothing about it.
        string[] corners =
        [
            .. Enum.GetValues<JournalKind>().Where(kind => kind is not (JournalKind.Started or JournalKind.RestartOf)).Select(kind => $"{kind}"), "folded", "rejected",
        ];
        Assert.Empty(corners.Except(reached));
    }

    sealed class History(int seed, HashSet<string> reached)
    {
        static readonly string[] Signals = ["go", "stop", "approved"];

        readonly Random _random = new(seed);
        readonly KernelWorld _world = new();
        // What the world outside keeps: the mailbox, stored results, attempts under way, due times, and what has happened so far.
        readonly List<StoredMail> _mailbox = [];
        readonly Dictionary<long, Outcome> _results = [];
        readonly HashSet<(long Op, int Attempt)> _running = [];
        readonly Dictionary<long, DateTimeOffset> _timers = [];
        readonly HashSet<long> _settled = [];
        readonly HashSet<long> _gone = [];
        readonly Dictionary<long, int> _attempts = [];
        readonly Dictionary<long, int> _decided = [];
        readonly HashSet<long> _atMostOnce = [];
        readonly Dictionary<long, RunId> _children = [];
        long _epoch = 1;
        bool _asked;

        public void Play(int events)
        {
            for (var i = 0; i < events; i++)
            {
                if (RunKernel.IsFinished(_world.State.Status)) return;
                if (_random.Next(40) == 0) Crash();
                else if (Next() is { } happened) Apply(happened);
            }
            foreach (var mail in _mailbox) Assert.Contains(_world.State.Inbox, kept => kept.Sequence == mail.Sequence);
        }

        RunEvent? Next()
        {
            var state = _world.State;
            var fromOutside = state.Status == RunStatus.Parked || _random.Next(2) == 0;
            var op = _random.NextInt64(Math.Max(1, state.NextOp - 12), state.NextOp + 1);
            _asked = !fromOutside;
            if (RunKernel.NextUpdate(state) is { } update && _random.Next(3) == 0)
            {
                // Never twice: only the turn that has run its code says so.
                _asked = true;
                return new RunEvent.UpdateTaken(update.Sequence, _random.Next(3) == 0 ? KernelWorld.Error() : KernelWorld.Ok(), TimeSpan.FromMinutes(1), _epoch);
            }
            if (!fromOutside)
            {
                switch (_random.Next(12))
                {
                    case 0 or 1 or 2:
                        return new RunEvent.StartStep(NewStep());
                    case 3:
                        return new RunEvent.StartTimer(state.NextOp, _world.Now + TimeSpan.FromSeconds(_random.Next(-5, 200)));
                    case 4 or 5:
                        return new RunEvent.StartReceive(state.NextOp, Signals[_random.Next(Signals.Length)]);
                    case 6:
                        return new RunEvent.StartChild(state.NextOp, KernelWorld.NewRun("Child", _random.Next()));
                    case 7 or 8:
                        return new RunEvent.CancelOp(op, "given up", TimeSpan.FromSeconds(_random.Next(-1, 60)));
                    case 9 when _random.Next(3) == 0:
                        return new RunEvent.AbandonOp(op);
                    case 10 when state.Ops.Count == 0 && _random.Next(2) == 0:
                        return new RunEvent.Finish(new((RunStatus)_random.Next(2, 5), default, default), "over");
                    default:
                        return null;
                }
            }
            switch (_random.Next(12))
            {
                case 0 or 1 or 2 or 3:
                    if (_running.Count == 0) return null;
                    var (step, attempt) = _running.ElementAt(_random.Next(_running.Count));
                    var outcome = new Outcome((OutcomeKind)_random.Next(1, 4), default, "word");
                    return new RunEvent.AttemptEnded(step, attempt, outcome, _random.Next(4) != 0, _random.NextDouble(), _epoch);
                case 4 or 5:
                    _world.Now += TimeSpan.FromMilliseconds(_random.Next(20_000));
                    return new RunEvent.TimePassed(_epoch);
                case 6 when _random.Next(6) == 0:
                    return new RunEvent.Park($"reason {_random.Next(3)}");
                default:
                    return new RunEvent.MailArrived(NewMail(op), TimeSpan.FromMinutes(_random.Next(0, 8)), _epoch);
            }
        }

        StepOp NewStep()
        {
            var step = _world.NewStep(step =>
            {
                step.Epoch = _epoch;
                step.AtMostOnce = _random.Next(3) == 0;
                step.Kind = (StepKind)_random.Next(1, 4);
                if (_random.Next(2) == 0) step.Retry = RetryRule.Default with { MaxAttempts = _random.Next(4), MaxElapsed = TimeSpan.FromSeconds(_random.Next(1, 90)) };
            });
            if (step.AtMostOnce && step.Kind != StepKind.Transaction) _atMostOnce.Add(step.Id);
            return step;
        }

        StoredMail NewMail(long op)
        {
            var outcome = _random.Next(6) == 0 ? [7, 7] : StateCodec.EncodeOutcome(KernelWorld.Ok());
            // Mostly for an op of the right kind; a stranger's message must do no harm either.
            var child = _world.State.Ops.OfType<ChildOp>().Select(open => (long?)open.Id).FirstOrDefault() ?? op;
            var doubtful = _world.State.Ops.OfType<StepOp>().Where(open => open.Phase == StepPhase.InDoubt).Select(open => (long?)open.Id).FirstOrDefault() ?? op;
            var mail = (_world.State.Status == RunStatus.Parked && _random.Next(2) == 0 ? 20 : _random.Next(20)) switch
            {
                < 9 => _world.NewMail(MailKind.Signal, Signals[_random.Next(Signals.Length)]),
                < 12 => _world.NewMail(MailKind.ChildSettled, $"{child}", outcome),
                < 16 => _world.NewMail(MailKind.Decision, $"{doubtful}", _random.Next(2) == 0 ? [] : outcome),
                16 when _random.Next(6) == 0 => _world.NewMail(MailKind.Cancel, "", "enough"),
                17 when _random.Next(8) == 0 => _world.NewMail(MailKind.Terminate, "", "by hand"),
                18 when _random.Next(8) == 0 => _world.NewMail(MailKind.Restart, "", RestartCodec.Encode(new(KernelWorld.NewRun("Refund", 9), "again"))),
                19 when _random.Next(2) == 0 => _world.NewMail(MailKind.Update, "Raise"),
                20 => _world.NewMail(MailKind.Unpark),
                _ => _world.NewMail(MailKind.Signal, "go"),
            };
            _mailbox.Add(mail);
            return mail;
        }

        void Apply(RunEvent happened)
        {
            // A turn may be lost before its commit: the state is thrown away, and the same event on the reloaded state does the same.
            var before = KernelWorld.Bytes(_world.State);
            var twin = Load(before);
            var twinDecision = new Decision();
            RunKernel.Decide(twin, Copy(happened), _world.Now, twinDecision);

            if (happened is RunEvent.AttemptEnded { } ended) StoreWhileParked(ended);
            var decision = _world.Do(happened);
            Assert.Equal(KernelWorld.Text(decision), KernelWorld.Text(twinDecision));
            Assert.Equal(KernelWorld.Bytes(_world.State), KernelWorld.Bytes(twin));
            Assert.Equal(_world.State.Inbox.Select(mail => mail.Sequence), twin.Inbox.Select(mail => mail.Sequence));

            if (happened is RunEvent.MailArrived { Mail.Kind: MailKind.Unpark } && _world.State.Status == RunStatus.Running) Fold();
            else if (decision.Deliveries is [{ Mail: { } mail } delivery] && _random.Next(8) == 0) Reject(delivery.Op, mail);
            else CheckAgain(happened);
            Commit(decision, happened);
            // The run is evicted from memory and loaded again by the same owner.
            if (_random.Next(20) == 0) _world.State = Load(KernelWorld.Bytes(_world.State));
        }

        void StoreWhileParked(RunEvent.AttemptEnded ended)
        {
            if (_world.State.Status != RunStatus.Parked || RunKernel.Settlement(_world.State, ended, _world.Now) is not { } outcome) return;
            _results[ended.Op] = outcome;
            _running.Remove((ended.Op, ended.Attempt));
        }

        void Fold()
        {
            foreach (var (op, outcome) in _results) _world.Also(new RunEvent.ResultStored(op, outcome));
            if (_results.Count > 0) reached.Add("folded");
            _results.Clear();
        }

        void Reject(long op, StoredMail mail)
        {
            var delivered = _world.Decision.Deliveries.Count;
            _world.Also(new RunEvent.RejectMail(op, mail.Name, mail, "not JSON"));
            _world.Decision.Deliveries.RemoveRange(0, delivered);
            reached.Add("rejected");
        }

        void CheckAgain(RunEvent happened)
        {
            if (_asked) return;
            var before = KernelWorld.Bytes(_world.State);
            var again = new Decision();
            RunKernel.Decide(_world.State, happened, _world.Now, again);
            Assert.Equal("", KernelWorld.Text(again));
            Assert.Equal(before, KernelWorld.Bytes(_world.State));
        }

        void Crash()
        {
            _epoch++;
            _running.Clear();
            _world.State = Load(KernelWorld.Bytes(_world.State));
            Mark[] marks = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => new Mark((Death)_random.Next(2), _random.Next((int)_world.State.NextOp + 1)))];
            var happened = new RunEvent.Recover(_epoch, new(marks, 4, 4), [.. _results.Keys.Select(op => new StoredResult(op, default))]);
            _world.Do(happened);
            if (_world.State.Status == RunStatus.Running) Fold();
            Commit(_world.Decision, happened);
            if (_random.Next(2) == 0) _world.State.Crashes = 0;
        }

        /// <summary>What another process reads from the store: the state, and the unconsumed messages up to the highest that was looked at.</summary>
        RunState Load(byte[] bytes)
        {
            var state = StateCodec.Decode(bytes);
            state.Inbox.AddRange(_mailbox.Where(mail => mail.Sequence <= state.MailSeen));
            return state;
        }

        void Commit(Decision decision, RunEvent happened)
        {
            var state = _world.State;
            var bytes = KernelWorld.Bytes(state);
            Assert.Equal(bytes, KernelWorld.Bytes(StateCodec.Decode(bytes)));
            foreach (var entry in decision.Journal) reached.Add($"{entry.Kind}");

            var pending = RunKernel.Pending(state).ToHashSet();
            Assert.Equal(pending.Count > 0 || RunKernel.NextUpdate(state) is not null, RunKernel.IsOwed(state));
            foreach (var effect in decision.Effects)
            {
                if (effect is not Effect.RunAttempt run) continue;
                Assert.Contains(effect, pending);
                Assert.DoesNotContain(run.Op, _gone);
                _running.Add((run.Op, run.Attempt));
                if (_attempts.GetValueOrDefault(run.Op) < run.Attempt) _attempts[run.Op] = run.Attempt;
                if (_atMostOnce.Contains(run.Op)) Assert.True(run.Attempt <= 1 + _decided.GetValueOrDefault(run.Op), $"op {run.Op} may not run a {run.Attempt}. time");
            }
            foreach (var entry in decision.Journal)
                if (entry is { Kind: JournalKind.StepInDoubt }) _decided[entry.Op] = _decided.GetValueOrDefault(entry.Op) + 1;

            if (RunKernel.NextUpdate(state) is { } next && decision.Journal.TrueForAll(static entry => entry.Kind != JournalKind.Unparked))
                Assert.DoesNotContain(decision.ConsumedMail, sequence => sequence > next.Sequence);
            foreach (var sequence in decision.ConsumedMail.Concat(decision.DeadMail.Select(dead => dead.Sequence)))
                Assert.Equal(1, _mailbox.RemoveAll(mail => mail.Sequence == sequence));
            Assert.True(state.Inbox.Select(mail => mail.Sequence).SequenceEqual(state.Inbox.Select(mail => mail.Sequence).Order()), "the inbox is out of order");
            if (state.Status == RunStatus.Running) Assert.All(state.Inbox.TakeWhile(static mail => mail.Kind != MailKind.Update), static mail => Assert.Equal(MailKind.Signal, mail.Kind));
            if (state.Status == RunStatus.Parked) Assert.Empty(pending);

            foreach (var delivery in decision.Deliveries)
            {
                Assert.True(_settled.Add(delivery.Op), $"op {delivery.Op} is settled twice");
                Assert.False(state.Ops.TryGet(delivery.Op, out _));
                if (delivery.Outcome == Outcome.Done && _timers.TryGetValue(delivery.Op, out var due)) Assert.True(due <= _world.Now, $"timer {delivery.Op} is early");
            }
            if (happened is RunEvent.StartTimer timer) _timers[timer.Op] = timer.DueUtc;
            if (happened is RunEvent.StartChild child) _children[child.Op] = child.Child.Id;
            foreach (var open in state.Ops) Assert.True(open.Id < state.NextOp && !_settled.Contains(open.Id));
            for (var op = Math.Max(1, state.NextOp - 20); op < state.NextOp; op++)
                if (!state.Ops.TryGet(op, out _)) _gone.Add(op);
            _gone.RemoveWhere(op => state.Ops.TryGet(op, out _));
            _running.RemoveWhere(attempt => _gone.Contains(attempt.Op));

            foreach (var post in decision.Outgoing) Assert.Contains(post.Run, _children.Values);
            if (RunKernel.WakeUtc(state) is null && state.Status == RunStatus.Running)
                Assert.All(state.Ops, op => Assert.True(op is ReceiveOp or ChildOp or StepOp { Phase: not StepPhase.Backoff }, $"nothing wakes {op}"));
            Assert.NotEqual("", RunKernel.Describe(state));
        }

        /// <summary>The state owns the step of a start, so the twin gets its own.</summary>
        static RunEvent Copy(RunEvent happened) => happened is not RunEvent.StartStep { Step: var step } ? happened : new RunEvent.StartStep(new(step.Id)
        {
            Kind = step.Kind,
            Label = step.Label,
            Intent = step.Intent,
            Retry = step.Retry,
            AtMostOnce = step.AtMostOnce,
            Epoch = step.Epoch,
        });
    }
}
