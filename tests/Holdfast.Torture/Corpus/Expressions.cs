namespace Holdfast.Torture.Corpus;

public record Point(int X, int Y);

public record struct Money(decimal Amount, string Currency);

public enum Colour
{
    Red,
    Green = 5,
}

public sealed class Patterns : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = new List<string>();
        foreach (var value in new object?[] { 3, "word", new Point(1, 2), new[] { 1, 2, 3 }, null, Colour.Green })
        {
            text.Add(await Ask(value) switch
            {
                int and > 2 => "big",
                string { Length: var length } => await Ask($"text{length}"),
                Point(var x, _) when await Ask(x) == 1 => "point",
                int[] and [var first, .., var last] => $"{await Ask(first)}-{last}",
                null => "nothing",
                var other => $"{other}",
            });
        }
        if (await Ask(new Point(4, 5)) is { X: 4 } point) text.Add($"{await Ask(point.Y)}");
        return string.Join(' ', text);
    }
}

public sealed class SpilledTemporaries : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var numbers = new int[3];
        var at = 0;
        var sum = n + await Ask(1) * (await Ask(2) + Plus(await AskSlowly(3), n));
        numbers[at++] += await Ask(5);
        numbers[at++] = at + await Ask(6) + numbers[0];
        numbers[^1] -= await Ask(7);
        var point = new Point(1, 2) with { Y = await Ask(9) };
        var text = $"{await Ask("a")}{n}{await Ask("b")}";
        var chosen = await Ask(true) ? await Ask("yes") : await Ask("no");
        var both = await Ask(false) || await Ask(true) && n > 0;
        string? missing = null;
        missing ??= await Ask("filled");
        var list = new List<int> { await Ask(1), await Ask(2) };
        Span<int> doubled = [sum, sum * 2];
        var total = doubled[0] + doubled[1];
        return $"{sum} {string.Join(',', numbers)} {point} {text} {chosen} {both} {missing} {list.Count} {total}";
    }

    static int Plus(int a, int b) => a + b;
}

public sealed class Tuples : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var (a, (b, c)) = await Ask((1, ("two", 3.5m)));
        (a, var d) = (await Ask(a + 1), await Ask(a));
        (int Left, string Right) named = (await Ask(8), "r");
        named.Left += await Ask(1);
        var nine = await Ask((1, 2, 3, 4, 5, 6, 7, 8, 9));
        var pair = await Durable.WhenAll(Ask("x"), Ask(2));
        var three = await Durable.WhenAll(Ask("x"), Ask(2), AskSlowly(3L));
        return $"{a}{b}{c.ToString(System.Globalization.CultureInfo.InvariantCulture)}{d}{named} {nine.Item9} {pair} {three}";
    }
}

public sealed class ValuesOfAllKinds : CorpusWorkflow
{
    readonly Dictionary<Colour, Money> _money = [];
    Money? _last;

    public async Durable<string> Run()
    {
        var when = new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(2));
        var id = new Guid("11111111-2222-3333-4444-555555555555");
        byte[] bytes = [1, 2, 250];
        var large = new string('ü', 10_000);
        var big = System.Numerics.BigInteger.Pow(7, 60);
        var uri = new Uri("https://holdfast.example/a?b=c");
        DayOfWeek? day = DayOfWeek.Friday;
        var anonymous = new { Name = "n", Size = 3 };
        object boxed = 42;
        _money[Colour.Green] = _last.GetValueOrDefault();
        _money[Colour.Red] = await Ask(new Money(1.50m, "EUR"));
        _last = _money[Colour.Red] with { Amount = await Ask(2.25m) };
        await AskSlowly(0);
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{when:O} {id} {bytes[2]} {large.Length} {big % 1000} {uri.Query} {day} {anonymous.Name}{anonymous.Size} {boxed} {_money[Colour.Red].Amount} {_last?.Amount} {_money.Count}");
    }
}
