using System.Reflection;
using System.Text.Json;
using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Payloads;
using Holdfast.Runtime;
using Holdfast.Storage;

namespace Holdfast;

/// <summary>Says before a deploy what becomes of the runs that wait. Thread-safe.</summary>
public static class HoldfastCode
{
    const int ExamplesMax = 10;
    const int PageLength = 500;

    /// <summary>
    /// Reads every run that has not ended, and tries whether what is saved of it fits the code of these assemblies. No code of a workflow is
    /// run, nothing is written, and no container is needed. Beside a running engine, give it a store that only reads.
    /// </summary>
    /// <param name="store">The runs. It is not acquired, and stays open. Runs that were saved with a <see cref="PayloadCodec"/> are read through <see cref="PayloadCodec.Over"/>.</param>
    /// <param name="assemblies">The new build: the assemblies of the workflows, and those given to <c>AllowTypesFrom</c>.</param>
    /// <exception cref="HoldfastException">The store cannot be read.</exception>
    public static Task<CodeReport> ReportAsync(IStore store, params Assembly[] assemblies) => ReportAsync(store, assemblies, CancellationToken.None);

    /// <inheritdoc cref="ReportAsync(IStore, Assembly[])"/>
    public static Task<CodeReport> ReportAsync(IStore store, IEnumerable<Assembly> assemblies, CancellationToken cancellationToken) => ReportAsync(store, assemblies, new HoldfastOptions().Json, cancellationToken);

    /// <inheritdoc cref="ReportAsync(IStore, Assembly[])"/>
    /// <param name="store">The runs.</param>
    /// <param name="assemblies">The new build.</param>
    /// <param name="json">How the new build reads inputs, messages and results: its <see cref="HoldfastOptions.Json"/>, if it sets anything there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<CodeReport> ReportAsync(IStore store, IEnumerable<Assembly> assemblies, JsonSerializerOptions json, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(assemblies);
        return ReportAsync(store, new LoadedCode([.. assemblies], new(json)), cancellationToken);
    }

    /// <summary>
    /// The same, of what is registered: the classes that were given to <c>AddWorkflow</c> and no others, the handlers, and the settings. The engine is not started.
    /// </summary>
    /// <param name="store">The runs.</param>
    /// <param name="services">The new build's container, with <c>AddHoldfast</c>, such as its host's <c>Services</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">Nothing has called <c>AddHoldfast</c> on it.</exception>
    /// <exception cref="HoldfastException">The store cannot be read, or an engine could not be made of what is registered.</exception>
    public static Task<CodeReport> ReportAsync(IStore store, IServiceProvider services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        var host = (EngineHost?)services.GetService(typeof(EngineHost)) ?? throw new ArgumentException("There is no engine in this container. Call AddHoldfast on it, as the program does that runs.", nameof(services));
        return ReportAsync(store, new LoadedCode(host.Builder, host.Options), cancellationToken);
    }

    static async Task<CodeReport> ReportAsync(IStore store, LoadedCode code, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        // Says of what was saved with a codec that it was.
        if (store is not PayloadStore) store = new PayloadStore(store, new(null), isView: true);
        var groups = new Dictionary<(string, int, CodeVerdict, string), (int Count, List<RunId> Examples)>();
        foreach (var status in (RunStatus[])[RunStatus.Parked, RunStatus.Running])
        {
            RunId? before = null;
            while (true)
            {
                var page = await store.ListAsync(new() { Status = status, Before = before, Limit = PageLength }, cancellationToken).ConfigureAwait(false);
                foreach (var row in page)
                {
                    if (await code.JudgeAsync(store, row.Id, cancellationToken).ConfigureAwait(false) is not (var verdict, var reason)) continue;
                    var key = (row.Workflow, row.Version, verdict, reason);
                    var (count, examples) = groups.GetValueOrDefault(key, (0, []));
                    if (examples.Count < ExamplesMax) examples.Add(row.Id);
                    groups[key] = (count + 1, examples);
                }
                if (page.Count < PageLength) break;
                before = page[^1].Id;
            }
        }
        return new(
            [.. groups.Select(static g => new CodeReportGroup(g.Key.Item1, g.Key.Item2, g.Key.Item3, g.Key.Item4, g.Value.Count, g.Value.Examples))
                .OrderBy(static g => g.Verdict == CodeVerdict.Resumes).ThenBy(static g => g.Workflow, StringComparer.Ordinal).ThenBy(static g => g.Version).ThenByDescending(static g => g.Count)],
            code.Problems);
    }

    /// <summary>
    /// Makes the report and prints it: as a table, or as JSON when the arguments hold <c>--json</c>. For a program's own <c>Main</c>,
    /// which may know by <c>--report</c> that it is wanted. With any other option there is no report; what is no option is not looked at.
    /// </summary>
    /// <returns>What the program can return: 0 when the code is safe to deploy, 1 otherwise; 2 when there is no such option.</returns>
    /// <inheritdoc cref="ReportAsync(IStore, Assembly[])"/>
    public static Task<int> PrintReportAsync(string[] args, IStore store, params Assembly[] assemblies) => PrintReportAsync(args, store, new HoldfastOptions().Json, assemblies);

    /// <inheritdoc cref="PrintReportAsync(string[], IStore, Assembly[])"/>
    public static Task<int> PrintReportAsync(string[] args, IStore store, JsonSerializerOptions json, params Assembly[] assemblies) =>
        PrintAsync(args, () => ReportAsync(store, assemblies, json, CancellationToken.None));

    /// <inheritdoc cref="PrintReportAsync(string[], IStore, Assembly[])"/>
    /// <inheritdoc cref="ReportAsync(IStore, IServiceProvider, CancellationToken)"/>
    public static Task<int> PrintReportAsync(string[] args, IStore store, IServiceProvider services) => PrintAsync(args, () => ReportAsync(store, services));

    static async Task<int> PrintAsync(string[] args, Func<Task<CodeReport>> make)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.FirstOrDefault(static a => a.StartsWith('-') && a is not ("--report" or "--json")) is { } odd)
        {
            await Console.Error.WriteLineAsync($"The report has no option '{odd}'. It is printed as a table, and as JSON with --json.").ConfigureAwait(false);
            return 2;
        }
        var report = await make().ConfigureAwait(false);
        await Console.Out.WriteLineAsync(args.Contains("--json") ? report.ToJson() : report.ToString()).ConfigureAwait(false);
        return report.IsSafe ? 0 : 1;
    }

    /// <summary>The workflows of some assemblies, or those that are registered, without an engine.</summary>
    sealed class LoadedCode
    {
        readonly ILookup<(string, int), WorkflowType> _workflows;
        readonly GraphCodec _codec;
        readonly HoldfastOptions _options = new();

        /// <summary>The handlers that are registered; null when nothing says which.</summary>
        readonly IReadOnlyDictionary<string, CallHandler>? _handlers;
        readonly List<string> _problems = [];
        readonly Assembly[] _assemblies;
        readonly JsonValues _json;
        readonly Dictionary<string, Type[]> _signals = [];

        public LoadedCode(Assembly[] assemblies, JsonValues json)
        {
            (_assemblies, _json) = (assemblies, json);
            var classes = assemblies.SelectMany(static a => a.GetTypes()).Where(static t => t is { IsAbstract: false, ContainsGenericParameters: false } && typeof(Workflow).IsAssignableFrom(t));
            _workflows = classes.Select(Registered).OfType<WorkflowType>().ToLookup(static w => (w.Name, w.Version));
            _codec = new(new TypeCatalog(assemblies));
        }

        public LoadedCode(HoldfastBuilder builder, HoldfastOptions options)
        {
            var registry = new WorkflowRegistry(builder.Workflows);
            (_handlers, _json) = (builder.Handlers, new(options.Json));
            _assemblies = [.. registry.Assemblies.Concat(options.Assemblies).Distinct()];
            _workflows = registry.All.ToLookup(static w => (w.Name, w.Version));
            _codec = new(new TypeCatalog(_assemblies));
        }

        /// <summary>Why workflow classes cannot be registered.</summary>
        public IReadOnlyList<string> Problems => _problems;

        /// <summary>Judges a run; null when it has ended. One that moves on while it is read can look damaged: its large values go with what it was.</summary>
        public async ValueTask<(CodeVerdict Verdict, string Reason)?> JudgeAsync(IStore store, RunId run, CancellationToken cancellationToken)
        {
            var revision = -1L;
            while (await store.LoadAsync(run, cancellationToken).ConfigureAwait(false) is { Outcome: null } stored)
            {
                var judged = await JudgeAsync(store, stored, cancellationToken).ConfigureAwait(false);
                if (judged.Verdict != CodeVerdict.Damaged || stored.Revision == revision) return judged;
                revision = stored.Revision;
            }
            return null;
        }

        async ValueTask<(CodeVerdict Verdict, string Reason)> JudgeAsync(IStore store, StoredRun stored, CancellationToken cancellationToken)
        {
            if (stored.Unreadable is { } unreadable) return (CodeVerdict.Damaged, unreadable.Message);
            var parked = stored.Status == RunStatus.Parked ? StateBytes.TryRead(stored.Run.State, out _)?.ParkReason ?? "" : null;
            if (parked is not null && !Migration.IsReason(parked)) return (CodeVerdict.StaysParked, parked);
            HoldfastException? problem = null;
            // Two classes may have one name where not all are registered; the run itself says which one it is of.
            foreach (var type in _workflows[(stored.Run.Workflow, stored.Run.Version)])
            {
                var (found, unsure) = await ProblemAsync(store, stored, type, cancellationToken).ConfigureAwait(false);
                if (found is null) return unsure is null ? (CodeVerdict.Resumes, "") : (CodeVerdict.Unknown, unsure);
                problem ??= found;
            }
            if (problem is null) return (CodeVerdict.NeedsMigration, "No workflow of this name and version is in the code." + WorkflowType.WhyNot(stored.Run.Workflow, stored.Run.Version, _workflows.SelectMany(static same => same)));
            var isChange = problem.Error is HoldfastError.NeedsMigration or HoldfastError.InvalidWorkflow;
            return (isChange ? CodeVerdict.NeedsMigration : CodeVerdict.Damaged, await Migration.ExplainAsync(store, problem).ConfigureAwait(false));
        }

        async ValueTask<(HoldfastException? Problem, string? Unsure)> ProblemAsync(IStore store, StoredRun stored, WorkflowType type, CancellationToken cancellationToken)
        {
            var with = ServicesOf(stored.Run, type);
            var problem = await SnapshotCheck.ProblemAsync(store, with, () => new StandIns(type), type, stored, cancellationToken).ConfigureAwait(false);
            if (problem is not null) return (problem, null);
            var (misfit, unsure) = EarlySignals(with, stored);
            var (missing, unknown) = PendingCalls(stored);
            return (misfit ?? missing, unsure ?? unknown);
        }

        /// <summary>What stands against calls that are under way: a run whose handler is not there is parked at once.</summary>
        (HoldfastException? Problem, string? Unsure) PendingCalls(StoredRun stored)
        {
            foreach (var call in StateCodec.Decode(stored.Run.State.Span).Ops.OfType<StepOp>().Where(op => op.Kind == StepKind.Call && stored.Results.All(r => r.Op != op.Id)))
            {
                if (_handlers is null) return (null, $"A call of '{call.Handler}' is under way, and assemblies do not say whether a handler of that name is registered. Give the report the container of the new build.");
                if (!_handlers.ContainsKey(call.Handler!)) return (GraphErrors.Migration($"A call of '{call.Handler}' is under way, and no step of that name is registered here. Add it with AddStep(\"{call.Handler}\", …)."), null);
            }
            return (null, null);
        }

        /// <summary>What stands against signals that nobody waits for yet. As what they will be read is known where the code makes signals of one type under their name, or their content fits all types that it does.</summary>
        (HoldfastException? Problem, string? Unsure) EarlySignals(RunServices with, StoredRun stored)
        {
            string? unsure = null;
            var awaited = StateCodec.Decode(stored.Run.State.Span).Ops.OfType<ReceiveOp>().Select(static op => op.Signal).ToHashSet();
            foreach (var mail in stored.Mail.Where(m => m.Kind == MailKind.Signal && !awaited.Contains(m.Name)))
            {
                if (!_signals.TryGetValue(mail.Name, out var types)) _signals[mail.Name] = types = [.. _assemblies.SelectMany(a => SignalTypes.Of(a, mail.Name)).Distinct()];
                var misfits = types.Select(type => (Type: type, Error: Misfit(with, mail, type))).Where(static found => found.Error is not null).ToList();
                if (types.Length == 0) unsure ??= $"A signal '{mail.Name}' waits that no code awaits yet, and none of these assemblies says of what type it is: new Signal<T>(\"{mail.Name}\"), with the name as it is.";
                else if (misfits.Count < types.Length && misfits.Count > 0) unsure ??= $"A signal '{mail.Name}' waits that no code awaits yet. In this code it is {string.Join(" and ", types.AsEnumerable())}, and its content does not fit all of them: {misfits[0].Error!.Message}";
                else if (misfits.Find(static found => found.Error is MisreadException) is { Error: { } problem }) return (problem, null);
            }
            return (null, unsure);
        }

        /// <summary>Why a message cannot be read as a type; null when it can.</summary>
        static HoldfastException? Misfit(RunServices with, StoredMail mail, Type type)
        {
            try
            {
                with.ReadKept(mail.Payload, type, $"The signal '{mail.Name}'", mail.Utc, isSent: true);
                return null;
            }
            catch (HoldfastException error) when (error is MisreadException || error.Error == HoldfastError.InvalidPayload)
            {
                return error;
            }
        }

        WorkflowType? Registered(Type type)
        {
            try
            {
                return new(type);
            }
            catch (HoldfastException error)
            {
                _problems.Add(error.Message);
                return null;
            }
        }

        /// <summary>A class and the other versions of its name. Of several that have one version, which may not all be registered, any is as good.</summary>
        IEnumerable<WorkflowType> VersionsWith(WorkflowType type) => _workflows.Where(same => same.Key.Item1 == type.Name && same.Key.Item2 != type.Version).Select(static same => same.First()).Prepend(type);

        RunServices ServicesOf(NewRun run, WorkflowType type) => new()
        {
            Run = run.Id, CreatedUtc = run.CreatedUtc, Codec = _codec, Json = _json, Registry = new(VersionsWith(type)), CancelGrace = _options.CancelGrace, Random = _options.Random, Time = _options.TimeProvider,
            ArgumentOf = name => _handlers?.GetValueOrDefault(name)?.Argument,
        };
    }
}
