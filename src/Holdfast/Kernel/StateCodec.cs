using System.Buffers;
using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>The kernel's state as bytes.</summary>
/// <remarks>
/// Version 1: version, checksum, status, flags, the next op's number, the highest message seen, what the flags announce, then the ops,
/// each as the distance of its number from the one before, its kind and its fields (<see cref="OpCodec"/>). The inbox is not
/// part of it: its messages are in the store's mailbox.
/// </remarks>
static class StateCodec
{
    const byte Version = 1;

    [Flags]
    enum Has : byte
    {
        Begun = 1,
        CancelReason = 2,
        CancelGrace = 4,
        ParkReason = 8,
        Crashes = 16,
        Parent = 32,
        Restart = 64,
        HeirOf = 128,
    }

    /// <summary>Appends the encoded state, with room for its checksum.</summary>
    public static void Encode(RunState state, IBufferWriter<byte> target)
    {
        var writer = new StateWriter(target);
        writer.Byte(Version);
        writer.Room(Checksum.HeadBytes - 1);
        writer.Byte((byte)state.Status);
        var has = (state.Begun ? Has.Begun : 0) | (state.CancelReason is null ? 0 : Has.CancelReason) | (state.CancelGraceUtc is null ? 0 : Has.CancelGrace)
            | (state.ParkReason is null ? 0 : Has.ParkReason) | (state.Crashes == 0 ? 0 : Has.Crashes) | (state.Parent is null ? 0 : Has.Parent)
            | (state.RestartedAs is null && state.RestartOf is null ? 0 : Has.Restart) | (state.HeirOf is null ? 0 : Has.HeirOf);
        writer.Byte((byte)has);
        writer.Number(state.NextOp);
        writer.Number(state.MailSeen);
        if (state.CancelReason is { } cancelReason) writer.Text(cancelReason);
        if (state.CancelGraceUtc is { } grace) writer.Time(grace);
        if (state.ParkReason is { } parkReason) writer.Text(parkReason);
        if (state.Crashes != 0) writer.Number(state.Crashes);
        if (state.Parent is { } parent)
        {
            writer.Id(parent.Run);
            writer.Number(parent.Op);
        }
        if (has.HasFlag(Has.Restart))
        {
            // No run has an id of zeros.
            writer.Id(state.RestartedAs ?? default);
            writer.Id(state.RestartOf ?? default);
        }
        if (state.HeirOf is { } restarted) writer.Id(restarted);
        writer.Number(state.Ops.Count);
        var before = 0L;
        foreach (var op in state.Ops)
        {
            writer.Number(op.Id - before);
            before = op.Id;
            OpCodec.Write(op, ref writer);
        }
        writer.Flush();
    }

    /// <summary>Reads a state back.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.CorruptSnapshot"/> for any bytes that no state was encoded to.</exception>
    public static RunState Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        if (reader.Byte() != Version) reader.Fail("its format is not known to this version");
        if (!Checksum.IsIntact(bytes)) reader.Fail(Checksum.Wrong);
        reader.Skip(Checksum.HeadBytes - 1);
        var status = (RunStatus)reader.Byte();
        if (status is < RunStatus.Running or > RunStatus.Parked) reader.Fail("there is no such status");
        var has = (Has)reader.Byte();
        var state = new RunState
        {
            Status = status,
            Begun = has.HasFlag(Has.Begun),
            NextOp = reader.Number(),
            MailSeen = reader.Number(),
            CancelReason = has.HasFlag(Has.CancelReason) ? reader.Text() : null,
            CancelGraceUtc = has.HasFlag(Has.CancelGrace) ? reader.Time() : null,
            ParkReason = has.HasFlag(Has.ParkReason) ? reader.Text() : null,
            Crashes = has.HasFlag(Has.Crashes) ? reader.Small() : 0,
            Parent = has.HasFlag(Has.Parent) ? new(reader.Id(), reader.Number()) : null,
            RestartedAs = has.HasFlag(Has.Restart) ? IdOrNull(ref reader) : null,
            RestartOf = has.HasFlag(Has.Restart) ? IdOrNull(ref reader) : null,
            HeirOf = has.HasFlag(Has.HeirOf) ? reader.Id() : null,
        };
        var before = 0L;
        for (var count = reader.Count(OpCodec.BytesMin); count > 0; count--)
        {
            var distance = reader.Number();
            // Numbers of open ops were given before, rise, and lie below the next one.
            if (distance == 0 || distance >= state.NextOp - before) reader.Fail("an op's number is out of order");
            before += distance;
            state.Ops.Add(OpCodec.Read(before, ref reader));
        }
        if (state.NextOp == 0 || (state.Ops.Count > 0 && RunKernel.IsFinished(status))) reader.Fail("its parts contradict each other");
        if (!reader.IsAtEnd) reader.Fail("it goes on after its end");
        return state;
    }

    static RunId? IdOrNull(ref StateReader reader) => reader.Id() is var id && id != default ? id : null;

    /// <summary>An op's outcome as bytes: what <see cref="StoredResult"/> and decisions carry.</summary>
    public static byte[] EncodeOutcome(Outcome outcome) => OutcomeCodec.Encode(outcome);

    /// <summary>Reads an outcome back.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.CorruptSnapshot"/>.</exception>
    public static Outcome DecodeOutcome(ReadOnlySpan<byte> bytes) => OutcomeCodec.Decode(bytes);
}
