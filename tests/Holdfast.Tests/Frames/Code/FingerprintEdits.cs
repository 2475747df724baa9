namespace Holdfast.Tests.Frames.Code;

/// <summary>Edits of one workflow, each a text replaced by another, and whether a run suspended before one may resume after it.</summary>
static class FingerprintEdits
{
    /// <summary>The workflow as it was. A comment with a number marks a place where an edit adds something.</summary>
    public const string Source = """
        //0
        public static class Calls
        {
            public static int G<T>(int v) => v + typeof(T).Name.Length;
            public static int Returns(int v) => v;
            public static Func<int, int> Make(int n) => v => v + n;
            public static void Log(string text, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "", [CallerMemberName] string member = "") { }
            public static int Check(bool condition, [CallerArgumentExpression(nameof(condition))] string text = "") => condition ? 1 : 0;
            public static void At(int a, [CallerLineNumber] long line = 0, int b = 0) { }
            public static void Boxed([CallerLineNumber] object line = null) { }
        }
        public class W
        {
            //1
            Func<int, int> _field = v => v + 1;
            //2
            IEnumerable<int> Pairs(int n) { for (var i = 0; i < n; i++) yield return i * 2; }
            //3
            public async Task<int> Run(int n)
            {
                var list = new List<int> { 1, 2, 3 }; /*a*/ int total = 0; var text = "literal";
                Func<int, int> f = x => { total += x; return x * 2; };
                Func<Task<int>> later = async () => { await Task.Yield(); /*b*/ return n + 5; };
                async Task<int> Wait(int w) { await Task.Yield(); /*c*/ return w + total; }
                int Plain(int p) { return p + total; }
                static int Still(int p) { return p - 7; }
                IEnumerable<int> Some() { yield return n; /*d*/ yield return total; }
                foreach (var item in list) { await Task.Delay(0); total += f(item); /*e*/ }
                try { await Task.Yield(); /*f*/ }
                catch (InvalidOperationException e) when (e.Message.Length > 3) { await Task.Delay(e.Message.Length); throw; }
                finally { total++; }
                try { total += Calls.G<int>(n); } catch (FormatException) { total--; }
                foreach (var pair in Pairs(n)) { await Task.Yield(); total += pair; }
                foreach (var some in Some()) { await Task.Yield(); total += some; }
                var only = n; int Tiny() { return only + 1; }
                Func<Func<int>> nested = () => () => n * 11;
                total += Tiny() + nested()();
                var shape = new { n, Total = total };
                Func<string, int> parse = int.Parse;
                switch (text) { case "aa": total += 1; break; case "bb": total += 2; break; case "cc": total += 3; break; case "dd": total += 4; break; case "ee": total += 5; break; case "ff": total += 6; break; case "gg": total += 7; break; }
                Calls.Log("done");
                await Task.Yield();
                total += Calls.Check(n > 1);
                total += Calls.Check(n>2 && total   > 1);
                Calls.At(1, b: n > 5 ? 2 : 3);
                Calls.Boxed();
                return total + Calls.Returns(n) + await Wait(n) + Plain(n) + Still(n) + await later() + list.Count(v => v > n) + (int)shape.n + parse("1");
            }
            //4
        }
        //5
        """;

    /// <summary>Edits that make a suspended run's states or variables mean something else.</summary>
    public static readonly Dictionary<string, (string Old, string New)> Changing = new()
    {
        ["await inserted"] = ("/*e*/", "await Task.Yield();"),
        ["await removed"] = ("Calls.Log(\"done\");\n        await Task.Yield();", "Calls.Log(\"done\");"),
        ["await moved"] = ("Calls.Log(\"done\");\n        await Task.Yield();", "await Task.Yield();\n        Calls.Log(\"done\");"),
        ["await inserted in an async lambda"] = ("/*b*/", "await Task.Yield();"),
        ["await inserted in an async local function"] = ("/*c*/", "await Task.Yield();"),
        ["yield inserted in a local iterator"] = ("/*d*/", "yield return 9;"),
        ["body of a called private iterator"] = ("yield return i * 2", "yield return i * 3"),
        ["bound of a called private iterator"] = ("i < n; i++", "i <= n; i++"),
        ["catch type"] = ("catch (InvalidOperationException e)", "catch (ArgumentException e)"),
        ["catch type without a variable"] = ("catch (FormatException)", "catch (OverflowException)"),
        ["filter"] = ("e.Message.Length > 3", "e.Message.Length > 4"),
        ["filter removed"] = ("when (e.Message.Length > 3) ", ""),
        ["generic method argument"] = ("Calls.G<int>", "Calls.G<long>"),
        ["return type of a called method"] = ("public static int Returns(int v) => v;", "public static byte Returns(int v) => (byte)v;"),
        ["parameter type of a called method"] = ("public static int Returns(int v) => v;", "public static int Returns(long v) => (int)v;"),
        ["called method renamed"] = ("Returns", "Answers"),
        ["string literal"] = ("\"literal\"", "\"Literal\""),
        ["number literal"] = ("n + 5", "n + 6"),
        ["hoisted local renamed"] = ("total", "sum"),
        ["hoisted local retyped"] = ("int total = 0;", "uint start = 0; int total = (int)start;"),
        ["hoisted local added"] = ("/*a*/", "var added = n * 3; Func<int> more = () => added;"),
        ["hoisted local of another type"] = ("var list = new List<int> { 1, 2, 3 };", "var list = new HashSet<int> { 1, 2, 3 };"),
        ["body of a capturing lambda"] = ("return x * 2;", "return x * 4;"),
        ["body of a lambda that captures nothing but a parameter"] = ("list.Count(v => v > n)", "list.Count(v => v < n)"),
        ["body of an async lambda"] = ("return n + 5", "return n - 5"),
        ["body of an async local function"] = ("return w + total", "return w - total"),
        ["body of a local function"] = ("return p + total", "return p - total"),
        ["body of a static local function"] = ("return p - 7", "return p + 7"),
        ["closure captures more"] = ("{ total += x; return x * 2; }", "{ total += x + text.Length; return x * 2; }"),
        ["closure captures less"] = ("return w + total", "return w"),
        ["body of a local function with a struct for its variables"] = ("return only + 1", "return only + 2"),
        ["struct of a local function captures more"] = ("return only + 1", "return only + total"),
        ["body of a lambda in a lambda"] = ("n * 11", "n * 12"),
        ["method group"] = ("Func<string, int> parse = int.Parse;", "Func<string, int> parse = System.Convert.ToInt32;"),
        ["property of an anonymous type renamed"] = ("Total = total }", "Sum = total }"),
        ["property of an anonymous type retyped"] = ("Total = total }", "Total = (long)total }"),
        ["case of a switch"] = ("case \"cc\"", "case \"xx\""),
        ["finally removed"] = ("finally { total++; }", ""),
        ["guarded part shorter"] = ("try { total += Calls.G<int>(n); } catch (FormatException) { total--; }", "total += Calls.G<int>(n); try { total++; } catch (FormatException) { total--; }"),
        ["parameter renamed"] = ("public async Task<int> Run(int n)\n    {", "public async Task<int> Run(int m)\n    { var n = m;"),
    };

    /// <summary>Edits elsewhere, or without meaning.</summary>
    public static readonly Dictionary<string, (string Old, string New)> Harmless = new()
    {
        ["lambdas and closures added above"] = ("//1", "public Func<int> Early(int q) { Func<int, int> z = v => v * q; Func<int> y = () => z(q) + q; return y; }"),
        ["async method added above"] = ("//1", "public async Task<int> Early(int q) { Func<int, int> z = v => v * q; await Task.Yield(); async Task L() { await Task.Yield(); q++; } await L(); return z(3); }"),
        ["iterator added above"] = ("//1", "public IEnumerable<int> Early(int q) { yield return q; }"),
        ["method added below"] = ("//4", "public async Task<int> Late(int q) { Func<int, int> z = v => v * q; await Task.Yield(); return z(3); }"),
        ["overload added above"] = ("//3", "public async Task<int> Run(string n) { Func<int> z = () => n.Length; await Task.Yield(); return z(); }"),
        ["generic method with lambdas added above"] = ("//1", "public static Func<T> Early<T>(T q) { Func<int> z = () => 3; Func<string, int> p = int.Parse; return () => q; }"),
        ["another field initialiser"] = ("//2", "Func<int, int> _more = v => v + 2; public Func<string, long> Parse = long.Parse;"),
        ["comments"] = ("/*e*/", "/* nothing\n\n\n\nat all */"),
        ["white space"] = ("total += pair;", "\n\n   total  +=\n pair  ;"),
        ["lines above"] = ("//0", new string('\n', 300)),
        ["type added above"] = ("//0", "public class Early { public Func<int> F(int q) => () => q; public async Task T() => await Task.Yield(); }"),
        ["unrelated anonymous types"] = ("//0", "public class Early { public object A => new { Early = 1 }; public object B => new { n = 1, Early = 2 }; }"),
        ["unrelated anonymous delegate"] = ("//0", "public class Early { public object A() { var f = (ref int x, int y = 4) => x + y; return f; } }"),
        ["unrelated method group caches"] = ("//1", "public Func<string, long> P1() => long.Parse; public Func<string, byte> P2() => byte.Parse;"),
        ["unrelated string switch"] = ("//1", "public int Early(string s) => s switch { \"a\" => 1, \"b\" => 2, \"c\" => 3, \"d\" => 4, \"e\" => 5, \"f\" => 6, \"g\" => 7, \"h\" => 8, _ => 9 };"),
        ["unrelated array and collection expression"] = ("//1", "public IReadOnlyList<int> Early(int s) { ReadOnlySpan<int> a = [1, 2, 3, 4]; return [s, a[0]]; }"),
        ["unrelated dynamic"] = ("//1", "public object Early(dynamic d) => d.Name + d.Other;"),
        ["unrelated base call in a lambda"] = ("//1", "public Func<string> Early() => () => base.ToString();"),
        ["body of an ordinary called method"] = ("public static int Returns(int v) => v;", "public static int Returns(int v) => v + 1;"),
        ["body of a called method's lambda"] = ("=> v => v + n;", "=> v => v - n;"),
        ["space in a caller argument expression"] = ("Calls.Check(n > 1)", "Calls.Check(n>1)"),
        ["line break in a caller argument expression"] = ("Calls.Check(n>2 && total   > 1)", "Calls.Check(n > 2\n && total > 1)"),
        ["caller line far below"] = ("/*f*/", new string('\n', 70_000)),
        ["file-local type added above"] = ("//0", "file class Early { public Func<int> F(int q) => () => q; }"),
        ["attribute and accessibility of an unrelated member"] = ("Func<int, int> _field", "[NonSerialized] public Func<int, int> _field"),
    };
}
