namespace Holdfast.Analyzers.Tests;

/// <summary>
/// The compiler puts all captured variables of a scope into one object. Each case that is reported here parks its run or fails its step, and each that is
/// not goes on: they were run.
/// </summary>
public sealed class SharedClosureTests
{
    const string Open = "static Stream Open() => new MemoryStream(); static void Use(params object?[] all) { }";

    [Fact]
    public async Task A_stream_that_shares_its_closure_with_what_a_step_captures_is_named_with_both()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD004", Analysis.Workflow("""
            var file = Open();
            Func<long> length = () => file.Length;
            Use(length());
            var small = 3;
            return await [|Step(() => Task.FromResult(small))|];
            """, Open)));
        Assert.Equal(
            "The variable 'file' (Stream) lies in one closure with 'small', because a lambda captures it too, and that is captured by the step 'Step(() => Task.FromResult(small))' on line 14, "
            + "so it would have to be saved with the step, and it cannot be. "
            + "Put it into a method of its own, with the lambdas that use it; read it within a step and keep the bytes or the text.",
            text);
    }

    [Fact]
    public async Task A_stream_that_shares_its_closure_with_what_is_read_after_an_await_is_named_with_both()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD002", Analysis.Workflow("""
            var file = Open();
            Func<long> length = () => file.Length;
            Use(length());
            var small = 3;
            Func<int> get = () => small;
            [|await Delay(TimeSpan.Zero)|];
            return get();
            """, Open)));
        Assert.Equal(
            "The variable 'file' (Stream) lies in one closure with 'small', because a lambda captures it too, and that is still needed after 'await Delay(TimeSpan.Zero)' on line 15, "
            + "so it would have to be saved there, and it cannot be. "
            + "Put it into a method of its own, with the lambdas that use it; read it within a step and keep the bytes or the text.",
            text);
    }

    const string Shared = "var file = Open(); Func<long> f = () => file.Length; Use(f()); ";

    [Theory]
    [InlineData(Shared + "var small = 3; Func<int> g = () => small; Use(g()); [|await Delay(TimeSpan.Zero)|]; return small;")]
    [InlineData(Shared + "var small = 3; Func<int> g = () => small; Use(g()); [|await Delay(TimeSpan.Zero)|]; small = 3; return 1;")]
    [InlineData(Shared + "[|await Delay(TimeSpan.Zero)|]; file = Open(); return (int)f();")]
    [InlineData("var file = Open(); long F() => file.Length; var small = 3; int G() => small; Use(F(), G()); [|await Delay(TimeSpan.Zero)|]; return G();")]
    [InlineData("var file = Open(); Use(request.Items.Count(i => i.Count > file.Length)); [|await Delay(TimeSpan.Zero)|]; return request.Items.Count(i => i.Name == request.Id);")]
    [InlineData(Shared + "{ [|await Delay(TimeSpan.Zero)|]; return request.Items.Count(i => i.Name == request.Id); }")]
    // A release build puts both scopes into one object, as the same lambda captures from both.
    [InlineData("var small = 3; { var file = Open(); Func<long> f = () => file.Length + small; Use(f()); } [|await Delay(TimeSpan.Zero)|]; return small;")]
    [InlineData("for (var i = 0; i < 3; i++) { var file = Open(); Func<long> f = () => file.Length; Use(f()); var small = i; Func<int> g = () => small; [|await Delay(TimeSpan.Zero)|]; Use(g()); } return 1;")]
    public Task Whatever_keeps_the_closure_alive(string body) => Analysis.Reports("HOLD002", Analysis.Workflow(body, Open));

    [Theory]
    [InlineData(Shared + "return await [|Step(() => payments.Refund(request.Id))|];")]
    [InlineData(Shared + "Func<Task> send = () => mail.Send(request.Id); await [|Step(send)|]; return 1;")]
    // The inner closure leads to the outer one, because some lambda needs both.
    [InlineData(Shared + "{ var a = 1; Func<long> g = () => a + file.Length; Use(g()); return await [|Step(() => Task.FromResult(a))|]; }")]
    public Task Whatever_leads_the_step_there(string body) => Analysis.Reports("HOLD004", Analysis.Workflow(body, Open));

    [Theory]
    [InlineData("long n; { var file = Open(); Func<long> f = () => file.Length; n = f(); } var small = 3; Func<int> g = () => small; Use(g()); await Delay(TimeSpan.Zero); return small + (int)n;")]
    [InlineData("var small = 1; { var file = Open(); Func<long> g = () => file.Length + small, h = () => file.Length; Use(g(), h()); return await Step(() => Task.FromResult(small)); }")]
    [InlineData("Stream? file = Open(); Func<long> f = () => file!.Length; Use(f()); file = null; var small = 3; return await Step(() => Task.FromResult(small));")]
    [InlineData("var file = Open(); long F() => file.Length; var small = 3; int G() => small; Use(F(), G()); await Delay(TimeSpan.Zero); return 1;")]
    [InlineData(Shared + "await Delay(TimeSpan.Zero); return request.Items.Count;")]
    [InlineData("for (var i = 0; i < 3; i++) { var file = Open(); Func<long> f = () => file.Length; var small = i; Func<int> g = () => small; Use(f(), g()); await Delay(TimeSpan.Zero); } return 1;")]
    [InlineData("Use(Length()); var small = 3; return await Step(() => Task.FromResult(small)); static long Length() { var file = Open(); Func<long> f = () => file.Length; return f(); }")]
    [InlineData("return await Step(async () => { var file = Open(); Func<long> f = () => file.Length; await mail.Send(request.Id); return (int)f(); });")]
    public Task What_lies_elsewhere_or_is_gone_is_fine(string body) => Analysis.Silent(Analysis.Workflow(body, Open));
}
