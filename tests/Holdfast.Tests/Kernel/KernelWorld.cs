using System.Buffers;
using System.Globalization;
using System.Text;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

/// <summary>One run in a test: its state, the time, and the decision of the last event.</summary>
sealed class KernelWorld
{
    public const long FirstEpoch = 1;
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public RunState State { get; set; } = new() { Begun = true };
    public Decision Decision { get; } = new();
    public DateTimeOffset Now { get; set; } = Start;
    public long Sequence { get; set; }

    /// <summary>Applies an event in a turn of its own.</summary>
    public Decision Do(RunEvent happened)
    {
        Decision.Clear();
        return Also(happened);
    }

    /// <summary>Applies a further event of the same turn.</summary>
    public Decision Also(RunEvent happened)
    {
        RunKernel.Decide(State, happened, Now, Decision);
        RunKernel.AssertOwed(State, Decision);
        return Decision;
    }

    public long Step(Action<StepOp>? change = null)
    {
        var step = NewStep(change);
        Do(new RunEvent.StartStep(step));
        return step.Id;
    }

    public StepOp NewStep(Action<StepOp>? change = null)
    {
        var step = new StepOp(State.NextOp) { Label = "Charge", Epoch = FirstEpoch, Intent = new byte[] { 1, 2, 3 } };
        change?.Invoke(step);
        return step;
    }

    public long Timer(TimeSpan wait)
    {
        var op = State.NextOp;
        Do(new RunEvent.StartTimer(op, Now + wait));
        return op;
    }

    public long Receive(string signal)
    {
        var op = State.NextOp;
        Do(new RunEvent.StartReceive(op, signal));
        return op;
    }

    public long Child(out NewRun child)
    {
        var op = State.NextOp;
        child = NewRun("Refund", 7);
        Do(new RunEvent.StartChild(op, child));
        return op;
    }

    public static NewRun NewRun(string workflow, int seed) => new()
    {
        Id = RunId.Create(Start, new Random(seed)),
        Workflow = workflow,
        Version = 1,
        CreatedUtc = Start,
        State = default,
    };

    public StoredMail NewMail(MailKind kind, string name = "", string payload = "") => NewMail(kind, name, Encoding.UTF8.GetBytes(payload));

    public StoredMail NewMail(MailKind kind, string name, byte[] payload) => new(++Sequence, kind, name, payload, Now);

    public Decision Mail(MailKind kind, string name = "", string payload = "", long epoch = FirstEpoch, TimeSpan grace = default) =>
        Do(new RunEvent.MailArrived(NewMail(kind, name, payload), grace, epoch));

    public Decision Mail(MailKind kind, string name, byte[] payload, long epoch = FirstEpoch) =>
        Do(new RunEvent.MailArrived(NewMail(kind, name, payload), default, epoch));

    public Decision Pass(TimeSpan wait = default, long epoch = FirstEpoch)
    {
        Now += wait;
        return Do(new RunEvent.TimePassed(epoch));
    }

    public Decision End(long op, int attempt, Outcome outcome, bool retryable = true, double sample = 0.5, long epoch = FirstEpoch) =>
        Do(new RunEvent.AttemptEnded(op, attempt, outcome, retryable, sample, epoch));

    public static Outcome Ok(string value = "42") => new(OutcomeKind.Succeeded, Encoding.UTF8.GetBytes(value));

    public static Outcome Error(string summary = "TimeoutException: too slow") => new(OutcomeKind.Failed, new byte[] { 9 }, summary);

    public StepOp StepAt(long op) => State.Ops.TryGet(op, out var found) ? Assert.IsType<StepOp>(found) : throw new InvalidOperationException($"op {op} is not open");

    public bool IsOpen(long op) => State.Ops.TryGet(op, out _);

    /// <summary>What a new process would hold: the state decoded, the inbox refilled from the mailbox.</summary>
    public static RunState Reload(RunState state)
    {
        var loaded = StateCodec.Decode(Bytes(state));
        // The mailbox keeps what is not consumed; the part that was looked at is the inbox.
        loaded.Inbox.AddRange(state.Inbox);
        return loaded;
    }

    public static byte[] Bytes(RunState state) => StateBytes.Of(state);

    /// <summary>Everything a decision says, as text that can be compared.</summary>
    public static string Text(Decision decision)
    {
        var text = new StringBuilder();
        foreach (var item in decision.Deliveries) text.Append(CultureInfo.InvariantCulture, $"deliver {item.Op} {Text(item.Outcome)} mail {item.Mail?.Sequence}\n");
        foreach (var item in decision.Effects) text.Append(CultureInfo.InvariantCulture, $"effect {item}\n");
        foreach (var item in decision.ConsumedMail) text.Append(CultureInfo.InvariantCulture, $"consumed {item}\n");
        foreach (var item in decision.DeadMail) text.Append(CultureInfo.InvariantCulture, $"dead {item}\n");
        foreach (var item in decision.Outgoing) text.Append(CultureInfo.InvariantCulture, $"post {item.Run} {item.Mail.Kind} {item.Mail.Name} {Convert.ToHexString(item.Mail.Payload.Span)} {item.Mail.DedupKey}\n");
        foreach (var item in decision.Children) text.Append(CultureInfo.InvariantCulture, $"child {item.Id}\n");
        foreach (var item in decision.Journal) text.Append(CultureInfo.InvariantCulture, $"journal {item}\n");
        if (decision.CancelRun is not null) text.Append(CultureInfo.InvariantCulture, $"cancel {decision.CancelRun}\n");
        if (decision.Outcome is not null) text.Append(CultureInfo.InvariantCulture, $"outcome {decision.Outcome.Status}\n");
        return text.ToString();
    }

    static string Text(Outcome outcome) => $"{outcome.Kind} {Convert.ToHexString(outcome.Value.Span)} {outcome.Summary}";
}
