namespace Holdfast.Tests.Runs.Edits;

/// <summary>Delegates that a run holds, whose method or type was edited into one that fits no more. Whole data is never called damaged: nobody should look for a backup because of an edit.</summary>
public sealed class DelegateEditTests
{
    const string Source = """
        using Holdfast;
        public delegate int Calc(int x);
        public class Shape { public int K = 3; public int Area(int x) => x * K; } public class Square : Shape { public int Side(int x) => x + K; }
        public class Made
        {
            public static int Twice(int v) => v * 2;
            public static int Sized<T>(int v) where T : class => v + typeof(T).Name.Length;
            public static Calc Named() => Twice;
            public static Func<int, int> Plain() => Twice;
            public static Func<int, int> Generic() => Sized<string>;
            public static Func<int, int> Free() { return v => v + 1; }
            public static Func<int, int> Other() => v => v - 1;
            public static Func<int, int> Bound(int n) { return v => v + n; }
            public static Func<int, int> Of() => new Square().Area;
            public static object All(int n) => n switch { 1 => Named(), 2 => Plain(), 3 => Generic(), 4 => Free(), 5 => Bound(n), _ => Of() };
            public static string Call(object all, int n) => "" + (all is Calc calc ? calc(n) : ((Func<int, int>)all)(n));
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var all = Made.All(n);
                return await Receive(new Signal<string>("go")) + Made.Call(all, n);
            }
        }
        """;

    public static TheoryData<int, string, string, string, string, string> Edits => new()
    {
        { 1, "int Calc(int x)", "int Calc(int x, int y = 0)", "Calc Named() => Twice", "Calc Named() => (a, b) => a", "The method Made.Twice(int) does not fit the delegate Calc here" },
        { 1, "int Calc(int x)", "string Calc(int x)", "Calc Named() => Twice", "Calc Named() => a => \"\"", "The method Made.Twice(int) does not fit the delegate Calc here" },
        { 2, "public static int Twice", "public int Twice", " => Twice;", " => new Made().Twice;", "The method Made.Twice(int) was static when the run was saved, and is not any more" },
        { 3, "where T : class", "where T : struct", "Sized<string>", "Sized<int>", "The method Made.Sized(int) does not take its saved type arguments any more: System.String" },
        { 4, "Free() { return v => v + 1; }", "Free() { var one = 1; return v => v + one; }", "", "", "The code of Made.Free(), lambda 1 is not the code that the run was saved in" },
        { 5, "Bound(int n) { return v => v + n; }", "Bound(int n) { return v => v + 1; }", "", "", "The code at Made.Bound(int)" },
        { 6, "class Square : Shape { public int Side(int x) => x + K; }", "class Square { public int K = 3; }", "new Square().Area", "new Shape().Area", "A saved run is to call Shape.Area(int) on an object of type Square, which is no Shape any more" },
    };

    [Theory, MemberData(nameof(Edits))]
    public async Task A_method_that_does_not_fit_any_more_is_named(int input, string old, string @new, string beside, string then, string says)
    {
        Assert.Contains(old, Source, StringComparison.Ordinal);
        var edited = Source.Replace(old, @new, StringComparison.Ordinal);
        if (beside.Length > 0) edited = edited.Replace(beside, then, StringComparison.Ordinal);
        if (@new.StartsWith("string Calc", StringComparison.Ordinal)) edited = edited.Replace("\"\" + (all is Calc calc ? calc(n) : ", "all is Calc calc ? calc(n) : \"\" + (", StringComparison.Ordinal);
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.StopsAsync(Source, Frames.Code.Compiled.From(edited, release), release, input, "go", 1, [says]);
    }
}
