using System.Collections.Concurrent;
using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Payloads;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime;

/// <summary>
/// Owns a store and everything that runs on it: takes it over, takes up what the last owner left, and holds the runs that are in
/// memory. Thread-safe.
/// </summary>
sealed class Engine : IAsyncDisposable
{
    readonly ConcurrentDictionary<RunId, LiveRun> _runs = new();
    readonly CancellationTokenSource _stopping = new();
    readonly ILogger _log;
    readonly Func<string, Type?> _argumentOf;
    readonly ITimer _sweep;
    readonly MigratedRuns _migrated;
    readonly bool _alwaysCold;
    readonly Action<Exception>? _stopHost;
    readonly ConcurrentDictionary<RunId, IReadOnlyList<Mark>> _marked = new();
    readonly ConcurrentDictionary<string, bool> _turned = new(StringComparer.Ordinal);
    int _isStopped;

    public Engine(IServiceProvider provider, HoldfastOptions options, WorkflowRegistry registry, IReadOnlyDictionary<string, CallHandler> handlers, ILogger log, bool alwaysCold, Action<Exception>? stopHost)
    {
        Provider = provider;
        Options = options;
        _argumentOf = name => handlers.GetValueOrDefault(name)?.Argument;
        Registry = registry;
        Handlers = handlers;
        _log = new QuietLogger(log);
        _alwaysCold = alwaysCold;
        _stopHost = stopHost;
        Time = options.TimeProvider;
        Executor = options.Executor;
        Stopping = _stopping.Token;
        Json = new(options.Json);
        Codec = new(new TypeCatalog(registry.Assemblies.Concat(options.Assemblies)));
        Envelope = new(options.PayloadCodec);
        var store = (options.StoreFactory ?? throw new InvalidOperationException("No store is chosen: call UseSqlite(path), or UseMemory() in tests, in AddHoldfast."))(provider);
        Store = new PayloadStore(store, Envelope);
        Admission = new(options.StepsInFlightMax);
        Attention = new(this);
        Metrics = new(options.MeterName, () => _runs.Count, () => Admission.Running, Attention);
        Committer = new(Store, Envelope, options.BatchMax, Time, Executor, Broken, Metrics);
        Timers = new(this);
        Pruner = new(this);
        _migrated = new(this);
        Completions = new(Executor);
        Answers = new(Executor);
        Marks = RunningMarks.Open(null, _log);
        _sweep = Time.CreateTimer(static e => ((Engine)e!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IServiceProvider Provider { get; }

    public HoldfastOptions Options { get; }

    public WorkflowRegistry Registry { get; }

    public IReadOnlyDictionary<string, CallHandler> Handlers { get; }

    public TimeProvider Time { get; }

    public Executor Executor { get; }

    public JsonValues Json { get; }

    public GraphCodec Codec { get; }

    /// <summary>What lies around the data of users in the store.</summary>
    public Envelope Envelope { get; }

    /// <summary>The store, as it is read: opened. What is written goes through the <see cref="Committer"/>, which seals it.</summary>
    public IStore Store { get; }

    public Admission Admission { get; }

    public EngineMetrics Metrics { get; }

    /// <summary>What waits for a person, for the metrics.</summary>
    public Attention Attention { get; }

    public Committer Committer { get; }

    public Timers Timers { get; }

    public Pruner Pruner { get; }

    public Completions Completions { get; }

    /// <summary>Callers in this process that wait for their updates.</summary>
    public Answers Answers { get; }

    public RunningMarks Marks { get; private set; }

    /// <summary>Calls under way, for the completions that handlers report.</summary>
    public ConcurrentDictionary<(RunId, long, int), Attempt> Calls { get; } = new();

    /// <summary>The keys of calls that fail in doubt and whose code has not ended, though their attempts may have.</summary>
    public ConcurrentDictionary<(RunId, string), byte> Alone { get; } = new();

    public long Epoch { get; private set; }

    /// <summary>When this process took the store over.</summary>
    public DateTimeOffset Since { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Signalled when the engine stops, for good. Valid also after that: an attempt may outlive the engine.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Why the engine does not run, or null.</summary>
    public Exception? Failure { get; private set; } = new HoldfastException(HoldfastError.NotRunning, "The engine has not started yet; start the host first.");

    /// <summary>Takes the store over and takes up every run that owes something.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Provider.GetService<IServiceProviderIsService>() is { } known)
            foreach (var type in Registry.All) type.CheckServices(known);
        CheckRetention();
        foreach (var type in Registry.All) type.CheckJson(Json);
        foreach (var (name, handler) in Handlers)
            if (handler.Problem(Json) is { } problem) throw new HoldfastException(HoldfastError.InvalidPayload, $"The step '{name}' takes or gives what would not survive as JSON: {problem}");
        var rehearsal = Rehearsal.OverFor(Options);
        Epoch = await Store.AcquireAsync($"{Environment.MachineName}/{Environment.ProcessId}", cancellationToken).ConfigureAwait(false);
        Since = Time.GetUtcNow();
        Marks = RunningMarks.Open(Store.SidecarPath, _log);
        foreach (var (run, marks) in Marks.Previous) _marked.TryAdd(run, marks);
        Failure = null;
        Log.Started(_log, Store.Location, Epoch);
        var taken = 0;
        var after = default(RunKey);
        while (true)
        {
            var page = await Store.ScanOwedAsync(after, 1_000, cancellationToken).ConfigureAwait(false);
            foreach (var (run, _) in page) Activate(run);
            taken += page.Count;
            if (page.Count < 1_000) break;
            after = page[^1].Key;
        }
        Log.TakenUp(_log, taken);
        await Timers.StartAsync().ConfigureAwait(false);
        _sweep.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Pruner.Start();
        _migrated.Start();
        await rehearsal.ConfigureAwait(false);
        await FirstLook.TakeAsync(this, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses a rule for a workflow that nobody has: a misspelt name would leave its runs to the general rule, which may remove them much earlier.</summary>
    void CheckRetention()
    {
        foreach (var name in Options.RetentionByWorkflow.Keys)
            if (!Options.Retired.Contains(name) && Registry.Newest(name) is null)
                throw new HoldfastException(
                    HoldfastError.UnknownWorkflow,
                    $"RetainRunsOf names the workflow '{name}', which is not registered here; registered are {string.Join(", ", Registry.Near(name).Take(5).Select(static n => $"'{n}'").DefaultIfEmpty("none"))}. "
                    + "Correct the name or register the workflow; of one that is no longer registered say isRetired: true.");
    }

    /// <summary>Stops in good order: running attempts get their token and a time to end; what does not end runs again after the next start.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0) return;
        var failed = Failure is not null;
        await CancelAsync(_stopping).ConfigureAwait(false);
        Timers.Dispose();
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await Pruner.DisposeAsync().ConfigureAwait(false);
        var started = Time.GetTimestamp();
        while (!failed && !cancellationToken.IsCancellationRequested && Time.GetElapsedTime(started) < Options.StopTime && _runs.Values.Any(static r => !r.IsIdle))
            await Executor.PauseAsync(TimeSpan.FromMilliseconds(10)).ConfigureAwait(false);
        Failure ??= new HoldfastException(HoldfastError.NotRunning, "The engine has stopped.");
        Completions.FailAll(Failure);
        Answers.FailAll(Failure);
        await Committer.StopAsync().ConfigureAwait(false);
        await Store.DisposeAsync().ConfigureAwait(false);
        if (!failed) Marks.Dispose();
        Metrics.Dispose();
        Log.Stopped(_log, Store.Location);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Hands an event to a run, reading it from the store first if need be.</summary>
    public void Post(RunId run, RunEvent happened)
    {
        while (Failure is null || !_stopping.IsCancellationRequested)
        {
            var live = _runs.GetOrAdd(run, static (id, engine) => new(engine, id), this);
            if (live.TryPost(happened)) return;
            // It was dropped from memory at this moment; its place is free now, or soon.
            _runs.TryRemove(new(run, live));
        }
    }

    public void Post(LiveRun run, RunEvent happened)
    {
        if (!run.TryPost(happened)) Post(run.Id, happened);
    }

    /// <summary>A run is to be taken up.</summary>
    public void Activate(RunId run) => Post(run, TakeUp.Instance);

    /// <summary>A run was created by this process, which knows what is in the store of it.</summary>
    public void Begin(NewRun run, RunKey key) => Post(run.Id, new JustCreated(StoredRun.JustCreated(run, key)));

    /// <summary>Whether the run is in memory and has not ended: then its end is yet to be told.</summary>
    public bool IsUnderWay(RunId run) => _runs.TryGetValue(run, out var live) && live.Memory is { State.Status: RunStatus.Running or RunStatus.Parked };

    /// <summary>Mail for the run is durable.</summary>
    public void MailPosted(RunId run) => Post(run, MailWaiting.Instance);

    public void CompleteCall(CallTicket ticket, CallResult result)
    {
        if (Calls.TryRemove((ticket.Run, ticket.Op, ticket.Attempt), out var attempt)) attempt.Complete(result);
    }

    /// <summary>What of the run was going on when the last process died, or null. Answered once, for one death counts once.</summary>
    public IReadOnlyList<Mark>? TakeMarks(RunId run) => _marked.TryRemove(run, out var marks) ? marks : null;

    /// <summary>Does something after a wait, unless the engine stops before.</summary>
    public void Later(TimeSpan wait, Action then) => _ = LaterAsync(wait, then);

    /// <summary>Waits for an answer out of a run's turns, as long as the caller does.</summary>
    public async Task<T> InTimeAsync<T>(Task<T> answer, TimeSpan? timeout, Func<TimeSpan, string> late, CancellationToken cancellationToken)
    {
        var time = timeout ?? Options.AnswerTimeout;
        try
        {
            return await answer.WaitAsync(time, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new HoldfastException(HoldfastError.AnswerTimeout, late(time));
        }
    }

    public bool DropsFrames() => _alwaysCold || (Options.AlwaysCold is null && Options.Random.Next(100) == 0);

    public void Finished(LiveRun run, RunOutcome outcome)
    {
        // However it stood before: nobody is waited for any more.
        if (outcome.Status == RunStatus.Terminated) Attention.Changed();
        Pruner.RunEnded();
        // In this order: whoever finds the run under way after having asked to be told is told.
        Forget(run);
        Completions.Complete(run.Id, outcome);
        Answers.End(run.Id);
    }

    public void Forget(LiveRun run)
    {
        run.Memory?.DropGraph();
        run.Memory = null;
        _runs.TryRemove(new(run.Id, run));
    }

    public void ThrowIfNotRunning()
    {
        if (Failure is { } failure)
            throw failure is HoldfastException known ? new HoldfastException(known.Error, known.Message, known) : new HoldfastException(HoldfastError.NotRunning, $"The engine stopped: {failure.Message}", failure);
    }

    /// <summary>
    /// Whether nothing is under way but attempts that wait for something outside. A harness that delivers one thing at a time asks for it.
    /// </summary>
    /// <param name="accepts">Whether the harness takes a run for one at rest in which so many attempts run.</param>
    public bool IsAtRest(Func<RunId, int, bool> accepts) => !_migrated.IsUnderWay && _runs.Values.All(run => run.AttemptsAtRest() is { } running && accepts(run.Id, running));

    public void LostOwnership(RunId run, WriteResult answer)
    {
        if (answer.Verdict is Verdict.Stale)
            Broken(new HoldfastException(HoldfastError.OwnershipLost, $"Another owner has taken {Store.Location} over: the store refused a write of run {run} as stale. This process acts on it no more."));
        else
            Log.WriteRefused(_log, run, answer.Verdict.ToString(), answer.Reason ?? "");
    }

    /// <summary>The store can no longer be trusted from here: nothing more is acknowledged, and the host is asked to end.</summary>
    public void Broken(Exception error)
    {
        if (Failure is not null) return;
        Failure = error;
        Log.Failed(_log, error, Store.Location);
        Completions.FailAll(error);
        Answers.FailAll(error);
        // The token is cancelled at once; what is registered on it is the users' code, and may neither throw here nor hold this thread.
        _ = CancelAsync(_stopping);
        try
        {
            _stopHost?.Invoke(error);
        }
        catch (Exception thrown)
        {
            // The host's own code again; a container that is gone already throws too. This thread may be the committer's, where nobody would catch it.
            Log.HostNotStopped(_log, thrown);
        }
    }

    /// <summary>A turn threw where nothing may throw. The run's memory is dropped; a broken invariant stops the engine before it commits doubt.</summary>
    public void TurnBroke(RunId run, Exception error, int retries)
    {
        if (Failure is not null) return;
        if (error is InvariantException) Broken(error);
        else if (!_stopping.IsCancellationRequested) Log.TurnBroke(_log, error, run, retries);
    }

    public void NoteTurn(RunId run, string workflow, long started)
    {
        // The first one compiles the workflow's code and what saves its data: that says nothing of the code.
        // Looked at first: adding what is there takes a lock, at every turn of every run.
        var isFirst = !_turned.ContainsKey(workflow) && _turned.TryAdd(workflow, true);
        var took = Time.GetElapsedTime(started);
        if (took > Options.SlowTurn && isFirst) Log.SlowFirstTurn(_log, run, workflow, took.TotalMilliseconds);
        else if (took > Options.SlowTurn) Log.SlowTurn(_log, run, took.TotalMilliseconds);
    }

    public void NoteParked(RunId run, string reason)
    {
        Metrics.Parked();
        Attention.Changed();
        Log.Parked(_log, run, reason);
    }

    public void NoteFailure(RunId run, StepOp step, int attempt, Exception error) => Log.AttemptFailed(_log, run, step.Label, step.Id, attempt, error.GetType().Name, ErrorText.MessageOf(error));

    public void NoteScanFailed(Exception error) => Log.ScanFailed(_log, error);

    public void NoteUnparkFailed(Exception error) => Log.UnparkFailed(_log, error);

    public void NoteUnbuilt(string workflow, Exception error) => Log.ServicesNotBuilt(_log, error, workflow);

    public void NoteStaysParked(RunId run, Exception error) => Log.StaysParked(_log, error, run);

    public void NoteForOtherCode(RunId run, string reason) => Log.WaitsForOtherCode(_log, run, reason);

    public void NoteUnreadable(RunId run, string reason) => Log.WaitsUnreadable(_log, run, reason);

    public void NoteCountFailed(Exception error) => Log.CountFailed(_log, error);

    public void NotePruneFailed(Exception error) => Log.PruneFailed(_log, error);

    /// <summary>What the frames of a run need of the engine.</summary>
    public RunServices Services(NewRun run) => new()
    {
        Run = run.Id,
        CreatedUtc = run.CreatedUtc,
        Codec = Codec,
        Json = Json,
        Registry = Registry,
        CancelGrace = Options.CancelGrace,
        Random = Options.Random,
        Time = Time,
        Since = Since,
        ArgumentOf = _argumentOf,
        TraceParent = run.TraceParent,
    };

    /// <summary>Signals a token. What is registered on it is the users' code: what it throws is reported, and harms nobody.</summary>
    public async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await Executor.CancelAsync(source).ConfigureAwait(false);
        }
        catch (AggregateException error)
        {
            Log.CallbackThrew(_log, error.InnerExceptions[0]);
        }
    }

    async Task LaterAsync(TimeSpan wait, Action then)
    {
        try
        {
            await Task.Delay(wait, Time, Stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        then();
    }

    void Sweep()
    {
        try
        {
            var excess = _runs.Count - Options.HotRunsMax;
            foreach (var run in excess > 0 ? _runs.Values.OrderBy(static r => r.TouchedTimestamp).ThenBy(static r => r.Id) : (IEnumerable<LiveRun>)_runs.Values)
            {
                if (!run.IsIdle || run.Memory is null) continue;
                if (excess <= 0 && Time.GetElapsedTime(run.TouchedTimestamp) < Options.IdleTime) continue;
                if (!run.TryEvict()) continue;
                _runs.TryRemove(new(run.Id, run));
                excess--;
            }
        }
        catch (Exception error)
        {
            Log.SweepFailed(_log, error);
        }
    }
}
