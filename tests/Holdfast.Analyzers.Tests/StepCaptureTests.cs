namespace Holdfast.Analyzers.Tests;

public sealed class StepCaptureTests
{
    const string Open = "static Stream Open() => new MemoryStream(); static void Use(params object?[] all) { }";

    [Fact]
    public async Task A_captured_stream_is_named_with_type_step_and_hint()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD004", Analysis.Workflow("var x = Open(); await [|Step(() => x.FlushAsync())|]; return 1;", Open)));
        Assert.Equal(
            "The variable 'x' (Stream) is captured by the step 'Step(() => x.FlushAsync())' on line 10, so it would have to be saved with the step, and it cannot be. "
            + "Read it within a step and keep the bytes or the text.",
            text);
    }

    [Theory]
    [InlineData("var x = Open(); await [|Step(() => x.FlushAsync())|];")]
    [InlineData("var x = Open(); await [|Step(async step => { await x.FlushAsync(step.CancellationToken); return 1; })|];")]
    [InlineData("var x = Open(); Func<Task> f = () => x.FlushAsync(); await [|Step(f)|];")]
    [InlineData("var x = Open(); await [|Step(Flush)|]; Task Flush() => x.FlushAsync();")]
    [InlineData("var x = Open(); await [|Step(x.FlushAsync)|];")]
    [InlineData("var x = Open(); var d = [|Step(() => x.FlushAsync())|]; await d;")]
    [InlineData("var x = Open(); await [|Transaction(tx => x.Length)|];")]
    [InlineData("await InSaga(async saga => { var x = Open(); [|saga.Compensate(step => x.FlushAsync(step.CancellationToken))|]; await Delay(TimeSpan.Zero); });")]
    [InlineData("await InSaga(async saga => { var x = Open(); [|saga.Compensate(x.FlushAsync)|]; await Delay(TimeSpan.Zero); });")]
    [InlineData("void Keep(Saga saga, Stream x) => [|saga.Compensate(() => x.FlushAsync())|]; await InSaga(async saga => { Keep(saga, Open()); await Delay(TimeSpan.Zero); });")]
    // In functions that are no durable methods themselves, but start steps.
    [InlineData("var x = Open(); var all = request.Items.Select(i => [|Step(() => x.FlushAsync())|]).ToList(); await Durable.WhenAll(all);")]
    [InlineData("Durable Send(Stream x) => [|Step(() => x.FlushAsync())|]; await Send(Open());")]
    [InlineData("Durable Send() { var x = Open(); return [|Step(() => x.FlushAsync())|]; } await Send();")]
    public async Task Whatever_way_the_step_gets_it(string body)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD004", Analysis.Workflow(body + " return 1;", Open)));
        Assert.Matches("^The (variable|parameter) 'x' \\(Stream\\) is captured by the step", text);
    }

    [Fact]
    public async Task A_helper_that_only_passes_the_step_on_is_checked()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD004", """
            static class Pages
            {
                public static Durable<string> Read(StreamReader page) => [|Durable.Step(() => page.ReadToEndAsync())|];
            }
            """));
        Assert.Contains("The parameter 'page' (StreamReader)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_captured_class_that_holds_it_is_named_with_the_path()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD004", Analysis.Workflow(
            "var order = new Order(); await [|Step(() => order.Log.FlushAsync())|]; return 1;", "sealed class Order { public FileStream Log { get; } = File.OpenRead(\"a\"); }")));
        Assert.Contains("The variable 'order' (Order) is captured by the step", text, StringComparison.Ordinal);
        Assert.Contains("'order.Log' is a FileStream.", text, StringComparison.Ordinal);
    }

    [Fact]
    public Task What_the_constructor_was_given_may_be_passed_to_a_helper() => Analysis.Silent("""
        sealed class Reader(HttpClient http) : Workflow
        {
            public async Durable<int> Run(string page) => (await Read(http, page)).Length + await Count(http, page);

            static Durable<string> Read(HttpClient http, string page) => Step(() => http.GetStringAsync(page));

            static async Durable<int> Count(HttpClient http, string page)
            {
                await Delay(TimeSpan.FromDays(1));
                return (await Step(() => http.GetStringAsync(page))).Length;
            }
        }
        """);

    [Theory]
    [InlineData("if (http is { } h) { await Step(() => h.GetStringAsync(\"a\")); await Step(() => h.GetStringAsync(\"b\")); }")]
    [InlineData("if (http is not { } h) return 1; await Step(() => h.GetStringAsync(\"a\")); Use(h);")]
    [InlineData("if (http is { Timeout.Ticks: > 5 } h) { await Step(() => h.GetStringAsync(\"a\")); Use(h); }")]
    [InlineData("if (http is var h && mail.IsOpen) { await Step(() => h!.GetStringAsync(\"a\")); Use(h); }")]
    [InlineData("if (http is HttpClient and { } h) { await Step(() => h.GetStringAsync(\"a\")); Use(h); }")]
    [InlineData("if (given is HttpClient h) { await Step(() => h.GetStringAsync(\"a\")); Use(h); }")]
    [InlineData("if (_http is { } h) { await Step(() => h.GetStringAsync(\"a\")); Use(h); }")]
    [InlineData("switch (http) { case { } h: await Step(() => h.GetStringAsync(\"a\")); Use(h); break; }")]
    [InlineData("switch (given) { case HttpClient h when mail.IsOpen: await Step(() => h.GetStringAsync(\"a\")); Use(h); break; }")]
    [InlineData("return http switch { { } h => (await Step(() => h.GetStringAsync(\"a\"))).Length + (await Step(() => h.GetStringAsync(\"b\"))).Length, _ => 1 };")]
    [InlineData("var h = http; if (h is { } g) { await Step(() => g.GetStringAsync(\"a\")); Use(g); }")]
    [InlineData("await Read(http); async Durable Read(HttpClient? some) { if (some is { } h) { await Step(() => h.GetStringAsync(\"a\")); Use(h); } }")]
    public Task What_the_constructor_was_given_may_be_named_by_a_pattern(string body) => Analysis.Silent($$"""
        sealed class Reader(IMail mail, object given, HttpClient? http = null) : Workflow
        {
            readonly HttpClient? _http = http;

            public async Durable<int> Run(string page)
            {
                {{body}}
                return 2;
            }

            static void Use(object? given) { }
        }
        """);

    [Theory]
    [InlineData("await Step(async () => { using var x = Open(); await x.FlushAsync(); }); return 1;")]
    [InlineData("var x = Open(); var n = x.Length; await Step(() => Task.FromResult(n)); return 1;")]
    [InlineData("await Step(() => payments.Refund(request.Id)); return 1;")]
    [InlineData("await InSaga(async saga => { saga.Compensate(async () => { using var x = Open(); await x.FlushAsync(); }); await Step(() => payments.Refund(request.Id)); }); return 1;")]
    public Task What_can_be_saved_may_be_captured(string body) => Analysis.Silent(Analysis.Workflow(body, Open));
}
