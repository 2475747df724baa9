using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>A run is ended, and another one is started from the same input in its place: both in one transition, or neither.</summary>
static class Restart
{
    public static void Apply(RunState state, StoredMail mail, DateTimeOffset now, Decision decision)
    {
        if (RestartCodec.TryDecode(mail.Payload.Span) is not { } order)
        {
            Mail.Bury(mail, "the order to restart cannot be read", decision);
            return;
        }
        decision.ConsumedMail.Add(mail.Sequence);
        state.RestartedAs = order.Run.Id;
        decision.Note(JournalKind.Restarted, 0, $"as {order.Run.Id}: {Line.Of(order.Reason)}");
        Terminate.End(state, Line.Of($"restarted as {order.Run.Id}: {order.Reason}"), now, decision);
        decision.Children.Add(order.Run);
        // They were acknowledged, and whoever sent them does not know of the restart.
        decision.SignalsTo = order.Run.Id;
    }
}

/// <summary>What a message asks that restarts a run.</summary>
/// <param name="Run">The run that takes the place of the one that gets the message.</param>
/// <param name="Reason">Why, for people.</param>
sealed record RestartOrder(NewRun Run, string Reason);

/// <summary>An order to restart as bytes. The new run is complete in it, for the kernel knows neither inputs nor versions.</summary>
static class RestartCodec
{
    const byte Version = 1;

    public static byte[] Encode(RestartOrder order)
    {
        var target = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new StateWriter(target);
        var run = order.Run;
        writer.Byte(Version);
        writer.Text(order.Reason);
        writer.Id(run.Id);
        writer.Text(run.Workflow);
        writer.Number(run.Version);
        writer.Time(run.CreatedUtc);
        writer.Text(run.TraceParent ?? "");
        writer.Bytes(run.State.Span);
        writer.Bytes(run.Input.Span);
        writer.Flush();
        return target.WrittenSpan.ToArray();
    }

    /// <summary>Reads an order back; null for bytes that none was encoded to.</summary>
    public static RestartOrder? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new StateReader(bytes);
            if (reader.Byte() != Version) return null;
            var reason = reader.Text();
            var run = new NewRun
            {
                Id = reader.Id(),
                Workflow = reader.Text(),
                Version = reader.Small(),
                CreatedUtc = reader.Time(),
                TraceParent = reader.Text() is { Length: > 0 } trace ? trace : null,
                State = reader.Bytes().ToArray(),
                Input = reader.Bytes().ToArray(),
            };
            return reader.IsAtEnd ? new(run, reason) : null;
        }
        catch (HoldfastException)
        {
            return null;
        }
    }
}
