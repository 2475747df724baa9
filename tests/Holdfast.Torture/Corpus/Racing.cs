namespace Holdfast.Torture.Corpus;

public sealed class RaceUntilEmpty : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var text = "";
        var left = Enumerable.Range(0, n).Select(i => Late(n - i)).ToList();
        while (left.Count > 0)
        {
            var first = await Durable.WhenAny(left);
            left.Remove(first);
            var settled = await first.Outcome();
            text += settled.Succeeded ? $"{settled.Value} " : $"{settled.Error!.Message} ";
        }
        return text.Trim();
    }

    static async Durable<int> Late(int i)
    {
        await Delay(TimeSpan.FromHours(i));
        return i == 2 ? await Fail("two") : await Ask(i);
    }
}

public sealed class WithinEverything : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = new List<string>();
        var step = Ask("s");
        text.Add($"{(await step.Within(TimeSpan.FromDays(1))).Arrived}");
        var slow = Slow(3);
        var early = await slow.Within(TimeSpan.FromDays(1));
        var late = await slow.Within(TimeSpan.FromDays(5));
        text.Add($"{early.Arrived} {late.Arrived} {late.Value} {await slow}");
        var inner = Slow(2).Within(TimeSpan.FromHours(1));
        var outer = await inner.Within(TimeSpan.FromHours(2));
        text.Add($"{outer.Arrived} {outer.Value.Arrived}");
        var all = await Durable.WhenAll(Slow(1), Slow(2), Ask(9)).Within(TimeSpan.FromDays(3));
        text.Add(string.Join(',', all.Value!));
        var any = await Durable.WhenAny(Delay(TimeSpan.FromDays(2)), Delay(TimeSpan.FromHours(30)), Slow(9)).Within(TimeSpan.FromDays(4));
        await any.Value!;
        try
        {
            await Failing().Within(TimeSpan.FromDays(9));
        }
        catch (InvalidOperationException error)
        {
            text.Add(error.Message);
        }
        return string.Join(' ', text);
    }

    static async Durable<int> Slow(int days)
    {
        await Delay(TimeSpan.FromDays(days));
        return days;
    }

    static async Durable<int> Failing()
    {
        await Delay(TimeSpan.FromDays(1));
        return await Fail("failing");
    }
}

public sealed class OrderedTimers : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var log = new List<string>();
        var at = new DateTimeOffset(2031, 5, 6, 7, 8, 9, TimeSpan.FromHours(3));
        var timers = new[] { 5, 1, 3, 1, 0, -2 }.Select((days, i) => Wait(at.AddDays(days), $"{i}", log)).ToList();
        await Durable.WhenAll(timers);
        await DelayUntil(at.AddYears(-5));
        await Delay(TimeSpan.FromTicks(1));
        return string.Join(',', log);
    }

    static async Durable Wait(DateTimeOffset until, string name, List<string> log)
    {
        await DelayUntil(until);
        log.Add(name);
    }
}

public sealed class QueueBetweenFrames : CorpusWorkflow
{
    readonly Queue<int> _queue = new();
    readonly List<string> _log = [];
    bool _isDone;

    public async Durable<string> Run(int n)
    {
        var consumers = new[] { Consume("a"), Consume("b") };
        for (var i = 0; i < n; i++)
        {
            _queue.Enqueue(await Ask(i));
            if (i % 3 == 2) await Delay(TimeSpan.FromMinutes(1));
        }
        _isDone = true;
        var sums = await Durable.WhenAll(consumers);
        return $"{sums.Sum()} {_log.Count} {_queue.Count}";
    }

    async Durable<int> Consume(string name)
    {
        var sum = 0;
        while (!_isDone || _queue.Count > 0)
        {
            if (!_queue.TryDequeue(out var item))
            {
                await Delay(TimeSpan.FromSeconds(10));
                continue;
            }
            sum += item;
            _log.Add(await Ask($"{name}{item}"));
        }
        return sum;
    }
}

public sealed class ManyWaiters : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var order = new List<int>();
        var gate = Gate();
        var waiters = Enumerable.Range(0, 20).Select(i => Wait(gate, i, order)).ToList();
        var typed = await Durable.WhenAll(waiters);
        await Durable.WhenAll(gate, gate, gate);
        return $"{string.Join(',', order)} {typed.Sum()} {await gate}";
    }

    static async Durable<int> Gate()
    {
        await Delay(TimeSpan.FromDays(1));
        return await Ask(7);
    }

    static async Durable<int> Wait(Durable<int> gate, int i, List<int> order)
    {
        if (i % 4 == 0) await Ask(i);
        var value = await gate;
        order.Add(i);
        return value;
    }
}

public sealed class LongLoop : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var seen = new Dictionary<int, int>();
        var last = 0L;
        for (var i = 0; i < n; i++)
        {
            last = last * 31 % 1_000_003 + await Ask(i);
            seen[(int)(last % 17)] = seen.GetValueOrDefault((int)(last % 17)) + 1;
            if (i % 50 == 49) seen.Remove(i % 17);
        }
        return $"{last} {string.Join(',', seen.Select(static s => $"{s.Key}:{s.Value}"))}";
    }
}
