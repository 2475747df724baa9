namespace Holdfast.Tests.Worker;

/// <summary>
/// Steps one after the other and side by side, a timer, and messages. Each step says outside under which key and in which attempt it
/// ran, and which results of earlier steps it saw: a result that was seen was committed, so its step must not run again.
/// </summary>
sealed class Job(Ledger ledger) : Workflow
{
    public static readonly Signal<string> Word = new("word");

    readonly List<string> _seen = [];

    /// <summary>How many messages a job waits for.</summary>
    public static int WordsOf(int number) => number % 4 == 0 ? 2 : 0;

    public async Durable<string> Run(int number)
    {
        for (var i = 0; i < 3; i++) _seen.Add(await Write($"{number}.a{i}"));
        var due = DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(number % 7 * 20);
        await DelayUntil(due);
        _seen.Add(await Write($"{number}.timer", due.UtcTicks));
        var beside = await Durable.WhenAll(Enumerable.Range(0, 4).Select(i => Write($"{number}.b{i}")).ToList());
        _seen.AddRange(beside);
        var words = new List<string>();
        for (var i = 0; i < WordsOf(number); i++) words.Add(await Receive(Word));
        foreach (var word in words) _seen.Add(await Write($"{number}.word.{word}"));
        await Write($"{number}.done");
        return string.Join(',', words);
    }

    Durable<string> Write(string name, long dueTicks = 0)
    {
        var seen = string.Join(',', _seen);
        return Step(async step =>
        {
            if (step.Op % 2 == 0) await Task.Yield();
            ledger.Append(name, step.IdempotencyKey, step.Attempt, dueTicks, DateTimeOffset.UtcNow.UtcTicks, seen);
            return $"{step.IdempotencyKey}/{step.Attempt}";
        });
    }
}

/// <summary>Counts what it is told by updates, and waits for ever.</summary>
sealed class Counter : Workflow
{
    readonly List<string> _raised = [];

    [Query]
    public string Raised => string.Join(',', _raised);

    [Update]
    public int Raise(string by)
    {
        if (by.EndsWith('!')) throw new ArgumentException($"{by} is too loud");
        _raised.Add(by);
        return _raised.Count;
    }

    public async Durable Run(int number)
    {
        while (true) _raised.Add(await Receive(new Signal<string>("raise")));
    }
}

/// <summary>Kills its process: in a turn, in a step, or in a step that has waited for something first.</summary>
sealed class Poison(Ledger ledger) : Workflow
{
    public async Durable<int> Run(string where)
    {
        if (where == "turn") Die();
        await Step(async step =>
        {
            ledger.Append("poison", step.IdempotencyKey, step.Attempt);
            if (where == "wait") await Task.Delay(200);
            if (where != "turn") Die();
        });
        return 1;
    }

    // What no turn should do is what it is for.
#pragma warning disable HOLD005, HOLD006
    static void Die()
    {
        System.Diagnostics.Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
#pragma warning restore HOLD005, HOLD006
}
