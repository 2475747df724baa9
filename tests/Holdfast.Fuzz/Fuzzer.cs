using System.Diagnostics;

namespace Holdfast.Fuzz;

/// <summary>What became of the cases.</summary>
/// <param name="Cases">How many were fed.</param>
/// <param name="Outcomes">How they ended, by target and outcome.</param>
/// <param name="Violations">What must not have happened, each with its case's number.</param>
/// <param name="Elapsed">How long it took.</param>
sealed record FuzzReport(long Cases, IReadOnlyDictionary<(string Target, string Outcome), long> Outcomes, IReadOnlyList<(long Case, string What)> Violations, TimeSpan Elapsed);

/// <summary>Makes cases from a seed and feeds them, on a thread with no more stack than the pool's have.</summary>
sealed class Fuzzer : IDisposable
{
    const int StackBytes = 1 << 20;

    /// <summary>No case takes a second; one that takes this long hangs.</summary>
    static readonly TimeSpan CaseMax = TimeSpan.FromMinutes(3);

    readonly FuzzEngine _engine;
    readonly ITarget _graph, _state, _files;

    Fuzzer(FuzzEngine engine, Template template)
    {
        _engine = engine;
        _graph = new GraphTarget(engine, template);
        _state = new StateTarget(template);
        _files = new FileTarget(template);
    }

    /// <summary>The case that is being fed: who finds the process dead reads it in the trail.</summary>
    public Action<long>? OnCase { get; set; }

    public static async Task<Fuzzer> MakeAsync()
    {
        var template = await Template.MakeAsync().ConfigureAwait(false);
        return new(await FuzzEngine.StartAsync(() => new Storage.MemoryStore()).ConfigureAwait(false), template);
    }

    /// <summary>Feeds the cases from <paramref name="first"/> on. The same seed and number are the same case.</summary>
    public FuzzReport Run(int seed, long first, long cases, Action<long>? progress = null, int violationsMax = 10)
    {
        var outcomes = new Dictionary<(string, string), long>();
        var violations = new List<(long, string)>();
        var current = new Watched();
        var started = Stopwatch.GetTimestamp();
        var thread = new Thread(() =>
        {
            for (var number = first; number < first + cases && violations.Count < violationsMax; number++)
            {
                current.Begin(number);
                OnCase?.Invoke(number);
                Feed(seed, number, outcomes, violations);
                if ((number - first + 1) % 5_000 == 0) progress?.Invoke(number - first + 1);
            }
        }, StackBytes);
        thread.Start();
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            if (current.Elapsed < CaseMax) continue;
            // Its thread cannot be ended, and is the process's last.
            lock (violations) return new(current.Number - first, outcomes, [.. violations, (current.Number, $"hangs: it has taken {current.Elapsed} so far")], Stopwatch.GetElapsedTime(started));
        }
        return new(current.Number - first + 1, outcomes, violations, Stopwatch.GetElapsedTime(started));
    }

    void Feed(int seed, long number, Dictionary<(string, string), long> outcomes, List<(long, string)> violations)
    {
        // Of a hundred cases 70 go to the frames, 27 to the kernel's records and 3, which cost a thousand times as much, to files.
        var target = (number % 100) switch { < 70 => _graph, < 97 => _state, _ => _files };
        string outcome;
        try
        {
            outcome = target.Feed(new Random(HashOf(seed, number)));
        }
        catch (Violation violation)
        {
            outcome = "VIOLATION";
            lock (violations) violations.Add((number, $"{target.Name}: {violation.Message}{(violation.InnerException is { } inner ? $" {inner}" : "")}"));
        }
        outcomes[(target.Name, outcome)] = outcomes.GetValueOrDefault((target.Name, outcome)) + 1;
    }

    static int HashOf(int seed, long number)
    {
        // SplitMix64: neighbouring numbers give unrelated cases, in every process alike.
        var z = ((ulong)(uint)seed << 32) + ((ulong)number * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)(z ^ (z >> 31));
    }

    public void Dispose()
    {
        _graph.Dispose();
        _state.Dispose();
        _files.Dispose();
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Which case runs, and since when. Written by one thread and read by another.</summary>
    sealed class Watched
    {
        long _number, _started = Stopwatch.GetTimestamp();

        public long Number => Volatile.Read(ref _number);

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Volatile.Read(ref _started));

        public void Begin(long number)
        {
            Volatile.Write(ref _started, Stopwatch.GetTimestamp());
            Volatile.Write(ref _number, number);
        }
    }
}
