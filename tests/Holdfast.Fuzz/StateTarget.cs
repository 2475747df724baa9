using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Fuzz;

/// <summary>Damaged records of the kernel: states, outcomes and journals. What can be read must be a state like any other.</summary>
sealed class StateTarget : ITarget
{
    const int AllocatedBase = 64 << 10, AllocatedPerByte = 200;

    static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly List<(byte[] Bytes, Action<byte[]> Use)> _corpus = [];

    public StateTarget(Template template)
    {
        foreach (var run in template.Runs) _corpus.Add((run.Run.State.ToArray(), UseState));
        for (var i = 0; i < 8; i++) _corpus.Add((StateBytes.Of(Full()), UseState));
        _corpus.Add((StateCodec.EncodeOutcome(new(OutcomeKind.Failed, new byte[] { 1, 2, 3 }, "TimeoutException: too slow")), static bytes => StateCodec.EncodeOutcome(StateCodec.DecodeOutcome(bytes))));
        _corpus.Add((StateBytes.Of([new(JournalKind.StepStarted, 1, "Charge", 1), new(JournalKind.StepSucceeded, 300, "Charge", 2)]), static bytes => StateBytes.Of(JournalCodec.Decode(bytes))));
        foreach (var (bytes, use) in _corpus) use(bytes);
    }

    public string Name => "kernel";

    /// <summary>A state with every field of every kind of op.</summary>
    static RunState Full()
    {
        var random = new Random(5);
        var state = new RunState { Begun = true, NextOp = 5000, MailSeen = 77, CancelReason = "enough", CancelGraceUtc = Now, ParkReason = "before", Crashes = 2, Parent = new(RunId.Create(Now, random), 9) };
        state.Ops.Add(new StepOp(1) { Label = "plain", Intent = new byte[] { 1, 0 } });
        state.Ops.Add(new StepOp(2)
        {
            Kind = StepKind.Call,
            Label = "send",
            Handler = "mail.send",
            Intent = new byte[100],
            IntentBlobs = [BlobHash.Of([1]), BlobHash.Of([2])],
            Retry = new(TimeSpan.FromSeconds(1), 1.5, TimeSpan.MaxValue, 1, 0, TimeSpan.FromDays(1), ["System.TimeoutException", "My.Error"]),
            Timeout = TimeSpan.FromSeconds(30),
            Attempt = 300,
            CrashedAttempts = 200,
            StartedUtc = Now,
            Phase = StepPhase.Backoff,
            RetryUtc = Now,
            LastError = "TimeoutException: too slow",
        });
        state.Ops.Add(new StepOp(3) { AtMostOnce = true, Phase = StepPhase.InDoubt, CrashedAttempts = 1 });
        state.Ops.Add(new StepOp(4) { AtMostOnce = true, CancelGraceUtc = Now });
        state.Ops.Add(new TimerOp(300, Now));
        state.Ops.Add(new ReceiveOp(301, "approved"));
        state.Ops.Add(new ChildOp(4000, RunId.Create(Now, random), "Child"));
        state.Ops.Add(new ChildOp(4999, RunId.Create(Now, random), "Child") { CancelRequested = true });
        return state;
    }

    public string Feed(Random random)
    {
        var (bytes, use) = _corpus[random.Next(_corpus.Count)];
        var damaged = Damage.Of(bytes, _corpus[random.Next(_corpus.Count)].Bytes, random);
        var before = GC.GetAllocatedBytesForCurrentThread();
        string result;
        try
        {
            use(damaged);
            result = "value";
        }
        catch (HoldfastException error)
        {
            result = error.Error.ToString();
        }
        catch (Exception error)
        {
            throw new Violation($"{error.GetType().Name} for {Convert.ToHexString(damaged)}", error);
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > AllocatedBase + (AllocatedPerByte * (long)damaged.Length)) throw new Violation($"{allocated:N0} bytes were allocated for {damaged.Length:N0}: {Convert.ToHexString(damaged)}");
        return result;
    }

    /// <summary>Reads it, keeps it, describes it, and goes on with it.</summary>
    static void UseState(byte[] bytes)
    {
        var state = StateCodec.Decode(bytes);
        StateBytes.Of(state);
        RunKernel.Describe(state);
        RunKernel.WakeUtc(state);
        var decision = new Decision();
        RunKernel.Decide(state, new RunEvent.Recover(7, new([new(Death.OnThread), new(Death.InStep, 1)], 3, 3)), Now, decision);
        decision.Clear();
        RunKernel.Decide(state, new RunEvent.MailArrived(new(long.MaxValue, MailKind.Unpark, "", default, Now), default, 8), Now, decision);
        RunKernel.AssertOwed(state, decision);
        decision.Clear();
        RunKernel.Decide(state, new RunEvent.TimePassed(8), Now, decision);
        RunKernel.AssertOwed(state, decision);
        foreach (var effect in RunKernel.Pending(state)) GC.KeepAlive(effect);
        StateBytes.Of(state);
    }

    public void Dispose()
    {
    }
}
