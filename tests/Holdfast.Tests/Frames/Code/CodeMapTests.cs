using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Tests.Frames.Code;

/// <summary>Names of code: no ordinals, back and forth, and only what the code itself makes delegates of.</summary>
public sealed class CodeMapTests
{
    const string Source = """
        public class W
        {
            //EXTRA
            Func<int, int> _field = v => v + 1;
            public event Action<int> Happened;
            public int Count => new[] { 1 }.Count(v => v > 0);
            public async Task<int> Run(int n)
            {
                var total = 0;
                Func<int, int> captures = x => { total += x; return x; };
                Func<Task<int>> later = async () => { await Task.Yield(); return n; };
                int Local(int a) => a + total;
                async Task<int> LocalAsync<T>(T a) { await Task.Yield(); return total; }
                IEnumerable<int> Many() { yield return n; }
                for (var i = 0; i < n; i++) { var copy = i; Happened += _ => { Func<int> inner = () => copy + n; total += inner(); }; await Task.Yield(); }
                var shape = new { n, Name = "x" };
                Func<string, int> parse = int.Parse;
                Func<int, int> hosted = v => v * 2;
                foreach (var one in Many()) { await Task.Yield(); total += one; }
                IReadOnlyList<int> list = [n, 2, total];
                return parse("1") + hosted(captures(Local(await later()))) + await LocalAsync(3L) + shape.n + list.Count + Enumerable.Range(0, 3).Count(v => v > n);
            }
            public async Task<int> Run(string n) { Func<int> f = () => n.Length; await Task.Yield(); return f(); }
            public async Task<T> Run<T>(T n) { Func<T> f = () => n; Func<int> g = () => 3; Func<string, int> p = int.Parse; await Task.Yield(); return f(); }
            public IEnumerable<int> Iterate(int n) { yield return n; }
            public async IAsyncEnumerable<int> IterateAsync(int n) { await Task.Yield(); yield return n; }
            public override string ToString() { Func<string> f = () => base.ToString(); return f(); }
            public class Inner<T> { public Func<T, U> Make<U>(U u) => t => u; }
        }
        """;

    const string Extra = """
        Func<int, int> _early = v => v - 1;
        public async Task<int> Added(int q) { Func<int, int> z = v => v * q; Func<string, long> p = long.Parse; await Task.Yield(); var a = new { Early = 1 }; return z(3); }
        public IEnumerable<int> AddedToo(int q) { int L() => q; yield return L(); }
        public static object Dynamic(dynamic d) => d.X;
        """;

    [Theory, InlineData(false), InlineData(true)]
    public void Unrelated_members_change_no_names(bool release)
    {
        var plain = Compiled.From(Source, release);
        var extra = Compiled.From(Source.Replace("//EXTRA", "", StringComparison.Ordinal).Replace("public IEnumerable<int> Iterate(", Extra[(Extra.IndexOf('\n') + 1)..] + "public IEnumerable<int> Iterate(", StringComparison.Ordinal), release);
        var before = plain.Assembly.GetTypes().Where(CompilerMade.Is).Select(CodeMap.Of(plain.Assembly).NameOf).ToHashSet();
        var after = extra.Assembly.GetTypes().Where(CompilerMade.Is).Select(CodeMap.Of(extra.Assembly).NameOf).ToHashSet();
        Assert.Empty(before.Except(after));
        Assert.NotEmpty(after.Except(before));
        Assert.All(Nameless(plain.Assembly), m => Assert.NotNull(CodeMap.Of(extra.Assembly).MethodByName(CodeMap.Of(plain.Assembly).NameOf(m))));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Names_hold_no_ordinals_of_the_compiler(bool release)
    {
        var compiled = Compiled.From(Source, release);
        var map = CodeMap.Of(compiled.Assembly);
        var names = compiled.Assembly.GetTypes().Where(CompilerMade.Is).Select(map.NameOf).Concat(Nameless(compiled.Assembly).Select(map.NameOf)).ToArray();
        Assert.All(names, name => Assert.DoesNotMatch("__[0-9]|AnonymousType[0-9]", name));
        Assert.Contains("W!Run(int)", names);
        Assert.Contains("W!Run(string)", names);
        Assert.Contains("W!Run`1($$0)", names);
        Assert.Contains("W!Run(int)/lambda0", names);
        Assert.Contains("W!Run(int)/local0", names);
        Assert.Contains("W!.ctor()/lambda0", names);
        Assert.Contains("W+Inner`1!Make`1($$0)/closure0", names);
        Assert.Contains("<new>{n,Name}", names);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Names_lead_back_to_types_and_methods(bool release) => RoundTrips(Compiled.From(Source, release).Assembly);

    [Fact]
    public void Names_lead_back_in_this_assembly() => RoundTrips(typeof(CodeMapTests).Assembly);

    [Theory, InlineData(typeof(CodeMap)), InlineData(typeof(HttpClient)), InlineData(typeof(System.Text.Json.JsonSerializer)), InlineData(typeof(Microsoft.CodeAnalysis.SyntaxNode))]
    public void Names_lead_back_in_large_assemblies(Type from) => RoundTrips(from.Assembly);

    [Theory]
    [InlineData(""), InlineData("!"), InlineData("/"), InlineData("No.Such"), InlineData("W!"), InlineData("W!Nothing()"), InlineData("W[]"), InlineData("W, Other"), InlineData("<new>{a}")]
    [InlineData("W&"), InlineData("W!Run(int)/lambda99"), InlineData("<>f__AnonymousType0`2"), InlineData("W+<>c"), InlineData("\0"), InlineData("System.String, System.Private.CoreLib"), InlineData("!Run(int)")]
    public void A_name_from_nowhere_finds_nothing(string name)
    {
        var map = CodeMap.Of(Compiled.From(Source, release: true).Assembly);
        Assert.Null(map.TypeByName(name));
        Assert.Null(map.MethodByName(name));
        Assert.Null(map.DelegateTargetByName(name));
    }

    [Fact]
    public void The_path_of_a_file_is_no_part_of_a_name()
    {
        const string source = "file class Hidden { public async Task Run() { await Task.Yield(); } } public class W { public Type T => typeof(Hidden); }";
        string NameIn(string path)
        {
            var compiled = Compiled.From(source, release: true, path);
            var map = CodeMap.Of(compiled.Assembly);
            RoundTrips(compiled.Assembly);
            var hidden = compiled.Assembly.GetTypes().Single(t => t.Name.EndsWith("__Hidden", StringComparison.Ordinal));
            Assert.Same(hidden, map.TypeByName(map.NameOf(hidden)));
            return map.NameOf(compiled.Assembly.GetTypes().Single(CompilerMade.IsMachine));
        }
        Assert.Equal(NameIn("/here/W.cs"), NameIn("/there/W.cs"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Only_methods_whose_address_is_taken_are_delegate_targets(bool release)
    {
        var compiled = Compiled.From("""
            public interface IShape { int Area(); int Edge(); }
            public class Square : IShape { public int Area() => 4; public int Edge() => 2; }
            public abstract class Sides { public int Edge() => 3; public int Area() => 5; }
            public class Round : Sides, IShape { }
            public class Base { public virtual int Virtual() => 1; public virtual int Other() => 1; }
            public class Derived : Base { public override int Virtual() => 2; public override int Other() => 2; }
            public class W
            {
                public Func<string, int> Parse = int.Parse;
                public Predicate<string> Has(List<string> list) => list.Contains;
                public Func<int> Area(IShape shape) => shape.Area;
                public Func<int> Call(Base b) => b.Virtual;
                public Func<int> Own() => Ordinary;
                public Comparison<int> Compare(IComparer<int> with) => with.Compare;
                int Ordinary() => 1;
                int Hidden() => 2;
            }
            """, release);
        var map = CodeMap.Of(compiled.Assembly);
        bool Is(Type type, string name, params Type[] parameters) => map.IsDelegateTarget(type.GetMethod(name, BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, parameters)!);
        Assert.True(Is(typeof(int), "Parse", typeof(string)));
        Assert.False(Is(typeof(int), "Parse", typeof(string), typeof(IFormatProvider)));
        Assert.False(Is(typeof(long), "Parse", typeof(string)));
        Assert.False(Is(typeof(File), "Delete", typeof(string)));
        Assert.True(Is(typeof(List<string>), "Contains", typeof(string)));
        Assert.True(Is(typeof(List<int>), "Contains", typeof(int)));
        Assert.True(Is(compiled.Type("W"), "Ordinary"));
        Assert.False(Is(compiled.Type("W"), "Hidden"));
        Assert.True(Is(compiled.Type("Square"), "Area"));
        Assert.False(Is(compiled.Type("Square"), "Edge"));
        Assert.True(Is(compiled.Type("Sides"), "Area"));
        Assert.False(Is(compiled.Type("Sides"), "Edge"));
        Assert.True(Is(compiled.Type("Derived"), "Virtual"));
        Assert.False(Is(compiled.Type("Derived"), "Other"));
        Assert.True(Is(Comparer<int>.Default.GetType(), "Compare", typeof(int), typeof(int)));

        var parse = typeof(int).GetMethod("Parse", [typeof(string)])!;
        Assert.Equal("static int int!Parse(string)", map.NameOf(parse));
        Assert.Equal(parse, map.DelegateTargetByName(map.NameOf(parse)));
        var contains = typeof(List<string>).GetMethod("Contains")!;
        Assert.Equal(typeof(List<>).GetMethod("Contains"), map.DelegateTargetByName(map.NameOf(contains)));
        // An implementation in another assembly goes by the interface's method, through which a delegate finds it again.
        var compare = Comparer<int>.Default.GetType().GetMethod("Compare", [typeof(int), typeof(int)])!;
        Assert.Equal(typeof(IComparer<>).GetMethod("Compare"), map.DelegateTargetByName(map.NameOf(compare)));
    }

    static IEnumerable<MethodBase> Nameless(Assembly assembly) => assembly.GetTypes().SelectMany(OwnedCode.MethodsOf).Where(CompilerMade.IsNameless);

    static void RoundTrips(Assembly assembly)
    {
        var map = CodeMap.Of(assembly);
        foreach (var type in assembly.GetTypes().Where(CompilerMade.Is)) Assert.True(map.TypeByName(map.NameOf(type)) == type, $"{type} is named {map.NameOf(type)}");
        foreach (var type in assembly.GetTypes().Where(t => !CompilerMade.Is(t) && t.Name != "<Module>")) Assert.True(map.TypeByName(map.NameOf(type)) == type, $"{type} is named {map.NameOf(type)}");
        foreach (var method in assembly.GetTypes().SelectMany(OwnedCode.MethodsOf).Where(m => m.DeclaringType!.Name != "<Module>"))
        {
            Assert.True(Equals(map.MethodByName(map.NameOf(method)), method), $"{method.DeclaringType}.{method} is named {map.NameOf(method)}");
        }
    }
}
