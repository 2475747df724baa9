using System.Text;
using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Tests;

/// <summary>Correct workflows in the styles that people write C# in, beside those of <see cref="CorrectWorkflowTests"/>: no rule says a word. All are one source, which costs as much as one of them.</summary>
public sealed class StyleTests
{
    const string Members = """
        readonly record struct Money(decimal Amount, string Currency) { public static Money operator +(Money a, Money b) => a with { Amount = a.Amount + b.Amount }; }
        abstract record Shape { public sealed record Circle(double R) : Shape; public sealed record Square(double S) : Shape; }
        enum Phase { New, Paid, Sent }
        [Flags] enum Bits { A = 1, B = 2 }
        Phase _phase;
        readonly List<string> _log = [];
        readonly Dictionary<string, Money> _accounts = new(StringComparer.OrdinalIgnoreCase);
        static readonly TimeSpan Wait = TimeSpan.FromMinutes(1);
        static readonly System.Collections.Frozen.FrozenSet<string> Known = System.Collections.Frozen.FrozenSet.ToFrozenSet(["a", "b"]);
        static readonly string[] Names = ["x", "y"];
        const int Max = 3;
        static readonly Secret<string> Token = new("token");
        static int Twice(int n) => n * 2;
        static decimal Fee(decimal a) => decimal.Round(a * 0.01m, 2, MidpointRounding.ToEven);
        int Local(int n) { _total += n; return _total; }
        async Durable<int> Deep(int n) => n <= 0 ? 0 : 1 + await Deep(n - 1);
        async Durable Pause(TimeSpan t) { await Delay(t); }
        IEnumerable<int> Iterate() { yield return 1; yield return 2; }
        static string Hash(string s) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(s)));
        [Query] public int Where => (int)_phase;
        [Query] public int CountOf(string prefix) => _log.Count(l => l.StartsWith(prefix, StringComparison.Ordinal));
        [Update] public int Add(int n) { ArgumentOutOfRangeException.ThrowIfNegative(n); _total += n; return _total; }
        """;

    static readonly string[] Bodies =
    [
        "var m = new Money(1, \"EUR\"); m += new Money(2, \"EUR\"); await Delay(Wait); return (int)m.Amount;",
        "Shape s = new Shape.Circle(2); await Delay(Wait); return s switch { Shape.Circle { R: var r } => (int)r, Shape.Square q => (int)q.S, _ => 0 };",
        "_phase = Phase.Paid; await Pause(Wait); _phase = Phase.Sent; return (int)_phase;",
        "foreach (var n in Iterate().ToArray()) await Delay(Wait); return 1;",
        "var b = Bits.A | Bits.B; await Delay(Wait); return b.HasFlag(Bits.A) ? 1 : 0;",
        "if (Known.Contains(request.Id)) await Delay(Wait); return Names.Length;",
        "var hash = Hash(request.Id); await Step(() => mail.Send(hash)); return hash.Length;",
        "_accounts[request.Id] = new(1, \"EUR\"); await Delay(Wait); return _accounts.TryGetValue(\"A\", out var m) ? (int)m.Amount : 0;",
        "var done = await Step(async step => { var t = await step.RevealAsync(Token); await mail.Send(t); return true; }); return done ? 1 : 0;",
        "using var cts = default(IDisposable); await Delay(Wait); return 1;",
        "var sw = System.Diagnostics.Stopwatch.GetTimestamp(); await Delay(Wait); return (int)System.Diagnostics.Stopwatch.GetElapsedTime(sw).TotalSeconds;",
        "var rng = RandomNumber(); await Delay(Wait); return rng; static int RandomNumber() => System.Security.Cryptography.RandomNumberGenerator.GetInt32(5);",
        "var text = \"\"\"\n raw\n \"\"\"; await Delay(Wait); return text.Length;",
        "var utf8 = \"abc\"u8.ToArray(); await Delay(Wait); return utf8.Length;",
        "(int A, (string B, List<int> C) D) t = (1, (\"b\", [1, 2])); await Delay(Wait); t.D.C.Add(3); return t.D.C.Count;",
        "var sorted = new SortedDictionary<DateOnly, List<Item>>(); sorted[DateOnly.FromDateTime(DateTime.UtcNow)] = request.Items; await Delay(Wait); return sorted.Count;",
        "var pq = new PriorityQueue<string, int>(); pq.Enqueue(\"a\", 1); while (pq.TryDequeue(out var x, out var p)) await Step(() => mail.Send(x + p)); return 1;",
        "var ll = new LinkedList<int>([1, 2]); for (var n = ll.First; n is not null; n = n.Next) await Delay(Wait); return ll.Count;",
        "var stack = new Stack<(int, string)>(); stack.Push((1, \"a\")); while (stack.Count > 0) { var (i, s) = stack.Pop(); await Step(() => mail.Send(s)); } return 1;",
        "var im = System.Collections.Immutable.ImmutableArray.Create(1, 2, 3); foreach (var i in im) await Delay(Wait); return im.Length;",
        "var il = System.Collections.Immutable.ImmutableList<int>.Empty; il = il.Add(await Nested(1)); await Delay(Wait); return il.Count; async Durable<int> Nested(int n) { await Delay(Wait); return n; }",
        "await foreach (var d in Durable.WhenEach(Enumerable.Range(0, 3).Select(i => Deep(i)).ToList())) { var o = await d.Outcome(); if (o.Succeeded) _total += o.Value; } return _total;",
        "var lookup = request.Items.ToLookup(i => i.Name).Select(g => (g.Key, g.Sum(i => i.Count))).ToList(); await Delay(Wait); return lookup.Count;",
        "var chunks = request.Items.Chunk(10).ToList(); foreach (var c in chunks) await Step(() => mail.Send(string.Join(',', c.Select(i => i.Name)))); return chunks.Count;",
        "foreach (var (i, item) in request.Items.Index().ToList()) await Step(() => mail.Send($\"{i}{item.Name}\")); return 1;",
        "var agg = request.Items.Aggregate(new Dictionary<string, int>(), (d, i) => { d[i.Name] = i.Count; return d; }); await Delay(Wait); return agg.Count;",
        "var results = new List<int>(); foreach (var i in request.Items) { var name = i.Name; results.Add(await Step(() => payments.Refund(name), new() { Retry = new() { MaxAttempts = 2 }, Timeout = Wait })); } return results.Sum();",
        "try { return await InScope(async s => { var a = Step(() => payments.Refund(\"a\")); s.Cancel(); return await a; }, deadline: Wait); } catch (OperationCanceledException) { return 0; }",
        "var x = await Step(() => Task.FromResult(Twice(2))); return x;",
        "var x = await Step(() => Task.Run(() => 5)); return x;",
        "await Step(() => Task.Delay(5)); return 1;",
        "var f = await Step(() => File.ReadAllTextAsync(\"a\")); return f.Length;",
        "await Step(() => { File.WriteAllText(\"a\", \"b\"); return Task.CompletedTask; }); return 1;",
        "await Step(() => { Thread.Sleep(1); Console.WriteLine(1); return Task.CompletedTask; }); return 1;",
        "var n = await Step(() => { lock (Names) { return Task.FromResult(1); } }); return n;",
        "var n = await Step(async () => { var sem = new SemaphoreSlim(1); await sem.WaitAsync(); try { return await payments.Refund(\"a\"); } finally { sem.Release(); } }); return n;",
        "var n = await Step(async () => { var list = new List<int>(); await Parallel.ForEachAsync(Enumerable.Range(0, 3), async (i, ct) => { lock (list) list.Add(i); await Task.Yield(); }); return list.Count; }); return n;",
        "var n = await Step(async step => { for (var i = 0; i < 3; i++) { step.Heartbeat(i); await Task.Delay(1, step.CancellationToken); } return step.TryGetDetails<int>(out var d) ? d : 0; }, new() { HeartbeatTimeout = Wait }); return n;",
        "var n = await Step(async () => { using var stream = new MemoryStream(); await stream.WriteAsync(new byte[3]); return stream.ToArray(); }); return n.Length;",
        "var n = 0; for (;;) { n++; if (n > Max) break; await Delay(Wait); } return n;",
        "int? n = null; n ??= await Deep(3); await Delay(Wait); return n ?? 0;",
        "var msg = await Receive(Approved); while (msg < 3) msg = await Receive(Approved); return msg;",
        "var t = Receive(Approved); var d = Delay(Wait); if (await Durable.WhenAny(t, d) == d) return 0; return await t;",
        "var day = DateOnly.FromDateTime(DateTime.Now); var at = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc); await DelayUntil(at); return day.Day;",
        "var tz = TimeZoneInfo.FindSystemTimeZoneById(\"Europe/Oslo\").Id; await Delay(Wait); return TimeZoneInfo.ConvertTime(DateTime.UtcNow, TimeZoneInfo.FindSystemTimeZoneById(tz)).Hour;",
        "var c = System.Globalization.CultureInfo.InvariantCulture; var s = 5.ToString(c); await Delay(Wait); return s.Length;",
        "var match = Regex.IsMatch(request.Id, \"^a\"); await Delay(Wait); return match ? 1 : 0;",
        "var opt = new JsonSerializerOptions { WriteIndented = true }; var s = JsonSerializer.Serialize(request, opt); await Step(() => mail.Send(s)); return s.Length;",
        "var items = JsonSerializer.Deserialize<List<Item>>(\"[]\")!; foreach (var i in items) await Step(() => mail.Send(i.Name)); return 1;",
        "var sb = new System.Text.StringBuilder().Append(1); await Delay(Wait); sb.AppendLine(\"x\"); return sb.Length;",
        "Span<char> buf = stackalloc char[10]; 5.TryFormat(buf, out var w); var s = new string(buf[..w]); await Delay(Wait); return s.Length;",
        "var arr = new int[2, 3]; arr[0, 1] = await Deep(1); await Delay(Wait); return arr.Length;",
        "var jag = new int[2][]; jag[0] = [1]; await Delay(Wait); return jag[0].Length;",
        "var v = new Version(1, 2); var u = new Uri(\"http://a\"); var g = Guid.CreateVersion7(); await Delay(Wait); return v.Major + u.Port + g.ToByteArray().Length;",
        "System.Numerics.BigInteger big = 5; big *= 7; await Delay(Wait); return (int)big;",
        "Half h = (Half)1.5; Int128 i = 3; await Delay(Wait); return (int)h + (int)i;",
        "var idx = ^1; var range = 1..2; await Delay(Wait); return Names[idx].Length + Names[range].Length;",
        "var list = new List<Func<int>>(); for (var i = 0; i < 3; i++) { var k = i; list.Add(() => k); await Delay(Wait); } return list.Sum(f => f());",
        "Func<int, int> fact = null!; fact = n => n < 2 ? 1 : n * fact(n - 1); await Delay(Wait); return fact(4);",
        "var cmp = StringComparer.OrdinalIgnoreCase; var set = new HashSet<string>(cmp) { \"a\" }; await Delay(Wait); return set.Contains(\"A\") ? 1 : 0;",
        "var ex = new InvalidOperationException(\"x\"); await Delay(Wait); if (request.Amount > 5) throw ex; return 0;",
        "Exception? last = null; for (var i = 0; i < 3; i++) try { return await Step(() => payments.Refund(\"a\")); } catch (HttpRequestException e) { last = e; await Delay(Wait); } throw new InvalidOperationException(\"no\", last);",
        "try { await Step(() => mail.Send(\"a\")); } catch (StepFailedException e) when (e.Message.Contains(\"x\")) { _log.Add(e.Message); } return 1;",
        "var child = Child((Trial w) => w.Run(request)); var sig = Receive(Approved); await Durable.WhenAny(child, sig); return 1;",
        "var (a, b, c) = await Durable.WhenAll(Deep(1), Deep(2), Step(() => payments.Charge(request, \"\"))); return a + b + c.Length;",
        "ref var slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_accounts, \"a\", out _); slot = new(1, \"E\"); await Delay(Wait); return 1;",
        "var q = from i in request.Items where i.Count > 1 orderby i.Name select new { i.Name, i.Count }; var l = q.ToList(); await Delay(Wait); return l.Count;",
        "var anon = new { A = 1, B = request.Id }; await Delay(Wait); return anon.B.Length;",
        "dynamic? none = null; int k = 1; await Delay(Wait); return k;",
        "string s = request.Id; unsafe_(); void unsafe_() { s = s.Trim(); } await Delay(Wait); return s.Length;",
        "using (new Scope2(_log)) { _log.Add(\"x\"); } await Delay(Wait); return 1; }\n readonly struct Scope2(List<string> log) : IDisposable { public void Dispose() => log.Add(\"end\"); }\n int Unused() { return 1;",
        "var env = Environment.GetEnvironmentVariable(\"HOME\"); var mach = Environment.MachineName; await Delay(Wait); return env?.Length ?? mach.Length;",
        "var path = Path.Combine(\"a\", Path.GetFileName(request.Id)); await Delay(Wait); return path.Length;",
        "var fi = new FileInfo(\"a\").Name; await Delay(Wait); return fi.Length;",
        "Interlocked.Increment(ref _total); await Delay(Wait); return Volatile.Read(ref _total);",
        "using var r = new StringReader(request.Id); var line = r.ReadLine(); return line?.Length ?? 0;",
        "System.Diagnostics.Debug.Assert(request.Amount > 0); await Delay(Wait); return 1;",
        "var span = request.Id.AsSpan(); var n = span.IndexOf('a'); await Delay(Wait); return n;",
        "var w = await Receive(Approved).Within(Wait); return w.Arrived ? w.Value : await Deep(3);",
        "await Shield(async () => { await Step(() => mail.Send(\"x\")); }); return 1;",
        "await InSaga(async saga => { var id = await Step(() => payments.Charge(request, \"\")); saga.Compensate(async step => { await payments.Refund(id); }, new() { Retry = new() { MaxAttempts = 0 } }); }); return 1;",
        "var copy = Copy(request); try { request.Items.Clear(); await Delay(Wait); } catch { request = copy; throw; } return request.Items.Count;",
        "return await Transaction(tx => { using var c = tx.Connection.CreateCommand(); c.CommandText = \"select 1\"; return Convert.ToInt32(c.ExecuteScalar()); });",
        "var r = await Transaction(tx => { using var c = tx.Connection.CreateCommand(); c.CommandText = \"select 1\"; using var rd = c.ExecuteReader(); var l = new List<long>(); while (rd.Read()) l.Add(rd.GetInt64(0)); return l; }); return r.Count;",
        "var t = mail.IsOpen ? Delay(Wait) : Delay(TimeSpan.Zero); await t; return 1;",
        "_log.Sort(static (a, b) => string.CompareOrdinal(a, b)); await Delay(Wait); _log.ForEach(l => _total += l.Length); return _total;",
        "var e = request.Items.GetEnumerator(); while (e.MoveNext()) await Step(() => mail.Send(\"x\")); return 1;",
        "Lazy<int>? lazy = null; var n = new Lazy<int>(() => 5).Value; await Delay(Wait); return n;",
        "var nested = await InScope(async s1 => await InScope(async s2 => { await Delay(Wait); return 3; })); return nested;",
        "if (request is not { Items.Count: > 0, Amount: >= 1 and < 100 }) return 0; await Delay(Wait); return 1;",
        "List<int> nums = [.. Enumerable.Range(0, 5), 7]; await Delay(Wait); return nums is [_, .., var z] ? z : 0;",
        "switch (request.Amount) { case > 10: await Delay(Wait); goto case 5; case 5: return 2; default: return 3; }",
        "var mm = new MemoryStream([1, 2]); var bytes = mm.ToArray(); await Delay(Wait); return bytes.Length;",
        "var h = await Step(async step => { using var req = new HttpRequestMessage(HttpMethod.Post, \"http://a\"); req.Headers.Add(\"K\", step.IdempotencyKey); using var http = new HttpClient(); using var resp = await http.SendAsync(req, step.CancellationToken); resp.EnsureSuccessStatusCode(); return (int)resp.StatusCode; }); return h;",
    ];

    [Fact]
    public async Task No_rule_says_a_word_of_any_of_them()
    {
        var (source, ends) = (new StringBuilder(), new List<int>());
        foreach (var (i, body) in Bodies.Index())
        {
            source.Append(Analysis.Workflow(body, Members).Replace("class Trial(", $"class Trial{i}(", StringComparison.Ordinal).Replace("(Trial w)", $"(Trial{i} w)", StringComparison.Ordinal)).Append('\n');
            ends.Add(source.Length);
        }
        var said = await Analysis.Run(source.ToString());
        Assert.Equal("", string.Join('\n', said.Select(d => $"{Bodies[ends.FindIndex(end => d.Location.SourceSpan.Start < end)]}\n    {d.Id}: {d.GetMessage()}")));
    }
}
