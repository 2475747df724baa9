namespace Holdfast.Torture.Corpus;

public sealed class ForLoops : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var text = "";
        for (var i = 0; i < n; i++)
        {
            if (i == 1) continue;
            for (var j = i; ; j++)
            {
                if (j > i + 1) break;
                text += $"{i}{await Ask(j)} ";
            }
        }
        return text.Trim();
    }
}

public sealed class WhileLoops : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var (sum, left) = (0, n);
        while (await Ask(left) > 0)
        {
            sum += left;
            left--;
        }
        do
        {
            sum += await AskSlowly(100);
        }
        while (sum < 250);
    again:
        if (sum % 7 != 0)
        {
            sum = await Ask(sum + 1);
            goto again;
        }
        return $"{sum}";
    }
}

public sealed class ForeachLoops : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var list = Enumerable.Range(0, n).ToList();
        var text = new List<string>();
        foreach (var item in list) text.Add($"l{await Ask(item)}");
        foreach (var item in list.ToArray()) text.Add($"a{await Ask(item)}");
        foreach (var letter in "xyz") text.Add($"{await Ask(letter)}");
        foreach (var (key, value) in new Dictionary<string, int> { ["one"] = 1, ["two"] = 2, ["three"] = 3 }) text.Add($"{key}{await Ask(value)}");
        foreach (var item in new HashSet<int> { 5, 3, 5, 9 }) text.Add($"h{await Ask(item)}");
        foreach (var item in new Queue<int>([1, 2])) text.Add($"q{await Ask(item)}");
        foreach (var item in new Stack<int>([1, 2])) text.Add($"s{await Ask(item)}");
        return string.Join(' ', text);
    }
}

public sealed class ForeachChanged : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        // Removal leaves holes that the next entry fills: the order hot and cold must be the same one.
        var map = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2, ["c"] = 3 };
        map.Remove("a");
        await Ask(0);
        map["x"] = 4;
        var text = "";
        foreach (var (key, value) in map) text += $"{key}{await Ask(value)}";
        try
        {
            var list = new List<int> { 1, 2, 3 };
            foreach (var item in list)
            {
                text += await Ask(item);
                list.Add(9);
            }
        }
        catch (InvalidOperationException)
        {
            text += " changed";
        }
        return text;
    }
}

public sealed class NestedForeach : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = "";
        var rows = new List<List<int>> { new() { 1, 2 }, new(), new() { 3 } };
        foreach (var row in rows)
        {
            foreach (var cell in row) text += await Ask(cell * 10) + ";";
            text += await AskSlowly("|");
        }
        int[,] grid = { { 1, 2 }, { 3, 4 } };
        foreach (var cell in grid) text += await Ask(cell);
        return text;
    }
}

public sealed class OwnIterator : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var text = "";
        foreach (var number in Squares(n)) text += $"{await Ask(number)},";
        foreach (var item in (IEnumerable<int>)new List<int> { 7, 8 }) text += $"{await Ask(item)},";
        return text;
    }

    static IEnumerable<int> Squares(int n)
    {
        for (var i = 1; i <= n; i++) yield return i * i;
    }
}
