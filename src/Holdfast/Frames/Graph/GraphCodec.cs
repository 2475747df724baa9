using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Frames.Graph;

/// <summary>Bytes, and the large values kept apart from them.</summary>
readonly record struct Encoded(byte[] Bytes, IReadOnlyList<Blob> Blobs);

/// <summary>The four things that are encoded: a run's frames, a step's intent, a step's value and an exception. Thread-safe.</summary>
sealed class GraphCodec(TypeCatalog catalog)
{
    [ThreadStatic]
    static GraphWriter? _spare;

    [ThreadStatic]
    static GraphReader? _spareReader;

    public TypeCatalog Catalog => catalog;

    /// <summary>Encodes the whole graph of a run.</summary>
    public Encoded EncodeRun(RunGraph graph) => Encode(
        graph,
        static (writer, graph) =>
        {
            writer.WriteReference(graph.Workflow);
            writer.WriteReference(graph.RootScope);
            writer.WriteReference(graph.Root);
            writer.WriteUnsigned((uint)graph.Ops.Count);
            // In the order of their numbers, so that equal graphs give equal bytes.
            if (graph.Ops.Count == 1)
            {
                foreach (var op in graph.Ops.Values) writer.WriteReference(op);
            }
            else if (graph.Ops.Count > 1)
            {
                var numbers = new long[graph.Ops.Count];
                graph.Ops.Keys.CopyTo(numbers, 0);
                Array.Sort(numbers);
                foreach (var number in numbers) writer.WriteReference(graph.Ops[number]);
            }
            writer.WriteUnsigned((uint)graph.Unobserved.Count);
            foreach (var failed in graph.Unobserved) writer.WriteReference(failed);
        },
        graph.Services.Injected, isIntent: false, splitsLarge: true, ownsGraph: true);

    /// <summary>Fills an empty graph from a snapshot.</summary>
    public void DecodeRun(ReadOnlyMemory<byte> bytes, Func<BlobHash, ReadOnlyMemory<byte>?> blobs, RunGraph graph, IInjected services) =>
        Decode(bytes, blobs, services, graph, static (reader, graph) =>
        {
            graph!.Workflow = reader.ReadReference<Workflow>() ?? throw GraphErrors.Corrupt("the workflow is missing");
            graph.RootScope = reader.ReadReference<CancelScope>() ?? throw GraphErrors.Corrupt("the root scope is missing");
            graph.Root = reader.ReadReference<Durable>();
            var ops = new Durable[reader.ReadCount(1)];
            for (var i = 0; i < ops.Length; i++) ops[i] = reader.ReadReference<Durable>() ?? throw GraphErrors.Corrupt("an op is missing");
            for (var count = reader.ReadCount(1); count > 0; count--) graph.Unobserved.Add(reader.ReadReference<Durable>() ?? throw GraphErrors.Corrupt("a failure is missing"));
            reader.Drain();
            foreach (var op in ops)
                if (op.Op <= 0 || op.IsSettled || !graph.Ops.TryAdd(op.Op, op)) throw GraphErrors.Corrupt($"op {op.Op} stands in the data twice, or is no op");
            return 0;
        });

    /// <summary>Encodes a step's lambda with a copy of all that it captured.</summary>
    public Encoded EncodeIntent(StepBody body, IReadOnlyList<Injected> injected) =>
        Encode(body, static (writer, body) => writer.WriteReference(body), injected, isIntent: true, splitsLarge: true);

    /// <summary>A fresh copy of a step's lambda, sharing nothing with the run.</summary>
    public StepBody DecodeIntent(ReadOnlyMemory<byte> bytes, Func<BlobHash, ReadOnlyMemory<byte>?> blobs, IInjected services) =>
        Decode<RunGraph?, StepBody>(bytes, blobs, services, null, static (reader, _) =>
        {
            var body = reader.ReadReference<StepBody>() ?? throw GraphErrors.Corrupt("a step has no code");
            reader.Drain();
            return body;
        });

    public byte[] EncodeValue<T>(T value) => Encode(value, WriteValue, [], isIntent: false, splitsLarge: false).Bytes;

    /// <summary>Writes a value that stands alone.</summary>
    public static void WriteValue<T>(GraphWriter writer, T value)
    {
        if (InBox<T>.IsNeeded) writer.WriteReference(value);
        else Codec<T>.Write(writer, ref value);
    }

    /// <summary>A copy of a value, with the very objects that are shared where it refers to them.</summary>
    public T Copy<T>(T value, IReadOnlyList<Injected> shared) =>
        DecodeValue<T>(Encode(value, WriteValue, shared, isIntent: true, splitsLarge: false).Bytes, new SharedServices(shared));

    public T DecodeValue<T>(ReadOnlyMemory<byte> bytes) => DecodeValue<T>(bytes, NoServices.Instance);

    T DecodeValue<T>(ReadOnlyMemory<byte> bytes, IInjected services) => Decode<RunGraph?, T>(bytes, static _ => null, services, null, static (reader, _) =>
    {
        T value = default!;
        if (InBox<T>.IsNeeded)
        {
            var box = reader.ReadReference();
            reader.Drain();
            return box switch { null => value, T unboxed => unboxed, _ => (T)reader.Fitting(box, typeof(T))! };
        }
        Codec<T>.Read(reader, ref value);
        reader.Drain();
        return value;
    });

    /// <summary>A struct alone says nothing of its fields, which a later build may have changed. In a box it comes with a description.</summary>
    static class InBox<T>
    {
        public static readonly bool IsNeeded = typeof(T).IsValueType && TypeDescriptor.HoldsStructs(typeof(T));
    }

    /// <summary>An exception as an outcome. One whose type cannot be rebuilt goes as <see cref="StepFailedException"/>, hot and cold alike.</summary>
    public Outcome EncodeError(Exception error)
    {
        var told = ErrorText.Of(error);
        var summary = $"{error.GetType().Name}: {FirstLine(told.Message)}";
        try
        {
            if (told.IsWhole) return new(OutcomeKind.Failed, EncodeValue(error), summary);
        }
        catch (Exception)
        {
            // It, or something that it holds, cannot be saved. Whatever stands against it, the failure itself must reach the run.
        }
        return new(OutcomeKind.Failed, EncodeValue<Exception>(new StepFailedException(error.GetType().FullName!, told.Message, told.Stack)), summary);
    }

    public Exception DecodeError(Outcome outcome, string what)
    {
        try
        {
            return DecodeValue<Exception>(outcome.Value) ?? Unreadable(outcome, what);
        }
        catch (HoldfastException)
        {
            // The exception's type is gone or has changed; the failure itself must still reach the run.
            return Unreadable(outcome, what);
        }
    }

    /// <summary>What is known of a failure without its exception: the line that was kept for people.</summary>
    static StepFailedException Unreadable(Outcome outcome, string what)
    {
        var line = outcome.Summary ?? "";
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        // The name of a type holds no spaces; what stands before another colon is a part of a sentence.
        return colon > 0 && !line.AsSpan(0, colon).Contains(' ')
            ? new(line[..colon], line[(colon + 2)..], null)
            : new("unknown", line.Length > 0 ? line : $"{what} failed.", null);
    }

    Encoded Encode<TState>(TState state, Action<GraphWriter, TState> write, IReadOnlyList<Injected> injected, bool isIntent, bool splitsLarge, bool ownsGraph = false)
    {
        using var clean = CleanContext.Enter();
        var writer = _spare ?? new GraphWriter();
        _spare = null;
        try
        {
            writer.Begin(catalog, injected, isIntent, splitsLarge, ownsGraph);
            write(writer, state);
            writer.Drain();
            return new(writer.ToArray(), writer.Blobs.Count == 0 ? [] : [.. writer.Blobs]);
        }
        catch (NotSavableException error)
        {
            throw new HoldfastException(HoldfastError.NotSavable, GraphPath.Explain(state, error, catalog));
        }
        catch (TypeInitializationException error)
        {
            throw Cause(error) switch
            {
                // The codec of a field's type is made at its first use, and refuses there.
                NotSavableException inner => new HoldfastException(HoldfastError.NotSavable, GraphPath.Explain(state, inner, catalog)),
                var other => other,
            };
        }
        finally
        {
            writer.Reset();
            _spare = writer;
        }
    }

    /// <summary>
    /// Whatever the reader meets ends as a typed error. Damage is found by the checksum, before anything else is looked at; what throws behind it
    /// is code of the data's types, the framework's or ours.
    /// </summary>
    T Decode<TGraph, T>(ReadOnlyMemory<byte> bytes, Func<BlobHash, ReadOnlyMemory<byte>?> blobs, IInjected services, TGraph graph, Func<GraphReader, TGraph, T> read)
    {
        using var clean = CleanContext.Enter();
        var reader = _spareReader ?? GraphReader.Raw(default, catalog);
        _spareReader = null;
        try
        {
            reader.Open(bytes, catalog, services, blobs, graph);
            return read(reader, graph);
        }
        catch (TypeInitializationException error) when (Cause(error) is NotSavableException unsavable)
        {
            throw Unsavable(unsavable);
        }
        catch (NotSavableException unsavable)
        {
            throw Unsavable(unsavable);
        }
        catch (HoldfastException)
        {
            throw;
        }
        catch (TypeInitializationException error) when (Cause(error) is HoldfastException or PlatformNotSupportedException)
        {
            throw Cause(error);
        }
        catch (PlatformNotSupportedException)
        {
            throw;
        }
        catch (Exception error) when (error is not (OutOfMemoryException or InvariantException))
        {
            throw GraphErrors.OwnCode("Reading what was saved", error);
        }
        finally
        {
            reader.Reset();
            _spareReader = reader;
        }
    }

    /// <summary>It was saved, so it is the type that has changed.</summary>
    static HoldfastException Unsavable(NotSavableException error) =>
        GraphErrors.Migration($"A saved run holds a value of type {error.ValueType}, which cannot be saved any more. {error.Hint}");

    /// <summary>What stands at the end of a chain of initialisers that failed.</summary>
    static Exception Cause(TypeInitializationException error)
    {
        Exception cause = error;
        while (cause is TypeInitializationException or System.Reflection.TargetInvocationException && cause.InnerException is { } inner) cause = inner;
        return cause;
    }

    static string FirstLine(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var line = end < 0 ? text : text[..end];
        return line.Length <= 500 ? line : line[..500];
    }
}
