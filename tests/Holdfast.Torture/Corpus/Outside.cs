namespace Holdfast.Torture.Corpus;

public sealed record Word(string Text, int[] Numbers);

public sealed class Signals : CorpusWorkflow
{
    public static readonly Signal<Word> Words = new("words");
    public static readonly Signal<int> Numbers = new("numbers");
    public static readonly Signal<string?> Texts = new("texts");

    internal static IReadOnlyList<CorpusAct> Script { get; } =
    [
        CorpusAct.Send(Numbers, 1), CorpusAct.Send(Words, new("early", [1])), CorpusAct.Send(Numbers, 2), CorpusAct.Time, CorpusAct.Send(Texts, null), CorpusAct.Send(Words, new("wörd", [1, 2, 3])),
        CorpusAct.Send(Numbers, 3), CorpusAct.Send(Numbers, 4), CorpusAct.Send(Texts, "end"),
    ];

    public async Durable<string> Run()
    {
        var log = new List<string>();
        while (log.Count < 2)
        {
            var number = await Receive(Numbers);
            log.Add($"{await Ask(number)}");
        }
        var missed = await Receive(Texts).Within(TimeSpan.FromDays(2));
        log.Add($"{missed.Arrived}");
        var word = Receive(Words);
        var text = Receive(Texts);
        var early = await word;
        var came = await Receive(Words).Within(TimeSpan.FromDays(2));
        log.Add($"{early.Text} {came.Value.Text}{came.Value.Numbers.Sum()} {await text is null}");
        var both = await Durable.WhenAll(Listen("a"), Listen("b"));
        log.Add(string.Join(',', both));
        log.Add((await Receive(Texts))!);
        return string.Join(' ', log);
    }

    static async Durable<string> Listen(string name)
    {
        var number = await Receive(Numbers);
        return $"{name}{await Ask(number)}";
    }
}

public sealed class Family : CorpusWorkflow
{
    public async Durable<string> Run(int depth)
    {
        var shared = new List<int> { depth };
        var below = await Child((Descendant w) => w.Run(new Descendant.Estate(depth, "r", shared)));
        shared.Add(below.Depth);
        var (left, right) = await Durable.WhenAll(
            Child((Descendant w) => w.Run(new Descendant.Estate(1, "a", shared))), Child((Descendant w) => w.Run(new Descendant.Estate(0, "b", shared)), "key"));
        var settled = await Child((Descendant w) => w.Run(new Descendant.Estate(-1, "c", shared))).Outcome();
        var timely = await Child((Descendant w) => w.Run(new Descendant.Estate(0, "d", shared))).Within(TimeSpan.FromDays(1));
        return $"{below.Name} {left.Name} {right.Name} {settled.Error!.GetType().Name} {((ChildFailedException)settled.Error).TypeName} {timely.Value.Name} {shared.Count}";
    }

    public sealed class Descendant : CorpusWorkflow
    {
        public sealed record Estate(int Depth, string Name, List<int> Numbers);

        public async Durable<Estate> Run(Estate estate)
        {
            estate.Numbers.Add(await Ask(estate.Depth));
            if (estate.Depth < 0) throw new InvalidOperationException(await Ask("no heir"));
            if (estate.Depth == 0) return estate with { Name = estate.Name + await Ask(estate.Numbers.Count) };
            var left = estate with { Depth = estate.Depth - 1, Name = estate.Name + "." };
            var below = await Child((Descendant w) => w.Run(left));
            return below with { Name = $"<{below.Name}>" };
        }
    }
}

public sealed class Bookings : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var amounts = new List<int> { 5, 7 };
        await Transaction(static tx => Execute(tx, "CREATE TABLE torture (id INTEGER PRIMARY KEY, amount INTEGER)"));
        var ids = new List<long>();
        foreach (var amount in amounts)
        {
            ids.Add(await Transaction(tx => Execute(tx, $"INSERT INTO torture (amount) VALUES ({amount}) RETURNING id")));
            await Ask(amount);
        }
        try
        {
            await Transaction(
                tx =>
                {
                    Execute(tx, "DELETE FROM torture");
                    return amounts.Count > 1 ? throw new InvalidOperationException("undone") : 0L;
                }, new() { Retry = RetryPolicy.None });
        }
        catch (InvalidOperationException error)
        {
            amounts.Add(error.Message.Length);
        }
        var sum = await Transaction(static tx => Execute(tx, "SELECT SUM(amount) FROM torture"));
        return $"{sum} {string.Join(',', ids)} {amounts.Count}";
    }

    static long Execute(StepTransaction transaction, string sql)
    {
        using var command = transaction.Connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is long value ? value : 0;
    }
}

public sealed class Retries : CorpusWorkflow
{
    static readonly StepOptions Often = new() { Retry = new() { MaxAttempts = 4, Jitter = 0, FirstDelay = TimeSpan.FromHours(1), NonRetryable = [typeof(ArgumentException)] } };

    public async Durable<string> Run()
    {
        var log = new List<string>();
        try
        {
            await Step<int>(async step =>
            {
                await StepLedger.RunAsync(step, "never");
                throw new ArgumentException("not again");
            }, Often);
        }
        catch (ArgumentException error)
        {
            log.Add(await Ask(error.Message));
        }
        try
        {
            await Step<int>(async step =>
            {
                await StepLedger.RunAsync(step, "always");
                throw new Unknown("always");
            }, Often);
        }
        catch (Exception error)
        {
            log.Add($"{error.GetType().Name} {error.Message}");
        }
        log.Add($"{await Call<int>("double", 4)}");
        try
        {
            await Call<int>("double", -1, new() { Retry = RetryPolicy.None });
        }
        catch (StepFailedException error)
        {
            log.Add($"{error.TypeName} {await Ask(error.Message)}");
        }
        return string.Join(' ', log);
    }

    public sealed class Unknown(string message) : Exception(message);
}

#pragma warning disable HOLD013 // That changes in a step are lost, the same way each time, is what this one is for.
public sealed class StepsOnCopies : CorpusWorkflow
{
    readonly List<int> _mine = [1];
    Pair _pair = new() { X = 1 };

    public async Durable<string> Run()
    {
        var captured = new List<int> { 1, 2 };
        var alias = captured;
        var nested = new Dictionary<string, List<int>> { ["a"] = captured, ["b"] = _mine };
        var row = new[] { 1, 2 };
        var seen = await Step(async step =>
        {
            await StepLedger.RunAsync(step, null);
            captured.Add(3);
            nested["a"].Add(4);
            nested["b"].Clear();
            row[0] = 99;
            _mine.Add(5);
            return Outside.Keep(captured);
        });
        Outside.Change();
        var aliased = await Step(async step =>
        {
            await StepLedger.RunAsync(step, null);
            return (nested, captured, ReferenceEquals(nested["a"], captured));
        });
        aliased.captured.Add(6);
        var pair = await Step(async step =>
        {
            await StepLedger.RunAsync(step, null);
            return (_pair, new[] { _pair });
        });
        _pair.X = 50;
        await Ask(0);
        seen.Add(7);
        try
        {
            await Step<int>(async step =>
            {
                await StepLedger.RunAsync(step, null);
                captured.Clear();
                throw new InvalidOperationException("after a change") { Data = { ["list"] = captured.Count } };
            }, new() { Retry = RetryPolicy.None });
        }
        catch (InvalidOperationException error)
        {
            await Ask(error.Message);
        }
        return $"{string.Join(',', seen)} {captured.Count} {ReferenceEquals(alias, captured)} {row[0]} {_mine.Count} {aliased.Item3} {aliased.nested["a"].Count} {pair._pair.X}{pair.Item2[0].X}";
    }
}
#pragma warning restore HOLD013

/// <summary>What a step gave away, and what is done with it behind the run's back.</summary>
static class Outside
{
    static List<int>? s_kept;

    public static List<int> Keep(List<int> list) => s_kept = list;

    public static void Change() => s_kept?.Add(1000);
}

public sealed class InFlightAcrossAwaits : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var steps = new Dictionary<string, Durable<int>>();
        for (var i = 0; i < 4; i++) steps[$"s{i}"] = i == 2 ? Fail("two") : Ask(i);
        var timer = Delay(TimeSpan.FromDays(3));
        var child = Child((CancelledChildren.Sleeper w) => w.Run(2));
        var outcome = steps["s2"].Outcome();
        var sum = 0;
        foreach (var (name, step) in steps)
        {
            if (name == "s2") continue;
            sum += await step;
            await Delay(TimeSpan.FromHours(1));
        }
        await timer;
        return $"{sum} {await child} {(await outcome).Error!.Message} {await steps["s0"]}";
    }
}
