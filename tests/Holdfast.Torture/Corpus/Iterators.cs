namespace Holdfast.Torture.Corpus;

public sealed class OwnIterators : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run(int n)
    {
        var text = "";
        foreach (var item in Outer(n))
        {
            text += await Ask($"{item} ");
            if (item == "2b") break;
        }
        using (var pairs = Zip([1, 2, 3], ["x", "y"]).GetEnumerator())
        {
            while (pairs.MoveNext())
            {
                text += await Ask($"{pairs.Current} ");
                _log.Add("pair");
            }
        }
        var lazy = Outer(1);
        await Ask(0);
        text += string.Concat(lazy) + string.Concat(lazy);
        var source = new List<int> { 1 };
        foreach (var grown in Growing(source))
        {
            if (source.Count < 4) source.Add(await Ask(grown + 1));
            text += $" {grown}";
        }
        foreach (var node in new Tree(1, new(2, null, null), new(3, new(4, null, null), null)).Walk()) text += $" {await Ask(node.Value)}";
        return $"{text} | {string.Join(',', _log)}";
    }

    IEnumerable<string> Outer(int n)
    {
        try
        {
            for (var i = 0; i < n; i++)
            {
                foreach (var letter in Letters("ab")) yield return $"{i}{letter}";
            }
        }
        finally
        {
            _log.Add("outer over");
        }

        IEnumerable<char> Letters(string letters)
        {
            try
            {
                foreach (var letter in letters) yield return letter;
            }
            finally
            {
                _log.Add($"letters over {n}");
            }
        }
    }

    static IEnumerable<(TFirst, TSecond)> Zip<TFirst, TSecond>(List<TFirst> first, TSecond[] second)
    {
        using var other = ((IEnumerable<TSecond>)second).GetEnumerator();
        foreach (var one in first)
        {
            if (!other.MoveNext()) yield break;
            yield return (one, other.Current);
        }
    }

    static IEnumerable<int> Growing(List<int> source)
    {
        for (var i = 0; i < source.Count; i++) yield return source[i];
    }

    sealed record Tree(int Value, Tree? Left, Tree? Right)
    {
        public IEnumerable<Tree> Walk()
        {
            yield return this;
            foreach (var child in new[] { Left, Right })
            {
                if (child is null) continue;
                foreach (var below in child.Walk()) yield return below;
            }
        }
    }
}
