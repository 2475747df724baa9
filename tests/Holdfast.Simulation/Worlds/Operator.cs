using Holdfast.Simulation.Flows;
using Holdfast.Storage;

namespace Holdfast.Simulation.Worlds;

/// <summary>The person who decides steps in doubt, by what the world outside knows of them, and takes suspects up again.</summary>
sealed class Operator(World world)
{
    readonly Random _lot = world.LotFor("operator");
    readonly Dictionary<(string Key, int Attempt), bool> _givesUp = [];

    public async Task LiveAsync()
    {
        while (true)
        {
            await world.PauseAsync(TimeSpan.FromSeconds(4), "operator");
            foreach (var doubt in await world.AskAsync("doubts", static c => c.ListInDoubtAsync())) await DecideAsync(doubt);
            foreach (var parked in await world.AskAsync("parked", static c => c.ListAsync(new() { Status = RunStatus.Parked }))) await TakeUpAsync(parked);
            foreach (var letter in await world.AskAsync("dead letters", static c => c.ListDeadLettersAsync())) await RedeliverAsync(letter);
        }
    }

    async Task DecideAsync(InDoubtStep doubt)
    {
        // One for each attempt, however often it is asked: a decision that was not answered may have been kept.
        if (!_givesUp.TryGetValue((doubt.IdempotencyKey, doubt.Attempt), out var givesUp)) _givesUp.Add((doubt.IdempotencyKey, doubt.Attempt), givesUp = _lot.Next(4) == 0);
        await UnlessEndedAsync(doubt.Run, () => world.AskAsync("decide", async c =>
        {
            // Looked up at each ask: whoever was replaced may do it still.
            var entry = world.Ledger.Find(doubt.IdempotencyKey);
            var isDone = entry is { Done: > 0 };
            if (entry is not null) entry.MayRepeat = !isDone && !givesUp;
            if (!isDone && givesUp) world.Ledger.GivenUp++;
            await c.ResolveInDoubtAsync(doubt, isDone ? InDoubtDecision.Succeeded(entry!.Result) : givesUp ? InDoubtDecision.Failed(Chores.GivenUp) : InDoubtDecision.Retry());
            return true;
        }));
    }

    /// <summary>Once for each run: what cannot be taken is a dead letter again.</summary>
    async Task RedeliverAsync(DeadLetter letter)
    {
        if (!world.Redelivered.Add(letter.Run)) return;
        await UnlessEndedAsync(letter.Run, () => world.AskAsync("redeliver", async c =>
        {
            await c.RedeliverAsync(letter);
            return true;
        }));
    }

    async Task TakeUpAsync(RunInfo parked)
    {
        if (world.Settings.Deploys && parked.Waiting.Contains(Runtime.Migration.Word, StringComparison.Ordinal))
        {
            // It waits for its own build. That comes, once everything else is done.
            if (world.IsCalm && world.Current is { IsUp: true } process) world.Deploy(process);
            return;
        }
        if (parked.Waiting.Contains(WatchedStore.Refusal, StringComparison.Ordinal)) world.Note("world", "was refused");
        else if (!parked.Waiting.Contains("suspect", StringComparison.Ordinal)) world.Complain($"{world.NameOf(parked.Id)} is parked: {parked.Waiting}");
        else if (world.Deaths < 3) world.Complain($"{world.NameOf(parked.Id)} is a suspect after {world.Deaths} deaths: {parked.Waiting}");
        await UnlessEndedAsync(parked.Id, () => world.AskAsync("take up", async c =>
        {
            await c.GetRun(parked.Id).ResumeAsync();
            return true;
        }));
    }

    async Task UnlessEndedAsync(RunId run, Func<Task<bool>> ask)
    {
        try
        {
            await ask();
        }
        catch (HoldfastException error) when (error.Error is HoldfastError.NotInDoubt or HoldfastError.DeadLetterRedelivered or HoldfastError.UnknownDeadLetter || world.IsOver(error, run))
        {
            // It was done by an ask that was not answered, or the run was cancelled meanwhile.
        }
        catch (HoldfastException error) when (world.Settings.Deploys && error.Error is (HoldfastError.NeedsMigration or HoldfastError.UnknownWorkflow))
        {
            // What its step gives only its own build knows. That comes, and the step is in doubt until then.
        }
    }
}
