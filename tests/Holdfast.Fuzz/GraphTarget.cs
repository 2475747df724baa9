using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Runtime;
using Holdfast.Storage;

namespace Holdfast.Fuzz;

/// <summary>Damaged values, step intents and whole snapshots, read by the codec of frames.</summary>
sealed class GraphTarget : ITarget
{
    /// <summary>An error costs its text and its stack; and the process may have resolvers, as test hosts do, that are asked for a type that is not there.</summary>
    const int AllocatedBase = 128 << 10;

    const int AllocatedPerByte = 200;

    /// <summary>What the first sight of a type may cost: its plan is compiled then, once in a process.</summary>
    const int FirstSightMax = 64 << 20;

    readonly FuzzEngine _engine;
    readonly Template _template;
    readonly List<(byte[] Bytes, Func<ReadOnlyMemory<byte>, object?> Read)> _corpus = [];

    public GraphTarget(FuzzEngine engine, Template template)
    {
        (_engine, _template) = (engine, template);
        foreach (var value in Values.All())
        {
            _corpus.Add((Codec.EncodeValue(value), ReadValue));
            Func<Task<object>> lambda = () => Task.FromResult(value);
            _corpus.Add((Codec.EncodeIntent(new PlainStep<object>(lambda), []).Bytes, ReadIntent));
        }
        foreach (var run in template.Runs)
        {
            // Whole snapshots count for more: they are what is out there for months.
            for (var i = 0; i < 4; i++) _corpus.Add((run.Snapshot.ToArray(), bytes => ReadRun(bytes, run)));
            foreach (var op in StateCodec.Decode(run.Run.State.Span).Ops)
                if (op is StepOp { Intent.IsEmpty: false } step) _corpus.Add((step.Intent.ToArray(), ReadIntent));
        }
        foreach (var (bytes, read) in _corpus) read(bytes);
    }

    GraphCodec Codec => _engine.Engine.Codec;

    public string Name => "frames";

    public string Feed(Random random)
    {
        var (bytes, read) = _corpus[random.Next(_corpus.Count)];
        var damaged = Damage.Of(bytes, _corpus[random.Next(_corpus.Count)].Bytes, random);
        var result = Read(damaged, read, out var allocated);
        var allowed = AllocatedBase + (AllocatedPerByte * (long)damaged.Length);
        if (allocated <= allowed) return result;
        if (allocated > FirstSightMax) throw new Violation($"{allocated:N0} bytes were allocated for {damaged.Length:N0}: {Convert.ToHexString(damaged)}");
        Read(damaged, read, out allocated);
        if (allocated > allowed) throw new Violation($"{allocated:N0} bytes are allocated each time for {damaged.Length:N0}: {Convert.ToHexString(damaged)}");
        return result;
    }

    static string Read(byte[] bytes, Func<ReadOnlyMemory<byte>, object?> read, out long allocated)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
            return "value";
        }
        catch (HoldfastException error)
        {
            return error.Error.ToString();
        }
        catch (Exception error)
        {
            throw new Violation($"{error.GetType().Name} for {Convert.ToHexString(bytes)}", error);
        }
        finally
        {
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    object? ReadValue(ReadOnlyMemory<byte> bytes) => Codec.DecodeValue<object>(bytes);

    object ReadIntent(ReadOnlyMemory<byte> bytes)
    {
        GraphReader.BlobsOf(bytes);
        return Codec.DecodeIntent(bytes, static _ => new byte[16], NoServices.Instance);
    }

    RunGraph ReadRun(ReadOnlyMemory<byte> bytes, StoredRun run)
    {
        var engine = _engine.Engine;
        GraphReader.BlobsOf(bytes);
        using var services = new ServiceLease(engine, engine.Registry.Find(run.Run.Workflow, run.Run.Version)!);
        var graph = new RunGraph(engine.Services(run.Run));
        engine.Codec.DecodeRun(bytes, static _ => new byte[16], graph, services);
        return graph;
    }

    public void Dispose()
    {
    }
}
