using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Code of a step inside a commit: a transaction step, what a step does with its result, and what it does while it runs.</summary>
static class StepCommit
{
    /// <summary>Settles the step with what the work gives, in one commit with what it does.</summary>
    /// <returns>Null: the outcome reaches the run as an event.</returns>
    /// <exception cref="Exception">What the work threw; it is undone, and the attempt has failed.</exception>
    public static async ValueTask<Outcome?> SettleAsync(Attempt attempt, Engine engine, Func<StepTransaction, Outcome> work)
    {
        var step = attempt.Step;
        Exception? thrown = null;
        var answer = await engine.Committer.CommitAsync(Write(attempt, engine, settles: true, connection => Work(attempt, engine, work, connection, out thrown))).ConfigureAwait(false);
        switch (answer.Verdict)
        {
            case Verdict.Committed:
                engine.Post(attempt.Run, new RunEvent.ResultStored(step.Id, StateCodec.DecodeOutcome(engine.Envelope.Open(answer.Outcome).Span)));
                return null;
            case Verdict.Duplicate:
                // The store has its result from before; the run is read anew and finds it.
                engine.Post(attempt.Run, ReadAnew.Instance);
                return null;
            case Verdict.Undone:
                throw Undone(answer, thrown);
            case Verdict.Refused:
                throw answer.NotKept("The store cannot run transaction steps");
            default:
                engine.LostOwnership(attempt.Run, answer);
                return null;
        }
    }

    /// <summary>Does something in a commit of its own, while the step runs.</summary>
    public static async Task<T> DoAsync<T>(Attempt attempt, Func<StepTransaction, T> work)
    {
        var engine = attempt.Engine;
        InsideCommit.ThrowIfIn(engine);
        Exception? thrown = null;
        T result = default!;
        var answer = await engine.Committer.CommitAsync(Write(attempt, engine, settles: false, connection =>
        {
            thrown = null;
            try
            {
                // Whoever took its place may have begun: what this one does now would be done beside it.
                if (!attempt.IsPresent) throw new OperationCanceledException($"Attempt {attempt.Number} of step '{attempt.Step.Label}' has been given up, and may not commit anything.");
                result = Run(attempt, engine, work, connection);
                return new(Keep: true, null, default);
            }
            catch (Exception error)
            {
                thrown = error;
                return new(Keep: false, null, default);
            }
        })).ConfigureAwait(false);
        return answer.Verdict switch
        {
            Verdict.Committed => result,
            Verdict.Undone => throw Undone(answer, thrown),
            Verdict.Refused => throw answer.NotKept("The store cannot run transaction steps"),
            _ => throw new HoldfastException(
                HoldfastError.OwnershipLost, $"Step '{attempt.Step.Label}' (op {attempt.Op}) of run {attempt.Run} may not commit anything: the run goes on elsewhere, or has ended ({answer.Verdict})."),
        };
    }

    static T Run<T>(Attempt attempt, Engine engine, Func<StepTransaction, T> work, System.Data.Common.DbConnection connection) => StepRunner.Marked(
        attempt, engine, () => InsideCommit.Run($"The transaction step '{attempt.Step.Label}' (op {attempt.Op}) of run {attempt.Run}", engine, () => work(new(connection, attempt.Run, attempt.Step, engine.Envelope))), static _ => true, out _);

    static TransactionStep Write(Attempt attempt, Engine engine, bool settles, Func<System.Data.Common.DbConnection, TransactionAnswer> work) => new()
    {
        Run = attempt.Run,
        Key = attempt.Memory.Key,
        Epoch = engine.Epoch,
        Utc = engine.Time.GetUtcNow(),
        Op = attempt.Op,
        SettlesOp = settles,
        JournalKeep = engine.Options.JournalKeep,
        Work = work,
    };

    /// <summary>What the work threw; or that it took too long for the store, whatever it threw when it was interrupted.</summary>
    public static Exception Undone(WriteResult answer, Exception? thrown) =>
        answer.Reason is { } reason ? new TimeoutException(reason) : thrown ?? new InvariantException("What was done in a commit was undone without a reason.");

    static TransactionAnswer Work(Attempt attempt, Engine engine, Func<StepTransaction, Outcome> work, System.Data.Common.DbConnection connection, out Exception? thrown)
    {
        var step = attempt.Step;
        thrown = null;
        try
        {
            var started = engine.Time.GetTimestamp();
            var outcome = Run(attempt, engine, work, connection);
            if (step.Kind == StepKind.Transaction && step.Timeout is { } limit && engine.Time.GetElapsedTime(started) is var took && took > limit)
                throw new TimeoutException($"The transaction step '{step.Label}' took {took}, longer than {limit}, and was undone.");
            return new(Keep: true, engine.Envelope.Seal(StateCodec.EncodeOutcome(outcome)), engine.Envelope.Seal(StateBytes.Of([RunKernel.JournalOf(step, outcome)])));
        }
        catch (Exception error)
        {
            // Undone now; the kernel decides whether there is another attempt, as for every step.
            thrown = error;
            return new(Keep: false, null, default);
        }
    }
}
