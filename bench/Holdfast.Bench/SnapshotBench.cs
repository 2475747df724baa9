using System.Diagnostics;
using System.Text.Json;
using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;

namespace Holdfast.Bench;

/// <summary>
/// Encodes and decodes a run of three nested frames with twenty locals, as the turn of such a run does it, without a store. The
/// stopwatch covers the whole snapshot: bytes out, objects back.
/// </summary>
static class SnapshotBench
{
    public sealed record Item(string Name, int Count, decimal Price);

    public sealed class Nested : Workflow
    {
        public async Durable<string> Run()
        {
            var (id, name, count, price, when, flag) = (Guid.NewGuid(), "strike", 17, 12.5m, DateTime.UtcNow, true);
            var items = new List<Item> { new("a", 1, 2m), new("b", 2, 3m) };
            var middle = await Middle(items);
            return $"{id}{name}{count}{price}{when}{flag}{items.Count}{middle}";
        }

        async Durable<int> Middle(List<Item> items)
        {
            var (first, total, ratio, span, letter, wide) = (items[0], 40L, 0.5, TimeSpan.FromSeconds(3), 'x', 7UL);
            var names = new[] { "one", "two" };
            var inner = await Inner(first);
            return (int)(total + ratio + span.Ticks + letter + (long)wide + names.Length + inner);
        }

        async Durable<int> Inner(Item item)
        {
            var (a, b, c, text) = (1, 2, 3, "text");
            var note = new Dictionary<string, int> { ["k"] = 1 };
            await Delay(TimeSpan.FromDays(1));
            return a + b + c + text.Length + item.Count + note.Count;
        }
    }

    public static Measured Run(Arguments arguments)
    {
        var type = new WorkflowType(typeof(Nested));
        var codec = new GraphCodec(new TypeCatalog([typeof(Nested).Assembly]));
        var services = new Services(type);
        var graph = NewGraph(codec, type);
        graph.Workflow = services.CreateWorkflow(typeof(Nested));
        graph.Enter();
        graph.Root = type.Start(graph.Workflow, null);
        graph.RunUntilParked();
        graph.Leave();
        var snapshot = codec.EncodeRun(graph).Bytes;
        Header.Print(
            arguments, Path.GetTempPath(), $"snapshot: 3 frames, 20 locals, {snapshot.Length} bytes; {arguments.Seconds} s each",
            "the objects of a run to bytes, and bytes back to objects; the median of rounds of 2,000", "in memory, without a store");
        var encode = Measure(arguments.Seconds, () => codec.EncodeRun(graph));
        var decode = Measure(arguments.Seconds, () => codec.DecodeRun(snapshot, static _ => null, NewGraph(codec, type), new Services(type)));
        Console.WriteLine();
        Console.WriteLine($"encode    {encode.Microseconds,8:0.00} us   {encode.Bytes,8:N0} bytes allocated");
        Console.WriteLine($"decode    {decode.Microseconds,8:0.00} us   {decode.Bytes,8:N0} bytes allocated");
        return new(true, new
        {
            scenario = "snapshot",
            snapshotBytes = snapshot.Length,
            encodeUs = Math.Round(encode.Microseconds, 3),
            decodeUs = Math.Round(decode.Microseconds, 3),
            encodeAllocatedBytes = encode.Bytes,
            decodeAllocatedBytes = decode.Bytes,
        });
    }

    /// <summary>The median of many short rounds: a shared machine disturbs some of them.</summary>
    static (double Microseconds, long Bytes) Measure(double seconds, Action action)
    {
        for (var i = 0; i < 50_000; i++) action();
        const int Round = 2_000;
        var rounds = new List<double>();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            var round = Stopwatch.GetTimestamp();
            for (var i = 0; i < Round; i++) action();
            rounds.Add(Stopwatch.GetElapsedTime(round).TotalMicroseconds / Round);
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        rounds.Sort();
        return (rounds[rounds.Count / 2], allocated / (rounds.Count * (long)Round));
    }

    static RunGraph NewGraph(GraphCodec codec, WorkflowType type) => new(new()
    {
        Run = RunId.Create(DateTimeOffset.UtcNow, Random.Shared),
        Codec = codec,
        Json = new(JsonSerializerOptions.Web),
        Registry = new([type]),
        CancelGrace = TimeSpan.Zero,
        Random = Random.Shared,
        Time = TimeProvider.System,
    })
    {
        State = new(),
        Decision = new(),
        Now = DateTimeOffset.UtcNow,
    };

    sealed class Services(WorkflowType type) : IInjected
    {
        public bool TryGet(string name, out object? service)
        {
            service = null;
            return false;
        }

        public Workflow CreateWorkflow(Type asked) => asked == type.Type ? new Nested() : throw new InvalidOperationException();
    }
}
