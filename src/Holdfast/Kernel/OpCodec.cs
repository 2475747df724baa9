using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>One open op as bytes, without its number.</summary>
static class OpCodec
{
    /// <summary>The fewest bytes of an op, its number included: a signal without a name.</summary>
    public const int BytesMin = 3;

    const byte Step = 1;
    const byte Timer = 2;
    const byte Signal = 3;
    const byte Child = 4;
    const byte ChildToCancel = 5;

    [Flags]
    enum Has : ushort
    {
        AtMostOnce = 1,
        Handler = 2,
        Timeout = 4,
        Retry = 8,
        Blobs = 16,
        Crashed = 32,
        LastError = 64,
        CancelGrace = 128,
        Deaths = 256,
        HeartbeatTimeout = 512,
        Details = 1024,
        Crashes = 2048,
        FailsInDoubt = 4096,
        Key = 8192,
        All = 16383,
    }

    public static void Write(Op op, ref StateWriter writer)
    {
        switch (op)
        {
            case StepOp step:
                writer.Byte(Step);
                WriteStep(step, ref writer);
                break;
            case TimerOp timer:
                writer.Byte(Timer);
                writer.Time(timer.DueUtc);
                break;
            case ReceiveOp receive:
                writer.Byte(Signal);
                writer.Text(receive.Signal);
                break;
            case ChildOp child:
                writer.Byte(child.CancelRequested ? ChildToCancel : Child);
                writer.Id(child.Child);
                writer.Text(child.Workflow);
                break;
            default:
                Invariant.Holds(false, $"there is no encoding for a {op.GetType().Name}");
                break;
        }
    }

    public static Op Read(long id, ref StateReader reader)
    {
        var kind = reader.Byte();
        switch (kind)
        {
            case Step:
                return ReadStep(id, ref reader);
            case Timer:
                return new TimerOp(id, reader.Time());
            case Signal:
                return new ReceiveOp(id, reader.Text());
            case Child or ChildToCancel:
                return new ChildOp(id, reader.Id(), reader.Text()) { CancelRequested = kind == ChildToCancel };
            default:
                reader.Fail("there is no such kind of op");
                return null;
        }
    }

    static void WriteStep(StepOp step, ref StateWriter writer)
    {
        var ownRule = !RetryRuleCodec.IsDefault(step.Retry);
        var has = (step.AtMostOnce ? Has.AtMostOnce : 0) | (step.Handler is null ? 0 : Has.Handler)
            | (step.Timeout is null ? 0 : Has.Timeout) | (ownRule ? Has.Retry : 0) | (step.IntentBlobs.Count == 0 ? 0 : Has.Blobs)
            | (step.CrashedAttempts == 0 ? 0 : Has.Crashed) | (step.LastError is null ? 0 : Has.LastError)
            | (step.CancelGraceUtc is null ? 0 : Has.CancelGrace) | (step.Deaths == 0 ? 0 : Has.Deaths)
            | (step.Heartbeat?.Timeout is null ? 0 : Has.HeartbeatTimeout) | (step.Heartbeat?.Details is null ? 0 : Has.Details)
            | (step.Crashes == 0 ? 0 : Has.Crashes) | (step.FailsInDoubt ? Has.FailsInDoubt : 0) | (step.Key is null ? 0 : Has.Key);
        writer.Byte((byte)((byte)step.Kind | ((byte)step.Phase << 4)));
        writer.Number((long)has);
        writer.Text(step.Label);
        writer.Bytes(step.Intent.Span);
        writer.Time(step.StartedUtc);
        writer.Number(step.Epoch);
        writer.Number(step.Attempt);
        if (step.Phase == StepPhase.Backoff) writer.Time(step.RetryUtc);
        if (step.Handler is { } handler) writer.Text(handler);
        if (step.Timeout is { } timeout) writer.Signed(timeout.Ticks);
        if (ownRule) RetryRuleCodec.Write(step.Retry, ref writer);
        if (step.IntentBlobs.Count > 0)
        {
            writer.Number(step.IntentBlobs.Count);
            for (var i = 0; i < step.IntentBlobs.Count; i++) writer.Hash(step.IntentBlobs[i]);
        }
        if (step.CrashedAttempts != 0) writer.Number(step.CrashedAttempts);
        if (step.LastError is { } error) writer.Text(error);
        if (step.CancelGraceUtc is { } grace) writer.Time(grace);
        if (step.Deaths != 0) writer.Number(step.Deaths);
        if (step.Heartbeat?.Timeout is { } silence) writer.Signed(silence.Ticks);
        if (step.Heartbeat?.Details is { } details) writer.Bytes(details);
        if (step.Crashes != 0) writer.Number(step.Crashes);
        if (step.Key is { } key) writer.Text(key);
    }

    static StepOp ReadStep(long id, ref StateReader reader)
    {
        var kindAndPhase = reader.Byte();
        var kind = (StepKind)(kindAndPhase & 15);
        var phase = (StepPhase)(kindAndPhase >> 4);
        if (kind is < StepKind.Lambda or > StepKind.Transaction) reader.Fail("there is no such kind of step");
        if (phase is < StepPhase.Ready or > StepPhase.InDoubt) reader.Fail("there is no such phase of a step");
        var flags = reader.Number();
        if ((flags & ~(long)Has.All) != 0) reader.Fail("there is no such flag of a step");
        var has = (Has)flags;
        var step = new StepOp(id)
        {
            Kind = kind,
            Phase = phase,
            AtMostOnce = has.HasFlag(Has.AtMostOnce),
            FailsInDoubt = has.HasFlag(Has.FailsInDoubt),
            Label = reader.Text(),
            Intent = reader.Bytes().ToArray(),
            StartedUtc = reader.Time(),
            Epoch = reader.Number(),
            Attempt = reader.Small(),
            RetryUtc = phase == StepPhase.Backoff ? reader.Time() : default,
            Handler = has.HasFlag(Has.Handler) ? reader.Text() : null,
            Timeout = has.HasFlag(Has.Timeout) ? new TimeSpan(reader.Signed()) : null,
            Retry = has.HasFlag(Has.Retry) ? RetryRuleCodec.Read(ref reader) : RetryRule.Default,
            IntentBlobs = has.HasFlag(Has.Blobs) ? ReadBlobs(ref reader) : [],
            CrashedAttempts = has.HasFlag(Has.Crashed) ? reader.Small() : 0,
            LastError = has.HasFlag(Has.LastError) ? reader.Text() : null,
            CancelGraceUtc = has.HasFlag(Has.CancelGrace) ? reader.Time() : null,
            Deaths = has.HasFlag(Has.Deaths) ? reader.Small() : 0,
        };
        if ((has & (Has.HeartbeatTimeout | Has.Details)) != 0)
            step.Heartbeat = new(has.HasFlag(Has.HeartbeatTimeout) ? new TimeSpan(reader.Signed()) : null, has.HasFlag(Has.Details) ? reader.Bytes().ToArray() : null);
        step.Crashes = has.HasFlag(Has.Crashes) ? reader.Small() : 0;
        step.Key = has.HasFlag(Has.Key) ? reader.Text() : null;
        if (step.Attempt == 0 || step.CrashedAttempts > step.Attempt) reader.Fail("a step's attempts contradict each other");
        return step;
    }

    static BlobHash[] ReadBlobs(ref StateReader reader)
    {
        var hashes = new BlobHash[reader.Count(32)];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = reader.Hash();
        return hashes;
    }
}
