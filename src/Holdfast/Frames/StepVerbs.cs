using Holdfast.Frames.Graph;
using Holdfast.Kernel;

namespace Holdfast.Frames;

/// <summary>Turns the step verbs into ops: the intent is encoded at the call, so every attempt works on what was captured then.</summary>
static class StepVerbs
{
    public static Durable<T> Start<T>(StepKind kind, StepBody body, Delegate lambda, StepOptions? options)
    {
        ArgumentNullException.ThrowIfNull(lambda, nameof(body));
        var graph = RunGraph.Required;
        options ??= Default;
        var durable = new OpDurable<T>(ValueForm.Graph, options.Label ?? StepLabels.Of(lambda));
        if (graph.CurrentScope.IsCancelled) return graph.Stillborn(durable);
        var intent = IntentOf(graph, body);
        var step = NewStep(graph, durable.Label, options);
        step.Kind = kind;
        step.Intent = intent.Bytes;
        step.IntentBlobs = graph.Keep(intent.Blobs);
        return graph.StartOp(durable, new RunEvent.StartStep(step));
    }

    /// <summary>What is to be known of a step that may be started later, as bytes: its label and options.</summary>
    public static byte[] FormOf(Delegate lambda, StepOptions? options)
    {
        options ??= Default;
        return StateBytes.Of(NewStep(RunGraph.Required, options.Label ?? StepLabels.Of(lambda), options));
    }

    /// <summary>Starts a step from its form.</summary>
    public static Durable Start(StepBody body, byte[] form)
    {
        var graph = RunGraph.Required;
        var step = StateBytes.StepFrom(graph.State.NextOp, form);
        step.Epoch = graph.Epoch;
        var intent = IntentOf(graph, body);
        step.Intent = intent.Bytes;
        step.IntentBlobs = graph.Keep(intent.Blobs);
        return graph.StartOp(new OpDurable<Nothing>(ValueForm.Graph, step.Label), new RunEvent.StartStep(step));
    }

    public static Durable<T> StartCall<T>(string handler, object? argument, StepOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(handler);
        var graph = RunGraph.Required;
        options ??= Default;
        var durable = new OpDurable<T>(ValueForm.Json, options.Label ?? handler);
        if (graph.CurrentScope.IsCancelled) return graph.Stillborn(durable);
        var arguments = graph.Services.Json.Write(argument, argument?.GetType() ?? typeof(object), $"the argument of '{handler}'");
        // From another type, or of none: kept as the handler's, whose reading it then has to stand.
        if (graph.Services.ArgumentOf(handler) is { } taken && taken != argument?.GetType()) arguments = graph.Services.Json.AsOf(arguments, taken);
        var step = NewStep(graph, durable.Label, options);
        step.Kind = StepKind.Call;
        step.Handler = handler;
        step.Intent = arguments;
        return graph.StartOp(durable, new RunEvent.StartStep(step));
    }

    static Encoded IntentOf(RunGraph graph, StepBody body)
    {
        try
        {
            return graph.Services.Codec.EncodeIntent(body, graph.Services.Injected);
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.NotSavable)
        {
            graph.Uncapturable = error;
            throw;
        }
    }

    static StepOp NewStep(RunGraph graph, string label, StepOptions options) => new(graph.State.NextOp)
    {
        Label = label,
        Retry = options.Retry.ToRule(),
        Timeout = options.Timeout is not { } limit || limit > TimeSpan.Zero ? options.Timeout : throw new ArgumentOutOfRangeException(nameof(options), limit, "A time-out is longer than nothing. If it is what is left of a longer time, look first whether that is over."),
        Heartbeat = options.HeartbeatTimeout is { } silence ? new(silence > TimeSpan.Zero ? silence : throw new ArgumentOutOfRangeException(nameof(options), silence, "A heartbeat time-out is longer than nothing."), null) : null,
        AtMostOnce = options.AtMostOnce,
        FailsInDoubt = !options.FailsInDoubt || options.AtMostOnce ? options.FailsInDoubt : throw new ArgumentException("FailsInDoubt says what a step does that is AtMostOnce, and this one is not. Set both, or neither: any other step runs again.", nameof(options)),
        Key = options.IdempotencyKey is not { } key || !string.IsNullOrWhiteSpace(key) ? options.IdempotencyKey : throw new ArgumentException("An idempotency key says something. Leave it out for the step's own.", nameof(options)),
        Epoch = graph.Epoch,
    };

    static StepOptions Default { get; } = new();
}

/// <summary>What an attempt of a step runs: the user's delegate behind one shape, as it stands in the intent.</summary>
abstract class StepBody : ISelfSaved
{
    /// <summary>Runs the delegate and encodes what it gives.</summary>
    public abstract ValueTask<byte[]> RunAsync(StepContext context, GraphCodec codec);

    /// <summary>Encodes a value as if the delegate had given it.</summary>
    /// <exception cref="InvalidCastException">The delegate gives another type.</exception>
    public abstract byte[] Encode(object? value, GraphCodec codec);

    public abstract void Save(GraphWriter writer);

    public abstract void Load(GraphReader reader);

    protected static TDelegate LoadDelegate<TDelegate>(GraphReader reader) where TDelegate : Delegate =>
        reader.ReadReference<TDelegate>() ?? throw GraphErrors.Corrupt("a step has no code");

    protected static ValueTask<byte[]> Encoded<T>(Task<T> task, StepContext context, GraphCodec codec)
    {
        return task.IsCompletedSuccessfully ? new(Encoded(task.Result, context, codec)) : Awaited(task, context, codec);

        static async ValueTask<byte[]> Awaited(Task<T> task, StepContext context, GraphCodec codec) => Encoded(await task.ConfigureAwait(false), context, codec);
    }

    /// <summary>The work is done by now, whatever becomes of its result.</summary>
    static byte[] Encoded<T>(T result, StepContext context, GraphCodec codec)
    {
        try
        {
            return codec.EncodeValue(result);
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.NotSavable)
        {
            throw NotSavable(context.Label, context.Op, context.RunId, "was done, and", error);
        }
    }

    protected static HoldfastException NotSavable(string label, long op, RunId run, string became, HoldfastException error) =>
        new(HoldfastError.NotSavable, $"Step '{label}' (op {op}) of run {run} {became} its result cannot be saved: {error.Message}", error);

    protected static ValueTask<byte[]> Encoded(Task task, GraphCodec codec)
    {
        return task.IsCompletedSuccessfully ? new(codec.EncodeValue(default(Nothing))) : Awaited(task, codec);

        static async ValueTask<byte[]> Awaited(Task task, GraphCodec codec)
        {
            await task.ConfigureAwait(false);
            return codec.EncodeValue(default(Nothing));
        }
    }
}

sealed class PlainStep<T>(Func<Task<T>> body) : StepBody
{
    Func<Task<T>> _body = body;

    public override ValueTask<byte[]> RunAsync(StepContext context, GraphCodec codec) => Encoded(_body(), context, codec);

    public override byte[] Encode(object? value, GraphCodec codec) => codec.EncodeValue((T)value!);

    public override void Save(GraphWriter writer) => writer.WriteReference(_body);

    public override void Load(GraphReader reader) => _body = LoadDelegate<Func<Task<T>>>(reader);
}

sealed class ContextStep<T>(Func<StepContext, Task<T>> body) : StepBody
{
    Func<StepContext, Task<T>> _body = body;

    public override ValueTask<byte[]> RunAsync(StepContext context, GraphCodec codec) => Encoded(_body(context), context, codec);

    public override byte[] Encode(object? value, GraphCodec codec) => codec.EncodeValue((T)value!);

    public override void Save(GraphWriter writer) => writer.WriteReference(_body);

    public override void Load(GraphReader reader) => _body = LoadDelegate<Func<StepContext, Task<T>>>(reader);
}

sealed class PlainAction(Func<Task> body) : StepBody
{
    Func<Task> _body = body;

    public override ValueTask<byte[]> RunAsync(StepContext context, GraphCodec codec) => Encoded(_body(), codec);

    public override byte[] Encode(object? value, GraphCodec codec) => codec.EncodeValue(default(Nothing));

    public override void Save(GraphWriter writer) => writer.WriteReference(_body);

    public override void Load(GraphReader reader) => _body = LoadDelegate<Func<Task>>(reader);
}

sealed class ContextAction(Func<StepContext, Task> body) : StepBody
{
    Func<StepContext, Task> _body = body;

    public override ValueTask<byte[]> RunAsync(StepContext context, GraphCodec codec) => Encoded(_body(context), codec);

    public override byte[] Encode(object? value, GraphCodec codec) => codec.EncodeValue(default(Nothing));

    public override void Save(GraphWriter writer) => writer.WriteReference(_body);

    public override void Load(GraphReader reader) => _body = LoadDelegate<Func<StepContext, Task>>(reader);
}

/// <summary>A step that runs on the committer's connection.</summary>
abstract class TransactionBody : StepBody
{
    public abstract byte[] Run(StepTransaction transaction, GraphCodec codec);

    public sealed override ValueTask<byte[]> RunAsync(StepContext context, GraphCodec codec) => throw new InvariantException("A transaction step runs inside a commit.");
}

sealed class TransactionStepBody<T>(Func<StepTransaction, T> body) : TransactionBody
{
    Func<StepTransaction, T> _body = body;

    public override byte[] Run(StepTransaction transaction, GraphCodec codec)
    {
        var result = _body(transaction);
        try
        {
            return codec.EncodeValue(result);
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.NotSavable)
        {
            throw NotSavable(transaction.Label, transaction.Op, transaction.RunId, "was undone, for", error);
        }
    }

    public override byte[] Encode(object? value, GraphCodec codec) => codec.EncodeValue((T)value!);

    public override void Save(GraphWriter writer) => writer.WriteReference(_body);

    public override void Load(GraphReader reader) => _body = LoadDelegate<Func<StepTransaction, T>>(reader);
}
