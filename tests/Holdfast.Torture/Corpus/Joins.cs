namespace Holdfast.Torture.Corpus;

public sealed class FanOut : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var all = Enumerable.Range(0, n).Select(i => Ask(i)).ToList();
        var values = await Durable.WhenAll(all);
        var sub = await Durable.WhenAll(Enumerable.Range(0, 3).Select(Sub).ToList());
        await Durable.WhenAll(new List<Durable> { Ask(1), Ask("x"), Durable.Delay(TimeSpan.FromMilliseconds(1)) });
        return $"{values.Length} {values.Sum()} {string.Join(',', sub)}";
    }

    static async Durable<int> Sub(int n)
    {
        var first = await Ask(n);
        return first + await AskSlowly(first);
    }
}

public sealed class Races : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var never = Receive(new Signal<int>("never"));
        var quick = Ask(1);
        var winner = await Durable.WhenAny(never, quick);
        var text = $"{ReferenceEquals(winner, quick)} {await winner} ";
        var expired = await never.Within(TimeSpan.FromMilliseconds(2));
        text += $"{expired.Arrived} ";
        var inTime = await Slow(3).Within(TimeSpan.FromMinutes(5));
        text += $"{inTime} ";
        var failed = await Durable.WhenAny(Fail("lost"), Durable_Never());
        text += (await failed.Outcome()).Error!.Message;
        return text;
    }

    static async Durable<int> Slow(int n)
    {
        await Delay(TimeSpan.FromMilliseconds(1));
        return n;
    }

    static async Durable<int> Durable_Never()
    {
        await Delay(TimeSpan.FromDays(1000));
        return 0;
    }
}

public sealed class Each : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var sum = 0;
        var failures = 0;
        var all = Enumerable.Range(0, n).Select(i => i == 2 ? Fail("two") : Ask(i)).ToList();
        await foreach (var done in Durable.WhenEach(all))
        {
            try
            {
                sum += await done;
            }
            catch (InvalidOperationException)
            {
                failures++;
            }
            await Ask(0);
        }
        return $"{sum} {failures}";
    }
}

public sealed class AwaitedTwice : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var shared = AskSlowly(new List<int> { 1 });
        var frame = Frame(5);
        var waiters = Enumerable.Range(0, 3).Select(i => Add(shared, frame, i)).ToList();
        var sums = await Durable.WhenAll(waiters);
        var first = await shared;
        first.Add(2);
        var again = await shared;
        return $"{string.Join(',', sums)} {again.Count} {ReferenceEquals(first, again)} {await frame}{await frame}";
    }

    static async Durable<int> Add(Durable<List<int>> shared, Durable<int> frame, int i)
    {
        var list = await shared;
        return list[0] + await frame + i;
    }

    static async Durable<int> Frame(int n)
    {
        await Ask(n);
        return n + await Ask(1);
    }
}

public sealed class Outcomes : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var all = await Durable.WhenAll(new[] { Ask(1), Fail("x"), Ask(3) }.Select(d => d.Outcome()));
        return string.Join(' ', all.Select(o => o.Succeeded ? $"{o.Value}" : o.Error!.Message));
    }
}

public sealed class ScopesAndShields : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        try
        {
            await InScope(async scope =>
            {
                _log.Add(await Ask("in"));
                scope.Cancel("enough");
                try
                {
                    await Ask("never");
                    _log.Add("wrong");
                }
                finally
                {
                    _log.Add(await Shield(async () => await Ask("shielded")));
                }
            });
        }
        catch (OperationCanceledException error)
        {
            _log.Add(error.Message);
        }
        try
        {
            await InScope(async _ => await Delay(TimeSpan.FromDays(1)), deadline: TimeSpan.FromMilliseconds(1));
        }
        catch (OperationCanceledException)
        {
            _log.Add("deadline");
        }
        _log.Add(await InScope(async _ => await Ask("in time"), deadline: TimeSpan.FromDays(1)));
        return string.Join(' ', _log);
    }
}
