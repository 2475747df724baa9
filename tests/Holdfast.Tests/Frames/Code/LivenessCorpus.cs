namespace Holdfast.Tests.Frames.Code;

/// <summary>Methods that exercise what the compiler does with variables across awaits. Each returns a text that shows every value it read.</summary>
static class LivenessCorpus
{
    public const string Source = """
        public struct Pair { public int A, B; public Pair(int a, int b) { A = a; B = b; } public void Grow() { A++; B++; } public override string ToString() => A + "/" + B; }
        public sealed class Resource(string name, List<string> log) : IDisposable { public void Dispose() => log.Add("closed " + name); }
        public class Corpus
        {
            string _field = "field";
            static void Bump(ref int x, ref Pair p) { x += 10; p.A += 100; }
            public async Flow<string> Loop(int n) { var text = ""; for (var i = 0; i < n; i++) { var twice = i * 2; await Flow.Pause(); text += twice + i + ","; } return text + n; }
            public async Flow<string> While(int n) { var a = 1; var b = 1; while (a < 100) { var c = a + b; await Flow.Pause(c); a = b; b = c; if (c == 21) continue; if (c > 60) break; } return a + ":" + b + n; }
            public async Flow<string> Finally(int n) { var log = new List<string>(); var last = "l"; try { try { await Flow.Pause(); log.Add("try"); if (n > 2) throw new FormatException("f" + n); await Flow.Pause(); } finally { log.Add("finally" + last); } } catch (FormatException e) { log.Add(e.Message); } await Flow.Pause(); return string.Join(",", log); }
            public async Flow<string> FinallyOnly(int n) { var seen = "before"; var log = new List<string>(); try { seen = "inside"; await Flow.Pause(); } finally { log.Add(seen); } return log[0]; }
            public async Flow<string> AwaitInFinally(int n) { var log = new List<string>(); var only = 7; try { await Flow.Pause(1, n > 2); log.Add("ok"); } catch (InvalidOperationException e) { await Flow.Pause(); log.Add(e.Message + only); } finally { await Flow.Pause(); log.Add("f" + only); } return string.Join(",", log) + n; }
            public async Flow<string> CatchOnly(int n) { var hint = "hint" + n; try { await Flow.Pause(5, true); hint = "never"; } catch (InvalidOperationException e) { return hint + e.Message; } return "none"; }
            public async Flow<string> CatchAssigned(int n) { var v = 1; try { v = 2; await Flow.Pause(0, n > 2); v = 3; await Flow.Pause(0, n > 1); v = 4; } catch { v += 10; } await Flow.Pause(); return "v" + v; }
            public async Flow<string> Filter(int n) { var limit = n * 2; var used = "u"; try { await Flow.Pause(3, true); } catch (InvalidOperationException e) when (e.Message.Length > limit) { await Flow.Pause(); used += "first"; } catch (Exception) when (limit > 0) { used += "second"; } return used + limit; }
            public async Flow<string> Branch(int n) { string a = "a", b = "b"; if (n > 2) { await Flow.Pause(); a = "A"; } else { await Flow.Pause(); b = "B"; } await Flow.Pause(); return n > 1 ? a : b; }
            public async Flow<string> Switch(int n) { var x = 3; switch (n) { case 1: await Flow.Pause(); x = 4; break; case 2: await Flow.Pause(); goto case 3; case 3: x += 5; await Flow.Pause(); break; default: await Flow.Pause(); return "d" + x; } return "s" + x; }
            public async Flow<string> ByReference(int n) { var x = n; var p = new Pair(1, 2); await Flow.Pause(); Bump(ref x, ref p); await Flow.Pause(); p.Grow(); await Flow.Pause(); return x + p.ToString(); }
            public async Flow<string> Structs(int n) { Pair p = default; await Flow.Pause(); p.A = n; await Flow.Pause(); var q = p; p = new Pair(p.B, p.A + q.B); await Flow.Pause(); q.B = 9; p = new Pair(5, n); await Flow.Pause(); return p + "," + q; }
            public async Flow<string> Nullables(int n) { int? v = null; await Flow.Pause(); v = v is null ? n : v + 1; await Flow.Pause(); v += 2; var t = (v, text: "t"); await Flow.Pause(); t.text += t.v; await Flow.Pause(); return t.text + v; }
            public async Flow<string> Closures(int n) { var total = n; Func<int, int> add = x => total += x; await Flow.Pause(); for (var i = 0; i < 3; i++) { var copy = i; Action more = () => total += copy; await Flow.Pause(); more(); } return add(1) + "," + total; }
            public async Flow<string> LocalFunctions(int n) { var total = n; void Add(int x) => total += x; Add(1); await Flow.Pause(); Add(2); await Flow.Pause(); async Flow<string> Inner(int k) { var own = k; await Flow.Pause(); Add(own); return own + "i"; } var r = await Inner(4); return r + total; }
            public async Flow<string> Spilled(int n) { var a = new int[4]; a[await Flow.Pause(1)] = n + await Flow.Pause(2) * n; a[2] += await Flow.Pause(3); var s = "x" + n + await Flow.Pause(4) + this._field + await Flow.Pause(5); return s + string.Join(",", a); }
            public async Flow<string> Each(int n) { var list = new List<int> { 1, 2, 3 }; var text = ""; foreach (var v in list) { var before = text; await Flow.Pause(); text = before + v; } foreach (var (k, v) in new Dictionary<int, string> { [1] = "a", [2] = "b" }) { await Flow.Pause(); text += k + v; } foreach (var v in new[] { 7, 8 }) { await Flow.Pause(); text += v; } foreach (var c in "xy") { await Flow.Pause(); text += c; } return text; }
            public async Flow<string> Usings(int n) { var log = new List<string>(); using (var one = new Resource("one", log)) { await Flow.Pause(); using var two = new Resource("two", log); await Flow.Pause(); log.Add("body"); if (n == 2) return string.Join(",", log); } await Flow.Pause(); return string.Join(",", log); }
            public async Flow<string> NestedTries(int n) { var log = new List<string>(); var a = "a"; var b = "b"; for (var i = 0; i < 3; i++) { try { try { await Flow.Pause(i, i == 1); if (i == n) continue; log.Add(a + i); } finally { log.Add(b); a = "A" + i; } try { await Flow.Pause(); } finally { b += i; } } catch (InvalidOperationException) { log.Add("c" + a + b); await Flow.Pause(); if (n == 3) break; } finally { log.Add("end" + i); } } return string.Join(",", log); }
            public async Flow<string> Goto(int n) { var x = 0; var y = "y"; again: await Flow.Pause(); x++; if (x < n) goto again; y += x; await Flow.Pause(); if (x < 10) { x = 10; goto again; } return y + x; }
            public async Flow<string> Conditional(int n) { var s = n > 2 ? "big" + await Flow.Pause(1) : "small" + await Flow.Pause(2); var t = await Flow.Pause(0) == 0 && n > 1 ? s : null; return (t ?? "none" + await Flow.Pause(9)) + s; }
            public async Flow<string> Dead(int n) { var r = new System.Text.RegularExpressions.Regex("a"); var m = r.IsMatch("a"); await Flow.Pause(); r = new System.Text.RegularExpressions.Regex("b"); await Flow.Pause(); return m + r.ToString() + n; }
            public async Flow<string> Patterns(object o) { if (o is int i and > 1) { await Flow.Pause(); if (o is IFormattable { } f) { await Flow.Pause(); return i + "," + f; } } var r = o switch { int k when k > 0 => "k" + k + await Flow.Pause(1), _ => "other" + await Flow.Pause(2) }; return r + o; }
            public async Flow<string> Generic<T>(T n) { var list = new List<T> { n }; T copy = n; T nothing = default; await Flow.Pause(); list.Add(copy); await Flow.Pause(); nothing = copy; await Flow.Pause(); return string.Join(",", list) + nothing; }
            public async Flow<string> Rethrow(int n) { var note = "n"; try { try { await Flow.Pause(n, true); } catch (Exception) { note += "c"; await Flow.Pause(); throw; } } catch (InvalidOperationException e) { await Flow.Pause(); return note + e.Message; } return "none"; }
            public async Flow<string> ReturnInTry(int n) { var log = new List<string>(); async Flow<string> Body() { var mine = "m"; try { await Flow.Pause(); if (n > 1) return mine + "r"; await Flow.Pause(); mine = "late"; } finally { log.Add("fin" + mine); await Flow.Pause(); log.Add(mine); } return "end"; } var got = await Body(); return got + string.Join(",", log); }
            public async Flow<string> Calls(int n) { var own = "o" + n; var first = await Loop(n); var second = await Finally(n); await Flow.Pause(); return own + first + second; }
            public async Flow<string> Compound(int n) { var x = n; x += await Flow.Pause(3); x = x * 2 - await Flow.Pause(x); var s = "s"; s += x + await Flow.Pause(1) + s; _field += s; return s + x + _field; }
            public async Flow<string> Outs(int n) { var map = new Dictionary<int, string> { [2] = "two" }; var text = ""; for (var i = 1; i < 4; i++) { if (map.TryGetValue(i, out var found)) { await Flow.Pause(); text += found; } await Flow.Pause(); } return text + n; }
            public async Flow<string> Locks(int n) { var gate = new object(); var count = 0; lock (gate) { count++; } await Flow.Pause(); lock (gate) { count += n; } await Flow.Pause(); return "c" + count; }
            public async Flow<string> TryInLoopWithBreak(int n) { var i = 0; var keep = "k"; while (true) { var round = i; try { await Flow.Pause(i, i == 2); if (i > n) break; i++; } catch (InvalidOperationException e) { keep += e.Message + round; i += 2; } finally { keep += "f"; } } return keep + i; }
        }
        """;
}
