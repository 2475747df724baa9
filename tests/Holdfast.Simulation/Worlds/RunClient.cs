using System.Reflection;
using Holdfast.Simulation.Flows;

namespace Holdfast.Simulation.Worlds;

/// <summary>Starts one run, sends it what is to be sent, and looks at how it ends. Asks again whatever was not answered.</summary>
sealed class RunClient(World world, PlannedRun planned)
{
    readonly string _name = $"run {planned.Number}";
    static readonly MethodInfo Starting = typeof(IHoldfastClient).GetMethod(nameof(IHoldfastClient.StartManyAsync))!;

    int _seen;
    bool _hasEnded;

    public async Task LiveAsync()
    {
        world.Lives(+1);
        await world.PauseAsync(TimeSpan.FromMilliseconds(planned.StartMillis), "client");
        var run = await StartAsync();
        world.Named(run, _name);
        world.Acknowledged.Add(run);
        if (await StartAsync() != run) world.Complain($"{_name} was started twice under one key");
        if (planned.CancelMillis is { } cancel) world.Watch(CancelAsync(run, cancel));
        if (planned.Plan is { Length: > 0 }) world.Watch(QueryAsync(run));
        if (!planned.IsDeployed) world.Watch(SendAsync(run));
        var status = await world.AskAsync("wait", c => c.GetRun(run).WaitAsync());
        _hasEnded = true;
        if (planned.IsDeployed) await CheckDeployedAsync(run, status);
        else if (planned.Plan is { } plan) await CheckAsync(run, status, plan);
        else await CheckInboxAsync(run, status);
        world.Note("world", "run ended", planned.Number, (long)status);
        world.Lives(-1);
    }

    async Task<RunId> StartAsync() => planned.IsDeployed ? await StartDeployedAsync() : planned.Plan is { } plan
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
        await UnlessEndedAsync(() => world.AskAsync("cancel", async c =>
        {
            await c.GetRun(run).CancelAsync("The client wants no more of it.");
            return true;
        }));
    }

    async Task SendAsync(RunId run)
    {
        var added = 0;
        for (var i = 0; i < planned.Messages.Length; i++)
        {
            await world.PauseAsync(TimeSpan.FromMilliseconds(planned.GapMillis), "send");
            var (message, key) = (planned.Messages[i], $"m{i}");
            var signal = planned.Plan is null ? Inbox.Letter : Chores.Word;
            if (!await UnlessEndedAsync(() => PostAsync(run, signal, message, key))) return;
            if (planned.Plan is not null) continue;
            added += message;
            var sum = await world.AskAsync("update", c => c.GetRun<Inbox, InboxContent>(run).UpdateAsync(w => w.Add(message), key));
            if (sum != added) world.Complain($"{_name} was given updates up to {added}, and answered {sum}");
        }
        if (planned.Plan is null) await PostAsync(run, Inbox.Letter, -1, "stop");
    }

    Task<bool> PostAsync(RunId run, Signal<int> signal, int value, string key) => world.AskAsync("signal", async c =>
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
            await UnlessEndedAsync(async () =>
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
        if (Forecast.Problem(plan, result, planned.Messages) is { } problem) world.Complain($"{_name}: {problem}");
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
        if (content.Added != planned.Messages.Sum()) world.Complain($"{_name} was given {planned.Messages.Sum()} and has {content.Added}");
    }

    /// <summary>False when the run has ended meanwhile, and takes nothing more.</summary>
    static async Task<bool> UnlessEndedAsync(Func<Task<bool>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished)
        {
            return false;
        }
    }
}
