using System.Globalization;
using Holdfast.Agents;

namespace Holdfast.Simulation.Flows;

/// <summary>Does what its plan says, and tells of each chore what came out.</summary>
[Workflow("chores")]
public sealed class Chores(Desk desk, Toolbox toolbox) : Workflow
{
    public static readonly Signal<int> Word = new("word");

    /// <summary>What it is told of a step in doubt that was decided to have failed.</summary>
    public const string GivenUp = "The operator gives it up.";

    readonly List<string> _done = [];
    int _sagas;

    [Query]
    public int Done => _done.Count;

    public async Durable<string[]> Run(Chore[] plan)
    {
        foreach (var chore in plan) _done.Add(await DoAsync(chore));
        return [.. _done];
    }

    async Durable<string> DoAsync(Chore chore)
    {
        switch (chore.Kind)
        {
            case ChoreKind.Steps:
                {
                    long sum = chore.Value;
                    for (var i = 0; i < chore.Times; i++)
                    {
                        var job = new Job((int)(sum % 1000) + i, chore.Millis);
                        sum += await Step(step => desk.WorkAsync(step, job));
                    }
                    return Text("steps", sum);
                }
            case ChoreKind.Retried:
                {
                    var job = new Job(chore.Value, chore.Millis, chore.Times);
                    return Text("retried", await Step(step => desk.WorkAsync(step, job)));
                }
            case ChoreKind.Failing: return await FailAsync(chore);
            case ChoreKind.Once:
            case ChoreKind.OnceFan:
            case ChoreKind.OnceFailing:
            case ChoreKind.OnceHanging:
            case ChoreKind.OnceDeadline:
                try
                {
                    return await DoOnceAsync(chore);
                }
                catch (StepFailedException error) when (error.Message == GivenUp)
                {
                    return "given up";
                }
            case ChoreKind.Call: return Text("call", await Call<long>("double", chore.Value));
            case ChoreKind.Transaction: return Text("row", await Transaction(step => desk.Write(step, chore.Value)));
            case ChoreKind.Delay:
                {
                    var before = desk.UtcNow;
                    await Delay(TimeSpan.FromMilliseconds(chore.Millis));
                    desk.CheckNotEarly(RunId, before + TimeSpan.FromMilliseconds(chore.Millis));
                    return "delay";
                }
            case ChoreKind.FanOut:
                {
                    var parts = Enumerable.Range(0, chore.Times).Select(i => new Job(chore.Value + i, chore.Millis * i)).Select(job => Step(step => desk.WorkAsync(step, job))).ToList();
                    var results = await Durable.WhenAll(parts);
                    return Text("fan", results.Sum());
                }
            case ChoreKind.Race: return Text("race", await InScope(_ => RaceAsync(chore)));
            case ChoreKind.Within:
                {
                    var word = await Receive(Word).Within(TimeSpan.FromMilliseconds(chore.Millis));
                    return word.Arrived ? Text("word", word.Value) : "silence";
                }
            case ChoreKind.Child:
                {
                    var inner = chore.Inner;
                    return "child " + string.Join(',', await Child((Chores w) => w.Run(inner)));
                }
            case ChoreKind.Saga: return await SagaAsync(chore);
            case ChoreKind.Deadline: return await DeadlineAsync(chore);
            case ChoreKind.Big:
                {
                    var length = chore.Times * 1024;
                    var big = await Step(step => desk.BigAsync(step, chore.Value, length));
                    var job = new Job(chore.Value, chore.Millis);
                    var after = await Step(step => desk.WorkAsync(step, job));
                    // Its content crosses two commits and, with luck, a death.
                    return Text("big", big.Length + big[^1] + after);
                }
            case ChoreKind.Beating:
                {
                    var value = chore.Value;
                    return Text("beating", await Step(step => desk.BeatAsync(step, value), new() { HeartbeatTimeout = TimeSpan.FromSeconds(5) }));
                }
            case ChoreKind.Hanging:
                {
                    var value = chore.Value;
                    return Text("hanging", await Step(step => desk.HangAsync(step, value, once: false), new() { Timeout = TimeSpan.FromSeconds(3) }));
                }
            case ChoreKind.Books:
                {
                    var job = new Job(chore.Value, chore.Millis);
                    return Text("books", await Step(step => desk.KeepBooksAsync(step, job)));
                }
            case ChoreKind.RowFan:
                {
                    var rows = Enumerable.Range(0, chore.Times).Select(i => RowAsync(chore.Value + i)).ToList();
                    var results = await Durable.WhenAll(rows);
                    return Text("rows", results.Sum());
                }
            case ChoreKind.CarryByKey: return await CarryAsync(Tools.ByKey.Name, chore.Value);
            case ChoreKind.CarryByAsking: return await CarryAsync(Tools.ByAsking.Name, chore.Value);
            case ChoreKind.CarryOnce: return await CarryAsync(Tools.Once.Name, chore.Value);
            default: throw new InvalidOperationException($"No chore {chore.Kind}.");
        }
    }

    /// <summary>A row between two steps, so that turns of the run take in what is known of the other rows.</summary>
    async Durable<long> RowAsync(int value)
    {
        var job = new Job(value, 0);
        await Step(step => desk.WorkAsync(step, job));
        return await Transaction(step => desk.Write(step, value));
    }

    async Durable<string> CarryAsync(string tool, int value)
    {
        await Carry.OpenAccount(Tools.Account, Tools.Limit);
        var request = new CallRequest(_done.Count + 1, tool, string.Create(CultureInfo.InvariantCulture, $$"""{"value":{{value}}}""")) { Account = Tools.Account };
        var result = await Carry.Out(toolbox, request);
        for (var times = 0; result.Status == EffectStatus.InDoubt && tool == Tools.ByAsking.Name && times < 3; times++) result = await Carry.Out(toolbox, request);
        return result.Status == EffectStatus.Succeeded ? Text("carried", long.Parse(result.Json, CultureInfo.InvariantCulture)) : $"carried: {result.Status}";
    }

    async Durable<string> DoOnceAsync(Chore chore)
    {
        switch (chore.Kind)
        {
            case ChoreKind.Once:
                {
                    var job = new Job(chore.Value, chore.Millis, Once: true);
                    return Text("once", await Step(step => desk.WorkAsync(step, job), new() { AtMostOnce = true }));
                }
            case ChoreKind.OnceFan:
                {
                    var parts = Enumerable.Range(0, chore.Times).Select(i => new Job(chore.Value + i, chore.Millis * i, Once: true))
                        .Select(job => Step(step => desk.WorkAsync(step, job), new() { AtMostOnce = true })).ToList();
                    var results = await Durable.WhenAll(parts);
                    return Text("once fan", results.Sum());
                }
            case ChoreKind.OnceFailing: return await OnceAsync(new Job(chore.Value, chore.Millis, Fails: 1, Once: true));
            case ChoreKind.OnceHanging: return await HangOnceAsync(chore.Value);
            default: return await CutOnceAsync(chore);
        }
    }

    async Durable<string> FailAsync(Chore chore)
    {
        long sum = 0;
        try
        {
            var bad = new Job(chore.Value, chore.Millis, int.MaxValue);
            sum = await Step(step => desk.WorkAsync(step, bad), new() { Retry = RetryPolicy.None });
        }
        catch (InvalidOperationException error)
        {
            var good = new Job(chore.Value, 0);
            sum = await Step(step => desk.WorkAsync(step, good)) + error.Message.Length;
        }
        finally
        {
            var last = new Job(chore.Value + 1, chore.Millis);
            sum += await Step(step => desk.WorkAsync(step, last));
        }
        return Text("failed", sum);
    }

    async Durable<string> OnceAsync(Job job)
    {
        try
        {
            return Text("once", await Step(step => desk.WorkAsync(step, job), new() { AtMostOnce = true }));
        }
        catch (InvalidOperationException)
        {
            return "once failed";
        }
    }

    async Durable<string> HangOnceAsync(int value)
    {
        try
        {
            return Text("once", await Step(step => desk.HangAsync(step, value, once: true), new() { AtMostOnce = true, Timeout = TimeSpan.FromSeconds(3) }));
        }
        catch (TimeoutException)
        {
            return "once given up";
        }
    }

    async Durable<string> CutOnceAsync(Chore chore)
    {
        var job = new Job(chore.Value, chore.Millis * 2, Once: true);
        try
        {
            return Text("once", await InScope(_ => WorkOnceAsync(job), TimeSpan.FromMilliseconds(chore.Millis)));
        }
        catch (OperationCanceledException)
        {
            return "once cut";
        }
    }

    async Durable<long> WorkOnceAsync(Job job) => await Step(step => desk.WorkAsync(step, job), new() { AtMostOnce = true });

    async Durable<long> RaceAsync(Chore chore)
    {
        Job slow = new(chore.Value, chore.Millis * 2), fast = new(chore.Value + 1, chore.Millis);
        var first = await Durable.WhenAny(Step(step => desk.WorkAsync(step, slow)), Step(step => desk.WorkAsync(step, fast)));
        return await first;
    }

    async Durable<string> SagaAsync(Chore chore)
    {
        try
        {
            return Text("kept", await InSaga(saga => BookAsync(saga, chore)));
        }
        catch (InvalidOperationException)
        {
            return "undone";
        }
    }

    async Durable<long> BookAsync(Saga saga, Chore chore)
    {
        long sum = 0;
        var tour = $"{RunId}/{++_sagas}";
        for (var i = 0; i < chore.Times; i++)
        {
            var place = chore.Value + i;
            sum += await Step(step => desk.BookAsync(step, tour, place));
            saga.Compensate(step => desk.UnbookAsync(step, tour, place));
        }
        if (chore.Value % 2 == 0) throw new InvalidOperationException("This saga does not succeed.");
        return sum;
    }

    async Durable<string> DeadlineAsync(Chore chore)
    {
        try
        {
            await InScope(_ => Delay(TimeSpan.FromMilliseconds(chore.Millis * 2)), TimeSpan.FromMilliseconds(chore.Millis));
            return "in time";
        }
        catch (OperationCanceledException)
        {
            var job = new Job(chore.Value, 0);
            return Text("deadline", await Step(step => desk.WorkAsync(step, job)));
        }
    }

    static string Text(string what, long number) => string.Create(CultureInfo.InvariantCulture, $"{what} {number}");
}

/// <summary>What came into a mailbox, in its order, and what was added.</summary>
public sealed record InboxContent(int[] Letters, int Added);

/// <summary>Collects messages until it is told to stop; updates change a sum meanwhile.</summary>
[Workflow("inbox")]
public sealed class Inbox(Desk desk) : Workflow
{
    public static readonly Signal<int> Letter = new("letter");

    readonly List<int> _letters = [];
    int _added;

    [Query]
    public int Count => _letters.Count;

    [Update]
    public int Add(int by)
    {
        if (by == 0) throw new ArgumentException("Nothing to add.");
        _added += by;
        return _added;
    }

    public async Durable<InboxContent> Run(int every)
    {
        while (true)
        {
            var letter = await Receive(Letter);
            if (letter < 0) break;
            _letters.Add(letter);
            if (_letters.Count % every != 0) continue;
            var job = new Job(letter, 20 * every);
            await Step(step => desk.WorkAsync(step, job));
        }
        return new([.. _letters], _added);
    }
}
