namespace Holdfast.Testing;

/// <summary>
/// An engine in the test's own process: the real one, on a store in memory and a clock that stands still. Steps run at once and in
/// real time; waits of days take none, because the clock goes to the next timer when nothing else can happen. Works with every test framework.
/// One test at a time may drive it; its client is thread-safe.
/// </summary>
public sealed class TestEngine : IAsyncDisposable
{
    readonly Action<HoldfastBuilder> _configure;
    readonly Action<HoldfastOptions>? _options;
    readonly Storage.MemoryStore _memory = new();
    readonly StepStubs _stubs = new();
    EngineProcess _process;

    TestEngine(Action<HoldfastBuilder> configure, Action<HoldfastOptions>? options)
    {
        (_configure, _options) = (configure, options);
        _process = NewProcess();
    }

    /// <summary>The clock of the engine. It begins on 1 January 2030, UTC.</summary>
    public VirtualTime Time { get; } = new(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>Starts and signals runs. Ask again after <see cref="CrashAsync"/>: handles and clients of a dead engine answer no more.</summary>
    public IHoldfastClient Client => _process.Client;

    /// <summary>The container of the engine that runs now.</summary>
    public IServiceProvider Services => _process.Services;

    /// <summary>How long, in real time, the engine may take to come to rest before a wait fails with what it is doing.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long, in real time, a step may run before it counts as one that waits. Then <see cref="ResultAsync{T}"/> lets time pass over it: to its time-out or that of its heartbeat, or
    /// to the next timer of a run, such as the deadline of its scope. A test of a time-out makes it short.
    /// </summary>
    /// <value>10 seconds.</value>
    public TimeSpan StepPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Starts an engine.</summary>
    /// <param name="configure">Registers workflows, handlers, secrets, and, on its <c>Services</c>, what workflows are injected with. Called once for each start, also after a crash.</param>
    /// <param name="options">Changes options of the engine; null for none. With another store than the one in memory, such as for transaction steps, it must open what it opened before.</param>
    public static async Task<TestEngine> StartAsync(Action<HoldfastBuilder> configure, Action<HoldfastOptions>? options = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var engine = new TestEngine(configure, options);
        await engine._process.StartAsync().ConfigureAwait(false);
        return engine;
    }

    /// <summary>Says what steps with this label give, instead of running their code. Also for calls, and for transactions.</summary>
    /// <param name="label">The step's label: the name of the method that its lambda calls, if its options do not say; for a call, the handler's name. <see cref="UnusedStubs"/> says which no step has.</param>
    /// <param name="answer">Gives the result, or throws as the step would. For steps without a result, its value is not looked at.</param>
    public void StubStep<T>(string label, Func<StepContext, Task<T>> answer)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        ArgumentNullException.ThrowIfNull(answer);
        _stubs.Add(label, typeof(T), async step => await answer(step).ConfigureAwait(false));
    }

    /// <inheritdoc cref="StubStep{T}(string, Func{StepContext, Task{T}})"/>
    public void StubStep<T>(string label, Func<StepContext, T> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        StubStep(label, step => Task.FromResult(answer(step)));
    }

    /// <summary>
    /// The labels that <see cref="StubStep{T}(string, Func{StepContext, T})"/> was told and no step has had until now: misspelt ones, whose steps run their own code, and those of branches that no run took.
    /// A test that means all of its stubs to be used asserts at its end that there are none.
    /// </summary>
    public IReadOnlyList<string> UnusedStubs => [.. _stubs.Unasked];

    /// <summary>Lets time pass as the run needs it, until the run has ended, and gives its result.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.RunFailed"/> or <see cref="HoldfastError.RunCancelled"/>, with what ended it.</exception>
    /// <exception cref="WorkflowStandsException">The run waits for something that only the test can bring, or is parked.</exception>
    /// <exception cref="TimeoutException">A step does not end within <see cref="Patience"/>, and no time-out, deadline or other timer is set.</exception>
    public Task<T> ResultAsync<TWorkflow, T>(RunHandle<TWorkflow, T> run) where TWorkflow : Workflow => ResultAsync<T>(run);

    /// <inheritdoc cref="ResultAsync{TWorkflow, T}(RunHandle{TWorkflow, T})"/>
    public async Task<T> ResultAsync<T>(RunHandle run)
    {
        await EndAsync(run).ConfigureAwait(false);
        return await run.ResultAsync<T>().ConfigureAwait(false);
    }

    /// <summary>Lets time pass as the run needs it, until the run has ended, however.</summary>
    /// <inheritdoc cref="ResultAsync{TWorkflow, T}(RunHandle{TWorkflow, T})"/>
    public async Task<RunStatus> EndAsync(RunHandle run)
    {
        ArgumentNullException.ThrowIfNull(run);
        while (true)
        {
            var isAtRest = await _process.RestAsync(static (_, running) => running == 0, StepPatience, Patience).ConfigureAwait(false);
            var appends = _process.Appends;
            var info = await run.GetInfoAsync().ConfigureAwait(false);
            if (info.Status is RunStatus.Parked) throw WorkflowStandsException.Parked(info);
            if (info.Status is not RunStatus.Running) return info.Status;
            if (await _process.NextWakeAsync().ConfigureAwait(false) is not { } wake)
            {
                // Nothing could time it out: it has all the time that there is.
                if (!isAtRest) await SettleAsync().ConfigureAwait(false);
                // It may have gone on since its status was asked for.
                if (!isAtRest || _process.Appends != appends) continue;
                throw WorkflowStandsException.Still(info);
            }
            await _process.LeapAsync(wake, appends, Patience).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until nothing more happens without time passing or a message coming: no turn is under way and no step runs.</summary>
    /// <exception cref="TimeoutException">A step does not end within <see cref="Patience"/>. <see cref="AdvanceAsync"/> moves the clock while steps run.</exception>
    public Task SettleAsync() => _process.RestAsync(static (_, running) => running == 0, Patience);

    /// <summary>
    /// Moves the clock on, timer by timer, and lets each take its effect. Steps that run go on running meanwhile: where they shall end first,
    /// await <see cref="SettleAsync"/> before. Their time-outs are timers, too.
    /// </summary>
    /// <param name="by">How far.</param>
    public async Task AdvanceAsync(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = Time.GetUtcNow() + by;
        while (true)
        {
            await _process.RestAsync(static (_, _) => true, Patience).ConfigureAwait(false);
            var appends = _process.Appends;
            if (await _process.NextWakeAsync().ConfigureAwait(false) is not { } wake || wake.Utc > end) break;
            await _process.LeapAsync(wake, appends, Patience).ConfigureAwait(false);
        }
        Time.AdvanceTo(end);
        while (Time.FireDue())
        {
        }
        await _process.RestAsync(static (_, _) => true, Patience).ConfigureAwait(false);
    }

    /// <summary>Ends the engine as a power cut would, and starts another on what was durable. Steps that ran run again.</summary>
    public async Task CrashAsync()
    {
        _process.Store.Freeze();
        await _process.DisposeAsync().ConfigureAwait(false);
        _process = NewProcess();
        await _process.StartAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await _memory.DisposeAsync().ConfigureAwait(false);
    }

    EngineProcess NewProcess() => new(_configure, _memory, Time, o =>
    {
        o.Steps = _stubs.RunAsync;
        _options?.Invoke(o);
    });
}
