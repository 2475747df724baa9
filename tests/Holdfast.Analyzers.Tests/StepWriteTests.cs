namespace Holdfast.Analyzers.Tests;

public sealed class StepWriteTests
{
    [Fact]
    public async Task An_assigned_local_is_reported_with_what_to_do_instead()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD003", Analysis.Workflow("""
            var refunded = 0;
            await Step(async () => { [|refunded|] = await payments.Refund(request.Id); });
            return refunded;
            """)));
        Assert.Equal(
            "The step assigns 'refunded', which lives outside it. A step works on its own copy, so the assignment would be lost. "
            + "Return the value from the step instead: refunded = await Step(…).",
            text);
    }

    [Fact]
    public async Task What_a_compensation_assigns_is_lost_too_and_cannot_be_returned()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD003", Analysis.Workflow("""
            var undone = false;
            await InSaga(async saga =>
            {
                saga.Compensate(async () => { [|undone|] = true; await mail.Send("undone"); });
                await Step(() => payments.Refund(request.Id));
            });
            return undone ? 1 : 0;
            """)));
        Assert.Equal(
            "The step assigns 'undone', which lives outside it. A step works on its own copy, so the assignment would be lost. "
            + "A compensation gives nothing back: assign it where the part fails, in a catch.",
            text);
    }

    [Theory]
    [InlineData("var n = 0; await InSaga(async saga => { saga.Compensate(step => { [|n|] = step.Attempt; return mail.Send(\"\"); }); await Delay(TimeSpan.Zero); }); return n;", "'n'")]
    [InlineData("await InSaga(async saga => { saga.Compensate(() => { [|_total|]--; return mail.Send(\"\"); }); await Delay(TimeSpan.Zero); }); return 1;", "the field '_total'")]
    [InlineData("var n = 0; Task Undo() { n = 1; return mail.Send(\"\"); } await InSaga(async saga => { saga.Compensate([|Undo|]); await Delay(TimeSpan.Zero); }); return n;", "'n'")]
    [InlineData("var n = 0; await Step(async () => { [|n|]++; await mail.Send(\"\"); }); return n;", "'n'")]
    [InlineData("var n = 0; await Step(async () => { [|n|] += await payments.Refund(\"\"); }); return n;", "'n'")]
    [InlineData("string? s = null; await Step(async () => { [|s|] ??= \"a\"; await mail.Send(s); }); return s?.Length ?? 0;", "'s'")]
    [InlineData("await Step(async () => { [|request|] = request with { Id = \"b\" }; await mail.Send(request.Id); }); return 1;", "'request'")]
    [InlineData("await Step(async () => { [|_total|] = await payments.Refund(\"\"); }); return 1;", "the field '_total'")]
    [InlineData("await Step(async () => { [|this._total|]--; await mail.Send(\"\"); }); return 1;", "the field '_total'")]
    [InlineData("await Step(async () => { [|Note|] = \"a\"; await mail.Send(Note); }); return 1;", "the property 'Note'")]
    [InlineData("var n = 0; await Step(async () => { int.TryParse(\"1\", out [|n|]); await mail.Send(\"\"); }); return n;", "'n'")]
    [InlineData("var n = 0; await Step(async () => { Interlocked.Increment(ref [|n|]); await mail.Send(\"\"); }); return n;", "'n'")]
    [InlineData("var n = 0; await Step(async () => { (var m, [|n|]) = (1, 2); await mail.Send(\"\" + m); }); return n;", "'n'")]
    [InlineData("var p = new Point(); await Step(async () => { [|p|].X = 1; await mail.Send(\"\"); }); return p.X;", "'p'")]
    [InlineData("var p = (1, 2); await Step(async () => { [|p|].Item1 = 1; await mail.Send(\"\"); }); return p.Item1;", "'p'")]
    [InlineData("var n = 0; await Step(async () => { Action add = () => [|n|]++; add(); await mail.Send(\"\"); }); return n;", "'n'")]
    [InlineData("var n = 0; await Step(step => { [|n|] = step.Attempt; return mail.Send(\"\"); }); return n;", "'n'")]
    [InlineData("var n = 0; await Transaction(tx => [|n|] = tx.Execute(\"\")); return n;", "'n'")]
    [InlineData("var n = 0; await Durable.Step(async () => { [|n|] = 1; await mail.Send(\"\"); }); return n;", "'n'")]
    [InlineData("var n = 0; await Step([|Work|]); async Task Work() { n = 1; n = 2; await mail.Send(\"\"); } return n;", "'n'")]
    [InlineData("var n = 0; void Set() => n = 1; await Step(() => { [|Set()|]; return mail.Send(\"\"); }); return n;", "'n'")]
    [InlineData("await Step(() => { [|payments|] = null!; return mail.Send(\"\"); }); return 1;", "'payments'")]
    public async Task Every_way_of_writing_outside_is_seen(string body, string name)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD003", Analysis.Workflow(body)));
        Assert.Contains($"The step assigns {name},", text, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_step_within_a_step_is_reported_once() => Analysis.Reports("HOLD003", Analysis.Workflow("""
        var n = 0;
        await Step(async () => { Durable.Step(async () => { [|n|] = 1; await mail.Send(""); }); await mail.Send(""); });
        return n;
        """));

    [Theory]
    [InlineData("var n = await Step(async () => { var m = 0; m++; m += await payments.Refund(\"\"); return m; }); return n;")]
    [InlineData("var box = await Step(() => Task.FromResult(new Box { Value = 1, Field = 2 })); return box.Value;")]
    [InlineData("var copy = await Step(() => Task.FromResult(request with { Id = \"b\" })); return copy.Id.Length;")]
    [InlineData("await Step(async () => { foreach (var item in request.Items) await mail.Send(item.Name); }); return 1;")]
    [InlineData("await Step(async () => { if (int.TryParse(\"1\", out var n)) await mail.Send(\"\" + n); }); return 1;")]
    [InlineData("await Step(async () => { int n; void Set(int to) { n = to; to = 2; } Set(1); await mail.Send(\"\"); }); return 1;")]
    [InlineData("var box = new Box(); await Step(() => { box.Add(1); return mail.Send(\"\"); }); return 1;")]
    [InlineData("var n = 0; Action add = () => n++; add(); await Step(() => mail.Send(\"\")); return n;")]
    [InlineData("var n = 0; n = await Step(() => payments.Refund(\"\")); _total += n; return n;")]
    [InlineData("static int Grow(int n) { n++; return n; } return await Step(() => Task.FromResult(Grow(1)));")]
    public Task What_stays_inside_is_fine(string body) => Analysis.Silent(Analysis.Workflow(body));
}
