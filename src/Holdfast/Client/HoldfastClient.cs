using System.Diagnostics;
using System.Linq.Expressions;
using Holdfast.Frames;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Payloads;
using Holdfast.Runtime;
using Holdfast.Storage;

namespace Holdfast.Client;

/// <summary>The client beside the engine, in its process.</summary>
sealed class HoldfastClient(Engine engine) : IHoldfastClient
{
    const int KeyLengthMax = 1_000;

    /// <summary>How many children of a run are looked at to say what it waits for.</summary>
    const int ChildrenAskedMax = 5;

    public TimeProvider Time => engine.Time;

    public async Task<RunHandle<TWorkflow, T>> StartAsync<TWorkflow, T>(Expression<Func<TWorkflow, Durable<T>>> call, string? key, CancellationToken cancellationToken) where TWorkflow : Workflow =>
        new(this, await StartAsync(engine.Registry.Newest(typeof(TWorkflow)), WorkflowCall.ArgumentOf(call), key, cancellationToken).ConfigureAwait(false));

    public async Task<RunHandle<TWorkflow, Nothing>> StartAsync<TWorkflow>(Expression<Func<TWorkflow, Durable>> call, string? key, CancellationToken cancellationToken) where TWorkflow : Workflow =>
        new(this, await StartAsync(engine.Registry.Newest(typeof(TWorkflow)), WorkflowCall.ArgumentOf(call), key, cancellationToken).ConfigureAwait(false));

    public async Task<IReadOnlyList<RunHandle>> StartManyAsync<TWorkflow>(IEnumerable<(object? Input, string? Key)> inputs, CancellationToken cancellationToken) where TWorkflow : Workflow
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var type = engine.Registry.Newest(typeof(TWorkflow));
        var given = inputs.ToList();
        // All, before the first is kept.
        foreach (var (input, _) in given) type.CheckInput(input, nameof(inputs));
        var starts = given.Select(i => StartAsync(type, i.Input, i.Key, cancellationToken)).ToArray();
        var runs = await Task.WhenAll(starts).ConfigureAwait(false);
        return Array.ConvertAll(runs, run => new RunHandle(this, run));
    }

    public RunHandle GetRun(RunId run) => new(this, run);

    public RunHandle<TWorkflow, T> GetRun<TWorkflow, T>(RunId run) where TWorkflow : Workflow => new(this, run);

    public async Task<RunHandle?> FindAsync<TWorkflow>(string key, CancellationToken cancellationToken) where TWorkflow : Workflow
    {
        WholeText.ThrowIfHalf(key);
        engine.ThrowIfNotRunning();
        return await engine.Store.FindAsync(engine.Registry.Newest(typeof(TWorkflow)).Name, key, cancellationToken).ConfigureAwait(false) is { } run ? new RunHandle(this, run) : null;
    }

    public async Task<IReadOnlyList<RunInfo>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        var rows = await engine.Store.ListAsync(query, cancellationToken).ConfigureAwait(false);
        var found = new List<RunInfo>(rows.Count);
        foreach (var row in rows) found.Add(await InfoAsync(row, cancellationToken).ConfigureAwait(false));
        return found;
    }

    public async Task<IReadOnlyList<InDoubtStep>> ListInDoubtAsync(CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        var found = new HashSet<InDoubtStep>();
        // A run may be parked between the two looks: it is found by both, and its doubts count once.
        foreach (var status in (RunStatus[])[RunStatus.Running, RunStatus.Parked])
            await foreach (var (row, state) in LiveRows.ReadAsync(engine.Store, status, cancellationToken).ConfigureAwait(false))
                foreach (var step in InDoubt.StepsOf(state)) found.Add(new(row.Id, step.Id, step.Attempt, step.Label, step.KeyIn(row.Id), row.Workflow, row.Key));
        return [.. found];
    }

    public Task ResolveInDoubtAsync(InDoubtStep step, InDoubtDecision decision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        return ResolveInDoubtAsync(step.Run, step.Op, step.Attempt, decision, cancellationToken);
    }

    public async Task ResolveInDoubtAsync(RunId run, long op, int attempt, InDoubtDecision decision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        engine.ThrowIfNotRunning();
        var row = await engine.Store.GetAsync(run, cancellationToken).ConfigureAwait(false) ?? throw Unknown(run);
        if (row.Unreadable is { } unreadable) throw Unreadable(run, unreadable);
        if (RunKernel.IsFinished(row.Status)) throw new HoldfastException(HoldfastError.RunFinished, $"Run {run} has ended; nothing of it is in doubt.");
        var step = StateCodec.Decode(row.State.Span).Ops.TryGet(op, out var found) ? found as StepOp : null;
        if (step is not { Phase: StepPhase.InDoubt } || step.Attempt != attempt) throw NotInDoubt(run, op, attempt, step);
        var payload = decision.Given is { } given ? await FittingAsync(run, step, given.Value, given.Type, cancellationToken).ConfigureAwait(false) : decision.Encode(engine.Codec);
        // By the time that the run takes it, a later attempt may be in doubt: the run looks again.
        await PostAsync(run, MailKind.Decision, InDoubt.NameOf(op, attempt), payload, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A decided value as the outcome that the run waits for. Only its frames know the type of that.</summary>
    async Task<ReadOnlyMemory<byte>> FittingAsync(RunId run, StepOp step, object? value, Type type, CancellationToken cancellationToken)
    {
        InsideCommit.ThrowIfIn(engine);
        var about = $"The decision about step '{step.Label}' (op {step.Id})";
        try
        {
            var encoded = await AskAsync(run, new(about, (_, _, graph) => graph.Ops.TryGetValue(step.Id, out var waiting)
                ? waiting.EncodeDecided(value, type) ?? throw new HoldfastException(
                    HoldfastError.Misuse, $"It does not fit: the step gives {NameOf(waiting.ValueType)}, and what was decided is {NameOf(type)}. Decide with a value of that type, or with Succeeded() where there is none.")
                : throw NotInDoubt(run, step.Id, step.Attempt, null), engine.Executor), null, cancellationToken).ConfigureAwait(false);
            return StateCodec.EncodeOutcome(new(OutcomeKind.Succeeded, encoded));
        }
        catch (HoldfastException error) when (error.Error is not (HoldfastError.NotInDoubt or HoldfastError.RunFinished or HoldfastError.UnknownRun or HoldfastError.NotRunning))
        {
            throw new HoldfastException(error.Error, $"{about} of run {run} was not kept, and the step is in doubt as before. {error.Message}", error);
        }

        static string NameOf(Type type) => type == typeof(Nothing) ? "no value" : type.ToString();
    }

    static HoldfastException NotInDoubt(RunId run, long op, int attempt, StepOp? step) => new(HoldfastError.NotInDoubt, step is { Phase: StepPhase.InDoubt }
        ? $"Attempt {attempt} of step '{step.Label}' (op {op}) of run {run} is not in doubt, but attempt {step.Attempt} is. What was found out about the one says nothing about the other: list the steps in doubt again, and ask about that one."
        : $"Attempt {attempt} of op {op} of run {run} is not in doubt: it was decided before, or it never was. Nothing was changed.");

    public async Task<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        return await engine.Store.ListDeadLettersAsync(run, limit, cancellationToken).ConfigureAwait(false);
    }

    public Task RedeliverAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return RedeliverAsync(letter.Run, letter.Mail.Sequence, cancellationToken);
    }

    public async Task RedeliverAsync(RunId run, long sequence, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        var again = new RedeliverMail { Run = run, Sequence = sequence, Utc = engine.Time.GetUtcNow(), Epoch = engine.Epoch };
        var answer = await CommitAsync(again, _ => engine.MailPosted(run)).WaitAsync(cancellationToken).ConfigureAwait(false);
        switch (answer.Verdict)
        {
            case Verdict.Committed: return;
            case Verdict.Duplicate: throw new HoldfastException(HoldfastError.DeadLetterRedelivered, $"Dead letter {sequence} of run {run} was put back before. Nothing was changed. If it could not be taken, it is in the list again under another number.");
            case Verdict.UnknownRun: throw Unknown(run);
            case Verdict.Finished: throw Answers.Ended(run);
            case Verdict.UnknownMail: throw new HoldfastException(HoldfastError.UnknownDeadLetter, $"Run {run} has no dead letter {sequence}. Nothing was changed. List the dead letters of the run.");
            default: throw answer.NotKept($"Dead letter {sequence} of run {run} was not put back");
        }
    }

    public async Task<StoreBackup> BackupAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        engine.ThrowIfNotRunning();
        InsideCommit.ThrowIfIn(engine);
        return await engine.Store.BackupAsync(path, cancellationToken).ConfigureAwait(false);
    }

    public Task<T> TransactAsync<T>(Func<StoreTransaction, T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        engine.ThrowIfNotRunning();
        InsideCommit.ThrowIfIn(engine);
        return ClientCommit.DoAsync(engine, work).WaitAsync(cancellationToken);
    }

    public Task<PruneReport> PruneAsync(Retention? retention, string? workflow, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        InsideCommit.ThrowIfIn(engine);
        return engine.Pruner.PruneAsync(retention, workflow, cancellationToken);
    }

    public Task SignalAsync<T>(RunId run, Signal<T> signal, T value, string? dedupKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signal);
        return PostAsync(run, MailKind.Signal, signal.Name, engine.Json.Write(value, typeof(T), $"The signal '{signal.Name}'"), dedupKey, cancellationToken);
    }

    public async Task<RunHandle> RestartAsync(RunId run, string reason, CancellationToken cancellationToken) =>
        new(this, await RestartRunAsync(run, reason, cancellationToken).ConfigureAwait(false));

    public async Task<RunId> RestartRunAsync(RunId run, string reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        engine.ThrowIfNotRunning();
        var stored = await engine.Store.LoadAsync(run, cancellationToken).ConfigureAwait(false) ?? throw Unknown(run);
        if (StateBytes.TryRead(stored.Run.State, out _)?.RestartedAs is { } before) return before;
        if (stored.Outcome is not null) throw Ended(run);
        if (stored.Unreadable is { } unreadable) throw Unreadable(run, unreadable);
        if (Loading.Problem(engine, stored) is { } damage)
            throw new HoldfastException(damage.Error, $"Run {run} cannot be restarted, because what its record says of its children and steps cannot be read. Terminate it, and start a new run with its input (InputAsync). {damage.Message}", damage);
        if (stored.Run.Parent is { } parent)
            throw new HoldfastException(HoldfastError.Misuse, $"Run {run} is a child of run {parent}, which waits for it. Restart the parent, or terminate the child: the parent then gets a failure.");
        var type = engine.Registry.Newest(stored.Run.Workflow)
            ?? throw new HoldfastException(HoldfastError.UnknownWorkflow, $"No workflow '{stored.Run.Workflow}' is registered here, so run {run} cannot be restarted. Register its class.");
        CheckInput(stored.Run, type);
        var order = new RestartOrder(NewRuns.InPlaceOf(stored.Run, type, engine.Time.GetUtcNow(), engine.Options.Random, Activity.Current?.Id), reason);
        // One restart of a run is kept, whoever else asks at the same time.
        var mail = new NewMail(MailKind.Restart, "", RestartCodec.Encode(order), "restart", engine.Time.GetUtcNow());
        var answer = await CommitAsync(new PostMail(run, mail) { Epoch = engine.Epoch }, _ => engine.MailPosted(run)).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (answer.Verdict is not (Verdict.Committed or Verdict.Duplicate or Verdict.Finished))
            throw answer.NotKept($"The order to restart run {run} was not kept");
        await OutcomeAsync(run, cancellationToken).ConfigureAwait(false);
        var row = await engine.Store.GetAsync(run, cancellationToken).ConfigureAwait(false) ?? throw Unknown(run);
        return StateBytes.TryRead(row.State, out _)?.RestartedAs ?? throw Ended(run);
    }

    /// <summary>Refuses a restart in a version that cannot read what the run was started with.</summary>
    void CheckInput(NewRun before, WorkflowType type)
    {
        if (type.InputType is not { } input) return;
        try
        {
            engine.Json.Read(before.Input, input, $"The input of run {before.Id}");
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.InvalidPayload)
        {
            var old = engine.Registry.Find(before.Workflow, before.Version);
            var taken = old is null ? "which is not registered here" : $"which takes {old.InputType?.ToString() ?? "no input"}";
            throw new HoldfastException(
                error.Error,
                $"Run {before.Id} cannot be restarted: it is of version {before.Version} of '{before.Workflow}', {taken}, and the newest version, {type.Version}, takes {input}, which its input is not. "
                + $"Nothing was changed. Terminate it, and start a new run with an input that you make of its own (InputAsync). {error.Message}",
                error);
        }
    }

    public async Task PostAsync(RunId run, MailKind kind, string name, ReadOnlyMemory<byte> payload, string? dedupKey, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        if (dedupKey?.Length > KeyLengthMax) throw new ArgumentException($"A dedup key has at most {KeyLengthMax} characters, not {dedupKey.Length}.", nameof(dedupKey));
        WholeText.ThrowIfHalf(dedupKey);
        // The engine's own messages have keys of their own, which a client's must not meet.
        var mail = new NewMail(kind, name, payload, dedupKey is null ? null : "client:" + dedupKey, engine.Time.GetUtcNow());
        var answer = await CommitAsync(new PostMail(run, mail) { Epoch = engine.Epoch }, _ => engine.MailPosted(run)).WaitAsync(cancellationToken).ConfigureAwait(false);
        switch (answer.Verdict)
        {
            case Verdict.Committed: return;
            case Verdict.Duplicate: ThrowIfUsed(run, "signal", name, dedupKey!, answer); return;
            case Verdict.UnknownRun: throw Unknown(run);
            case Verdict.Finished: throw Answers.Ended(run);
            default: throw answer.NotKept($"The message to run {run} was not kept");
        }
    }

    /// <summary>What comes again under its key was kept before. Something else would be dropped, and whoever sent it told that all is well.</summary>
    static void ThrowIfUsed(RunId run, string what, string name, string key, WriteResult answer)
    {
        if (answer.KnownName is { } known && known != name)
            throw new HoldfastException(
                HoldfastError.KeyUsed, $"The {what} '{name}' of run {run} was not kept: its key '{key}' is that of the {what} '{known}', which was kept before. A key is of one {what} of the run: give this one another.");
    }

    public async Task<T> QueryAsync<T>(RunId run, LambdaExpression query, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        InsideCommit.ThrowIfIn(engine);
        var call = MemberCall.Of(query, engine.Json);
        return engine.Json.Read<T>(await AskAsync(run, Questions.Query(call, engine.Executor), timeout, cancellationToken).ConfigureAwait(false), $"The answer of {call.Name}");
    }

    async Task<byte[]> AskAsync(RunId run, Question question, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        engine.Post(run, question);
        try
        {
            return await engine.InTimeAsync(
                question.Answer.Task, timeout, time => $"{question.What} of run {run} was not answered in {time}. The run's turn, or the commit of it, takes longer; ask again.", cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Nobody listens any more: it need not be worked out.
            question.Answer.TrySetCanceled(CancellationToken.None);
        }
    }

    public async Task<T> UpdateAsync<T>(RunId run, LambdaExpression update, string? key, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        if (key is { Length: 0 or > KeyLengthMax }) throw new ArgumentException($"An update's key has 1 to {KeyLengthMax} characters, not {key.Length}; pass null for none.", nameof(key));
        WholeText.ThrowIfHalf(key);
        var call = MemberCall.Of(update, engine.Json);
        // Refused before it is kept: the refusal would be the answer to its key for ever. A run of a version that has it answers itself.
        if (engine.Registry.VersionsOf(update.Parameters[0].Type) is [var version, ..] versions && !versions.Any(v => v.Updates.ContainsKey(call.Name)))
            throw new HoldfastException(HoldfastError.UnknownMember, $"The update of run {run} was not kept: workflow '{version.Name}' has no update '{call.Name}'. Mark the method with [Update].");
        var id = key ?? RunId.Create(engine.Time.GetUtcNow(), engine.Options.Random).ToString();
        var dedup = key is null ? null : "update:" + key;
        var waiter = engine.Answers.Wait(run, id);
        try
        {
            var mail = new NewMail(MailKind.Update, call.Name, new UpdateCall(id, call.Arguments, call.Parameters).Encode(), dedup, engine.Time.GetUtcNow());
            var posted = await CommitAsync(new PostMail(run, mail) { Epoch = engine.Epoch }, _ => engine.MailPosted(run)).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (posted.Verdict == Verdict.UnknownRun) throw Unknown(run);
            if (posted.Verdict is not (Verdict.Committed or Verdict.Duplicate or Verdict.Finished))
                throw posted.NotKept($"The update of run {run} was not kept");
            if (posted.Verdict == Verdict.Duplicate) ThrowIfUsed(run, "update", call.Name, id, posted);
            if (posted.Verdict != Verdict.Committed && dedup is not null && await engine.Store.FindAnswerAsync(run, dedup, cancellationToken).ConfigureAwait(false) is { } kept)
                return Answered<T>(run, call, StateCodec.DecodeOutcome(kept.Span));
            // Known, and not answered: if the run has ended, nobody will.
            if (posted.Verdict == Verdict.Finished || (posted.Verdict == Verdict.Duplicate && await engine.Store.GetAsync(run, cancellationToken).ConfigureAwait(false) is { Outcome: not null })) throw Answers.Ended(run);
            var outcome = await engine.InTimeAsync(
                waiter.Answer.Task, timeout, time => $"Update '{call.Name}' of run {run} is kept, and was not answered in {time}. It is done when the run goes on; with a key, the same call gives its answer then.", cancellationToken).ConfigureAwait(false);
            return Answered<T>(run, call, outcome);
        }
        finally
        {
            engine.Answers.Forget(run, waiter);
        }
    }

    T Answered<T>(RunId run, MemberCall call, Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Succeeded) return typeof(T) == typeof(Nothing) ? default! : engine.Json.Read<T>(outcome.Value, $"The answer of {call.Name}");
        var error = RunErrors.Decode(outcome.Value);
        throw new HoldfastException(
            HoldfastError.UpdateRejected, $"Update '{call.Name}' of run {run} was refused, and nothing of it was kept: {error?.Message ?? outcome.Summary}",
            error is null ? null : new StepFailedException(error.Type, error.Message, error.Stack));
    }

    public async Task<RunStatus> WaitAsync(RunId run, CancellationToken cancellationToken) => (await OutcomeAsync(run, cancellationToken).ConfigureAwait(false)).Status;

    public async Task<T> ResultAsync<T>(RunId run, CancellationToken cancellationToken)
    {
        var outcome = await OutcomeAsync(run, cancellationToken).ConfigureAwait(false);
        if (outcome.Unreadable is { } unreadable) throw Unreadable(run, unreadable);
        if (outcome.Status == RunStatus.Completed) return typeof(T) == typeof(Nothing) ? default! : await ReadResultAsync<T>(run, outcome.Result, cancellationToken).ConfigureAwait(false);
        var error = RunErrors.Decode(outcome.Error);
        var how = error is null ? await EndAsync(run, outcome.Status, cancellationToken).ConfigureAwait(false) : $"ended as {outcome.Status}. {error.Type}: {error.Message}";
        throw new HoldfastException(
            outcome.Status == RunStatus.Failed ? HoldfastError.RunFailed : HoldfastError.RunCancelled, $"Run {run} {how}",
            error is null ? null : new StepFailedException(error.Type, error.Message, error.Stack));
    }

    /// <summary>Whoever restarts a run has a handle with the result of the version that it began in.</summary>
    async Task<T> ReadResultAsync<T>(RunId run, ReadOnlyMemory<byte> result, CancellationToken cancellationToken)
    {
        try
        {
            return engine.Json.Read<T>(result, $"The result of run {run}");
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.InvalidPayload)
        {
            if (await engine.Store.GetAsync(run, cancellationToken).ConfigureAwait(false) is not { } row || engine.Registry.Find(row.Workflow, row.Version) is not { } type || type.ResultType == typeof(T)) throw;
            throw new HoldfastException(error.Error, $"{ErrorText.Sentence(error.Message)} The run is of version {row.Version} of '{row.Workflow}', whose result is {type.ResultType}: ask for that.", error);
        }
    }

    /// <summary>How a run ended whose code did not end it, with the reason that somebody gave.</summary>
    async Task<string> EndAsync(RunId run, RunStatus status, CancellationToken cancellationToken)
    {
        var row = await engine.Store.GetAsync(run, cancellationToken).ConfigureAwait(false);
        if (row is null || StateBytes.TryRead(row.State, out _) is not { CancelReason: { } reason } state) return $"ended as {status}.";
        return state.RestartedAs is null ? $"ended as {status}: {ErrorText.Sentence(reason)}" : $"was {ErrorText.Sentence(reason)}";
    }

    public async Task<RunInfo> GetInfoAsync(RunId run, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        return await InfoAsync(await engine.Store.GetAsync(run, cancellationToken).ConfigureAwait(false) ?? throw Unknown(run), cancellationToken).ConfigureAwait(false);
    }

    public async Task<T> InputAsync<T>(RunId run, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        var stored = await engine.Store.LoadAsync(run, cancellationToken).ConfigureAwait(false) ?? throw Unknown(run);
        var input = stored.Run.Input;
        // Damage elsewhere in the run is no reason to keep its input back: that is what one starts it anew with.
        if ((input.IsEmpty || Envelope.IsSealed(input)) && stored.Unreadable is { } unreadable) throw Unreadable(run, unreadable);
        if (input.IsEmpty) throw new HoldfastException(HoldfastError.InvalidPayload, $"Run {run} was started without an input.");
        return engine.Json.Read<T>(input, $"The input of run {run}");
    }

    public async Task<IReadOnlyList<JournalLine>> ReadJournalAsync(RunId run, int limit, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        var rows = await engine.Store.ReadJournalAsync(run, -1, limit, cancellationToken).ConfigureAwait(false);
        return [.. rows.SelectMany(Lines)];
    }

    static IEnumerable<JournalLine> Lines(JournalRow row) => row.Unreadable is { } unreadable
        ? [new(row.Utc, "Unreadable", 0, unreadable.Message, 0)]
        : JournalCodec.Decode(row.Entries.Span).Select(e => new JournalLine(row.Utc, e.Kind.ToString(), e.Op, e.Text, e.Number));

    async Task<RunId> StartAsync(WorkflowType type, object? input, string? key, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        if (key?.Length > KeyLengthMax) throw new ArgumentException($"An idempotency key has at most {KeyLengthMax} characters, not {key.Length}.", nameof(key));
        var run = NewRuns.Create(type, input, key, engine.Time.GetUtcNow(), engine.Options.Random, engine.Json, null, Activity.Current?.Id);
        var answer = await CommitAsync(new CreateRun(run) { Epoch = engine.Epoch }, created => engine.Begin(run, created.Key)).WaitAsync(cancellationToken).ConfigureAwait(false);
        switch (answer.Verdict)
        {
            case Verdict.Committed: return run.Id;
            case Verdict.Duplicate: return answer.Run;
            default: throw answer.NotKept("The run was not started");
        }
    }

    /// <summary>A caller that gives up waiting does not undo the commit: what follows from it is done all the same.</summary>
    async Task<WriteResult> CommitAsync(StoreWrite write, Action<WriteResult> kept)
    {
        InsideCommit.ThrowIfIn(engine);
        var answer = await engine.Committer.CommitAsync(write).ConfigureAwait(false);
        if (answer.Verdict == Verdict.Committed) kept(answer);
        if (answer.Verdict == Verdict.Stale)
        {
            engine.LostOwnership(answer.Run, answer);
            engine.ThrowIfNotRunning();
        }
        return answer;
    }

    async Task<RunOutcome> OutcomeAsync(RunId run, CancellationToken cancellationToken)
    {
        engine.ThrowIfNotRunning();
        InsideCommit.ThrowIfIn(engine);
        // First ask to be told, then look: an end in between is seen by one of the two.
        var wait = engine.Completions.Join(run);
        try
        {
            if (engine.IsUnderWay(run)) return await wait.End.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            var row = await engine.Store.GetAsync(run, cancellationToken).ConfigureAwait(false) ?? throw Unknown(run);
            if (row.Outcome is null && RunKernel.IsFinished(row.Status))
                throw new HoldfastException(HoldfastError.StoreCorrupt, $"Run {run} has ended as {row.Status}, and the row with its outcome is gone: the store is damaged. Stop, copy the file away, and restore it from a backup.");
            return row.Outcome ?? await wait.End.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            engine.Completions.Leave(wait);
        }
    }

    async ValueTask<RunInfo> InfoAsync(RunRow row, CancellationToken cancellationToken)
    {
        var state = StateBytes.TryRead(row.State, out var damage);
        // One that sleeps is parked only once it is woken.
        var parked = row.Status == RunStatus.Parked ? "parked" : "will be parked";
        var waiting = RunKernel.IsFinished(row.Status) ? ""
            : (row.Unreadable ?? damage) is { } unreadable ? $"{parked}: {Damaged.ReasonOf(unreadable)}"
            : Damaged.Contradiction(state!, row.Status) is { } contradiction ? $"{parked}: {Damaged.ReasonOf(contradiction)}"
            : row.Status == RunStatus.Parked && state!.Status == RunStatus.Running ? $"parked: {await WhyAsync(row.Id, cancellationToken).ConfigureAwait(false)}"
            : await WaitingAsync(state!, row, cancellationToken).ConfigureAwait(false);
        return new(
            row.Id, row.Workflow, row.Version, row.Key, row.Parent, row.Status, waiting,
            row.CreatedUtc, row.UpdatedUtc, row.WakeUtc, row.Outcome is { Unreadable: null } outcome ? RunErrors.Decode(outcome.Error) : null)
        {
            RestartedAs = state?.RestartedAs,
            RestartOf = state?.RestartOf,
        };
    }

    /// <summary>What the run waits for; and of its children, which of them wait for somebody's help.</summary>
    async ValueTask<string> WaitingAsync(RunState state, RunRow row, CancellationToken cancellationToken)
    {
        var waiting = RunKernel.Describe(state, row.StoredResults);
        if (row.Status != RunStatus.Running) return waiting;
        foreach (var child in state.Ops.OfType<ChildOp>().Take(ChildrenAskedMax))
            if (await engine.Store.GetAsync(child.Child, cancellationToken).ConfigureAwait(false) is { Status: RunStatus.Parked } parked)
                waiting += $"; child {child.Child} is {(await InfoAsync(parked, cancellationToken).ConfigureAwait(false)).Waiting}";
        return waiting;
    }

    /// <summary>The record of a run that was set aside is readable; its frames and messages may not be.</summary>
    async ValueTask<string> WhyAsync(RunId run, CancellationToken cancellationToken) =>
        await engine.Store.LoadAsync(run, cancellationToken).ConfigureAwait(false) is { Unreadable: { } unreadable } ? Damaged.ReasonOf(unreadable) : Damaged.ReadableAgain;

    static HoldfastException Unreadable(RunId run, HoldfastException why) => new(why.Error, $"Run {run}: {why.Message}", why);

    static HoldfastException Ended(RunId run) =>
        new(HoldfastError.RunFinished, $"Run {run} has ended, and cannot be restarted. Start a new run with its input.");

    static HoldfastException Unknown(RunId run) => new(HoldfastError.UnknownRun, $"There is no run {run} in this store. It may have been removed by retention.");
}
