using System.Reflection;
using Holdfast.Simulation.Flows;

namespace Holdfast.Simulation.Worlds;

/// <summary>
/// Starts one run, sends it what is to be sent, and looks at how it ends and at what is kept of it. Asks again whatever was not answered.
/// </summary>
/// <param name="world">Where.</param>
/// <param name="planned">What is to be done.</param>
/// <param name="given">A run that is there already, in the place of one that was started before.</param>
sealed class RunClient(World world, PlannedRun planned, RunId? given = null)
{
    static readonly MethodInfo Starting = typeof(IHoldfastClient).GetMethod(nameof(IHoldfastClient.StartManyAsync))!;
    static readonly Signal<string> WrongWord = new(Chores.Word.Name), WrongLetter = new(Inbox.Letter.Name);

    readonly string _name = given is null ? $"run {planned.Number}" : $"run {planned.Number}, again";
    int _seen;
    bool _hasEnded;

    public async Task LiveAsync()
    {
        world.Lives(+1);
        if (given is null) await world.PauseAsync(TimeSpan.FromMilliseconds(planned.StartMillis), "client");
        var run = Named(given ?? await StartAsync());
        if (given is null && await StartAsync() is var again && again != run)
        {
            CheckMayBeGone(run, "was started twice under one key");
            run = Named(again);
        }
        if (planned.CancelMillis is { } cancel) world.Watch(CancelAsync(run, cancel));
        if (planned.RestartMillis is { } restart) world.Watch(RestartAsync(run, restart));
        if (planned.Plan is { Length: > 0 }) world.Watch(QueryAsync(run));
        if (planned.Errand is { } errand) world.Watch(new ErrandClient(world, _name, run, errand).AttendAsync(() => _hasEnded));
        else if (!planned.IsDeployed && planned.Firm is null) world.Watch(SendAsync(run));
        if (await UnlessGoneAsync(run, () => world.AskAsync("wait", async c => (RunStatus?)await c.GetRun(run).WaitAsync())) is { } status)
        {
            _hasEnded = true;
            world.Note("world", "run ended", planned.Number, (long)status);
            if (status == RunStatus.Terminated && planned.RestartMillis is not null) await FollowAsync(run);
            else await UnlessGoneAsync(run, () => CheckAsync(run, status));
        }
        _hasEnded = true;
        world.Lives(-1);
    }

    RunId Named(RunId run)
    {
        world.Named(run, _name);
        world.Acknowledged.Add(run);
        if (planned.Errand is not null) world.Errands.Add(run);
        return run;
    }

    void CheckMayBeGone(RunId run, string what)
    {
        if (!world.Books.MayBeGone(run)) world.Complain($"{_name} {what}");
    }

    /// <summary>The default when the run has ended and was removed in the meantime.</summary>
    async Task<T?> UnlessGoneAsync<T>(RunId run, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.UnknownRun && world.IsOver(error, run))
        {
            world.Note("world", "is gone");
            return default;
        }
    }

    async Task<bool> CheckAsync(RunId run, RunStatus status)
    {
        if (planned.Errand is { } errand) await new ErrandClient(world, _name, run, errand).CheckAsync(status, mayBeCancelled: planned.CancelMillis is not null);
        else if (planned.Firm is { } firm) await new FirmClient(world, _name, run, firm).CheckAsync(status, mayBeCancelled: planned.CancelMillis is not null);
        else if (planned.IsDeployed) await CheckDeployedAsync(run, status);
        else if (planned.Plan is { } plan) await CheckAsync(run, status, plan);
        else await CheckInboxAsync(run, status);
        await CheckKeptAsync(run);
        return true;
    }

    /// <summary>As long as a run is kept, its key and those of its messages are known; whatever comes too late for that begins anew.</summary>
    async Task CheckKeptAsync(RunId run)
    {
        if (given is not null) return;
        await world.PauseAsync(TimeSpan.FromMilliseconds(planned.GapMillis * (world.Settings.RetentionSeconds ?? 1)), "later");
        var again = await StartAsync();
        if (again != run)
        {
            CheckMayBeGone(run, "had ended, and was started again under its key while it was to be kept");
            await new RunClient(world, planned with { RestartMillis = null, CancelMillis = null }, again).LiveAsync();
            return;
        }
        if (planned.Plan is not null || planned.Errand is not null || planned.Firm is not null) return;
        await PostAsync(run, Inbox.Letter, planned.Messages[0], "m0");
        var sum = await world.AskAsync("update", c => c.GetRun<Inbox, InboxContent>(run).UpdateAsync(w => w.Add(planned.Messages[0]), "m0"));
        if (sum != planned.Messages[0]) world.Complain($"{_name} had answered {planned.Messages[0]} to an update, and then answers {sum}");
    }

    async Task RestartAsync(RunId run, int millis)
    {
        await world.PauseAsync(TimeSpan.FromMilliseconds(millis), "restart");
        await UnlessEndedAsync(run, async () =>
        {
            var heir = await world.AskAsync("restart", c => c.RestartAsync(run, "The client wants it done anew."));
            var again = await world.AskAsync("restart", c => c.RestartAsync(run, "The client has not heard."));
            if (again.Id != heir.Id) world.Complain($"{_name} was restarted as two runs");
            return true;
        });
    }

    /// <summary>The run was restarted: each of the two names the other, and the new one does what the old one was to do.</summary>
    async Task FollowAsync(RunId run)
    {
        var before = await UnlessGoneAsync(run, () => world.AskAsync("restarted", c => c.GetRun(run).GetInfoAsync()));
        if (before is null) return;
        if (before.RestartedAs is not { } heir)
        {
            world.Complain($"{_name} was ended for a restart, and no run has taken its place");
            return;
        }
        var info = await UnlessGoneAsync(heir, () => world.AskAsync("heir", c => c.GetRun(heir).GetInfoAsync()));
        if (info is not null && info.RestartOf != run) world.Complain($"{_name} was restarted as a run that names {info.RestartOf} as the one before");
        await new RunClient(world, planned with { RestartMillis = null, CancelMillis = null }, heir).LiveAsync();
    }

    async Task<RunId> StartAsync() => planned.Errand is { } errand ? (await world.AskAsync("start", c => c.StartAsync((Errand a) => a.Run(Errand.StartFor(errand)), planned.Key))).Id
        : planned.Firm is { } firm ? (await world.AskAsync("start", c => c.StartAsync((Firm w) => w.Run(firm), planned.Key))).Id
        : planned.IsDeployed ? await StartDeployedAsync() : planned.Plan is { } plan
        ? (await world.AskAsync("start", c => c.StartAsync((Chores w) => w.Run(plan), planned.Key))).Id
        : (await world.AskAsync("start", c => c.StartAsync((Inbox w) => w.Run(2), planned.Key))).Id;

    async Task<RunId> StartDeployedAsync()
    {
        var run = await world.AskAsync("start", c =>
        {
            // Whichever build is here now.
            var start = Starting.MakeGenericMethod(Builds.Of(world.Current!.Build).Type);
            return (Task<IReadOnlyList<RunHandle>>)start.Invoke(c, [new (object?, string?)[] { (planned.Messages[0], planned.Key) }, CancellationToken.None])!;
        });
        return run[0].Id;
    }

    async Task CancelAsync(RunId run, int millis)
    {
        await world.PauseAsync(TimeSpan.FromMilliseconds(millis), "cancel");
        await UnlessEndedAsync(run, () => world.AskAsync("cancel", async c =>
        {
            await c.GetRun(run).CancelAsync("The client wants no more of it.");
            return true;
        }));
    }

    async Task SendAsync(RunId run)
    {
        var added = 0;
        if (planned.IsMistold)
        {
            await world.PauseAsync(TimeSpan.FromMilliseconds(planned.GapMillis), "send");
            if (!await UnlessEndedAsync(run, () => PostAsync(run, planned.Plan is null ? WrongLetter : WrongWord, "no number", "wrong"))) return;
        }
        for (var i = 0; i < planned.Messages.Length; i++)
        {
            await world.PauseAsync(TimeSpan.FromMilliseconds(planned.GapMillis), "send");
            var (message, key) = (planned.Messages[i], $"m{i}");
            var signal = planned.Plan is null ? Inbox.Letter : Chores.Word;
            if (!await UnlessEndedAsync(run, () => PostAsync(run, signal, message, key))) return;
            if (planned.Plan is not null) continue;
            added += message;
            var sum = await world.AskAsync("update", c => c.GetRun<Inbox, InboxContent>(run).UpdateAsync(w => w.Add(message), key));
            if (sum != added) world.Complain($"{_name} was given updates up to {added}, and answered {sum}");
        }
        if (planned.Plan is null) await UnlessEndedAsync(run, () => PostAsync(run, Inbox.Letter, -1, "stop"));
    }

    Task<bool> PostAsync<T>(RunId run, Signal<T> signal, T value, string key) => world.AskAsync("signal", async c =>
    {
        await c.GetRun(run).SignalAsync(signal, value, key);
        return true;
    });

    /// <summary>What a query told once, it never takes back: it tells only what is durable.</summary>
    async Task QueryAsync(RunId run)
    {
        while (!_hasEnded)
        {
            await world.PauseAsync(TimeSpan.FromMilliseconds(700 + (planned.Number * 90)), "query");
            if (_hasEnded) return;
            await UnlessEndedAsync(run, async () =>
            {
                var done = await world.AskAsync("query", c => c.GetRun<Chores, string[]>(run).QueryAsync(w => w.Done));
                if (done < _seen) world.Complain($"{_name} had told that {_seen} chores were done, and then tells {done}");
                _seen = done;
                return true;
            });
        }
    }

    async Task CheckAsync(RunId run, RunStatus status, Chore[] plan)
    {
        if (status == RunStatus.Cancelled && planned.CancelMillis is not null) return;
        if (status != RunStatus.Completed)
        {
            var info = await world.AskAsync("info", c => c.GetRun(run).GetInfoAsync());
            world.Complain($"{_name} ended as {status}: {info.Error}");
            return;
        }
        var result = await world.AskAsync("result", c => c.GetRun(run).ResultAsync<string[]>());
        if (Forecast.Problem(plan, result, planned.Messages, mayBeGivenUp: world.Ledger.GivenUp > 0) is { } problem) world.Complain($"{_name}: {problem}");
        if (result.Length < _seen) world.Complain($"{_name} had told that {_seen} chores were done, and has done {result.Length}");
        var booked = world.Ledger.Booked.Where(b => b.Tour.StartsWith($"{run}/", StringComparison.Ordinal)).Order().ToList();
        var tours = plan.Where(static c => c.Kind == ChoreKind.Saga).Select((chore, i) => (Chore: chore, Name: $"{run}/{i + 1}"));
        var kept = tours.Where(static t => t.Chore.Value % 2 != 0).SelectMany(static t => Enumerable.Range(t.Chore.Value, t.Chore.Times).Select(place => (t.Name, place))).Order().ToList();
        if (!booked.SequenceEqual(kept) && !world.Chaos.HadTakeOver) world.Complain($"{_name} has left {string.Join(',', booked)} booked, and not {string.Join(',', kept)}");
    }

    async Task CheckDeployedAsync(RunId run, RunStatus status)
    {
        var value = planned.Messages[0];
        var expected = $"{world.BuildOf[run]} {Desk.ResultOf(value)} {Desk.ResultOf(value + 1)} {Desk.ResultOf(value + 2)}";
        var result = status == RunStatus.Completed ? await world.AskAsync("result", c => c.GetRun(run).ResultAsync<string>()) : status.ToString();
        if (result != expected) world.Complain($"{_name} gave '{result}' and not '{expected}'");
    }

    async Task CheckInboxAsync(RunId run, RunStatus status)
    {
        if (status != RunStatus.Completed)
        {
            world.Complain($"{_name} ended as {status}");
            return;
        }
        var content = await world.AskAsync("result", c => c.GetRun(run).ResultAsync<InboxContent>());
        if (!content.Letters.SequenceEqual(planned.Messages)) world.Complain($"{_name} was sent {string.Join(',', planned.Messages)} and got {string.Join(',', content.Letters)}");
        var dead = await world.AskAsync("dead letters", c => c.ListDeadLettersAsync(run));
        // What was put back may be in the mailbox when the run ends.
        var isBack = dead.Count == 0 && planned.IsMistold && world.Redelivered.Contains(run);
        if (dead.Count != (planned.IsMistold ? 1 : 0) && !isBack && !world.Books.MayBeGone(run)) world.Complain($"{_name} has {dead.Count} dead letters{string.Concat(dead.Select(static d => $": {d.Reason}"))}");
        if (content.Added != planned.Messages.Sum()) world.Complain($"{_name} was given {planned.Messages.Sum()} and has {content.Added}");
    }

    /// <summary>False when the run has ended meanwhile, and takes nothing more.</summary>
    async Task<bool> UnlessEndedAsync(RunId run, Func<Task<bool>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HoldfastException error) when (world.IsOver(error, run))
        {
            return false;
        }
    }
}
