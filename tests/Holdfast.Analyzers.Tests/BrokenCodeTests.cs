namespace Holdfast.Analyzers.Tests;

/// <summary>Code is broken most of the time that somebody writes it, and a rule that throws then is switched off for the day.</summary>
public sealed class BrokenCodeTests
{
    /// <summary>Every kind of thing that the rules look at, right and wrong.</summary>
    static readonly string[] Sources =
    [
        .. CorrectWorkflowTests.Texts.Select(body => Analysis.Workflow(body, CorrectWorkflowTests.Members)),
        .. new[] { "tests/Holdfast.Torture/Corpus", "samples/Guide" }.SelectMany(folder => Directory.GetFiles(Path.Combine(HelpTests.Root(), folder), "*.cs")).Select(File.ReadAllText),
        Analysis.Workflow("""
            foreach (var i in request.Items.Where(i => i.Count > 0)) await Step(async () => { _total++; await mail.Send(i.Name); });
            await using var file = new FileStream("a", FileMode.Open);
            await foreach (var n in Numbers()) { Thread.Sleep(n); _log.Write(_shared++); Console.WriteLine(payments.Refund("a").Result); }
            return await payments.Refund("b");
            """, "static int _shared; readonly StringWriter _log = new(); Stream? _page = new MemoryStream(); static async IAsyncEnumerable<int> Numbers() { yield return 1; } public Task Run() => Task.CompletedTask;"),
    ];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 4)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_source_that_ends_anywhere_is_looked_at_without_an_error(int seed)
    {
        // The seed is the test's argument, so a failure names it.
        var random = new Random(seed);
        for (var round = 0; round < 30; round++)
        {
            var source = Sources[random.Next(Sources.Length)];
            await Look(source[..random.Next(source.Length)]);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_source_with_holes_and_strangers_is_looked_at_without_an_error(int seed)
    {
        var random = new Random(1000 + seed);
        string[] strangers = ["await ", "=>", "(", ")", "{", "}", ";", "Durable ", "async ", "static ", "readonly ", "Step(", ".Result", "out var x", "using ", "yield return ", "<", ">", "?", "Nowhere", ".ToList()"];
        for (var round = 0; round < 30; round++)
        {
            var source = Sources[random.Next(Sources.Length)];
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(source.Length);
                var end = Math.Min(source.Length, at + random.Next(0, 30));
                source = source[..at] + strangers[random.Next(strangers.Length)] + source[end..];
            }
            await Look(source);
        }
    }

    [Theory]
    [InlineData("return await Step(async () => { var q = q; return q; });")]
    [InlineData("await Step<object>(async () => { object q = q; return q; }); return 1;")]
    [InlineData("await Step<object>(async () => { object a = b, b = a; return a; }); return 1;")]
    [InlineData("var f = () => f; var x = new MemoryStream(); Func<long> g = () => x.Length + g(); await Step(() => g()); return g;")]
    [InlineData("await Step(() => { x?.y?.Add(?.z); x[] = 1; this[] += ; return x; }); var x = x ?? x;")]
    [InlineData("var d = Step(() => d); d = d; await d; await d = d;")]
    public Task What_refers_to_itself_is_looked_at_without_an_error(string body) => Look(Analysis.Workflow(body));

    static async Task Look(string source)
    {
        try
        {
            Assert.DoesNotContain((await Analysis.RunBroken(source)).Select(d => d.Id), id => id == "AD0001");
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.Message}\nin:\n{source}", error);
        }
    }
}
