using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Runs what an attempt consists of: a lambda, a registered handler, or a lambda inside a commit.</summary>
static class StepRunner
{
    /// <summary>The outcome, or null when it reaches the run by another way.</summary>
    public static ValueTask<Outcome?> RunAsync(Attempt attempt, Engine engine) => engine.Options.Steps is { } test ? test(attempt, engine) : RunItselfAsync(attempt, engine);

    /// <summary>The same, whatever a test wants instead.</summary>
    public static ValueTask<Outcome?> RunItselfAsync(Attempt attempt, Engine engine) => attempt.Step.Kind switch
    {
        StepKind.Call => CallAsync(attempt, engine),
        StepKind.Transaction => TransactionAsync(attempt, engine),
        _ => attempt.Step.IntentBlobs.Count == 0 ? Lambda(attempt, engine, static _ => null) : LambdaWithBlobsAsync(attempt, engine),
    };

    static ValueTask<Outcome?> Lambda(Attempt attempt, Engine engine, Func<BlobHash, ReadOnlyMemory<byte>?> blobs)
    {
        var services = new ServiceLease(engine, attempt.Memory.Type!);
        ValueTask<byte[]> work;
        var waits = -1;
        try
        {
            if (Body(attempt, engine, blobs, services) is not { } body)
            {
                services.Dispose();
                return new((Outcome?)null);
            }
            // Written out, for a closure here would be one for every step.
            var mark = engine.Marks.Enter(attempt.Run, attempt.Op);
            try
            {
                work = body.RunAsync(new StepContext(attempt), engine.Codec);
                if (!work.IsCompleted) waits = engine.Marks.Enter(attempt.Run, attempt.Op, Death.InStep);
            }
            finally
            {
                engine.Marks.Leave(mark);
            }
        }
        catch
        {
            services.Dispose();
            throw;
        }
        if (!work.IsCompletedSuccessfully) return AwaitAsync(engine, work, services, waits);
        services.Dispose();
        return new(new Outcome(OutcomeKind.Succeeded, work.Result));
    }

    /// <summary>The outcome of an attempt whose code did not run, because somebody else says what it gave.</summary>
    public static async ValueTask<Outcome?> AnswerAsync(Attempt attempt, Engine engine, object? value, Type type)
    {
        if (attempt.Step.Kind == StepKind.Call) return new Outcome(OutcomeKind.Succeeded, engine.Json.Write(value, type, $"The result of '{attempt.Step.Handler}'"));
        if (await FetchAsync(attempt, engine).ConfigureAwait(false) is not { } blobs) return null;
        using var services = new ServiceLease(engine, attempt.Memory.Type!);
        return Body(attempt, engine, hash => blobs.TryGetValue(hash, out var data) ? data : (ReadOnlyMemory<byte>?)null, services) is { } body
            ? new Outcome(OutcomeKind.Succeeded, body.Encode(value, engine.Codec)) : null;
    }

    /// <summary>A copy of the step's code and what it captured; null, and the attempt is refused, when the code is another one here.</summary>
    static StepBody? Body(Attempt attempt, Engine engine, Func<BlobHash, ReadOnlyMemory<byte>?> blobs, ServiceLease services)
    {
        try
        {
            return engine.Codec.DecodeIntent(attempt.Step.Intent, blobs, services);
        }
        catch (HoldfastException error) when (error.Error is HoldfastError.NeedsMigration or HoldfastError.CorruptSnapshot)
        {
            attempt.Refuse(error);
            return null;
        }
    }

    /// <summary>Notes that the user's code has this thread, in case it ends the process; and after that, that it waits for something, until the mark is left.</summary>
    public static T Marked<T>(Attempt attempt, Engine engine, Func<T> code, Func<T, bool> isDone, out int waits)
    {
        waits = -1;
        var mark = engine.Marks.Enter(attempt.Run, attempt.Op);
        try
        {
            var work = code();
            if (!isDone(work)) waits = engine.Marks.Enter(attempt.Run, attempt.Op, Death.InStep);
            return work;
        }
        finally
        {
            engine.Marks.Leave(mark);
        }
    }

    static async ValueTask<Outcome?> AwaitAsync(Engine engine, ValueTask<byte[]> work, ServiceLease services, int mark)
    {
        try
        {
            return new Outcome(OutcomeKind.Succeeded, await work.ConfigureAwait(false));
        }
        finally
        {
            engine.Marks.Leave(mark);
            services.Dispose();
        }
    }

    static async ValueTask<Outcome?> LambdaWithBlobsAsync(Attempt attempt, Engine engine)
    {
        if (await FetchAsync(attempt, engine).ConfigureAwait(false) is not { } blobs) return null;
        return await Lambda(attempt, engine, hash => blobs.TryGetValue(hash, out var data) ? data : (ReadOnlyMemory<byte>?)null).ConfigureAwait(false);
    }

    /// <summary>The large values that the step captured; null, and the attempt is refused, when they cannot be decoded here.</summary>
    static async ValueTask<Dictionary<BlobHash, ReadOnlyMemory<byte>>?> FetchAsync(Attempt attempt, Engine engine)
    {
        var blobs = new Dictionary<BlobHash, ReadOnlyMemory<byte>>();
        try
        {
            foreach (var hash in attempt.Step.IntentBlobs)
                if (await LargeValues.LoadAsync(engine.Store, attempt.Memory.Key, hash, attempt.Token).ConfigureAwait(false) is { } data) blobs[hash] = data;
            return blobs;
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.PayloadUnreadable)
        {
            attempt.Refuse(error);
            return null;
        }
    }

    static async ValueTask<Outcome?> CallAsync(Attempt attempt, Engine engine)
    {
        var step = attempt.Step;
        if (!engine.Handlers.TryGetValue(step.Handler!, out var handler))
        {
            attempt.Refuse(new(HoldfastError.UnknownWorkflow, $"No step named '{step.Handler}' is registered here. Add it with AddStep(\"{step.Handler}\", …), or start the build that has it."));
            return null;
        }
        var ticket = new CallTicket(attempt.Run, step.Id, attempt.Number, step.Intent);
        engine.Calls[(ticket.Run, ticket.Op, ticket.Attempt)] = attempt;
        using var services = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.CreateScope(engine.Provider);
        (RunId, string)? alone = step is { FailsInDoubt: true, Key: { } key } ? (attempt.Run, key) : null;
        // Beside a try of the same that was given up and goes on all the same, it would be done twice.
        if (alone is { } mine && !engine.Alone.TryAdd(mine, default)) throw new StepInDoubtException($"'{step.Handler}' was called before with the key '{step.Key}', and has not ended yet in this process.");
        byte[] result;
        var mark = -1;
        try
        {
            result = await Marked(attempt, engine, () => handler.RunAsync(services.ServiceProvider, new StepContext(attempt), ticket, engine.Json), static w => w.IsCompleted, out mark).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not MisreadException && (error is not OperationCanceledException || !attempt.Token.IsCancellationRequested))
        {
            engine.CompleteCall(ticket, CallResult.Failed(error));
            return null;
        }
        finally
        {
            engine.Marks.Leave(mark);
            if (alone is { } over) engine.Alone.TryRemove(over, out _);
        }
        engine.CompleteCall(ticket, CallResult.Succeeded(result));
        return null;
    }

    static async ValueTask<Outcome?> TransactionAsync(Attempt attempt, Engine engine)
    {
        if (await FetchAsync(attempt, engine).ConfigureAwait(false) is not { } blobs) return null;
        using var services = new ServiceLease(engine, attempt.Memory.Type!);
        if (Body(attempt, engine, hash => blobs.TryGetValue(hash, out var data) ? data : (ReadOnlyMemory<byte>?)null, services) is not TransactionBody body) return null;
        return await StepCommit.SettleAsync(attempt, engine, transaction => new Outcome(OutcomeKind.Succeeded, body.Run(transaction, engine.Codec))).ConfigureAwait(false);
    }
}
