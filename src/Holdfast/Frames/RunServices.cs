using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Frames;

/// <summary>What a run's frames need from the engine around them.</summary>
sealed class RunServices
{
    public required RunId Run { get; init; }

    public required GraphCodec Codec { get; init; }

    public required JsonValues Json { get; init; }

    public required WorkflowRegistry Registry { get; init; }

    /// <summary>How long a running step has to end once its scope is cancelled.</summary>
    public required TimeSpan CancelGrace { get; init; }

    public required Random Random { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The services that went into the workflow's constructor.</summary>
    public IReadOnlyList<Injected> Injected { get; set; } = [];

    public string? TraceParent { get; init; }

    /// <summary>A run to be created, in its first state.</summary>
    public NewRun NewRun(WorkflowType type, object? input, string? key, DateTimeOffset now, ParentLink? parent) =>
        NewRuns.Create(type, input, key, now, Random, Json, parent, TraceParent);
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

    public static NewRun Create(WorkflowType type, object? input, string? key, DateTimeOffset now, Random random, JsonValues json, ParentLink? parent, string? traceParent)
    {
        if (key is { Length: 0 }) throw new ArgumentException("An idempotency key cannot be empty; pass null for none.", nameof(key));
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
            State = StateBytes.Of(new RunState { Parent = parent }),
        };
    }
}
