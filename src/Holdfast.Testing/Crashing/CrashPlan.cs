namespace Holdfast.Testing;

/// <summary>What <see cref="CrashTest"/> does to a workflow, and what must hold whenever it is killed. The outside world is made anew for each life of the run, and survives the deaths in it.</summary>
/// <typeparam name="TWorld">What stands for the outside world in the test: fakes of the services that steps call, and what they wrote down.</typeparam>
/// <typeparam name="T">The type of the workflow's result.</typeparam>
public sealed class CrashPlan<TWorld, T>
{
    readonly List<Action<StepStubs, TWorld>> _stubs = [];

    /// <summary>Makes the outside world. Called once for each life, before anything else of it.</summary>
    public required Func<TWorld> World { get; init; }

    /// <summary>Registers workflows and services for one process. What it makes itself, such as a cache, dies with the process; what it takes from the world does not.</summary>
    public required Action<HoldfastBuilder, TWorld> Configure { get; init; }

    /// <summary>What somebody outside does to the run, in order: one whenever nothing else can happen but time passing. All must be played. For updates, see <see cref="CrashTest.Act"/>.</summary>
    public IReadOnlyList<Func<RunHandle, Task>> Acts { get; init; } = [];

    /// <summary>
    /// Decides what an at-most-once step has done that a death has put in doubt, as a person would who looks at the world: one whenever no step is left to be let go. Null for nobody:
    /// the run then waits, which is not how the one ends that nobody kills.
    /// </summary>
    public Func<InDoubtStep, TWorld, InDoubtDecision>? InDoubt { get; init; }

    /// <summary>Looks at the world and the result when a run has completed, and throws if something is wrong. A run that does not complete cannot pass it. Null to compare only how runs end, be it in failure.</summary>
    public Action<TWorld, T>? Check { get; init; }

    /// <summary>Changes options of the engine; null for none. Called for each process. A store other than the one in memory is a new one for each life, such as a file that <see cref="World"/> has chosen, and the same for the processes in it.</summary>
    public Action<HoldfastOptions>? Options { get; init; }

    /// <summary>How many kills are made at most; of more, so many are made, spread evenly.</summary>
    /// <value>2,000: each runs the workflow once.</value>
    public int KillsMax { get; init; } = 2_000;

    /// <summary>
    /// How long, in real time, a step may run before it counts as one that waits, so that the next thing is delivered, and time passes over it: to its time-out or that of its heartbeat, or
    /// to the next timer of a run, such as the deadline of its scope. A test of a time-out makes it short.
    /// </summary>
    /// <value>10 seconds.</value>
    public TimeSpan StepPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Says what steps with this label give, instead of running their code. Also for calls, and for transactions, which the store in memory has no database for.</summary>
    /// <param name="label">The label of a step that runs: the name of the method that its lambda calls, if its options do not say; for a call, the handler's name.</param>
    /// <param name="answer">Gives the result, or throws as the step would, and does to the world what the step would. For steps without a result, its value is not looked at.</param>
    /// <returns>The plan.</returns>
    public CrashPlan<TWorld, T> StubStep<TStep>(string label, Func<StepContext, TWorld, Task<TStep>> answer)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        ArgumentNullException.ThrowIfNull(answer);
        _stubs.Add((stubs, world) => stubs.Add(label, typeof(TStep), async step => await answer(step, world).ConfigureAwait(false)));
        return this;
    }

    /// <inheritdoc cref="StubStep{TStep}(string, Func{StepContext, TWorld, Task{TStep}})"/>
    public CrashPlan<TWorld, T> StubStep<TStep>(string label, Func<StepContext, TWorld, TStep> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return StubStep(label, (step, world) => Task.FromResult(answer(step, world)));
    }

    internal StepStubs StubsIn(TWorld world)
    {
        var stubs = new StepStubs();
        foreach (var add in _stubs) add(stubs, world);
        return stubs;
    }
}
