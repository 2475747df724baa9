using System.Reflection;
using System.Text.Json;
using Holdfast.Hosting;
using Holdfast.Storage;

namespace Holdfast;

/// <summary>How the engine runs. Set once, in <c>AddHoldfast</c>; the engine reads it when it starts.</summary>
public sealed class HoldfastOptions
{
    internal Func<IServiceProvider, IStore>? StoreFactory { get; private set; }

    internal HashSet<Assembly> Assemblies { get; } = [];

    /// <summary>Runs attempts of steps in a test's way, by way of <see cref="Runtime.StepRunner"/> or not; null where no test is.</summary>
    internal Func<Runtime.Attempt, Runtime.Engine, ValueTask<Kernel.Outcome?>>? Steps { get; set; }

    internal Dictionary<string, Retention> RetentionByWorkflow { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of <see cref="RetentionByWorkflow"/> that need not be registered.</summary>
    internal HashSet<string> Retired { get; } = new(StringComparer.Ordinal);

    /// <summary>Keeps runs in the store that the factory opens. Stores bring their own shorter form, such as <c>UseSqlite</c>.</summary>
    /// <param name="factory">Opens the store. The engine closes it.</param>
    public HoldfastOptions UseStore(Func<IServiceProvider, IStore> factory)
    {
        StoreFactory = factory ?? throw new ArgumentNullException(nameof(factory));
        return this;
    }

    /// <summary>Keeps runs in this process's memory: for tests. Nothing survives the process.</summary>
    public HoldfastOptions UseMemory() => UseStore(static _ => new MemoryStore());

    /// <summary>Lets runs keep values of an assembly's types. The assemblies of the workflows are allowed already; data from anywhere else needs this.</summary>
    public HoldfastOptions AllowTypesFrom(Assembly assembly)
    {
        Assemblies.Add(assembly ?? throw new ArgumentNullException(nameof(assembly)));
        return this;
    }

    /// <summary>Keeps ended runs of one workflow by a rule of its own instead of <see cref="Retention"/>, in all its versions. It must be registered.</summary>
    /// <param name="retention">What is kept.</param>
    public HoldfastOptions RetainRunsOf<TWorkflow>(Retention retention) where TWorkflow : Workflow => RetainRunsOf(WorkflowType.NameOf(typeof(TWorkflow)), retention);

    /// <summary>Keeps ended runs of one workflow by a rule of its own instead of <see cref="Retention"/>.</summary>
    /// <param name="workflow">The workflow's name.</param>
    /// <param name="retention">What is kept.</param>
    /// <param name="isRetired">
    /// That the workflow need not be registered any more, because only its ended runs are left. Otherwise the engine does not start where nobody registered the name: a
    /// misspelt one would leave its runs to the general rule.
    /// </param>
    public HoldfastOptions RetainRunsOf(string workflow, Retention retention, bool isRetired = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(workflow);
        RetentionByWorkflow[workflow] = retention ?? throw new ArgumentNullException(nameof(retention));
        if (isRetired) Retired.Add(workflow);
        else Retired.Remove(workflow);
        return this;
    }

    /// <summary>Which ended runs are kept; the others are removed, with everything that belongs to them. <c>RetainRunsOf</c> makes exceptions.</summary>
    /// <value>Seven days from their end, however many.</value>
    public Retention Retention
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value));
    } = new();

    /// <summary>
    /// How many turns the journal of one run tells of at least; of a longer run, the oldest go while it runs. Nothing but the journal is lost, and
    /// no run is hindered. 0 keeps all, so that a run that never ends takes more and more of the disk.
    /// </summary>
    /// <value>10,000, which is about one megabyte.</value>
    public int JournalKeep
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 10_000;

    /// <summary>How inputs, results, signals and call arguments are written as JSON. A source-generated context goes in as its options' resolver.</summary>
    /// <value>The serializer's web defaults: camel case, numbers may be read from strings.</value>
    public JsonSerializerOptions Json { get; set; } = JsonSerializerOptions.Web;

    /// <summary>
    /// Transforms what is saved, such as by encryption. What was saved before it was set stays readable. To take it away again, keep it until the last run that was saved with it has been removed:
    /// without it such runs are parked, and go on once it is there again.
    /// </summary>
    /// <value>Null: everything is saved as it is.</value>
    public PayloadCodec? PayloadCodec { get; set; }

    /// <summary>
    /// Whether live frames are dropped after every turn and read back for the next one, so that what works only in memory shows at once.
    /// </summary>
    /// <value>
    /// Null: true where the environment is Development and in test runners; elsewhere one turn in a hundred, which costs little and finds
    /// differences in the field.
    /// </value>
    public bool? AlwaysCold { get; set; }

    /// <summary>How many runs keep their frames in memory at most. A run beyond that is read back when something happens to it.</summary>
    /// <value>10,000. More saves decoding for runs that wake often; each costs its own frames, typically a few KB.</value>
    public int HotRunsMax
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(HotRunsMax));
            field = value;
        }
    } = 10_000;

    /// <summary>How long an idle run keeps its frames in memory.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan IdleTime
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(IdleTime));
            field = value;
        }
    } = TimeSpan.FromSeconds(30);

    /// <summary>How many attempts of steps run at the same time at most, over all runs. Further ones wait their turn.</summary>
    /// <value>1,000. Lower it when the services that steps call cannot take so many calls at once.</value>
    public int StepsInFlightMax
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(StepsInFlightMax));
            field = value;
        }
    } = 1_000;

    /// <summary>How many writes share one commit at most.</summary>
    /// <value>1,024. Fewer make single commits shorter and the whole slower.</value>
    public int BatchMax
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(BatchMax));
            field = value;
        }
    } = 1_024;

    /// <summary>How long a running step has to end once its scope is cancelled; after that the run goes on without it.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan CancelGrace
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(CancelGrace));
            field = value;
        }
    } = TimeSpan.FromSeconds(30);

    /// <summary>How long a run that was asked to cancel may take before it is terminated; zero for no limit.</summary>
    /// <value>Zero.</value>
    public TimeSpan CancelRunGrace
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(CancelRunGrace));
            field = value;
        }
    } = TimeSpan.Zero;

    /// <summary>
    /// After how many deaths of the process in a row a run is parked as suspect, when each came while code of the same step had a thread and no attempt of it ended in between, or
    /// while any code of the run had one and nothing of the run came to an end in between; 0 for never.
    /// </summary>
    /// <value>
    /// 3. One bad run then cannot keep the process from starting. A process that is killed from outside counts too, for nobody can tell the two apart; one that stops in good order
    /// does not.
    /// </value>
    public int CrashesMax
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(CrashesMax));
            field = value;
        }
    } = 3;

    /// <summary>
    /// After how many deaths of the process in a row, each while the same step was waiting for something, its run is parked as suspect; 0
    /// for never.
    /// </summary>
    /// <value>10. Many steps wait at any moment, so one death says little about each of them; ten in a row say enough.</value>
    public int CrashesInStepMax
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(CrashesInStepMax));
            field = value;
        }
    } = 10;

    /// <summary>How long <c>QueryAsync</c> and <c>UpdateAsync</c> wait for their answer, if the call does not say.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan AnswerTimeout
    {
        get;
        set
        {
            if (value != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(AnswerTimeout));
            field = value;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>A turn that takes longer is reported in the log: code between awaits should compute, not wait.</summary>
    /// <value>One second.</value>
    public TimeSpan SlowTurn
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(SlowTurn));
            field = value;
        }
    } = TimeSpan.FromSeconds(1);

    /// <summary>How long stopping waits for turns and attempts that are under way. What does not end then runs again after the next start.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan StopTime
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(StopTime));
            field = value;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>Where the time comes from.</summary>
    /// <value>The system's clock.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where ids and jitter come from.</summary>
    /// <value>The framework's shared random source, which is thread-safe; another one must be too.</value>
    public Random Random { get; set; } = Random.Shared;

    /// <summary>The meter that the engine's figures go to.</summary>
    internal string MeterName { get; set; } = Runtime.EngineMetrics.Name;

    /// <summary>Where work goes on that is handed over; a simulation brings its own.</summary>
    internal Runtime.Executor Executor { get; set; } = Runtime.Executor.Pool;
}
