using System.Runtime.CompilerServices;
using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Frames;

/// <summary>
/// The live frames of one run: a cache of its last committed snapshot, thrown away whenever a commit does not succeed. Used by one
/// turn at a time; the current one is known to the thread that runs it.
/// </summary>
sealed class RunGraph(RunServices services)
{
    /// <summary>Further awaits in a cancelled scope that one frame may make in a turn before the run is ended from outside.</summary>
    const int CancelledAwaitsMax = 1_000;

    /// <summary>Each hop gives a deep recursion a fresh stack of <see cref="StackBytes"/>; more than this many is a runaway, and the collector walks them all.</summary>
    const int StackHopsMax = 8;
    const int StackBytes = 16 << 20;

    [ThreadStatic]
    static RunGraph? _current;

    /// <summary>The graph that this thread's code may look at, and cannot start anything in.</summary>
    [ThreadStatic]
    static RunGraph? _lookedAt;

    RunGraph? _outerGraph;
    ExecutionContext? _outerContext;

    /// <summary>How many of the decision's deliveries were handed out in this turn.</summary>
    int _delivered;

    /// <summary>Frames that can go on, in the order in which they were woken.</summary>
    readonly Queue<Durable> _ready = new();

    /// <summary>How many frames were woken so far.</summary>
    int _woken;

    /// <summary>Whether the scopes of these frames, which were read back, are yet to learn what they hold.</summary>
    bool _isUnsorted;

    /// <summary>How many awaits of a frame have thrown in this turn, because they were cancelled.</summary>
    Dictionary<object, int>? _cancelledAwaits;

    int _stackHops;

    /// <summary>Frames whose code is on the stack, each called by the one before.</summary>
    readonly List<Durable> _running = [];

    /// <summary>The graph whose turn this thread runs.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>: there is none.</exception>
    public static RunGraph Required => _current ?? throw new HoldfastException(HoldfastError.Misuse, _lookedAt is null
        ? "Durable operations work only inside a run, and not inside a step. Start a run with IHoldfastClient.StartAsync, and call steps from its Run method."
        : "Queries and updates start nothing: steps, timers and waits belong into Run and the durable methods that it calls.");

    /// <summary>The graph whose code this thread runs, be it only to look.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>: there is none.</exception>
    public static RunGraph Here => _lookedAt ?? Required;

    /// <summary>The same; null when there is none.</summary>
    public static RunGraph? HereOrNull => _lookedAt ?? _current;

    public RunServices Services { get; } = services;

    public RunState State { get; set; } = null!;

    public Decision Decision { get; set; } = null!;

    public DateTimeOffset Now { get; set; }

    public long Epoch { get; set; }

    public Workflow Workflow { get; set; } = null!;

    /// <summary>The call of <c>Run</c>; null before the first turn.</summary>
    public Durable? Root { get; set; }

    public CancelScope RootScope { get; set; } = new(null, isShielded: false);

    public CancelScope CurrentScope { get; private set; } = null!;

    /// <summary>The durables of open ops, by number.</summary>
    public Dictionary<long, Durable> Ops { get; } = [];

    /// <summary>Failures that nobody has awaited: left over at the end, they fail the run.</summary>
    public List<Durable> Unobserved { get; } = [];

    /// <summary>What the code did that cannot be gone on from; the turn is discarded.</summary>
    public string? Misuse { get; private set; }

    /// <summary>Why the last step that was not started was not: what it captured cannot be saved. A run that ends of it is parked instead, as one that waits with such a value is.</summary>
    public HoldfastException? Uncapturable { get; set; }

    /// <summary>The misuse was to ignore cancellation: the run is terminated instead of parked.</summary>
    public bool IgnoresCancellation { get; private set; }

    /// <summary>Large values that this turn's intents refer to.</summary>
    public List<Blob> NewBlobs { get; } = [];

    /// <summary>The end of a wait that begins at this moment: the turn may have begun long before. What is left of a time that is over is less than nothing, and ends at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is the time that means for ever elsewhere, and would end at once here.</exception>
    public DateTimeOffset After(TimeSpan wait)
    {
        if (wait == Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(wait), wait, "A run does not wait for ever by a clock. Leave the time out: await the signal itself without Within, or a scope without a deadline.");
        var now = Services.Time.GetUtcNow();
        return Later.Of(now > Now ? now : Now, wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    /// <summary>Notes large values for the turn's commit.</summary>
    public IReadOnlyList<BlobHash> Keep(IReadOnlyList<Blob> blobs)
    {
        if (blobs.Count == 0) return [];
        NewBlobs.AddRange(blobs);
        return [.. blobs.Select(static b => b.Hash)];
    }

    /// <summary>How many durables were looked at so far to find what scopes hold: a measure of work.</summary>
    public long Visited { get; private set; }

    /// <summary>Whether any frame ran in this turn, so that there is a new snapshot to take.</summary>
    public bool Ran { get; private set; }

    public void RecordMisuse(string what) => Misuse ??= what;

    /// <summary>Whether an await of the target goes on without suspending. An await in a cancelled scope does, to throw.</summary>
    public static bool CanGoOn(Durable target)
    {
        // Outside a run the await goes on at once, and throws.
        if (_current is not { } graph) return true;
        if (graph.Misuse is not null || !ReferenceEquals(target.Owner, graph)) return false;
        if (target.IsSettled) return true;
        // What a shield within the cancelled scope protects is waited for all the same.
        return graph.CurrentScope.IsCancelled && !(target.Scope is { IsCancelled: false } own && own.IsInside(graph.CurrentScope));
    }

    /// <summary>
    /// A method that is not durable would wait for a durable. To throw here would end the process, because such a method's own
    /// builder rethrows it where nobody can catch it.
    /// </summary>
    public static void RefuseAwait(Durable target, Action continuation)
    {
        if (_current is not { } graph) throw DurableMethodBuilder.AwaitedElsewhere();
        var machine = Array.Find(continuation.Target?.GetType().GenericTypeArguments ?? [], static t => typeof(IAsyncStateMachine).IsAssignableFrom(t));
        var method = machine is null ? "A method that is not durable" : MethodNames.Of(machine);
        graph.RecordMisuse($"{method} awaits {target.Describe()}, but does not return Durable or Durable<T>: its own state cannot be saved. Change its return type.");
    }

    public OperationCanceledException CancelledWait(Durable target) => Cancelled(CurrentScope.Reason ?? $"The wait for {target.Describe()} was cancelled.");

    public OperationCanceledException Cancelled(string reason)
    {
        // By the frame: very many that are cancelled at once, and end at once, ignore nothing.
        var frame = _running.Count > 0 ? _running[^1] : (object)this;
        var awaits = _cancelledAwaits ??= new(ReferenceEqualityComparer.Instance);
        if ((awaits[frame] = awaits.GetValueOrDefault(frame) + 1) == CancelledAwaitsMax)
        {
            IgnoresCancellation = true;
            RecordMisuse($"The code went on awaiting {CancelledAwaitsMax} times in a scope that is cancelled ({reason}). Let OperationCanceledException through, or put what must be done into Shield.");
        }
        return new(reason);
    }

    /// <summary>
    /// Makes this thread the one that runs the graph's code, in a clean execution context, until <see cref="Leave"/>. Code of the graph may
    /// run in between only.
    /// </summary>
    public void Enter()
    {
        _outerGraph = _current;
        _outerContext = ExecutionContext.Capture();
        _current = this;
        _cancelledAwaits?.Clear();
        _delivered = 0;
        Ran = false;
        CurrentScope = RootScope;
        Sort();
        ExecutionContext.Restore(CleanContext.Value);
    }

    /// <summary>A scope was read back.</summary>
    public void NoteScope() => _isUnsorted = true;

    /// <summary>Tells scopes that were read back what they hold; from then on they hear of it.</summary>
    void Sort()
    {
        if (!_isUnsorted) return;
        _isUnsorted = false;
        foreach (var durable in Pending()) ScopeContent.Add(durable);
    }

    /// <summary>Gives the thread back what it had.</summary>
    public void Leave()
    {
        _current = _outerGraph;
        if (_outerContext is { } context) ExecutionContext.Restore(context);
        _outerGraph = null;
        _outerContext = null;
    }

    /// <summary>Runs code that looks at the graph between two turns: in a clean context, and unable to start anything durable.</summary>
    public T Look<T>(Func<T> code)
    {
        var outer = _lookedAt;
        _lookedAt = this;
        try
        {
            T result = default!;
            ExecutionContext.Run(CleanContext.Value, _ => result = code(), null);
            return result;
        }
        finally
        {
            _lookedAt = outer;
        }
    }

    /// <summary>Hands out deliveries and resumes frames until nothing can go on.</summary>
    public void RunUntilParked()
    {
        while (Misuse is null)
        {
            if (_delivered < Decision.Deliveries.Count)
            {
                var delivery = Decision.Deliveries[_delivered++];
                if (Ops.Remove(delivery.Op, out var durable)) durable.Deliver(delivery);
            }
            else if (Decision.CancelRun is { } reason)
            {
                Decision.CancelRun = null;
                Cancel(RootScope, reason);
            }
            else if (_ready.TryDequeue(out var frame))
            {
                frame.Woken = 0;
                EnterFrame(frame);
            }
            else
            {
                break;
            }
        }
    }

    /// <summary>Runs a frame until it suspends, in its own scope; a nested call returns here when its callee suspends.</summary>
    public void EnterFrame(Durable frame)
    {
        Ran = true;
        var scope = CurrentScope;
        CurrentScope = frame.Scope!;
        _running.Add(frame);
        var context = ExecutionContext.Capture();
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack()) ((IFrame)frame).Resume();
        else ResumeOnNewStack(frame);
        // What a frame puts into an AsyncLocal or the culture ends with it, hot as cold.
        if (context is not null && !ReferenceEquals(ExecutionContext.Capture(), context)) ExecutionContext.Restore(context);
        _running.RemoveAt(_running.Count - 1);
        CurrentScope = scope;
    }

    /// <summary>A frame can go on, behind those that were woken before it.</summary>
    public void Wake(Durable frame)
    {
        frame.Woken = ++_woken;
        _ready.Enqueue(frame);
    }

    void ResumeOnNewStack(Durable frame)
    {
        if (_stackHops == StackHopsMax)
        {
            RecordMisuse($"{frame.Describe()} calls itself too deeply: more than {StackHopsMax} stacks of {StackBytes >> 20} MB. Use a loop, or child runs.");
            return;
        }
        _stackHops++;
        var context = ExecutionContext.Capture();
        var thread = new Thread(() =>
        {
            _current = this;
            if (context is not null) ExecutionContext.Restore(context);
            ((IFrame)frame).Resume();
        }, StackBytes);
        thread.UnsafeStart();
        thread.Join();
        _stackHops--;
    }

    public TDurable StartOp<TDurable>(TDurable durable, RunEvent command) where TDurable : Durable
    {
        durable.Op = State.NextOp;
        durable.Owner = this;
        durable.Scope = CurrentScope;
        ScopeContent.Add(durable);
        Ops.Add(durable.Op, durable);
        RunKernel.Decide(State, command, Now, Decision);
        return durable;
    }

    /// <summary>A durable that was cancelled before it began.</summary>
    public TDurable Stillborn<TDurable>(TDurable durable) where TDurable : Durable
    {
        durable.Owner = this;
        durable.Scope = CurrentScope;
        durable.Observed = true;
        durable.SettleFailed(new OperationCanceledException(CurrentScope.Reason), cancelled: true);
        return durable;
    }

    /// <summary>Runs code under another scope, as the body of <c>Scope</c> and <c>Shield</c>.</summary>
    public T Within<T>(CancelScope scope, Func<T> body)
    {
        var previous = CurrentScope;
        CurrentScope = scope;
        try
        {
            return body();
        }
        finally
        {
            CurrentScope = previous;
        }
    }

    /// <summary>
    /// Cancels a scope: its ops are given up, and whoever in it waits for something outside stops waiting. What waits is found from
    /// the open ops through their waiters, in the order of their numbers, so that hot and cold runs do the same.
    /// </summary>
    /// <param name="scope">The scope.</param>
    /// <param name="reason">Why, for the exceptions that the awaits inside throw.</param>
    /// <param name="end">Its end, when its own code has ended.</param>
    public void Cancel(CancelScope scope, string reason, Durable? end = null)
    {
        if (scope.OwnReason is not null) return;
        scope.OwnReason = reason;
        foreach (var durable in Inside(scope, end))
        {
            if (durable.IsSettled || durable.Scope is not { IsCancelled: true }) continue;
            if (durable.Op > 0) RunKernel.Decide(State, new RunEvent.CancelOp(durable.Op, reason, Services.CancelGrace), Now, Decision);
            else durable.Detach(d => d.Scope?.IsInside(scope) != true);
        }
    }

    /// <summary>
    /// A scope's own code has ended: what nobody waits for is given up, and what still runs is cancelled. Returns something that is yet to end, or null.
    /// </summary>
    /// <param name="end">Is settled when the scope has ended, and belongs to it.</param>
    public Durable? EndScope(Durable end)
    {
        var scope = end.Scope!;
        GiveUpOrphans(scope);
        if (Left() is null) return null;
        Cancel(scope, "The scope has ended.", end);
        // Code in the scope that waits for the scope's end would never see it.
        foreach (var waiter in end.Waiters.ToArray())
            if (waiter.Scope?.IsInside(scope) == true) waiter.Detach(d => ReferenceEquals(d, end));
        return Left();

        Durable? Left() => Inside(scope, end).Find(d => !d.IsSettled && !ReferenceEquals(d, end));
    }

    /// <summary>Gives up the ops of a scope that nobody waits for.</summary>
    public void GiveUpOrphans(CancelScope scope)
    {
        var ops = scope.Parent is null ? Ops.Values : scope.Content.All().Where(IsOpen);
        foreach (var orphan in ops.Where(static d => !d.Waiters.Any()).OrderBy(static d => d.Op).ToArray()) GiveUp(orphan);
    }

    /// <summary>Gives up one op whose outcome is of no more use.</summary>
    public void GiveUp(Durable durable)
    {
        if (durable.Op == 0 || durable.IsSettled || !Ops.Remove(durable.Op)) return;
        durable.Observed = true;
        RunKernel.Decide(State, new RunEvent.AbandonOp(durable.Op), Now, Decision);
        durable.SettleFailed(new OperationCanceledException($"{durable.Describe()} was given up."), cancelled: true);
    }

    public bool IsReceive(Durable durable) => State.Ops.TryGet(durable.Op, out var op) && op is ReceiveOp;

    bool IsOpen(Durable durable) => durable.Op > 0 && Ops.ContainsKey(durable.Op);

    /// <summary>
    /// What of a scope is not settled, in an order that is the same hot and cold. Mostly all of it follows from the scope's own ops and from the code that
    /// runs; only where something in it waits for the outside alone, the whole run is looked through.
    /// </summary>
    /// <param name="scope">The scope.</param>
    /// <param name="end">Its end, when nothing but it leads to those that wait for it.</param>
    List<Durable> Inside(CancelScope scope, Durable? end = null)
    {
        if (scope.Parent is null) return Pending();
        var content = scope.Content.All();
        if (content.TrueForAll(d => ReferenceEquals(d, end))) return [];
        var roots = content.Where(IsOpen).OrderBy(static d => d.Op).Concat(content.Where(static d => d.Woken > 0).OrderBy(static d => d.Woken)).Concat(_running);
        var found = Reached(end is null ? roots : roots.Concat(end.Waiters), within: scope);
        var known = new HashSet<Durable>(found, ReferenceEqualityComparer.Instance);
        var missing = content.FindAll(d => !known.Contains(d) && !ReferenceEquals(d, end));
        if (missing.Count == 0) return found;
        // Frames that were read back do not hold what nothing leads to any more: so that hot ones go on as they do, it is forgotten.
        var all = Pending();
        foreach (var lost in missing.Except(all).ToList())
        {
            ScopeContent.Remove(lost);
            missing.Remove(lost);
        }
        return missing.Count == 0 ? found : [.. found.Except(all), .. all.Where(d => d.Scope?.IsInside(scope) == true)];
    }

    /// <summary>Everything that is not settled: the open ops, the frames that are about to run or do, and what waits for them, directly or not.</summary>
    List<Durable> Pending() => Reached(Ops.OrderBy(static o => o.Key).Select(static o => o.Value).Concat(_ready).Concat(_running), within: null);

    /// <summary>These and what waits for them, directly or not; of one scope only, or of all.</summary>
    List<Durable> Reached(IEnumerable<Durable> roots, CancelScope? within)
    {
        var found = new List<Durable>();
        var seen = new HashSet<Durable>(ReferenceEqualityComparer.Instance);
        foreach (var durable in roots) Add(durable);
        for (var i = 0; i < found.Count; i++)
            foreach (var waiter in found[i].Waiters) Add(waiter);
        Visited += found.Count;
        return found;

        void Add(Durable durable)
        {
            if ((within is null || (!durable.IsSettled && durable.Scope?.IsInside(within) == true)) && seen.Add(durable)) found.Add(durable);
        }
    }
}
