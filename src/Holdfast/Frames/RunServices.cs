using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Frames;

/// <summary>What a run's frames need from the engine around them.</summary>
sealed class RunServices
{
    public required RunId Run { get; init; }

    /// <summary>When the run began. A message that is older came to it with a restart.</summary>
    public DateTimeOffset CreatedUtc { get; init; }

    public required GraphCodec Codec { get; init; }

    public required JsonValues Json { get; init; }

    public required WorkflowRegistry Registry { get; init; }

    /// <summary>How long a running step has to end once its scope is cancelled.</summary>
    public required TimeSpan CancelGrace { get; init; }

    public required Random Random { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Since when this build has the store. What waits from before may have been written by another one.</summary>
    public DateTimeOffset Since { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>What the handler of a name takes, where it is registered here.</summary>
    public Func<string, Type?> ArgumentOf { get; init; } = static _ => null;

    /// <summary>The services that went into the workflow's constructor.</summary>
    public IReadOnlyList<Injected> Injected { get; set; } = [];

    public string? TraceParent { get; init; }

    /// <summary>Reads what waited as JSON.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="type">What it is read as.</param>
    /// <param name="what">What people call it.</param>
    /// <param name="keptUtc">When it was written; null for by this build.</param>
    /// <param name="isSent">
    /// Anybody may have sent it: what is of another type altogether is a mistake, as a text where a number is awaited. So is what came with a restart and does not fit, for it was sent to another code than
    /// that of this run, and no build could read it here.
    /// </param>
    /// <exception cref="MisreadException">It does not fit, and may be of another build.</exception>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.InvalidPayload"/>: it does not fit, and never has.</exception>
    public object? ReadKept(ReadOnlyMemory<byte> utf8, Type type, string what, DateTimeOffset? keptUtc, bool isSent = false)
    {
        try
        {
            return Json.Read(utf8, type, what);
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.InvalidPayload && keptUtc < Since && !(isSent && (keptUtc < CreatedUtc || JsonValues.IsOfAnother(utf8, type, error))))
        {
            throw new MisreadException(error);
        }
    }

    /// <summary>A run to be created, in its first state.</summary>
    public NewRun NewRun(WorkflowType type, object? input, string? key, DateTimeOffset now, ParentLink parent, RunId? heirOf) =>
        NewRuns.Create(type, input, key, now, Random, Json, parent, TraceParent, heirOf);
}

/// <summary>Makes runs to be created.</summary>
static class NewRuns
{
    /// <summary>A run that takes another one's place, from the same input and in the newest version.</summary>
    public static NewRun InPlaceOf(NewRun before, WorkflowType type, DateTimeOffset now, Random random, string? traceParent) => new()
    {
        Id = RunId.Create(now, random),
        Workflow = type.Name,
        Version = type.Version,
        CreatedUtc = now,
        TraceParent = traceParent,
        Input = before.Input,
        State = StateBytes.Of(new RunState { RestartOf = before.Id }),
    };

    public static NewRun Create(WorkflowType type, object? input, string? key, DateTimeOffset now, Random random, JsonValues json, ParentLink? parent, string? traceParent, RunId? heirOf = null)
    {
        if (key is { Length: 0 }) throw new ArgumentException("An idempotency key cannot be empty; pass null for none.", nameof(key));
        WholeText.ThrowIfHalf(key);
        return new()
        {
            Id = RunId.Create(now, random),
            Workflow = type.Name,
            Version = type.Version,
            Key = key,
            Parent = parent?.Run,
            CreatedUtc = now,
            TraceParent = traceParent,
            Input = type.InputType is null ? default(ReadOnlyMemory<byte>) : json.Write(input, type.InputType, $"The input of {type.Name}"),
            State = StateBytes.Of(new RunState { Parent = parent, HeirOf = heirOf }),
        };
    }
}
