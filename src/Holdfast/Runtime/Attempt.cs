using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// One attempt of a step in this process. Starts only after the intent is durable, works on a fresh copy of it, and says exactly once
/// how it ended.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The code of a step may look at its token after the attempt has ended. A source without timer, link or wait handle holds nothing to be disposed of.")]
sealed class Attempt(LiveRun run, RunMemory memory, StepOp step, int number) : IThreadPoolWorkItem
{
    /// <summary>The longest time that the system's timers take; nobody waits longer for one attempt.</summary>
    internal static readonly TimeSpan TimerMax = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>The attempt whose synchronous part this thread runs, between two turns of its run.</summary>
    [ThreadStatic]
    static Attempt? _inline;

    readonly Engine _engine = run.Engine;
    readonly long _started = Stopwatch.GetTimestamp();
    AttemptToken? _token;
    ITimer? _timer;
    Heartbeat? _heartbeat;
    Revealed? _revealed;
    List<Action<StepTransaction>>? _withResult;
    Activity? _activity;
    bool _hasReturned;
    bool _isCancelled;
    bool _hasLeft;
    int _aside;
    int _ended;

    public long Op => step.Id;

    public int Number { get; } = number;

    public RunId Run => run.Id;

    public StepOp Step => step;

    public RunMemory Memory => memory;

    public bool IsCancelled => Volatile.Read(ref _isCancelled);

    public Engine Engine => _engine;

    public JsonValues Json => _engine.Json;

    /// <summary>Reads what was written for the step, which may have been by another build. Where that shows, the attempt does not count, if it is one that may be made again.</summary>
    public T ReadKept<T>(ReadOnlyMemory<byte> utf8, string what, bool isBegun) => (T)_engine.Services(memory.Info).ReadKept(utf8, typeof(T), what, isBegun && step.AtMostOnce ? null : step.StartedUtc)!;

    /// <summary>
    /// Signalled on time-out, cancellation and stop. Made at first use: most steps never look at it. It hears of the stop only until the
    /// attempt has ended, since the engine would otherwise hold on to the tokens of all attempts that it ever ran.
    /// </summary>
    public CancellationToken Token
    {
        get
        {
            lock (this)
            {
                if (_token is null)
                {
                    _token = new();
                    if (_isCancelled) _token.Cancel();
                    else if (Volatile.Read(ref _ended) == 0) _token.HearOf(_engine.Stopping);
                }
                return _token.Token;
            }
        }
    }

    public void Cancel()
    {
        AttemptToken? token;
        lock (this)
        {
            _isCancelled = true;
            token = _token;
        }
        // The callbacks are the user's code; they must not run on the thread that pumps the run.
        if (token is not null) _ = _engine.CancelAsync(token);
    }

    /// <summary>The attempt is alive, and tells how far it is.</summary>
    public void Beat(byte[]? details)
    {
        // First: its code may catch what this throws, and details are kept with whatever fails after.
        if (details is not null && _revealed?.FoundIn(details) is { } secret) throw Leak(secret, "tells");
        // Of an attempt that was given up, nobody wants to hear.
        if (Volatile.Read(ref _ended) == 0) Listen().Beat(details);
    }

    public async Task<T> RevealAsync<T>(Secret<T> secret)
    {
        var source = _engine.Provider.GetService(typeof(SecretSource<T>)) as SecretSource<T> ?? throw new HoldfastException(
            HoldfastError.UnknownSecret, $"Step '{step.Label}' asks for the secret '{secret.Name}', but no source of secrets of type {typeof(T)} is registered. Add one with AddSecrets<{typeof(T).Name}>(…).");
        var value = await source.ReadAsync(_engine.Provider, secret.Name, Token).ConfigureAwait(false);
        Revealed seen;
        lock (this) seen = _revealed ??= new();
        if (!seen.TryAdd(secret.Name, value))
            throw new HoldfastException(HoldfastError.SecretUnguarded,
                $"Step '{step.Label}' asks for the secret '{secret.Name}', whose value of type {typeof(T)} has more parts than can be looked for in what is saved. Give what is secret in it alone, and make the rest of it in the step.");
        return value;
    }

    /// <summary>Whether it may still say how it ended.</summary>
    public bool IsPresent => Volatile.Read(ref _ended) == 0;

    /// <summary>Has something done in the commit that keeps the result.</summary>
    public void CommitWithResult(Action<StepTransaction> work)
    {
        lock (this) (_withResult ??= []).Add(work);
    }

    /// <summary>Waits for something while other attempts have this one's place, and takes one again before it goes on.</summary>
    public async Task<T> StandAsideAsync<T>(Func<Task<T>> wait)
    {
        StandAside();
        try
        {
            return await wait().ConfigureAwait(false);
        }
        finally
        {
            await ComeBackAsync().ConfigureAwait(false);
        }
    }

    void StandAside()
    {
        lock (this)
        {
            // Of several waits at once the first one gives the place away, and the last one takes one again.
            if (++_aside > 1 || _hasLeft) return;
        }
        _engine.Admission.Leave();
    }

    async Task ComeBackAsync()
    {
        lock (this)
        {
            if (_hasLeft || _aside > 1)
            {
                _aside--;
                return;
            }
        }
        // Nobody wants what it does any more, when this gives up: then it ends without a place.
        if (!await _engine.Admission.ReturnAsync(_engine.Executor.Completion, Token).ConfigureAwait(false)) return;
        lock (this)
        {
            if (--_aside == 0 && !_hasLeft) return;
        }
        _engine.Admission.Leave();
    }

    /// <summary>It has ended, and its place is another's.</summary>
    void LeavePlace()
    {
        lock (this)
        {
            _hasLeft = true;
            if (_aside > 0) return;
        }
        _engine.Admission.Leave();
    }

    public void StartElsewhere() => _engine.Executor.Run(this);

    void IThreadPoolWorkItem.Execute() => Start();

    /// <summary>Runs the attempt's synchronous part on this thread, which takes the run's events up when it returns.</summary>
    public void StartInline()
    {
        var outer = _inline;
        _inline = this;
        try
        {
            Start();
        }
        finally
        {
            // Also when a clock of the user's throws: the thread goes on with other runs.
            _inline = outer;
        }
    }

    /// <summary>Runs the attempt's synchronous part on this thread.</summary>
    public void Start()
    {
        if (_engine.Stopping.IsCancellationRequested || _engine.Failure is not null)
        {
            Leave();
            return;
        }
        if (IsCancelled)
        {
            // It waited for its turn, and in the meantime nobody wants it any more.
            Fail(new OperationCanceledException($"Step '{step.Label}' was cancelled before it started."));
            return;
        }
        // A transaction step looks at its time itself: it cannot be given up while it may still commit.
        if (step.Timeout is { } timeout && step.Kind != StepKind.Transaction && timeout < TimerMax)
            _timer = _engine.Time.CreateTimer(static a => ((Attempt)a!).TimedOut(), this, timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        if (step.Heartbeat is { Timeout: not null } && step.Kind != StepKind.Transaction) Listen();
        // A clock that is ahead may have ended it already.
        if (Volatile.Read(ref _ended) == 0) ExecutionContext.Run(CleanContext.Value, static state => ((Attempt)state!).RunHere(), this);
    }

    void RunHere()
    {
        // It goes on until the attempt has ended, which is long after this method for a step that waits; what is current here stays in this context.
        if (_engine.Metrics.IsTraced) _activity = EngineMetrics.Begin("step " + step.Label, memory.Info.TraceParent, Tags());
        try
        {
            var work = StepRunner.RunAsync(this, _engine);
            _hasReturned = true;
            if (work.IsCompletedSuccessfully) End(work.Result);
            else _ = AwaitAsync(work);
        }
        catch (Exception error)
        {
            _hasReturned = true;
            Fail(error);
        }
    }

    async Task AwaitAsync(ValueTask<Outcome?> work)
    {
        try
        {
            End(await work.ConfigureAwait(false));
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    KeyValuePair<string, object?>[] Tags() =>
    [
        new("holdfast.run", run.Id.ToString()), new("holdfast.workflow", memory.Info.Workflow), new("holdfast.op", step.Id), new("holdfast.attempt", Number),
    ];

    Heartbeat Listen()
    {
        lock (this) return _heartbeat ??= new(_engine.Time, step.Heartbeat?.Timeout, FallenSilent);
    }

    void FallenSilent() => GiveUp(new TimeoutException($"Attempt {Number} of step '{step.Label}' gave no heartbeat for {step.Heartbeat?.Timeout}."));

    void TimedOut() => GiveUp(new TimeoutException($"Attempt {Number} of step '{step.Label}' took longer than {step.Timeout}."));

    /// <summary>The attempt has ended before its code hears of it, so that nothing which the code does in answer counts.</summary>
    void GiveUp(TimeoutException why)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        Cancel();
        Failed(why);
    }

    /// <summary>The attempt succeeded; null when it has reported by another way.</summary>
    void End(Outcome? outcome)
    {
        if (outcome is not null && _revealed?.FoundIn(outcome.Value.Span) is { } secret)
        {
            Fail(Leak(secret, "gives back"));
            return;
        }
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        if (outcome is not null && _withResult is { } works)
        {
            _ = SettleAsync(outcome, works);
            return;
        }
        Finish(succeeded: true);
        if (outcome is null) return;
        Post(outcome, retryable: true);
    }

    /// <summary>Keeps the result, and in the same commit what the step wants done with it. It has ended already: it cannot be given up while it may still commit.</summary>
    async Task SettleAsync(Outcome outcome, List<Action<StepTransaction>> works)
    {
        try
        {
            await StepCommit.SettleAsync(this, _engine, transaction =>
            {
                foreach (var work in works) work(transaction);
                return outcome;
            }).ConfigureAwait(false);
            Finish(succeeded: true);
        }
        catch (Exception error)
        {
            Failed(error);
        }
    }

    /// <summary>The attempt failed, was cancelled, or ran out of time: whichever says so first.</summary>
    public void Fail(Exception error)
    {
        // What it needs is of a type that has changed: that says nothing about the step.
        if (error is MisreadException misread)
        {
            Refuse(misread);
            return;
        }
        if (Interlocked.Exchange(ref _ended, 1) == 0) Failed(error);
    }

    void Failed(Exception error)
    {
        Finish(succeeded: false);
        // A process that stops leaves its attempts as they are: the next one runs them again.
        if (_engine.Stopping.IsCancellationRequested && error is OperationCanceledException or HoldfastException { Error: HoldfastError.NotRunning })
        {
            _engine.Post(run, new AttemptLeft(step.Id, Number));
            return;
        }
        var isRetryable = IsRetryable(error);
        var outcome = OutcomeOf(error);
        if (_revealed is { } seen && (seen.FoundIn(outcome.Value.Span) ?? seen.FoundIn(outcome.Summary)) is not null)
        {
            error = seen.Hide(error);
            outcome = OutcomeOf(error);
        }
        Post(outcome, isRetryable);
        _engine.NoteFailure(run.Id, step, Number, error);
    }

    Outcome OutcomeOf(Exception error) => error is OperationCanceledException && _isCancelled ? Outcome.Cancelled(ErrorText.MessageOf(error)) : _engine.Codec.EncodeError(error);

    HoldfastException Leak(string secret, string does) => new(
        HoldfastError.NotSavable, $"Step '{step.Label}' {does} the value of the secret '{secret}', which would be saved. Say what was done with it instead.");

    /// <summary>A called handler reported how it ended, from here or from elsewhere.</summary>
    public void Complete(CallResult result)
    {
        if (_revealed is { } seen)
        {
            if (seen.FoundIn(result.Json.Span) is { } secret)
            {
                Fail(Leak(secret, "gives back"));
                return;
            }
            if (result.ErrorMessage is { } message) result = result with { ErrorMessage = seen.Hide(message), ErrorStack = result.ErrorStack is { } stack ? seen.Hide(stack) : null };
        }
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        if (result.ErrorType is null && _withResult is { } works)
        {
            _ = SettleAsync(result.ToOutcome(_engine.Codec), works);
            return;
        }
        Finish(succeeded: result.ErrorType is null);
        Post(result.ToOutcome(_engine.Codec), !result.IsFinal && !result.ErrorBases.Any(step.Retry.NonRetryable.Contains));
    }

    /// <summary>Not to be counted, because what is saved of the step cannot be read or has no handler here. The run waits for the code, and the step with it.</summary>
    public void Refuse(HoldfastException why)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        Finish(succeeded: false);
        _engine.Post(run, new AttemptRefused(step.Id, Number, step.Label, why));
    }

    /// <summary>Never begun, because the process stops.</summary>
    void Leave()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        _engine.Admission.Leave();
        _engine.Post(run, new AttemptLeft(step.Id, Number));
    }

    void Finish(bool succeeded)
    {
        _timer?.Dispose();
        _heartbeat?.Dispose();
        lock (this) _token?.HearNoMore();
        if (step.Kind == StepKind.Call) _engine.Calls.TryRemove((run.Id, step.Id, Number), out _);
        LeavePlace();
        _engine.Metrics.AttemptEnded(succeeded, _started);
        if (_activity is not null) EngineMetrics.End(_activity, succeeded);
    }

    void Post(Outcome outcome, bool retryable)
    {
        var ended = new RunEvent.AttemptEnded(step.Id, Number, outcome, retryable, _engine.Options.Random.NextDouble(), _engine.Epoch, _heartbeat?.Details) { Step = step };
        // The last thing that an attempt does: what ended on the thread that started it is found by that thread. One that was given up there still runs.
        if (ReferenceEquals(_inline, this) && _hasReturned) run.Add(ended);
        else _engine.Post(run, ended);
    }

    /// <summary>
    /// Saving it, decoding it or looking for its source again would fail again in this process. Other errors that are not transient may go better another time, for what a step asks of a client
    /// changes: a run may be there by then, an answer come, or a service be built.
    /// </summary>
    public static bool IsFinal(Exception error) => error is HoldfastException
    {
        Error: HoldfastError.NotSavable or HoldfastError.Misuse or HoldfastError.NeedsMigration or HoldfastError.CorruptSnapshot or HoldfastError.InvalidPayload or HoldfastError.UnknownSecret or HoldfastError.SecretUnguarded,
    };

    bool IsRetryable(Exception error)
    {
        if (IsFinal(error)) return false;
        if (step.Retry.NonRetryable.Count == 0) return true;
        for (var type = error.GetType(); type is not null; type = type.BaseType)
            if (step.Retry.NonRetryable.Contains(type.FullName!)) return false;
        return true;
    }
}

/// <summary>The source of an attempt's token.</summary>
sealed class AttemptToken : CancellationTokenSource
{
    CancellationTokenRegistration _stopping;

    public void HearOf(CancellationToken stopping) => _stopping = stopping.UnsafeRegister(static t => ((AttemptToken)t!).Cancel(), this);

    public void HearNoMore() => _stopping.Unregister();
}
