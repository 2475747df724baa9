namespace Holdfast.Torture.Corpus;

/// <summary>Awaits below each operator that has no workflow of its own, and in the places where a statement asks for a value.</summary>
public sealed class Operators : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var log = new List<string> { $"{!await Ask(false)} {-await Ask(3)} {~await Ask(5)} {+await Ask(2)}" };
        log.Add($"{await Ask<object?>(7) is int} {await Ask<object?>("seven") as string} {checked((byte)await Ask(200))} {unchecked((byte)await Ask(300))}");
        log.Add($"{await Ask(17) / await Ask(5)} {await Ask(17) % await Ask(5)} {await Ask(-64) >> await Ask(2)} {await Ask(-1) >>> await Ask(28)} {await Ask(6) & await Ask(3)} {await Ask(1) << await Ask(4)}");
        log.Add($"{await Ask(2) >= await Ask(2)} {await Ask("a") != await Ask("b")} {await Ask(1) <= await Ask(0)}");
        int[] spread = [0, .. await Ask(new[] { 1, 2 }), await Ask(3)];
        log.Add($"{string.Join(',', spread)} {spread[await Ask(1)]} {spread[^await Ask(1)]}");
        var tens = (from n in await Ask(new List<int> { 1, 2, 3, 4 }) where n % 2 == 0 select n * 10).ToList();
        log.Add(string.Join(',', tens));
        Func<int, Durable<int>> old = async delegate (int n) { return n + await Ask(1); };
        log.Add($"{await old(4)} {await Ask(default(string)) ?? await Ask("instead")}");
        foreach (var n in await Ask(new[] { 8, 9 })) log.Add($"{n}");
        for (var i = await Ask(0); i < await Ask(2); i += await Ask(1)) log.Add($"{i}");
        var left = 2;
        while (await Ask(left) > 0) left--;
        do left++; while (await Ask(left) < 2);
        switch (await Ask(left))
        {
            case 1: log.Add("one"); break;
            case 2: log.Add(await Ask("two")); goto case 1;
        }
        if (await Ask<object?>(null) is not string word) word = await Ask("no word");
        try
        {
            log.Add(await Ask(default(string)) ?? throw new InvalidOperationException(word));
        }
        catch (InvalidOperationException error) when (error.Message == word)
        {
            log.Add(error.Message);
        }
        using var closed = new Closed(log);
        log.Add(await Ask("before"));
        return await Ask($"{string.Join(' ', log)} {(await Ask(closed.Name)).Length}");
    }

    sealed class Closed(List<string> log) : IDisposable
    {
        public string Name { get; } = "closed";

        public void Dispose() => log.Add(Name);
    }
}
