using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>What the world has to do once the state that asks for it is durable. Data: the kernel does none of it.</summary>
abstract record Effect
{
    /// <summary>Run the step's present attempt.</summary>
    public sealed record RunAttempt(long Op, int Attempt) : Effect;

    /// <summary>Signal the token of the step's running attempt.</summary>
    public sealed record CancelAttempt(long Op, int Attempt) : Effect;
}

/// <summary>An op that is settled, for the frames that wait for it.</summary>
/// <param name="Op">The op's number.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Mail">For a receive: the message that was taken.</param>
/// <param name="KeptUtc">When the outcome was written, or the beginning of time where that is not known; null for by this process.</param>
readonly record struct Delivery(long Op, Outcome Outcome, StoredMail? Mail = null, DateTimeOffset? KeptUtc = null);

/// <summary>Collects what the events of one turn lead to, beside the changed state. Reused from turn to turn.</summary>
sealed class Decision
{
    /// <summary>Ops settled for the frames, in the order in which their waiters wake.</summary>
    public List<Delivery> Deliveries { get; } = [];

    /// <summary>What to do after the commit.</summary>
    public List<Effect> Effects { get; } = [];

    /// <summary>Mailbox sequences taken out.</summary>
    public List<long> ConsumedMail { get; } = [];

    /// <summary>Answers to consumed updates; null when there are none, as in nearly every turn.</summary>
    public List<MailAnswer>? Answers { get; set; }

    /// <summary>Messages that nobody can take.</summary>
    public List<DeadMail> DeadMail { get; } = [];

    /// <summary>Messages to other runs.</summary>
    public List<PostMail> Outgoing { get; } = [];

    /// <summary>Children to create.</summary>
    public List<NewRun> Children { get; } = [];

    /// <summary>The run, among the children, that gets the signals which nobody has taken.</summary>
    public RunId? SignalsTo { get; set; }

    /// <summary>What happened, for people.</summary>
    public List<JournalEntry> Journal { get; } = [];

    /// <summary>The run was asked to cancel in this turn: its root scope is to be cancelled.</summary>
    public string? CancelRun { get; set; }

    /// <summary>How the run ended, if it did.</summary>
    public RunOutcome? Outcome { get; set; }

    /// <summary>The first op that was started in this turn, or 0: no attempt of this or a later op can be running yet.</summary>
    public long StartedFrom { get; set; }

    /// <summary>Takes back the order to run an attempt that this turn gave and that nobody has carried out yet.</summary>
    public void Withdraw(long op)
    {
        for (var i = Effects.Count - 1; i >= 0; i--)
            if (Effects[i] is Effect.RunAttempt run && run.Op == op) Effects.RemoveAt(i);
    }

    /// <summary>Adds an entry to the journal.</summary>
    public void Note(JournalKind kind, long op, string text = "", long number = 0) => Journal.Add(new(kind, op, text, number));

    public void Clear()
    {
        StartedFrom = 0;
        Answers = null;
        Deliveries.Clear();
        Effects.Clear();
        ConsumedMail.Clear();
        DeadMail.Clear();
        Outgoing.Clear();
        Children.Clear();
        SignalsTo = null;
        Journal.Clear();
        CancelRun = null;
        Outcome = null;
    }
}

/// <summary>What a journal entry tells.</summary>
enum JournalKind : byte
{
    Started = 1,
    StepStarted = 2,
    StepSucceeded = 3,
    AttemptFailed = 4,
    StepFailed = 5,
    StepCancelled = 6,
    StepInDoubt = 7,
    StepDecided = 8,
    AttemptCutOff = 9,
    TimerSet = 10,
    TimerFired = 11,
    SignalAwaited = 12,
    SignalReceived = 13,
    ChildStarted = 14,
    ChildSettled = 15,
    OpCancelled = 16,
    OpAbandoned = 17,
    DeadLetter = 18,
    CancelRequested = 19,
    Completed = 20,
    Failed = 21,
    Cancelled = 22,
    Terminated = 23,
    Parked = 24,
    Unparked = 25,
    Restarted = 26,
    RestartOf = 27,
    Updated = 28,
    UpdateRejected = 29,
}

/// <summary>One thing that happened to a run, for people and audits. Recovery never reads it.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Op">To which op; 0 for the run.</param>
/// <param name="Text">A label, a reason, an error in one line; may be empty.</param>
/// <param name="Number">An attempt, or a mailbox sequence; 0 for none.</param>
readonly record struct JournalEntry(JournalKind Kind, long Op, string Text = "", long Number = 0);
