using System.Reflection;
using Holdfast.Frames.Graph;
using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Data whose types have changed since they were saved: two builds of one assembly.</summary>
public class ToleranceTests
{
    static object Make(Assembly assembly) => assembly.GetType("Data", throwOnError: true)!.GetMethod("Make")!.Invoke(null, null)!;

    static string Show(object value) => (string)value.GetType().GetMethod("Show")!.Invoke(value, null)!;

    static object Move(string before, string after)
    {
        var (old, now) = (Compiled.From(before, release: true).Assembly, Compiled.From(after, release: true).Assembly);
        return Codecs.Fresh(now).DecodeValue<object>(Codecs.Fresh(old).EncodeValue(Make(old)));
    }

    static string Class(string members, string make, string show = "\"\"", string more = "") =>
        $$"""public class Data { {{members}} public static object Make() => new Data { {{make}} }; public string Show() => {{show}}; } {{more}}""";

    [Fact]
    public void AddedFieldsKeepTheirDefault() =>
        Assert.Equal("1,0,x,", Show(Move(
            Class("public int A; public string B;", "A = 1, B = \"x\""),
            Class("public int A; public long New; public string B; public string Other;", "", "$\"{A},{New},{B},{Other}\""))));

    [Fact]
    public void RemovedFieldsAreDropped() =>
        Assert.Equal("last", Show(Move(
            Class(
                "public int A; public string B; public decimal C; public bool D; public byte E; public sbyte S; public System.DayOfWeek F; public int? G; public double H; public System.Guid I; public object J; public System.Numerics.BigInteger K; public System.DateOnly L; public string Last;",
                "A = -5, B = \"x\", C = 1.5m, D = true, E = 200, S = -1, F = System.DayOfWeek.Friday, G = 5, H = 1.5, I = System.Guid.NewGuid(), J = new List<int> { 1 }, K = 5, L = System.DateOnly.MaxValue, Last = \"last\""),
            Class("public string Last;", "", "Last"))));

    [Fact]
    public void ReorderedAndWidenedFieldsAreReadByName() =>
        Assert.Equal("7,x", Show(Move(
            Class("public int A; public string B;", "A = 7, B = \"x\""),
            Class("public string B; public long A;", "", "$\"{A},{B}\""))));

    [Theory]
    [InlineData("public int A;", "A = 1", "public string A;")]
    [InlineData("public string A;", "A = \"x\"", "public System.Uri A;")]
    [InlineData("public long A;", "A = 1L << 40", "public int A;")]
    [InlineData("public sbyte A;", "A = -1", "public byte A;")]
    [InlineData("public byte A;", "A = 7", "public bool A;")]
    [InlineData("public int A;", "A = 1", "public System.DateTime A;")]
    public void RetypedFieldsNeedMigration(string before, string make, string after)
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class(before, make), Class(after, "")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
    }

    [Fact]
    public void EnumsFollowTheirNames()
    {
        Assert.Equal("B,A, C", Show(Move(
            Class("public E One; public F Many;", "One = E.B, Many = F.A | F.C", more: "public enum E { A, B } [System.Flags] public enum F { A = 1, B = 2, C = 4 }"),
            Class("public E One; public F Many;", "", "$\"{One},{Many}\"", more: "public enum E { New, B = 7, A = 9 } [System.Flags] public enum F { A = 16, C = 32, B = 64 }"))));
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(
            Class("public E One;", "One = E.B", more: "public enum E { A, B }"), Class("public E One;", "", more: "public enum E { A }")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.Contains("'B'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StructsInsideMayChange()
    {
        const string Old = "public struct P { public int X; public string Gone; }", New = "public struct P { public string Added; public int X; }";
        Assert.Equal("1,2|3|4", Show(Move(
            Class("public List<P> List; public P Field; public Dictionary<string, P?> Map;", "List = new() { new P { X = 1, Gone = \"g\" }, new P { X = 2 } }, Field = new P { X = 3 }, Map = new() { [\"a\"] = new P { X = 4 } }", more: Old),
            Class("public List<P> List; public P Field; public Dictionary<string, P?> Map;", "", "string.Join(\",\", List.Select(p => p.X)) + \"|\" + Field.X + \"|\" + Map[\"a\"].Value.X", more: New))));
    }

    [Fact]
    public void TypesThatAreGoneNeedMigration()
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class("public object A;", "A = new Other()", more: "public class Other { }"), Class("public object A;", "")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.Contains("Other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChangedLambdasAreRefused()
    {
        static string With(string body) => $$"""public class Data { public Func<int, int> F; public static object Make() { int k = 5; return new Data { F = n => {{body}} }; } public string Show() => F(1).ToString(); }""";
        Assert.Equal("6", Show(Move(With("n + k"), With("n + k"))));
        Assert.Equal(HoldfastError.NeedsMigration, Assert.ThrowsAny<HoldfastException>(() => Move(With("n + k"), With("n - k"))).Error);
    }

    [Fact]
    public void ChangedLambdasWithoutAClosureAreRefused()
    {
        // Nothing but the delegate itself says what code it is.
        static string With(string body) => $$"""public class Data { public Func<int, int> F; public static object Make() => new Data { F = n => {{body}} }; public string Show() => F(1).ToString(); }""";
        Assert.Equal("3", Show(Move(With("n + 2"), With("n + 2"))));
        Assert.Equal(HoldfastError.NeedsMigration, Assert.ThrowsAny<HoldfastException>(() => Move(With("n + 2"), With("n - 2"))).Error);
    }
}
