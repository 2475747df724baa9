namespace Holdfast.Analyzers.Tests;

public sealed class StepResultTests
{
    const string Members = """
        static Stream Open() => new MemoryStream();
        static void Use(params object?[] all) { }
        static IEnumerable<int> Numbers() { yield return 1; }
        static async IAsyncEnumerable<int> Later() { await Task.Yield(); yield return 1; }
        sealed class Page { public Stream Text = Open(); public int Length; }
        sealed record Reply(int Code, Stream? Body);
        """;

    [Fact]
    public async Task A_step_that_returns_a_stream_is_named_with_what_happens_and_a_hint()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD014", Analysis.Workflow("using var page = await [|Step(() => new HttpClient().GetStreamAsync(\"a\"))|]; return page.ReadByte();")));
        Assert.Equal(
            "'Step(() => new HttpClient().GetStreamAsync(\"a\"))' returns Stream, which has to be saved with the run and cannot be: the step is done, and fails then. "
            + "Read it within a step and keep the bytes or the text.",
            text);
    }

    [Theory]
    [InlineData("var x = await [|Step(() => new HttpClient().GetAsync(\"a\"))|];", "keep what you need of it")]
    [InlineData("await [|Step(() => new HttpClient().GetAsync(\"a\"))|];", "keep what you need of it")]
    [InlineData("var x = [|Step(() => new HttpClient().GetAsync(\"a\"))|]; await x;", "keep what you need of it")]
    [InlineData("var x = await [|Step(async () => payments.Refund(\"a\"))|];", "Await it within the step")]
    [InlineData("var x = await [|Step(async () => new[] { payments.Refund(\"a\") })|];", "Await it within the step")]
    [InlineData("var x = await [|Step(async step => { await mail.Send(\"\"); return JsonDocument.Parse(\"{}\"); })|];", "RootElement.Clone()")]
    [InlineData("var x = await [|Transaction(tx => Open())|];", "Read it within a step")]
    [InlineData("var x = await [|Step(Fetch)|]; async Task<Stream> Fetch() { await mail.Send(\"\"); return Open(); }", "Read it within a step")]
    [InlineData("var x = await [|Step(async () => (1, Open()))|];", "Read it within a step")]
    [InlineData("var x = await [|Step(async () => new List<Stream> { Open() })|];", "Read it within a step")]
    [InlineData("var x = await [|Step(async () => new Page())|];", "Its 'Text' is a Stream")]
    [InlineData("var x = await [|Step(async () => new { Code = 1, Body = Open() })|];", "Its 'Body' is a Stream")]
    [InlineData("var x = await [|Step(async () => new { Code = 1, Page = new { Body = Open() } })|];", "Its 'Page.Body' is a Stream")]
    [InlineData("var x = await [|Step(() => Task.FromResult(Later()))|];", "keep the list")]
    // The type of the result tells nothing, but what is returned does.
    [InlineData("var x = await [|Step(async () => request.Items.Where(i => i.Count > 0))|];", ".ToList()")]
    [InlineData("var x = await [|Step(async () => { var q = request.Items.OrderBy(i => i.Count); await mail.Send(\"\"); return q; })|];", ".ToList()")]
    [InlineData("var x = await [|Step(() => Task.FromResult(request.Items.Select(i => i.Name)))|];", ".ToList()")]
    [InlineData("var x = await [|Step<IEnumerable<Item>>(async () => from i in request.Items where i.Count > 0 select i)|];", ".ToList()")]
    [InlineData("var x = await [|Step(async () => File.ReadLines(\"a\"))|];", ".ToList()")]
    [InlineData("var x = await [|Step<object>(async () => Open())|];", "Read it within a step")]
    [InlineData("var x = await [|Step<object?>(async () => mail.IsOpen ? Open() : null)|];", "Read it within a step")]
    [InlineData("var x = await [|Step<IDisposable>(() => Task.FromResult<IDisposable>(new HttpClient()))|];", "inject it")]
    public async Task Whatever_cannot_be_saved_is_told_where_it_is_returned(string body, string hint)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD014", Analysis.Workflow(body + " return 1;", Members)));
        Assert.Contains(hint, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var x = await Step(async () => { using var page = Open(); await page.FlushAsync(); return page.Length; }); return (int)x;")]
    [InlineData("var x = await Step(() => payments.Refund(\"a\")); return x;")]
    [InlineData("var x = await Step(async () => new { Code = await payments.Refund(\"a\"), Body = (Stream?)null }); return x.Code;")]
    [InlineData("var x = await Step(async () => await payments.Refund(\"a\")); return x;")]
    [InlineData("await Step(() => mail.Send(\"a\")); return 1;")]
    [InlineData("var x = await Step(async () => request.Items.Where(i => i.Count > 0).ToList()); return x.Count;")]
    [InlineData("var x = await Step(async () => { var q = request.Items.Where(i => i.Count > 0); await mail.Send(\"\"); return q.ToArray(); }); return x.Length;")]
    [InlineData("var x = await Step(async () => { IEnumerable<Item> all = request.Items.Where(i => i.Count > 0); all = all.ToList(); await mail.Send(\"\"); return all; }); return x.Count();")]
    [InlineData("IEnumerable<Item> x = await Step<IEnumerable<Item>>(async () => request.Items); return x.Count();")]
    // Iterators and lambdas of one's own are code that the run knows.
    [InlineData("var x = await Step(() => Task.FromResult(Numbers())); return x.Sum();")]
    [InlineData("var n = 2; var x = await Step(() => Task.FromResult<Func<int>>(() => n)); return x();")]
    [InlineData("var x = await Step(async () => { Func<Stream> open = () => { return Open(); }; using var page = open(); await mail.Send(\"\"); return page.Length; }); return (int)x;")]
    [InlineData("var x = await Step(async () => { await mail.Send(\"\"); return new Reply(200, null); }); return x.Code;")]
    [InlineData("object? x = await Step<object?>(async () => null); return x is null ? 1 : 0;")]
    [InlineData("await InSaga(async saga => { saga.Compensate(() => new HttpClient().GetAsync(\"a\")); await Delay(TimeSpan.Zero); }); return 1;")]
    public Task What_can_be_saved_may_be_returned(string body) => Analysis.Silent(Analysis.Workflow(body, Members));
}
