using System.Text.RegularExpressions;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>What a reason says of an edit: what a person changed, and nothing of how the compiler writes it.</summary>
public sealed partial class EditWordsTests
{
    const string Go = "var go = await Receive(new Signal<string>(\"go\"));";

    static string Source(string members, string body) => $$"""
        using Holdfast;
        //above
        public static class H { public static int Sum(List<int> all) => all.Count; }
        //below
        public static class Made
        {
            public static Func<int, int> Adds(int k) => x => x + k;
            public static IEnumerable<int> Up(int n) { for (var i = 1; i < n; i++) yield return i; }
        }
        public sealed class W : Workflow
        {
            {{members}}
            public async Durable<string> Run(int n) { {{body}} }
        }
        """;

    public static TheoryData<string, string, string, string, string[]> Said => new()
    {
        { "", $"var all = new List<int> {{ n }}; {Go} return go + H.Sum(all);", "//above", "namespace Acme { //", ["no longer uses H.Sum(List<int>): int", "now uses Acme.H.Sum(List<int>): int"] },
        { "string Tail(int n) => \"t\" + n;", $"{Go} return go + Tail(n);", "string Tail", "static string Tail", ["no longer uses W.Tail(int): string", "now uses static W.Tail(int): string"] },
        { "readonly int _limit = 10;", $"{Go} return go + _limit;", "readonly int", "const int", ["no longer uses W._limit (int)"] },
        { "readonly int _limit = 10;", $"{Go} return go + _limit;", "readonly int", "static readonly int", ["no longer uses W._limit (int)", "now uses static W._limit (int)"] },
        { "", $"var log = \"\"; foreach (var one in Made.Up(3)) {{ {Go} log += go + one; break; }} return log;", "yield return i", "yield return i * 2", ["its instructions changed: ", "with the number 2", "with a multiplication"] },
        { "", $"var f = Made.Adds(n); {Go} return go + f(n);", "x + k", "x + k + 1", ["its instructions changed: ", "with the number 1", "with an addition"] },
        { "", $"var f = (int x = 3) => x + n; {Go} return go + f();", "int x = 3", "int x = 4", ["the variable 'f' was a lambda (int = 3) => int and is a lambda (int = 4) => int", "no longer uses a lambda (int = 3) => int", "now uses a lambda (int = 4) => int"] },
        { "", $"var f = (string x = \"a. b) = c\") => x + n; {Go} return go + f();", "a. b) = c", "a. b( = c", ["no longer uses a lambda (string = \"a. b) = c\") => string", "now uses a lambda (string = \"a. b( = c\") => string"] },
        { "", $"var text = \"a\"; {Go} if (go == \"x\") text += \"1\"; else text += \"2\"; return text + go;", "if (go == \"x\") text += \"1\"; else text += \"2\";", "text += go == \"x\" ? \"1\" : \"2\";", ["no longer uses string.Concat(string,string): string"] },
        { "", $"{Go} return go + (n > 3 ? \"large\" : \"small\");", "\"large\" : \"small\"", "\"small\" : \"large\"", ["the text \"small\", the text \"large\" stand in another order"] },
        { "", $"var grid = new int[2, 3]; {Go} return go + grid.Length + n;", "new int[2, 3]", "new int[2, 3, 4]", ["the variable 'grid' was int[,] and is int[,,]"] },
        { "", $"Func<int> f = () => n; {Go} return go + f();", "() => n", "() => 7", ["captured variables are gone"] },
        { "static string Ask<T>(T one) => $\"{one}\";", $"{Go} return go + Ask(n);", "string Ask<T>", "object Ask<T>", ["no longer uses W.Ask<int>(T): string", "now uses W.Ask<int>(T): object"] },
        { "", $"{Go} while (n < 9) n++; return go + n;", "n < 9", "n > 9", ["its instructions changed from its await 1 on (Workflow.Receive<string>("] },
    };

    [Theory, MemberData(nameof(Said))]
    public async Task A_reason_names_what_a_person_changed(string members, string body, string old, string @new, string[] says)
    {
        foreach (var release in (bool[])[false, true])
        {
            var source = Source(members, body);
            if (@new.StartsWith("namespace", StringComparison.Ordinal)) source = source.Replace("//below", "/**/ //below", StringComparison.Ordinal);
            var edited = source.Replace(old, @new, StringComparison.Ordinal);
            if (@new.StartsWith("namespace", StringComparison.Ordinal)) edited = edited.Replace("/**/", "}", StringComparison.Ordinal).Replace("using Holdfast;", "using Holdfast; using Acme;", StringComparison.Ordinal);
            Assert.NotEqual(source, edited);
            using var builds = new EditedBuilds();
            await builds.ParkAsync(EditedBuilds.Original(source, release), 5, "signal 'go'");
            var report = await builds.ReportAsync(Holdfast.Tests.Frames.Code.Compiled.From(edited, release));
            Assert.Equal(CodeVerdict.NeedsMigration, report.Verdict);
            foreach (var part in says) Assert.True(report.Reason.Contains(part, StringComparison.Ordinal), $"'{part}' is not said in: {report.Reason}");
            Assert.False(Internal().IsMatch(report.Reason), report.Reason);
        }
    }

    /// <summary>Branches with their distances, parts of opcodes, names that only the compiler writes, and two sides that are the same or only exchanged.</summary>
    [GeneratedRegex(@"\b(b\w\w|br\w*)(\.un)? \d|\bi[48]\.|ld(loc|arg)|<delegate>|\$\d|\[\*|does (.+), it did \1|the text ""(\w+)"" became ""(\w+)""; the text ""\3"" became ""\2""")]
    private static partial Regex Internal();
}
