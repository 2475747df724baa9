namespace Holdfast.Torture.Corpus;

public sealed class SwitchStatements : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = "";
        for (var i = 0; i < 6; i++)
        {
            switch (await Ask(i))
            {
                case 0:
                    text += await Ask("zero ");
                    goto case 2;
                case 1 when await Ask(text.Length) > 100:
                    text += "long ";
                    break;
                case 1:
                    continue;
                case 2:
                    text += await Ask("two ");
                    break;
                case > 2 and < 5:
                    text += $"{await Ask(i * 10)} ";
                    goto default;
                default:
                    text += "default ";
                    break;
            }
            if (text.Length > 45) break;
        }
        return text.Trim();
    }
}

public sealed class DeepPatterns : CorpusWorkflow
{
    sealed record Leaf(string Name, int? Size);

    sealed record Branch(Leaf Left, Leaf? Right, int[] Marks);

    public async Durable<string> Run()
    {
        var text = new List<string>();
        Branch[] branches = [new(new("a", 1), null, []), new(new("b", null), new("c", 7), [1, 2, 3]), new(new("d", 5), new("e", 5), [9])];
        foreach (var branch in branches)
        {
            var said = branch switch
            {
                { Left: { Name: var name, Size: { } size and < 3 }, Right: null } => await Ask($"{name}{size}"),
                { Right.Size: > 6 and var right, Marks: [var first, .. var rest] } when await Ask(rest.Length) == 2 => $"{right}:{first}:{await Ask(rest[^1])}",
                (_, not null, [.., > 8]) and { Left.Size: var both } when both == branch.Right!.Size => $"same{both}",
                _ => "else",
            };
            text.Add(said);
        }
        var pair = (await Ask(3), await Ask("x"));
        text.Add(pair is ( > 2, "x" or "y") ? "pair" : "none");
        if (await Ask<object>(new Leaf("z", 4)) is Leaf { Size: int z } leaf && await Ask(z) == 4 && leaf is not { Name: "y" }) text.Add(leaf.Name);
        return string.Join(' ', text);
    }
}

public sealed class NestedJumps : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var text = "";
        var rounds = 0;
    outer:
        for (int i = 0, j = n; i < j; i++, j--)
        {
            var k = 0;
            while (true)
            {
                try
                {
                    if (await Ask(k++) == 2) break;
                    if (i == 1) continue;
                    text += $"{i}{j}{k} ";
                }
                finally
                {
                    text += await Ask("f");
                }
            }
            if (rounds++ == 1) goto outer;
            do text += await Ask('.');
            while (text.Length % 3 != 0);
        }
        return $"{text} {rounds}";
    }
}

/// <summary>A sequence of its own whose steps are durable: what <c>await foreach</c> asks for is a shape, not an interface.</summary>
public sealed class OwnSequence : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var text = "";
        await foreach (var number in new Countdown(n))
        {
            text += await Ask($"{number},");
            if (number == 2) break;
        }
        return text;
    }

    sealed class Countdown(int from)
    {
        public Steps GetAsyncEnumerator() => new(from);

        public sealed class Steps(int from)
        {
            public int Current { get; private set; } = from + 1;

            public async Durable<bool> MoveNextAsync()
            {
                Current = await Ask(Current - 1);
                return Current > 0;
            }

            public async Durable DisposeAsync() => await Ask("disposed");
        }
    }
}

public sealed class Arguments : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var total = 10;
        Add(ref total, await Ask(1));
        Add(by: await Ask(2), to: ref total);
        if (int.TryParse(await Ask("12"), out var parsed)) total += parsed;
        var text = Joined(await Ask("a"), await Ask("b"), await Ask("c"));
        var named = Named(last: await Ask("last"), first: await Ask("first"));
        var measured = Measure(in total) + await Ask(1);
        int? nothing = null;
        var length = (await Ask<string?>(null))?.Length ?? nothing?.CompareTo(1) ?? await Ask(99);
        try
        {
            checked
            {
                total += int.MaxValue - await Ask(3);
            }
        }
        catch (OverflowException)
        {
            text += await Ask("over");
        }
        var thrown = await Ask(true) ? text : throw new InvalidOperationException();
        return $"{total} {thrown} {named} {measured} {length} {nameof(Arguments)} {sizeof(long)} {default(TimeSpan)}";
    }

    static void Add(ref int to, int by) => to += by;

    static string Joined(params string[] parts) => string.Concat(parts);

    static string Named(string first, string last, string middle = "-") => first + middle + last;

    static int Measure(in int value) => value * 2;
}
