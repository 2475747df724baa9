using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using Holdfast.Frames.Graph;
using Holdfast.Storage;
using Holdfast.Torture.Corpus;
using Codecs = Holdfast.Tests.Frames.Graph.Codecs;

namespace Holdfast.Tests.Runs;

/// <summary>
/// Where code may not be generated, fields are reached by reflection. Whether they are is decided once in a process, so another process does it: the same
/// values and runs have the same bytes there, and the whole corpus gives its results.
/// </summary>
public sealed class ReflectionTests
{
    /// <summary>Corpus cases whose turns always come in the same order, and hold nothing of the moment or the machine.</summary>
    static readonly string[] Sequential =
    [
        "for", "while", "foreach", "nested foreach", "own iterator", "patterns", "spilled temporaries", "tuples", "generic of int", "recursion", "local functions", "lambda scopes",
        "cycles", "workflow fields",
    ];

    [Fact]
    public async Task Snapshots_are_the_same_byte_for_byte_by_reflection()
    {
        Assert.True(CodeGeneration.IsAllowed);
        var assembly = typeof(ReflectionTests).Assembly.Location;
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", assembly, TestProcess.Reflect]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var told = new List<string>();
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(World.Patience) is { } line) told.Add(line);
            await process.WaitForExitAsync().WaitAsync(World.Patience);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        Assert.True(process.ExitCode == 0, $"{string.Join('\n', told.TakeLast(3))}\n{await error}");
        Assert.Equal("generated False", told[0]);
        var expected = new StringWriter();
        await TellBytesAsync(expected);
        Assert.Equal(expected.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), told.Skip(1).TakeWhile(static l => l != "corpus"));
        Assert.Equal(Cases.Select(static c => $"{c.Name}: {c.Expected}"), told.SkipWhile(static l => l != "corpus").Skip(1));
    }

    /// <summary>What the other process says: its choice, the bytes, and what came of each case of the corpus.</summary>
    internal static async Task TellAsync(TextWriter target)
    {
        await target.WriteLineAsync($"generated {CodeGeneration.IsAllowed}");
        await TellBytesAsync(target);
        await target.WriteLineAsync("corpus");
        foreach (var tested in Cases)
        {
            await using var world = await StartAsync(tested, new MemoryStore());
            await target.WriteLineAsync($"{tested.Name}: {await world.ResultAsync<string>(await tested.Start(world.Client))}");
        }
    }

    static async Task TellBytesAsync(TextWriter target)
    {
        foreach (var (name, bytes) in Values()) await target.WriteLineAsync($"{name} {bytes.Length} {Convert.ToHexString(SHA256.HashData(bytes))}");
        foreach (var name in Sequential)
        {
            var store = new SnapshotStore();
            var tested = CorpusCases.All.Single(c => c.Name == name);
            await using var world = await StartAsync(tested, store);
            await world.ResultAsync<string>(await tested.Start(world.Client));
            await target.WriteLineAsync($"{name} {store.Count} {Convert.ToHexString(store.Hash)}");
        }
    }

    static IEnumerable<CorpusCase> Cases => CorpusCases.All.Where(static c => c.RunsByItself && c.KillsMax > 0);

    static Task<World> StartAsync(CorpusCase tested, IStore store) => World.StartAsync([.. tested.Workflows], () => store, alwaysCold: true, CorpusCases.Register);

    record struct Point(int X, string? Y, decimal? Z);

    sealed record Person(string Name, DateOnly Born, Person? Parent, (int, Point) Place)
    {
        public readonly List<int> Marks = [1, 2];
    }

    struct Walk
    {
        public Dictionary<string, int>.Enumerator Map;
        public SortedDictionary<int, string>.KeyCollection.Enumerator Keys;
        public SortedSet<int>.Enumerator Set;
        public readonly int Fixed;

        public Walk(Dictionary<string, int> map, SortedDictionary<int, string> sorted, SortedSet<int> set)
        {
            (Map, Keys, Set, Fixed) = (map.GetEnumerator(), sorted.Keys.GetEnumerator(), set.GetEnumerator(), 7);
            Map.MoveNext();
            Keys.MoveNext();
            Set.MoveNext();
        }
    }

    static IEnumerable<(string, byte[])> Values()
    {
        var map = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2, ["c"] = 3 };
        map.Remove("a");
        var sorted = new SortedDictionary<int, string> { [2] = "two", [1] = "one", [3] = "three" };
        var person = new Person("Ann", new(1990, 1, 2), new("Eve", new(1960, 3, 4), null, default), (3, new(1, "y", 2.5m)));
        var total = 5;
        Func<int, int> closure = x => x + total;
        yield return ("struct", Codecs.EncodeOwned(new Point(1, null, 3m)));
        yield return ("record", Codecs.EncodeOwned(person));
        yield return ("enumerators", Codecs.EncodeOwned(new Walk(map, sorted, [3, 1, 2])));
        yield return ("boxes", Codecs.EncodeOwned<object[]>([1, 2L, new Point(2, "z", null), DayOfWeek.Friday, Guid.Empty, (1, "a")]));
        yield return ("closure", Codecs.EncodeOwned(closure));
        yield return ("anonymous", Codecs.EncodeOwned<object>(new { A = 1, B = "b" }));
        yield return ("collections", Codecs.EncodeOwned<object[]>([
            map, sorted, new HashSet<int> { 1, 2 }, new Queue<int>([1, 2]), new Stack<string>(["a"]), new LinkedList<int>([1, 2]), new PriorityQueue<string, int>([("x", 2), ("y", 1)]),
            new SortedList<int, int> { [1] = 2 }, new SortedSet<string> { "b", "a" }, ImmutableList.Create(1, 2), ImmutableDictionary.Create<string, int>().Add("k", 1), new[] { 1, 2 }.ToLookup(static i => i % 2)]));
        // And back: a copy made by this process's way of reading gives the bytes that it was read from.
        foreach (var copy in (byte[][])[Codecs.EncodeOwned(Codecs.CopyOwned(person)), Codecs.EncodeOwned(Codecs.CopyOwned(new Walk(map, sorted, [3, 1, 2]))), Codecs.EncodeOwned(Codecs.CopyOwned(map))])
            yield return ("copy", copy);
        yield return ("called", Codecs.EncodeOwned(Codecs.CopyOwned(closure)(2)));
    }

    /// <summary>Keeps the hash of all snapshots in their order.</summary>
    sealed class SnapshotStore() : StoreWrapper(new MemoryStore())
    {
        readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public int Count { get; private set; }

        public byte[] Hash => _hash.GetCurrentHash();

        public override ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes)
            {
                if (write is not Transition { Snapshot: { } snapshot }) continue;
                Count++;
                _hash.AppendData(snapshot.Span);
            }
            return base.AppendAsync(writes, results);
        }
    }
}
