namespace Holdfast.Analyzers.Tests;

public sealed class LateAssignmentTests
{
    const string Members = "int _tries; async Durable<int> Nested(int n) { await Delay(TimeSpan.FromDays(n)); return n; }";

    [Fact]
    public async Task An_assignment_between_a_step_and_its_await_is_named_with_what_the_step_sees()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD015", Analysis.Workflow("""
            var id = request.Id;
            var refund = Step(() => payments.Refund(id));
            [|id|] = "other";
            return await refund;
            """)));
        Assert.Equal(
            "'id' is assigned before 'Step(() => payments.Refund(id))' on line 11 is awaited, which captured it: the step works with the value from when it was created. "
            + "Assign it after the await, or use a variable of its own.",
            text);
    }

    [Theory]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); [|x|]++; return await d;")]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); [|x|] += 2; return await d + x;")]
    [InlineData("var x = 1; var d = Step(async step => { await mail.Send(\"\"); return x; }); if (mail.IsOpen) [|x|] = 2; return await d;")]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); foreach (var i in request.Items) [|x|] += i.Count; return await d;")]
    [InlineData("var x = 1; Durable<int> d; d = Step(() => Task.FromResult(x)); int.TryParse(\"1\", out [|x|]); return await d;")]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); ([|x|], var y) = (2, 3); return await d + y;")]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); var e = Nested(1); [|x|] = 2; return (await Durable.WhenAll(d, e)).Item1;")]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); [|x|] = await Nested(2); return await d;")]
    [InlineData("var x = 1; var d = Step(Work); [|x|] = 2; return await d; Task<int> Work() => Task.FromResult(x);")]
    [InlineData("var d = Step(() => Task.FromResult(_tries)); [|_tries|]++; return await d;")]
    [InlineData("var d = Step(() => payments.Charge(request, \"\")); [|request|] = request with { Amount = 2 }; return (await d).Length;")]
    [InlineData("var p = new Point(); var d = Step(() => Task.FromResult(p.X)); [|p|].X = 2; return await d;")]
    public Task Whatever_way_it_is_assigned(string body) => Analysis.Reports("HOLD015", Analysis.Workflow(body, Members));

    [Theory]
    [InlineData("var x = 1; x = 2; var d = Step(() => Task.FromResult(x)); return await d;")]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); var y = await d; x = 2; return x + y;")]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); x = await d; return x;")]
    [InlineData("var x = 1; x = await Step(() => Task.FromResult(x)); return x;")]
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(1)); x = 2; return await d + x;")]
    // Each step of a loop has its own value, as one would wish.
    [InlineData("var all = new List<Durable<int>>(); for (var i = 0; i < 3; i++) all.Add(Step(() => payments.Refund(\"\" + i))); return (await Durable.WhenAll(all)).Sum();")]
    [InlineData("var page = 0; var all = new List<Durable<int>>(); while (page < 3) { all.Add(Step(() => payments.Refund(\"\" + page))); page++; } return (await Durable.WhenAll(all)).Sum();")]
    [InlineData("var page = 1; var next = Step(() => payments.Refund(\"\" + page)); while (page < 3) { var n = await next; page++; next = Step(() => payments.Refund(\"\" + page)); _tries += n; } return await next;")]
    // Assigned for the next step, which is begun before the first one is awaited.
    [InlineData("var id = \"a\"; var a = Step(() => payments.Refund(id)); id = \"b\"; var b = Step(() => payments.Refund(id)); return await a + await b;")]
    [InlineData("var id = \"a\"; var a = Step(() => payments.Refund(id)); id = \"b\"; return await Step(() => payments.Refund(id)) + await a;")]
    // A lambda may never run.
    [InlineData("var x = 1; var d = Step(() => Task.FromResult(x)); Action later = () => x = 2; var n = await d; later(); return n;")]
    [InlineData("await InSaga(async saga => { var x = 1; saga.Compensate(() => mail.Send(\"\" + x)); x = 2; await Delay(TimeSpan.Zero); }); return 1;")]
    public Task Where_nobody_can_be_surprised_nothing_is_said(string body) => Analysis.Silent(Analysis.Workflow(body, Members));
}
