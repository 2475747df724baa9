namespace Holdfast.Tests.Runs.Edits;

/// <summary>Workflows as they were when their runs were parked. A comment with a word marks a place where an edit adds something.</summary>
static class EditedCode
{
    /// <summary>Parked at the signal "go", in a loop over an iterator, with everything alive that the compiler can make.</summary>
    public const string Main = """
        using Holdfast;
        //above
        public enum Stage { New, Checked, Paid }
        public sealed class Order { public string Name; public int Count; public long Total; }
        public static class Calls
        {
            public const int Fee = 40;
            public static int Twice(int v) => v * 2;
            public static int Size<T>(int v) => v + typeof(T).Name.Length;
            public static int Later(int v) => v + 1;
        }
        public sealed class W : Workflow
        {
            //members
            List<int> _seen = [1, 2];
            int _offset = 10;
            int _kept = 5;
            List<string> _names = ["a"];
            //first
            IEnumerable<int> Pairs(int n) { for (var i = 1; i < n; i++) yield return i * 2; }
            //second
            public async Durable<string> Run(int n)
            {
                var total = n; var other = 3; var stage = Stage.Checked; var order = new Order { Name = "o", Count = 4 };
                Func<int, int> add = x => { total += x; return x * 2; };
                Func<Durable<int>> later = async () => { await Step(() => Task.FromResult(1)); /*lambda*/ return total + 5; };
                int Plain(int p) { return p + total; }
                async Durable<int> Wait(int w) { await Step(() => Task.FromResult(2)); /*local*/ return w + total; }
                /*before*/
                var first = await Step(() => Task.FromResult(7)); /*after first*/
                var text = "";
                foreach (var pair in Pairs(3))
                {
                    try
                    {
                        var go = await Receive(new Signal<string>("go"));
                        text += go + add(pair);
                        if (go == "fail") throw new InvalidOperationException("told");
                    }
                    catch (InvalidOperationException e) when (e.Message.Length > 3)
                    {
                        text += "caught";
                    }
                    finally { other++; }
                    _seen.Add(pair);
                    /*in loop*/
                }
                var twice = Calls.Twice(first) + Calls.Fee + Calls.Size<int>(n);
                /*behind*/
                var last = await Step(() => Task.FromResult("literal"));
                twice += Calls.Later(0) + await later() + await Wait(6) + Plain(8) + _seen.Count(v => v > 1);
                return $"{text} {total} {other} {first} {twice} {last} {order.Name} {_offset + _seen.Count} {(stage == Stage.Checked ? "checked" : "not")}";
            }
            //third
            async Durable<int> Helped(int n) { await Step(() => Task.FromResult(n)); return n; }
        }
        //below
        """;

    /// <summary>Calls methods that are told who calls them, by the compiler or by the one who wrote the call.</summary>
    public const string Callers = """
        using Holdfast;
        //above
        public static class Told
        {
            public static string Pay(int sum, [CallerArgumentExpression(nameof(sum))] string currency = "") => sum + currency.Replace(" ", "").Replace("\n", "").Replace("/*net*/", "").Replace("//net", "");
            public static string File(int sum, [CallerFilePath] string path = "") => sum + (path.StartsWith('/') || path.Contains('\\') ? "" : path);
            public static string Member(int sum, [CallerMemberName] string name = "") => sum + name;
            public static int Line(int sum, [CallerLineNumber] int line = 0) => line > 0 ? sum : 0;
        }
        public sealed class W : Workflow
        {
            string Late => string.Concat(((Func<string>)(() => Told.Member(2)))(), Told.File(2));
            public async Durable<string> Run(int n)
            {
                var name = "n" + n; var sum = n;
                var go = await Receive(new Signal<string>("go"));
                ArgumentNullException.ThrowIfNull(name);
                Func<string> lambda = () => Told.Member(n + 1) + Told.File(n) + Told.Line(n) + Told.Pay(n + 2);
                string Local() => Told.Member(n) + Told.File(n) + Told.Line(n);
                var written = Told.Pay(5, "EUR") + Told.Pay(6, "https://a.example/x\nhttps://b.example") + Told.File(5, "a.csv") + Told.File(6, "rules/one.cs") + Told.Member(5, "a");
                return $"{go} {written} {Told.Pay(sum > 3 ? 1 : 2)} {Told.File(5)} {Told.Member(5)} {Told.Line(5)} {lambda()} {Local()} {Late}";
            }
        }
        """;

    /// <summary>Parked in methods that others call: a base class's, a nested generic one, and three side by side.</summary>
    public const string Nested = """
        using Holdfast;
        public abstract class Base : Workflow
        {
            protected async Durable<string> Ask(string what) { var prefix = what + ":"; var answer = await Receive(new Signal<string>("ask")); /*base*/ return prefix + answer; }
        }
        public sealed class W : Base
        {
            async Durable<string> Price<T>(T part) { var tax = 3; var extra = await Receive(new Signal<string>("price")); /*nested*/ return $"{part}{tax}{extra}"; }
            async Durable<string> Leg(int i) { var own = i * 10; var go = await Receive(new Signal<string>("leg")); /*leg*/ return $"{own}{go}"; }
            async Durable<string> Late(string s) { var mark = "late"; await Step(() => Task.FromResult(1)); return mark + s; }
            public async Durable<string> Run(int n)
            {
                var start = n + 1;
                string answer;
                if (n == 1) answer = await Ask("base");
                else if (n == 2) answer = await Price<int>(7);
                else if (n == 3) answer = string.Join(",", await Durable.WhenAll(Leg(1), Leg(2), Leg(3)));
                else { await Delay(TimeSpan.FromDays(1)); /*timer*/ answer = "timed"; }
                /*caller*/
                return $"{start} {answer} {await Late("x")}";
            }
        }
        """;

    /// <summary>Parked at the signal "go" with tuples. The method that waits names none of their elements, so only the names can differ.</summary>
    public const string Tuples = """
        using Holdfast;
        public class Box { public (int Low, int High) R; public List<(string What, (int Low, int High)? Span)[]> Many; public (int, int) Bare; }
        public static class Calls
        {
            public static Box Fill(int n) => new() { R = (n, n + 10), Many = [[("x", (n, n + 20))]], Bare = (n, n + 30) };
            public static (int Low, int High) Make(int n) => (n, n + 40);
            public static string Show(Box box) => $"{box.R} {box.Many[0][0]} {box.Bare}";
            public static string Show((int Low, int High) range) => $"{range}";
            public static int Apart((int Left, int Right) pair) => pair.Right - pair.Left;
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                (int Low, int High) own = Calls.Make(n); (int Low, int High) caught = Calls.Make(n + 1);
                List<(int Low, int High)> all = [Calls.Make(n + 2)]; (int A, int B, int C, int D, int E, int F, int G, int H, (int Low, int High) I) wide = (1, 2, 3, 4, 5, 6, 7, 8, own);
                Func<string> show = () => Calls.Show(caught);
                var box = Calls.Fill(n);
                await Receive(new Signal<string>("go"));
                return $"{Calls.Show(box)} {Calls.Show(own)} {show()} {all[0]} {wide}";
            }
            static string Other(int n) { (int Left, int Right) other = (n, n); return Calls.Show(other); }
        }
        """;

    /// <summary>Waits beside a step that has failed (1), or with the exception in its hands (2).</summary>
    public const string Failed = """
        using Holdfast;
        public class Refused(string why, int code) : Exception(why) { public int Code = code; }
        public static class Desk { public static Task<int> Ask() => throw new Refused("closed", 7); }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                try
                {
                    var asked = Step(Desk.Ask, new() { Retry = RetryPolicy.None });
                    if (n == 1) await Durable.WhenAll(asked, Receive(new Signal<string>("go")));
                    else await asked;
                    return "answered";
                }
                catch (Exception e)
                {
                    if (n == 2) await Receive(new Signal<string>("go"));
                    return $"{e.GetType().Name} {(e as StepFailedException)?.TypeName}: {e.Message}";
                }
            }
        }
        """;

    /// <summary>Parked at the signal "go" with objects that are taken apart afterwards, by the place of what is in them.</summary>
    public const string Apart = """
        using Holdfast;
        public record Price(int Gross, int Net);
        public readonly record struct Span(int From, int To);
        public sealed class Own { public int A; public int B; public void Deconstruct(out int first, out int second) { first = A; second = B; } }
        public sealed class Far { public int A; public int B; }
        public static class Parts { public static void Deconstruct(this Far far, out int first, out int second) { first = far.A; second = far.B; } }
        public record Whole(int Left, int Right);
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var price = new Price(n, 2); var span = new Span(n, 9); var own = new Own { A = n, B = 4 }; var far = new Far { A = n, B = 6 }; var whole = new Whole(n, 8);
                var go = await Receive(new Signal<string>("go"));
                var (x, y) = price;
                var (a, b) = own;
                var (c, d) = far;
                return $"{go} {x} {y} {(span is (5, _) ? "five" : "none")} {a} {b} {c} {d} {whole.Left}";
            }
        }
        """;

    /// <summary>Parked at the signal "go" with objects that are taken apart by what they are, which the code does not say.</summary>
    public const string Dispatched = """
        using Holdfast;
        public interface IPair { void Deconstruct(out int a, out int b); }
        public record Ends(int Low, int High) : IPair;
        public class Twin { public int A; public int B; public void Deconstruct(out int first, out int second) { first = A; second = B; } }
        public class Heir : Twin, IPair { }
        public class Hidden : IPair { public int A; public int B; void IPair.Deconstruct(out int one, out int two) { one = A; two = B; } }
        public abstract class Shape { public abstract void Deconstruct(out int x, out int y); }
        public class Square : Shape { public int A; public int B; public override void Deconstruct(out int wide, out int high) { wide = A; high = B; } }
        public interface IOther { void Deconstruct(out int a, out int b); }
        public record Other(int Left, int Right) : IOther;
        public static class Made
        {
            public static IPair Ends(int n) => new Ends(Low: n, High: 9);
            public static IPair Heir(int n) => new Heir { A = n, B = 8 };
            public static IPair Hidden(int n) => new Hidden { A = n, B = 7 };
            public static Shape Square(int n) => new Square { A = n, B = 6 };
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var ends = Made.Ends(n); var heir = Made.Heir(n); var hidden = Made.Hidden(n); var square = Made.Square(n);
                var go = await Receive(new Signal<string>("go"));
                var (a, b) = heir;
                var (c, d) = hidden;
                var (e, f) = square;
                return $"{go} {(ends is (5, 9) ? "yes" : "no")} {a} {b} {c} {d} {e} {f}";
            }
            public async Durable<string> In<T>(T pair) where T : IPair { await Receive(new Signal<string>("go")); var (a, b) = pair; return $"{a} {b}"; }
        }
        """;

    /// <summary>Parked at the signal "go" in a loop over the members of an enum.</summary>
    public const string Counted = """
        using Holdfast;
        public enum Level { Low, Mid, High, Top }
        public enum Rank { Low, Mid, High, Top }
        public enum Tone { Low, Mid, High, Top }
        public static class Made { public static Level Parse(string name) => Enum.Parse<Level>(name); public static Rank Rank(string name) => Enum.Parse<Rank>(name); public static Tone Tone(string name) => Enum.Parse<Tone>(name); }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var log = ""; var rank = Made.Rank("Mid"); var tone = Made.Tone("Mid"); Func<bool> lower = () => rank < Rank.High;
                for (var level = Level.Low; level <= Level.Top; level++) { log += level + ","; if (level == Made.Parse("Mid")) log += await Receive(new Signal<string>("go")); }
                var said = tone switch { Tone.Mid => "m", Tone.High => "h", Tone.Top => "t", _ => "?" };
                return $"{log} {lower()} {said} {tone == Made.Tone("High")}";
            }
        }
        """;

    /// <summary>Parked at the signal "go" with data of every shape. The method that waits names none of its types, so all that can differ is the data.</summary>
    public const string Data = """
        using Holdfast;
        using System.Reflection;
        public enum Kind { None, Some, Other }
        public enum Tone { Low, High }
        public enum Genre { None, Some, Other }
        [Flags] public enum Rights { None, Read, Write, All = Read | Write } public enum Grade { Good = 1, Fine = 1, Bad } public enum Mask { In = 1, Out = 2, Side = 4, Every = 7 } public class Allowed { public Rights All; public Rights Read; public Rights None; public Rights Odd; public Grade Grade; public Mask Mask; }
        public sealed class Badge { public static readonly Badge Gold = new(10); public static Badge Iron { get; } = new(2); readonly int Rate; Badge(int rate) => Rate = rate; }
        public class Widths { public char Letter; public ushort Port; public long Far; public int? Near; public Kind Sort; public Kind? Perhaps; }
        public class Plain { public int V; }
        public struct Spot { public int X; public int Y; public string Label; }
        public readonly record struct Pair(int One, int Two);
        public class Holder { public Spot Inside; public Spot[] Many; public Plain Held; }
        public record Line(string What, int Many) { public string Remark { get; init; } }
        public class Thing { public int Shelf; } public class Order : Thing { public int Count;
            public string Name; public long Total; public Kind Kind; public Kind Empty; public int? Perhaps; public decimal Price; public string Note { get; set; } public List<int> Numbers; }
        public class Oops : Exception { public int Code; }
        public static class Made
        {
            static IEnumerable<FieldInfo> Fields(Type t)
            {
                for (; t != null && t != typeof(object) && t != typeof(ValueType) && t != typeof(Exception); t = t.BaseType)
                    foreach (var f in t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)) yield return f;
            }
            static string Name(FieldInfo f) => f.Name.TrimStart('<').Split('>')[0];
            static Type Type(string name) => typeof(Made).Assembly.GetType(name, true);
            static object Fill(string type, params (string Name, object Value)[] values)
            {
                var made = RuntimeHelpers.GetUninitializedObject(Type(type));
                foreach (var (name, value) in values) Fields(made.GetType()).First(f => Name(f) == name).SetValue(made, value);
                return made;
            }
            static Array Row(object item) { var row = Array.CreateInstance(item.GetType(), 2); row.SetValue(item, 1); return row; }
            static object Static(string name) => Type("Badge").GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).First(f => Name(f) == name).GetValue(null);
            public static object[] All()
            {
                var plain = Fill("Plain", ("V", 3));
                return
                [
                    Enum.ToObject(Type("Tone"), 1), plain, Fill("Spot", ("X", 1), ("Y", 2)), Fill("Pair", ("One", 1), ("Two", 2)),
                    Fill("Order", ("Shelf", 7), ("Count", 4), ("Name", "o"), ("Kind", Kind.Some), ("Price", 2.5m), ("Note", "n")), Fill("Line", ("What", "w"), ("Many", 2)),
                    Fill("Holder", ("Inside", Fill("Spot", ("X", 5), ("Y", 6))), ("Many", Row(Fill("Spot", ("Y", 8)))), ("Held", plain)), Fill("Oops", ("Code", 9)),
                    Fill("Widths", ("Letter", 'x'), ("Port", (ushort)80), ("Far", 5L), ("Near", 6), ("Sort", Kind.Other), ("Perhaps", Kind.Some)),
                    Fill("Allowed", ("All", Rights.All), ("Read", Rights.Read), ("Odd", (Rights)8), ("Grade", (Grade)1), ("Mask", Mask.Every)),
                    Static("Gold"), Static("Iron"), Fill("Badge", ("Rate", 10)),
                ];
            }
            public static string Show(object value)
            {
                if (value is object[] all) return string.Join(" ", all.Select(Show));
                if (value is Array row) return "[" + string.Join(" ", row.Cast<object>().Select(Show)) + "]";
                if (value is Enum || value.GetType().Namespace != null) return value.ToString();
                var fields = Fields(value.GetType()).Select(f => (Name: Name(f), Value: f.GetValue(value), f.FieldType)).Where(f => f.Value != null && !(f.FieldType.IsValueType && f.Value.Equals(Activator.CreateInstance(f.FieldType))));
                var held = value.GetType().GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).FirstOrDefault(f => f.GetValue(null) == value);
                return value.GetType().Name + (held == null ? "" : "." + Name(held)) + "(" + string.Join(" ", fields.OrderBy(f => f.Name).Select(f => f.Name + "=" + Show(f.Value))) + ")";
            }
        }
        public abstract class Root : Workflow { protected int _root = 6; }
        public abstract class Stump : Workflow { }
        public sealed class W : Root
        {
            int _kept = 5; readonly int _fixed = 8;
            public async Durable<string> Run(int n)
            {
                var all = Made.All();
                var go = await Receive(new Signal<string>("go"));
                return go + Made.Show(all);
            }
        }
        """;

    /// <summary>Waits beside a step that has given a struct.</summary>
    public const string Given = """
        using Holdfast;
        public record struct Price(int Net, int Tax);
        public static class Desk { public static Task<Price> Ask() => Task.FromResult(new Price { Net = 10, Tax = 3 }); public static string Show(object price) => price.GetType().GetProperty("Net").GetValue(price) + " " + price.GetType().GetProperty("Tax")?.GetValue(price); }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var asked = Step(Desk.Ask);
                await Durable.WhenAll(asked, Receive(new Signal<string>("go")));
                return Desk.Show(await asked);
            }
        }
        """;

    /// <summary>Stopped in the middle of a step, whose code is in the workflow (1) or elsewhere (2).</summary>
    public const string InStep = """
        using Holdfast;
        public static class Gate { public static bool IsOpen; }
        public static class Made
        {
            public static Func<StepContext, Task<int>> Step(int k) => async step => { if (!Gate.IsOpen) await Task.Delay(-1, step.CancellationToken); return k + 100; };
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var start = n * 3;
                var got = n == 1
                    ? await Step(async step => { if (!Gate.IsOpen) await Task.Delay(-1, step.CancellationToken); return start + 1; }, new() { Label = "own" })
                    : await Step(Made.Step(n), new() { Label = "made" });
                return $"{start} {got}";
            }
        }
        """;
}
