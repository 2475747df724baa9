using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>Types that one file alone knows, whose names hold the path of that file.</summary>
public sealed class FileTypeTests
{
    const string Source = """
        using Holdfast;
        file record Line(int A, int B);
        file record Many<T>(T A);
        file static class Made { public static Line Line() => new(1, 2); public static object Many() => new Many<Line>(new(3, 4)); public static string Show(object value) => value.ToString(); }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var (line, many) = (Made.Line(), Made.Many());
                var go = await Receive(new Signal<string>("go"));
                return go + Made.Show(line) + Made.Show(many);
            }
        }
        """;

    const string Elsewhere = "/other/place/W.cs";

    const string Several = "Several files called Model declare a type Line", Pathless = "no file stands at that path in this build";

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_type_of_a_file_is_found_again_wherever_the_file_stood(bool release) =>
        await EditMatrixTests.ResumesAsync(Source, Compiled.From(Source, release, path: Elsewhere), release, 5, "go", 1);

    /// <summary>Files of one name in folders <c>a</c>, <c>b</c> and so on. They differ in nothing but what their own types do.</summary>
    static string Code(params string[] folders) => """
        using Holdfast;
        public sealed class W : Workflow { public async Durable<string> Run(int n) { var asked = await Made.Ask(n); return asked + n; } }
        public static class Made { public static Durable<string> Ask(int n) => Asker_a.Ask(n); }

        """ + Files(folders, static (folder, factor) => $$"""
        //file {{folder}}/Model.cs
        using Holdfast;
        file static class Rate { public static int Of(int k) => k * {{factor}}; }
        file static class Line
        {
            public static async Durable<string> Ask(int k)
            {
                var rate = (int n) => Rate.Of(n) + k;
                var go = await Durable.Receive(new Signal<string>("go"));
                return go + rate(k);
            }
        }
        public static class Asker_{{folder}} { public static Durable<string> Ask(int k) => Line.Ask(k); }
        """);

    static string Data(params string[] folders) => """
        using Holdfast;
        public interface ILine { int Total { get; } }
        public sealed class W : Workflow { public async Durable<string> Run(int n) { var line = Made.Line(n); var go = await Receive(new Signal<string>("go")); return go + line.Total; } }
        public static class Made { public static ILine Line(int n) => Maker_a.Line(n); }

        """ + Files(folders, static (folder, factor) => $$"""
        //file {{folder}}/Model.cs
        file record Line(int A) : ILine { public int Total => A * {{factor}}; }
        public static class Maker_{{folder}} { public static ILine Line(int a) => new Line(a); }
        """);

    static string Files(string[] folders, Func<string, int, string> file) => string.Join('\n', folders.Select(folder => file(folder, folder[0] - 'a' + 1)));

    public static TheoryData<string, bool> Both => new() { { "code", false }, { "code", true }, { "data", false }, { "data", true } };

    static Func<string[], string> Kind(string kind) => kind == "code" ? Code : Data;

    [Theory, MemberData(nameof(Both))]
    public async Task Of_several_with_one_name_each_is_itself(string kind, bool release)
    {
        foreach (var folders in (string[][])[["a", "b"], ["b", "a"], ["a", "b", "c"], ["c", "b", "a"]])
        {
            var source = Kind(kind)(folders);
            await EditMatrixTests.ResumesAsync(source, Compiled.From(source, release), release, 5, "go", 1);
        }
    }

    [Theory, MemberData(nameof(Both))]
    public async Task One_of_several_stays_itself_while_others_come_and_go(string kind, bool release)
    {
        var many = Kind(kind);
        await EditMatrixTests.ResumesAsync(many(["a", "b"]), Compiled.From(many(["d", "a", "c"]), release), release, 5, "go", 1);
        await EditMatrixTests.ResumesAsync(many(["a", "b", "c"]), Compiled.From(many(["a"]), release), release, 5, "go", 1);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task One_that_was_alone_is_not_taken_for_another(string kind, bool release)
    {
        var many = Kind(kind);
        foreach (var folders in (string[][])[["a", "b"], ["a", "b", "c"], ["d", "c", "b", "a"]])
            await EditMatrixTests.StopsAsync(many(["a"]), Compiled.From(many(folders), release), release, 5, "go", 1, [Several, "does not say which"]);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task One_of_several_is_not_taken_for_another_where_the_files_stand_elsewhere(string kind, bool release)
    {
        var many = Kind(kind);
        foreach (var folders in (string[][])[["a", "b"], ["a", "b", "c"], ["a"]])
            await EditMatrixTests.StopsAsync(many(["a", "b"]), Compiled.From(many(folders), release, path: Elsewhere), release, 5, "go", 1, ["The type Line of a file called Model", Pathless]);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task One_of_several_whose_file_is_gone_is_not_taken_for_the_one_that_is_left(string kind, bool release)
    {
        var many = Kind(kind);
        var left = many(["b"]).Replace("r_a.", "r_b.", StringComparison.Ordinal);
        await EditMatrixTests.StopsAsync(many(["a", "b"]), Compiled.From(left, release), release, 5, "go", 1, ["The type Line of a file called Model", Pathless]);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_file_that_has_another_name_is_said_so(string kind, bool release)
    {
        var source = Kind(kind)(["a"]);
        await EditMatrixTests.StopsAsync(source, Compiled.From(source.Replace("a/Model.cs", "a/Other.cs", StringComparison.Ordinal), release), release, 5, "go", 1, ["The type Line of a file called Model is gone from Flows"]);
    }
}
