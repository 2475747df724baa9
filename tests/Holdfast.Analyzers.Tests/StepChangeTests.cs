namespace Holdfast.Analyzers.Tests;

public sealed class StepChangeTests
{
    const string Members = """
        sealed class Order { public string State = ""; public int Tries { get; set; } public List<string> Lines { get; } = []; public Point Place; public Order? Next; public Dictionary<string, string> Headers { get; } = []; }
        Order _order = new();
        readonly List<string> _log = [];
        List<int> Numbers { get; set; } = [];
        static Task Put(Order order) => Task.CompletedTask;
        """;

    [Fact]
    public async Task A_captured_list_that_is_added_to_is_named_with_what_to_do_instead()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD013", Analysis.Workflow("""
            var codes = new List<int>();
            await Step(async () => { [|codes.Add(await payments.Refund(request.Id))|]; });
            return codes.Count;
            """)));
        Assert.Equal(
            "The step changes 'codes', which lives outside it. A step works on its own copy, so the change is lost. "
            + "Return what is new from the step, and change it there: codes.Add(await Step(…)).",
            text);
    }

    [Fact]
    public async Task A_member_of_a_captured_object_is_assigned_outside_of_the_step()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD013", Analysis.Workflow(
            "var order = new Order(); await Step(async () => { [|order.State|] = (await payments.Refund(\"\")).ToString(); }); return order.State.Length;", Members)));
        Assert.EndsWith("Return what is new from the step, and change it there: order.State = await Step(…).", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compensation_gives_nothing_back()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD013", Analysis.Workflow(
            "var undone = new List<string>(); await InSaga(async saga => { saga.Compensate(() => { [|undone.Add(\"a\")|]; return mail.Send(\"\"); }); await Delay(TimeSpan.Zero); }); return undone.Count;")));
        Assert.EndsWith("A compensation gives nothing back: change it where the part fails, in a catch.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var d = new Dictionary<string, int>(); await Step(async () => { [|d[\"a\"]|] = await payments.Refund(\"\"); }); return d.Count;", "'d'")]
    [InlineData("var d = new int[3]; await Step(async () => { [|d[0]|] = await payments.Refund(\"\"); }); return d[0];", "'d'")]
    [InlineData("var o = new Order(); await Step(() => { [|o.Tries|]++; return mail.Send(\"\"); }); return o.Tries;", "'o'")]
    [InlineData("var o = new Order(); await Step(() => { [|o.Tries|] += 2; return mail.Send(\"\"); }); return o.Tries;", "'o'")]
    [InlineData("var o = new Order(); await Step(() => { [|o.Lines.Add(\"a\")|]; return mail.Send(\"\"); }); return o.Lines.Count;", "'o'")]
    [InlineData("var o = new Order(); await Step(() => { [|o.Place.X|] = 2; return mail.Send(\"\"); }); return o.Place.X;", "'o'")]
    [InlineData("var o = new Order { Next = new() }; await Step(() => { [|o.Next!.State|] = \"a\"; return mail.Send(\"\"); }); return o.Next.State.Length;", "'o'")]
    [InlineData("Order? o = new(); await Step(() => { o?[|.Lines.Add(\"a\")|]; return mail.Send(\"\"); }); return o.Lines.Count;", "'o'")]
    [InlineData("var p = new Point[2]; await Step(() => { [|p[1].X|] = 2; return mail.Send(\"\"); }); return p[1].X;", "'p'")]
    [InlineData("var o = new Order(); await Step(() => { Interlocked.Exchange(ref [|o.State|], \"a\"); return mail.Send(\"\"); }); return o.State.Length;", "'o'")]
    [InlineData("var o = new Order(); await Step(() => { (var a, [|o.State|]) = (1, \"a\"); return mail.Send(\"\" + a); }); return o.State.Length;", "'o'")]
    [InlineData("var t = new System.Text.StringBuilder(); await Step(() => { [|t.Append(\"a\")|]; return mail.Send(\"\"); }); return t.Length;", "'t'")]
    [InlineData("IList<int> l = new List<int>(); await Step(() => { [|l.Add(1)|]; return mail.Send(\"\"); }); return l.Count;", "'l'")]
    [InlineData("var d = new Dictionary<string, int>(); await Step(() => { [|d.Remove(\"a\", out _)|]; return mail.Send(\"\"); }); return d.Count;", "'d'")]
    [InlineData("var a = new[] { 2, 1 }; await Step(() => { [|Array.Sort(a)|]; return mail.Send(\"\"); }); return a[0];", "'a'")]
    [InlineData("var j = new System.Text.Json.Nodes.JsonObject(); await Step(() => { [|j[\"a\"]|] = 1; return mail.Send(\"\"); }); return j.Count;", "'j'")]
    [InlineData("await Step(() => { [|_log.Add(\"a\")|]; return mail.Send(\"\"); }); return 1;", "the field '_log'")]
    [InlineData("await Step(() => { [|_order.State|] = \"a\"; return mail.Send(\"\"); }); return 1;", "the field '_order'")]
    [InlineData("await Step(() => { [|Numbers.Add(1)|]; return mail.Send(\"\"); }); return 1;", "the property 'Numbers'")]
    [InlineData("await Step(() => { [|request.Items.Clear()|]; return mail.Send(\"\"); }); return request.Items.Count;", "'request'")]
    // The step uses the change itself too, but somebody waits for it outside.
    [InlineData("var l = new List<int>(); await Step(() => { [|l.Add(1)|]; return mail.Send(\"\" + l.Count); }); return l.Count;", "'l'")]
    [InlineData("var l = new List<int>(); var n = await Step(async () => { [|l.Add(await payments.Refund(\"\"))|]; return l.Count; }); return n + l.Count;", "'l'")]
    [InlineData("var l = new List<int>(); var all = request.Items.Select(i => Step(async () => { [|l.Add(await payments.Refund(i.Name))|]; })).ToList(); await Durable.WhenAll(all); return l.Count;", "'l'")]
    [InlineData("var l = new List<int>(); while (l.Count < 3) await Step(async () => { [|l.Add(await payments.Refund(\"\" + l.Count))|]; await mail.Send(\"\" + l.Count); }); return 1;", "'l'")]
    [InlineData("var l = new List<int>(); for (var i = 0; i < 3; i++) await Step(async () => { [|l.Add(i)|]; await mail.Send(\"\" + l.Count); }); return 1;", "'l'")]
    [InlineData("var l = new List<int>(); await More(); return l.Count; async Durable More() => await Step(() => { [|l.Add(1)|]; return mail.Send(\"\"); });", "'l'")]
    [InlineData("var l = new List<int>(); await Step(Work); return l.Count; Task Work() { l.Add(1); return mail.Send(\"\"); }", "'l'", "Work")]
    [InlineData("async Durable Fill(List<int> into) => await Step(async () => { [|into.Add(await payments.Refund(\"\"))|]; }); var l = new List<int>(); await Fill(l); return l.Count;", "'into'")]
    // Nobody reads it at all: then it is lost all the same.
    [InlineData("var l = new List<int>(); await Step(() => { [|l.Add(1)|]; return mail.Send(\"\"); }); return 1;", "'l'")]
    // By another name.
    [InlineData("var l = new List<int>(); var same = l; await Step(() => { [|same.Add(1)|]; return mail.Send(\"\" + same.Count); }); return l.Count;", "'l'")]
    [InlineData("var o = new Order(); await Step(() => { var same = o; [|same.State|] = \"a\"; return mail.Send(\"\"); }); return o.Tries;", "'o'")]
    [InlineData("var o = new Order(); await Step(() => { var one = o; var two = one.Lines; [|two.Add(\"a\")|]; return mail.Send(\"\"); }); return o.Lines.Count;", "'o'")]
    [InlineData("var o = new Order(); var lines = o.Lines; await Step(() => { [|o.Lines.Add(\"a\")|]; return Put(o); }); return lines.Count;", "'o'")]
    [InlineData("await Step(() => { var mine = _order; [|mine.Tries|]++; return Put(mine); }); return 1;", "the field '_order'")]
    [InlineData("var o = new Order(); o = await Step(() => Task.FromResult(o)); await Step(() => { var same = o; [|same.State|] = \"a\"; return Put(same); }); return o.Tries;", "'o'")]
    [InlineData("var o = new Order(); while (o.Tries < 3) await Step(() => { var same = o; [|same.Tries|]++; return Put(o); }); return 1;", "'o'")]
    // A local function reads it where it is called, wherever it is written.
    [InlineData("var l = new List<int>(); void Show() => mail.Log(\"\" + l.Count); await Step(() => { [|l.Add(1)|]; return mail.Send(\"\" + l.Count); }); Show(); return 1;", "'l'")]
    public async Task Every_way_of_changing_is_seen(string body, string name, string? place = null)
    {
        if (place is not null) body = body.Replace($"Step({place})", $"Step([|{place}|])", StringComparison.Ordinal);
        var text = Assert.Single(await Analysis.Reports("HOLD013", Analysis.Workflow(body, Members)));
        Assert.StartsWith($"The step changes {name},", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_local_function_that_the_step_calls_is_named()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD013", Analysis.Workflow(
            "var codes = new List<int>(); void Keep(int code) => codes.Add(code); await Step(async () => { [|Keep(await payments.Refund(\"\"))|]; }); return codes.Count;")));
        Assert.Equal(
            "Through 'Keep' the step changes 'codes', which lives outside it. A step works on its own copy, so the change is lost. "
            + "Return what is new from the step, and change it after the step.",
            text);
    }

    [Theory]
    [InlineData("var l = new List<int>(); await Step(() => { [|One()|]; return mail.Send(\"\"); }); return l.Count; void One() => Two(); void Two() => l.Add(1);", "'One' the step changes 'l'")]
    [InlineData("var l = new List<int>(); void Add<T>(T n) => l.Add(1); await Step(() => { [|Add(\"\")|]; Add(2); return mail.Send(\"\" + l.Count); }); return l.Count;", "'Add' the step changes 'l'")]
    [InlineData("var o = new Order(); void Mark() { var same = o; same.State = \"a\"; } await Step(() => { [|Mark()|]; return Put(o); }); return o.Tries;", "'Mark' the step changes 'o'")]
    [InlineData("void Mark() => _order.Tries++; await Step(() => { [|Mark()|]; return mail.Send(\"\"); }); return 1;", "'Mark' the step changes the field '_order'")]
    // Both steps call it, and the second goes on from what the first one lost.
    [InlineData("var l = new List<int>(); void Add() => l.Add(1); await Step(() => { [|Add()|]; return mail.Send(\"\" + l.Count); }); await Step(() => { Add(); return mail.Send(\"\" + l.Count); }); return 1;", "'Add' the step changes 'l'")]
    [InlineData("var l = new List<int>(); await Step([|Work|]); return l.Count; Task Work() { Add(); return mail.Send(\"\"); } void Add() => l.Add(1);", "'Add' the step changes 'l'")]
    public async Task What_local_functions_change_is_seen(string body, string said)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD013", Analysis.Workflow(body, Members)));
        Assert.StartsWith($"Through {said},", text, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_helper_that_fills_its_callers_list_is_told() => Analysis.Reports("HOLD013", """
        static class Pages
        {
            public static Durable Read(List<string> into, IPayments payments) => Durable.Step(async () => { [|into.Add((await payments.Refund("")).ToString())|]; });
        }
        """);

    [Theory]
    // What is made within the step.
    [InlineData("return await Step(async () => { var l = new List<int>(); l.Add(await payments.Refund(\"\")); return l.Count; });")]
    [InlineData("var o = await Step(async () => { var o = new Order(); o.Lines.Add((await payments.Refund(\"\")).ToString()); o.Tries++; return o; }); return o.Tries;")]
    [InlineData("return await Step(async () => { var n = new int[2]; n[0] = 1; await mail.Send(\"\"); return n[0]; });")]
    // The changed copy comes back as the result.
    [InlineData("var o = new Order(); o = await Step(async () => { o.State = (await payments.Refund(\"\")).ToString(); return o; }); return o.State.Length;")]
    [InlineData("var l = new List<int>(); l = await Step(async () => { l.Add(await payments.Refund(\"\")); return l; }); return l.Count;")]
    [InlineData("var l = new List<int>(); l = await Step(() => { l.Add(1); return Task.FromResult(l); }); return l.Count;")]
    [InlineData("var l = new List<int>(); (l, var n) = await Step(async () => { l.Add(1); return (l, await payments.Refund(\"\")); }); return l.Count + n;")]
    [InlineData("_order = await Step(async () => { _order.Tries++; await mail.Send(\"\"); return _order; }); return _order.Tries;")]
    // The copy is made ready, and used by the step that did so.
    [InlineData("var o = new Order(); await Step(step => { o.State = step.IdempotencyKey; return Put(o); }); return 1;")]
    [InlineData("var o = new Order(); await Step(step => { o.Headers[\"key\"] = step.IdempotencyKey; return Put(o); }); return 1;")]
    [InlineData("var o = new Order(); await Step(step => { o.Headers.Add(\"key\", step.IdempotencyKey); return Put(o); }); return 1;")]
    [InlineData("var o = new Order(); foreach (var i in request.Items) await Step(step => { o.State = i.Name; return Put(o); }); return 1;")]
    [InlineData("var o = new Order(); await Step(s => { o.State = s.IdempotencyKey; return Put(o); }); await Step(s => { o.State = s.IdempotencyKey; return Put(o); }); return 1;")]
    [InlineData("var seen = new HashSet<string>(); await Step(async () => { foreach (var i in request.Items) if (!seen.Contains(i.Name)) { seen.Add(i.Name); await mail.Send(i.Name); } }); return 1;")]
    [InlineData("await Step(step => { request.Items.Add(new(step.IdempotencyKey, 1)); return payments.Charge(request, step.IdempotencyKey); }); return 1;")]
    // The same by another name, or in a local function.
    [InlineData("var o = new Order(); o = await Step(async () => { var same = o; same.Tries = await payments.Refund(\"\"); return same; }); return o.Tries;")]
    [InlineData("var o = new Order(); o = await Step(async () => { var lines = o.Lines; lines.Add((await payments.Refund(\"\")).ToString()); return o; }); return o.Tries;")]
    [InlineData("var o = new Order(); var lines = await Step(async () => { var lines = o.Lines; lines.Add((await payments.Refund(\"\")).ToString()); return lines; }); return o.Tries + lines.Count;")]
    [InlineData("var o = new Order(); var lines = await Step(async () => { o.Lines.Add((await payments.Refund(\"\")).ToString()); return o.Lines; }); return o.Tries + lines.Count;")]
    [InlineData("var o = new Order(); await Step(step => { var same = o; same.State = step.IdempotencyKey; return Put(o); }); return 1;")]
    [InlineData("var o = new Order(); await Step(step => { var headers = o.Headers; headers[\"key\"] = step.IdempotencyKey; return Put(o); }); return 1;")]
    [InlineData("var o = new Order(); var lines = o.Lines; await Step(step => { o.State = step.IdempotencyKey; return Put(o); }); return lines.Count;")]
    [InlineData("var o = new Order(); var id = o.State; await Step(step => { o.State = step.IdempotencyKey; return Put(o); }); return id.Length;")]
    [InlineData("var o = new Order(); void Ready(string key) => o.State = key; await Step(step => { Ready(step.IdempotencyKey); return Put(o); }); return 1;")]
    [InlineData("var o = new Order(); await Step(s => { Ready(s.IdempotencyKey); return Put(o); }); await Step(s => { Ready(s.IdempotencyKey); return Put(o); }); return 1; void Ready(string key) => o.State = key;")]
    [InlineData("var o = new Order(); o.Tries++; await Step(s => { Ready(s.IdempotencyKey); return Send(); }); return 1; void Ready(string key) => o.State = key; Task Send() => Put(o);")]
    [InlineData("var l = new List<int>(); await Step(() => { Fill(); return mail.Send(\"\" + l.Count); void Fill() => l.Add(1); }); return 1;")]
    [InlineData("var l = new List<int>(); l = await Step(async () => { Fill(await payments.Refund(\"\")); return l; }); return l.Count; void Fill(int n) => l.Add(n);")]
    [InlineData("var l = new List<int>(); void Fill() => l.Add(1); Fill(); await Step(() => { Fill(); return mail.Send(\"\" + l.Count); }); return 1;")]
    [InlineData("var n = await Step(async () => { var l = new List<int>(); Fill(l); await mail.Send(\"\"); return l.Count; }); return n; void Fill(List<int> l) { var same = l; same.Add(1); }")]
    // Another object by then, or another one in each round.
    [InlineData("var o = new Order(); var before = o; o = new Order(); await Step(step => { before.State = step.IdempotencyKey; return Put(before); }); return o.Tries;")]
    [InlineData("var o = new Order(); var next = o.Next ?? o; await Step(step => { next.State = step.IdempotencyKey; return Put(next); }); return o.Tries;")]
    [InlineData("var o = new Order { Next = new() }; var old = o.Next; o.Next = new(); await Step(step => { old.State = step.IdempotencyKey; return Put(old); }); return o.Next.Tries;")]
    [InlineData("var all = new List<Order> { new() }; for (var i = 0; i < all.Count; i++) { var one = all[i]; await Step(step => { one.State = step.IdempotencyKey; return Put(one); }); } return 1;")]
    [InlineData("var o = new Order(); var one = o; one = new Order(); await Step(step => { one.State = step.IdempotencyKey; return Put(one); }); return o.Tries;")]
    // Changed outside of it, before and after.
    [InlineData("var l = new List<int>(); l.Add(await Step(() => payments.Refund(\"\"))); l.Sort(); return l.Count;")]
    [InlineData("var o = new Order(); o.State = \"a\"; await Step(() => Put(o)); o.Tries++; return o.Tries;")]
    [InlineData("var d = new Dictionary<string, int>(); foreach (var i in request.Items) d[i.Name] = await Step(() => payments.Refund(i.Name)); return d.Count;")]
    // What is not the run's.
    [InlineData("var n = await Step(async () => { using var http = new HttpClient(); http.DefaultRequestHeaders.Add(\"a\", \"b\"); http.BaseAddress = new Uri(\"http://localhost\"); return (await http.GetStringAsync(\"a\")).Length; }); return n;")]
    [InlineData("var read = await Step(async () => { var l = request.Items.ToList(); l.Add(new(\"a\", 1)); await mail.Send(\"\"); return l; }); return read.Count;")]
    [InlineData("var l = System.Collections.Immutable.ImmutableList<int>.Empty; await Step(() => { var more = l.Add(1); return mail.Send(\"\" + more.Count); }); return l.Count;")]
    [InlineData("var text = request.Id; await Step(() => mail.Send(text.Replace('a', 'b'))); return text.Length;")]
    public Task What_is_not_lost_is_fine(string body) => Analysis.Silent(Analysis.Workflow(body, Members));

    [Fact]
    public Task What_was_injected_is_nobodys_copy() => Analysis.Silent("""
        sealed class Counter(Dictionary<string, int> shared, Tally tally, HttpClient http) : Workflow
        {
            readonly Dictionary<string, int> _mine = shared;
            readonly HttpClient _http = http;

            public async Durable Run(string id)
            {
                var same = tally;
                await Step(() => { shared[id] = 1; _mine.Remove(id); tally.Count++; same.Count++; _http.Timeout = TimeSpan.FromSeconds(1); return Task.CompletedTask; });
                same.Count++;
            }
        }

        sealed class Tally { public int Count; }
        """);
}
