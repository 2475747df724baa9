namespace Holdfast.Simulation.Worlds;

/// <summary>The person who decides steps in doubt, by what the world outside knows of them, and takes suspects up again.</summary>
sealed class Operator(World world)
{
    public async Task LiveAsync()
    {
        while (true)
        {
            await world.PauseAsync(TimeSpan.FromSeconds(4), "operator");
            foreach (var doubt in await world.AskAsync("doubts", static c => c.ListInDoubtAsync())) await DecideAsync(doubt);
            foreach (var parked in await world.AskAsync("parked", static c => c.ListAsync(new() { Status = RunStatus.Parked }))) await TakeUpAsync(parked);
        }
    }

    async Task DecideAsync(InDoubtStep doubt)
    {
        await UnlessEndedAsync(doubt.Run, () => world.AskAsync("decide", async c =>
        {
            // Looked up at each ask: what was true of one attempt need not be true of the next.
            var entry = world.Ledger.Find(doubt.IdempotencyKey);
            if (entry is not null) entry.MayRepeat = entry.Done == 0;
            var decision = entry is { Done: > 0 } ? InDoubtDecision.Succeeded(entry.Result) : InDoubtDecision.Retry();
            await c.ResolveInDoubtAsync(doubt, decision);
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
        catch (HoldfastException error) when (world.IsOver(error, run))
        {
            // It was cancelled meanwhile.
        }
    }
}
