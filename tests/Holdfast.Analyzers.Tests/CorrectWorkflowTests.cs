namespace Holdfast.Analyzers.Tests;

/// <summary>A false alarm stops somebody's build, so correct code of every kind stands here.</summary>
public sealed class CorrectWorkflowTests
{
    internal const string Members = """
        static readonly Regex Word = new("a+");
        readonly HttpClient _http = new();
        readonly List<string> _log = [];
        static Stream Open() => new MemoryStream();
        static void Use(params object?[] all) { }
        static T Same<T>(T value) => value;
        async Durable<int> Nested(int depth) => depth == 0 ? 0 : 1 + await Nested(depth - 1);
        static async Durable Helper(string text, IMail mail) { await Durable.Step(() => mail.Send(text)); }
        sealed class Cart { public List<Item> Items { get; } = []; public Stream? Draft; public string Note = ""; static readonly SemaphoreSlim Gate = new(1); public Stream Print() => Open(); }
        sealed record Line(string Name, decimal Price) { public Line? Before { get; init; } }
        sealed class Node(int value) { public int Value { get; } = value; public Node? Left, Right; public int Sum() => Value + (Left?.Sum() ?? 0) + (Right?.Sum() ?? 0); }
        sealed class Cell<T>(T value) { public T Value = value; public Func<T, bool>? Fits; }
        sealed class Refused(string why) : Exception(why) { public Line? Line { get; init; } }
        sealed class Clerk(IMail mail) { readonly SemaphoreSlim _gate = new(1); public async Task Send(string text) { await _gate.WaitAsync(); await mail.Send(text); _gate.Release(); } }
        """;

    public static TheoryData<string> Bodies => [.. Texts];

    internal static readonly string[] Texts =
    [
        // Steps, signals, timers.
        "return await Step(() => payments.Refund(request.Id));",
        "var id = Guid.NewGuid(); await Delay(TimeSpan.FromDays(1)); await Step(() => mail.Send(id.ToString())); return 1;",
        "var receipt = await Step(step => payments.Charge(request, step.IdempotencyKey, step.CancellationToken)); return receipt.Length;",
        "await Step(async step => { using var source = CancellationTokenSource.CreateLinkedTokenSource(step.CancellationToken); await payments.Charge(request, \"\", source.Token); }); return 1;",
        "var answer = await Receive(Approved).Within(TimeSpan.FromDays(2)); return answer is { Arrived: true, Value: > 1 } ? 1 : 0;",
        "return await Transaction(tx => tx.Execute(\"update\", request.Id));",
        "await Durable.Step(() => mail.Send(\"a\")); return 1;",
        "await Step(() => mail.Send(\"a\"), new StepOptions { Label = \"a\" }); return 1;",
        // Asynchronous code within a step is ordinary code.
        "return await Step(async () => { await Task.Delay(5); return await payments.Refund(\"a\").ConfigureAwait(false); });",
        "await Step(async () => { await using var file = new FileStream(\"a\", FileMode.Open); await file.FlushAsync(); }); return 1;",
        "await Step(async () => { using var client = new HttpClient(); var page = client.GetStringAsync(\"a\"); await Task.Yield(); await mail.Send(await page); }); return 1;",
        "var text = await Step(async () => { using var reader = new StreamReader(Open()); return await reader.ReadToEndAsync(); }); return text.Length;",
        "return await Step(async () => { var n = 0; await foreach (var i in Numbers()) n += i; return n; static async IAsyncEnumerable<int> Numbers() { await Task.Yield(); yield return 1; } });",
        "var names = await Step(async () => { var query = request.Items.Where(i => i.Count > 0); await Task.Yield(); return query.Select(i => i.Name).ToList(); }); return names.Count;",
        // Closed, read or forgotten before the await.
        "using (var file = Open()) Use(file); await Delay(TimeSpan.Zero); return 1;",
        "var file = Open(); var n = file.Length; await Delay(TimeSpan.Zero); return (int)n;",
        "var file = Open(); try { Use(file); } finally { file.Dispose(); } await Delay(TimeSpan.Zero); return 1;",
        "{ using var file = Open(); Use(file); } await Delay(TimeSpan.Zero); return 1;",
        "for (var i = 0; i < 3; i++) { using (var file = Open()) Use(file); await Delay(TimeSpan.Zero); } return 1;",
        "string text; using (var reader = new StreamReader(Open())) { text = reader.ReadToEnd(); } await Step(() => mail.Send(text)); return 1;",
        "JsonElement root; using (var json = JsonDocument.Parse(\"{}\")) root = json.RootElement.Clone(); await Delay(TimeSpan.Zero); return root.GetRawText().Length;",
        "var watch = System.Diagnostics.Stopwatch.StartNew(); Use(1); var time = watch.Elapsed; await Delay(time); return 1;",
        "Stream? file = Open(); Use(file); file = null; await Delay(TimeSpan.Zero); Use(file); return 1;",
        // Assigned anew after the await, before it is read.
        "var random = new Random(); Use(random.Next()); await Delay(TimeSpan.Zero); random = new Random(); return random.Next();",
        "Random random; for (var i = 0; i < 3; i++) { random = new Random(i); Use(random.Next()); await Delay(TimeSpan.Zero); } return 1;",
        "while (mail.IsOpen) { var file = Open(); Use(file); await Delay(TimeSpan.Zero); } return 1;",
        "Stream? file = null; await Delay(TimeSpan.Zero); file = Open(); Use(file); return 1;",
        "Stream? file = null; await Delay(TimeSpan.Zero); file ??= Open(); Use(file); return 1;",
        "Stream file; file = mail.IsOpen ? Open() : new MemoryStream(); Use(file); await Delay(TimeSpan.Zero); file = mail.IsOpen ? Open() : new MemoryStream(); Use(file); return 1;",
        "Stream? file = null; try { await Delay(TimeSpan.Zero); file = Open(); Use(file); } finally { file?.Dispose(); } return 1;",
        // Only on the path without an await.
        "var file = Open(); if (mail.IsOpen) { await Delay(TimeSpan.Zero); return 1; } Use(file); return 2;",
        "var file = Open(); if (!mail.IsOpen) { Use(file); return 2; } await Delay(TimeSpan.Zero); return 1;",
        "object o = request; if (o is Stream s) { Use(s); return 1; } await Delay(TimeSpan.Zero); return 2;",
        "var file = Open(); try { Use(file); throw new IOException(); } catch (IOException) { await Delay(TimeSpan.Zero); } return 1;",
        // Exceptions and cleaning up.
        "try { await Step(() => payments.Refund(\"a\")); } catch (Exception error) { await Step(() => mail.Send(error.Message)); throw; } return 1;",
        // A durable lambda inside a try: its own graph is small, and the blocks around it are not in it.
        "try { Use(1); Func<Durable> more = async () => await Delay(TimeSpan.Zero); await more(); } catch (Exception) { Func<Durable> undo = async () => await Delay(TimeSpan.Zero); await undo(); throw; } return 1;",
        "try { await Step(() => payments.Refund(\"a\")); } catch (Exception error) when (error.Message.Length > 3) { await Delay(TimeSpan.Zero); } finally { await Step(() => mail.Send(\"done\")); } return 1;",
        "var tries = 0; while (true) { try { return await Step(() => payments.Refund(\"a\")); } catch (IOException) when (tries++ < 3) { await Delay(TimeSpan.FromSeconds(tries)); } }",
        // Collections and LINQ that was materialised.
        "var names = request.Items.Where(i => i.Count > 0).Select(i => i.Name).ToList(); foreach (var name in names) await Step(() => mail.Send(name)); return names.Count;",
        "foreach (var item in request.Items) await Step(() => mail.Send(item.Name)); return request.Items.Count(i => i.Count > 1);",
        "foreach (var item in request.Items.OrderBy(i => i.Name).ToArray()) { await Delay(TimeSpan.Zero); _log.Add(item.Name); } return 1;",
        "var total = request.Items.Sum(i => i.Count); await Delay(TimeSpan.Zero); return total;",
        "var query = request.Items.Where(i => i.Count > 0); var n = query.Count(); await Delay(TimeSpan.Zero); return n;",
        "var counts = new Dictionary<string, int>(); foreach (var item in request.Items) { await Delay(TimeSpan.Zero); counts[item.Name] = item.Count; } foreach (var (name, count) in counts) await Step(() => mail.Send(name + count)); return 1;",
        "IEnumerable<Item> items = request.Items; foreach (var item in items) await Delay(TimeSpan.Zero); return 1;",
        "IReadOnlyList<int> all = [1, 2, 3]; foreach (var n in all) await Delay(TimeSpan.FromDays(n)); return all.Count;",
        "var groups = request.Items.GroupBy(i => i.Name).ToDictionary(g => g.Key, g => g.ToList()); foreach (var (name, items) in groups) await Step(() => mail.Send(name + items.Count)); return 1;",
        "var queue = new Queue<Item>(request.Items); while (queue.TryDequeue(out var item)) await Step(() => mail.Send(item.Name)); return 1;",
        "var json = System.Text.Json.Nodes.JsonNode.Parse(\"{}\"); await Delay(TimeSpan.Zero); return json!.ToJsonString().Length;",
        "var bytes = new byte[10]; await Delay(TimeSpan.Zero); ReadOnlyMemory<byte> part = bytes; await Delay(TimeSpan.Zero); return part.Length;",
        "Span<int> span = stackalloc int[3]; span[0] = 1; var n = span[0]; await Delay(TimeSpan.Zero); return n;",
        // Lambdas, local functions, delegates.
        "var n = 2; Func<int, int> twice = v => v * n; await Delay(TimeSpan.Zero); return twice(3);",
        "int Twice(int v) => v * 2; await Delay(TimeSpan.Zero); return Twice(3);",
        "var file = Open(); var longer = request.Items.Count(i => i.Count > file.Length); await Delay(TimeSpan.Zero); return longer;",
        "var file = Open(); long Length() => file.Length; var n = Length(); await Delay(TimeSpan.Zero); return (int)n;",
        "Func<Task> send = () => mail.Send(\"a\"); await Step(send); await Step(send); return 1;",
        "Task Send() => mail.Send(request.Id); await Step(Send); return 1;",
        "await Step(mail.IsOpen ? () => mail.Send(\"a\") : () => mail.Send(\"b\")); return 1;",
        "async Durable Remind(string text) { await Delay(TimeSpan.Zero); await Step(() => mail.Send(text)); } await Remind(\"a\"); await Remind(\"b\"); return 1;",
        "Func<int, Durable<int>> work = async n => { await Delay(TimeSpan.FromDays(n)); return n; }; return await work(1) + await work(2);",
        // Sagas.
        "return await InSaga(async saga => { var id = await Step(() => payments.Charge(request, \"\")); saga.Compensate(() => payments.Refund(id)); await Step(() => mail.Send(id)); return id.Length; });",
        "await InSaga(async saga => { foreach (var item in request.Items) { await Step(() => mail.Send(item.Name)); saga.Compensate(step => mail.Send(step.IdempotencyKey + item.Name)); } }); return 1;",
        "var undone = 0; try { await InSaga(async saga => { saga.Compensate(() => mail.Send(\"undone\")); await Step(() => payments.Refund(\"a\")); }); } catch (Exception) { undone++; } return undone;",
        "await InSaga(async saga => { var n = 0; saga.Compensate(async () => { var m = 0; m++; await mail.Send(\"\" + m); }); n++; await Delay(TimeSpan.Zero); Use(n); }); return 1;",
        "await InSaga(async saga => { Keep(saga, request.Id); await Delay(TimeSpan.Zero); }); return 1; void Keep(Saga saga, string id) => saga.Compensate(() => payments.Refund(id));",
        // Nested durable calls, fan-out, tuples.
        "return await Nested(5);",
        "await Helper(request.Id, mail); return 1;",
        "var a = Step(() => payments.Refund(\"a\")); var b = Step(() => payments.Refund(\"b\")); return await a + await b;",
        "var all = request.Items.Select(i => Step(() => payments.Refund(i.Name))).ToList(); var results = await Durable.WhenAll(all); return results.Sum();",
        "var (a, b) = await Durable.WhenAll(Step(() => payments.Refund(\"a\")), Step(() => payments.Refund(\"b\"))); return a + b;",
        "var n = 0; await foreach (var part in Durable.WhenEach(request.Items.Select(i => Step(() => payments.Refund(i.Name))).ToList())) { n += await part; await Delay(TimeSpan.Zero); } return n;",
        "var (name, count) = (request.Id, request.Items.Count); await Delay(TimeSpan.Zero); return name.Length + count;",
        "var pair = (Name: request.Id, Count: 1); await Delay(TimeSpan.Zero); pair.Count++; return pair.Count;",
        "var winner = await Durable.WhenAny(Delay(TimeSpan.FromDays(1)), Receive(Approved)); await winner; return 1;",
        // What was injected, and statics.
        "var box = mail; await Delay(TimeSpan.Zero); box.Log(\"a\"); return 1;",
        "var http = _http; await Delay(TimeSpan.Zero); Use(http); return 1;",
        "await Step(() => _http.GetStringAsync(\"a\")); return 1;",
        "await Delay(TimeSpan.Zero); return Word.IsMatch(request.Id) && Patterns.Word.IsMatch(\"a\") ? 1 : 0;",
        "var found = Word.Match(request.Id).Value; await Delay(TimeSpan.Zero); return found.Length + Random.Shared.Next();",
        "_total += await Step(() => payments.Refund(\"a\")); Note = request.Id; await Delay(TimeSpan.Zero); return _total;",
        "_log.Add(await Step(() => payments.Charge(request, \"\"))); return _log.Count;",
        // Patterns, switches, expressions around an await.
        "return await Step(() => payments.Refund(\"a\")) switch { 0 => 1, > 5 and var n => n, _ => await Nested(2) };",
        "if (await Receive(Approved).Within(TimeSpan.Zero) is { Arrived: true, Value: var value }) { await Delay(TimeSpan.Zero); return value; } return 0;",
        "object o = request; if (o is Request { Items: [var first, ..] }) { await Delay(TimeSpan.Zero); return first.Count; } return 0;",
        "var text = $\"{request.Id} {await Step(() => payments.Refund(\"a\"))}\"; return text.Length;",
        "var values = new[] { 1, await Nested(1), await Nested(2) }; return values.Sum();",
        "var copy = request with { Amount = await Nested(1) }; await Delay(TimeSpan.Zero); return copy.Items.Count;",
        "var box = new Box { Value = await Nested(1) }; box.Value += await Nested(2); await Delay(TimeSpan.Zero); return box.Value;",
        "string? note = null; note ??= await Step(() => payments.Charge(request, \"\")); return note.Length;",
        "var date = DateTime.Now; await Delay(TimeSpan.Zero); return (int)(DateTime.Now - date).TotalDays;",
        "var text = new System.Text.StringBuilder(); for (var i = 0; i < 3; i++) { text.Append(await Nested(i)); } return text.Length;",
        "Use(nameof(payments)); var file = Open(); Use(file); await Delay(TimeSpan.Zero); Use(nameof(file)); return 1;",
        "var token = CancellationToken.None; await Delay(TimeSpan.Zero); Use(token); await Step(() => payments.Charge(request, \"\", token)); return 1;",
        "lock (_log) { _log.Add(\"a\"); } await Delay(TimeSpan.Zero); return 1;",
        "goto second; first: return 1; second: await Delay(TimeSpan.Zero); goto first;",
        "var rows = new List<int[]>(); do { rows.Add([rows.Count]); await Delay(TimeSpan.Zero); } while (rows.Count < 3); return rows[^1][0];",
        "Durable? pending = null; foreach (var item in request.Items) { if (pending is not null) await pending; pending = Step(() => mail.Send(item.Name)); } return 1;",
        "var same = Same(request.Items); await Delay(TimeSpan.Zero); return same.Count;",
        "checked { var n = 1; n += await Nested(1); return n; }",
        // Objects of the user's own classes.
        "var cart = new Cart(); foreach (var item in request.Items) { await Delay(TimeSpan.Zero); cart.Items.Add(item); } return cart.Items.Count;",
        "var cart = new Cart { Note = request.Id }; await Step(() => mail.Send(cart.Note)); await Delay(TimeSpan.Zero); return cart.Note.Length;",
        "var cart = new Cart { Draft = Open() }; Use(cart.Draft); cart.Draft = null; await Delay(TimeSpan.Zero); return cart.Items.Count;",
        "Cart? cart = null; await Delay(TimeSpan.Zero); cart ??= new(); await Delay(TimeSpan.Zero); return cart.Items.Count;",
        "var cart = new Cart(); using (var page = cart.Print()) Use(page); await Delay(TimeSpan.Zero); return cart.Items.Count;",
        "var lines = request.Items.Select(i => new Line(i.Name, i.Count)).ToList(); await Delay(TimeSpan.Zero); return lines.Count;",
        "Line? last = null; foreach (var item in request.Items) { await Delay(TimeSpan.Zero); last = new(item.Name, 1) { Before = last }; } return last is null ? 0 : 1;",
        "var tree = new Node(1) { Left = new(2), Right = new(3) }; await Delay(TimeSpan.Zero); return tree.Sum();",
        "var cell = new Cell<Line>(new(\"a\", 1)) { Fits = l => l.Price > 0 }; await Delay(TimeSpan.Zero); return cell.Fits(cell.Value) ? 1 : 0;",
        "var byName = request.Items.ToDictionary(i => i.Name, i => new Cell<int>(i.Count)); foreach (var (name, cell) in byName) await Step(() => mail.Send(name + cell.Value)); return 1;",
        "try { await Step(() => payments.Refund(\"a\")); } catch (IOException) { await Delay(TimeSpan.Zero); throw new Refused(\"no\") { Line = new(\"a\", 1) }; } return 1;",
        "await Step(async () => { var clerk = new Clerk(mail); await clerk.Send(\"a\"); }); return 1;",
        "var clerk = new Clerk(mail); Use(clerk); await Delay(TimeSpan.Zero); return 1;",
        // Work on other threads, and calls that nobody awaits, in steps.
        "var work = Step(() => Task.Run(() => 1)); await Delay(TimeSpan.Zero); return await work;",
        "await Step(() => Parallel.ForEachAsync(request.Items, async (i, _) => await mail.Send(i.Name))); return 1;",
        "await Step(() => { _ = mail.Send(\"a\"); return Task.CompletedTask; }); return 1;",
        "mail.Log(request.Id); await Delay(TimeSpan.Zero); return 1;",
        // A step makes its copy ready and uses it, or gives it back.
        "var cart = new Cart(); await Step(async step => { cart.Note = step.IdempotencyKey; await mail.Send(cart.Note); }); return 1;",
        "var cart = new Cart(); cart = await Step(async () => { cart.Items.Add(new((await payments.Refund(\"a\")).ToString(), 1)); return cart; }); return cart.Items.Count;",
        "var cart = new Cart(); foreach (var item in request.Items) await Step(step => { cart.Note = item.Name + step.Attempt; return mail.Send(cart.Note); }); return 1;",
        "var seen = new HashSet<string>(); await Step(async () => { foreach (var item in request.Items) if (seen.Add(item.Name)) await mail.Send(item.Name); await mail.Send($\"{seen.Count}\"); }); return 1;",
        "var sums = await Step(async () => { var sums = new Dictionary<string, int>(); foreach (var item in request.Items) sums[item.Name] = await payments.Refund(item.Name); return sums; }); return sums.Count;",
        "var counts = new Dictionary<string, int>(); foreach (var item in request.Items) counts[item.Name] = await Step(() => payments.Refund(item.Name)); counts.Remove(\"a\"); return counts.Count;",
        // Durables that are kept, passed on and looked at.
        "var id = RunId; await Step(() => mail.Send(id.ToString())); return 1;",
        "var first = Step(() => payments.Refund(\"a\")); var outcome = await first.Outcome(); return outcome.Succeeded ? outcome.Value : 0;",
        "Durable Later() => Delay(TimeSpan.FromDays(1)); await Later(); return 1;",
        "var waits = new Queue<Durable>(); waits.Enqueue(Delay(TimeSpan.Zero)); while (waits.TryDequeue(out var next)) await next; return 1;",
    ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public Task Correct_code_compiles_in_silence(string body) => Analysis.Silent(Analysis.Workflow(body, Members));

    [Fact]
    public Task Durable_code_in_unusual_places_is_understood() => Analysis.Silent("""
        [Obsolete("Old" + nameof(Workflow))]
        sealed class Places<T>(Func<Durable<T>> make) : Workflow where T : notnull
        {
            readonly Func<Durable> _pause = async () => await Durable.Delay(TimeSpan.Zero);
            readonly Func<Durable<T>> _make = make;

            public Places(T value) : this(async () => { await Durable.Delay(TimeSpan.Zero); return value; }) { }

            Func<Durable> Pause => async () => { await _pause(); await _pause(); };

            public async Durable<T> Run() => await _make();

            public async Durable<TOther> Convert<TOther>(Func<T, TOther> convert, int times = 2) where TOther : class
            {
                async Durable<TItem> Repeat<TItem>(TItem item, int count) => count == 0 ? item : await Repeat(item, count - 1);
                TItem Last<TItem>(List<TItem> items) => items.Count > times ? Last(items) : items[^1];
                var value = await Repeat(await Run(), times);
                Func<Func<Durable<T>>> nested = () => async () => { await Pause(); return value; };
                System.Linq.Expressions.Expression<Func<int, bool>> tree = n => n > times;
                _ = tree.Compile();
                var all = from other in new List<T> { await nested()() } where other.Equals(value) select convert(other);
                return Last(all.ToList());
            }

            public async Durable Forever()
            {
                for (; ; )
                {
                    await Delay(TimeSpan.FromDays(1));
                    continue;
                }
            }

            public async Durable Never()
            {
                await Delay(TimeSpan.Zero);
                throw new InvalidOperationException();
            }

            public async Durable Empty() { }

            public static async Durable Of<TDurable>(TDurable durable) where TDurable : Durable => await durable;

            IEnumerable<Func<Durable>> Several() { yield return Pause; yield return async () => { await Forever(); }; }
        }
        """);

    [Fact]
    public Task Ordinary_asynchronous_code_is_left_alone() => Analysis.Silent("""
        static class Ordinary
        {
            public static async Task<int> Run(IMail mail, CancellationToken token)
            {
                await using var file = new FileStream("a", FileMode.Open);
                var n = 0;
                Func<Task> more = async () => { await mail.Send("a"); n++; };
                await more();
                await Step(async () => { n++; await mail.Send("a"); });
                await foreach (var i in Numbers()) n += i;
                return n + file.ReadByte();
            }

            static Task Step(Func<Task> body) => body();

            static async IAsyncEnumerable<int> Numbers() { await Task.Yield(); yield return 1; }
        }
        """);

    [Fact]
    public async Task Without_a_reference_to_the_library_nothing_is_looked_at() => Assert.Empty(await Analysis.RunAlone("""
        using System.Threading.Tasks;
        namespace Holdfast { public class Durable { } }
        class Other { async Task Run() { var t = Task.Delay(1); await t; await t; } }
        """));
}
