using Holdfast.Frames.Code;
using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>Code that depends on the numbers of an enum where no variable of it is counted up in plain sight, and code that looks as if it did.</summary>
public sealed class EnumNumberTests
{
    const string Levels = "enum Level { Low, Mid, High, Top }", Renumbered = "enum Level { Low = 0, High = 1, Mid = 2, Top = 3 }", Longer = "enum Level { Low, Mid, High, Top, More, Most }";

    const string Go = "var go = await Receive(new Signal<string>(\"go\"));";

    static string Source(string body) => $$"""
        using Holdfast;
        public enum Level { Low, Mid, High, Top }
        public enum Rank { Low, Mid, High, Top }
        public enum Far : long { Low, Mid, High, Top }
        [Flags] public enum Rights { None, Read, Write, Erase = 4 }
        public struct Slot { public Level L; public int K; }
        public class Box { public Level L; public Level[] Row = new Level[2]; public Slot[] Slots = new Slot[2]; }
        public static class Made
        {
            public static Level Of(string name) => Enum.Parse<Level>(name);
            public static Rank Rank(string name) => Enum.Parse<Rank>(name);
            public static Far Far(string name) => Enum.Parse<Far>(name);
            public static Rights Rights(string names) => Enum.Parse<Rights>(names);
            public static int Number(int n) => n;
            public static IEnumerable<Level> Up() { for (var i = 0; i < 4; i++) yield return (Level)i; }
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n) { {{body}} }
        }
        """;

    /// <summary>Code that counts on through an address. One member more is one more to come to.</summary>
    public static TheoryData<string, string> Counting => new()
    {
        { "element of an array in a field", $"var o = new Box(); {Go} o.Row[0]++; return go + o.Row[0];" },
        { "element of an array", $"var a = new Level[1]; {Go} a[0]++; return go + a[0];" },
        { "element, below a bound", $"var a = new Level[1]; {Go} if (a[0] < Level.Top) a[0] += 1; return go + a[0];" },
        { "field of a struct", $"var s = new Slot(); {Go} s.L++; return go + s.L;" },
        { "field of an element", $"var rows = new Slot[1]; {Go} rows[0].L++; return go + rows[0].L;" },
        { "item of a tuple", $"(Level L, int K) t = (Level.Low, n); {Go} t.L++; return go + t.L;" },
        { "reference to a field", $"var o = new Box(); {Go} ref var r = ref o.L; r++; return go + o.L;" },
    };

    /// <summary>Code to which the numbers of the members matter that there were, and no other's.</summary>
    public static TheoryData<string, string> Numbering => new()
    {
        { "two of no set of flags together", $"var o = new Box {{ L = Made.Of(\"Mid\") }}; var other = Made.Of(\"Low\"); {Go} o.Row[1] |= o.L | other; return go + o.Row[1];" },
        { "both sides under a condition", $"var l = Made.Of(\"Mid\"); var m = Made.Of(\"High\"); {Go} return go + ((go == \"x\" ? Level.Low : l) < (go == \"x\" ? Level.Top : m));" },
        { "a number that is kept", $"var number = (int)Made.Of(\"Mid\"); {Go} return go + (Level)number;" },
        { "a loop over numbers", $"var log = \"\"; for (var i = (int)Level.Low; i <= (int)Level.Top; i++) {{ var l = (Level)i; log += l + \",\"; if (l == Made.Of(\"Mid\")) {{ {Go} log += go; }} }} return log;" },
        { "keys", $"var d = new Dictionary<int, string> {{ [(int)Made.Of(\"Mid\")] = \"m\" }}; var l = Made.Of(\"Mid\"); {Go} return go + d.GetValueOrDefault((int)l, \"none\");" },
        { "bits", $"var l = Made.Of(\"Mid\"); var mask = 1 << (int)l; {Go} return go + ((mask & (1 << (int)l)) != 0);" },
        { "the index of a list", $"var l = Made.Of(\"Mid\"); var counts = new List<int> {{ 10, 20, 30, 40 }}; {Go} return go + counts[(int)l];" },
        { "the index of a span", $"var l = Made.Of(\"Mid\"); var counts = new int[] {{ 10, 20, 30, 40 }}; {Go} return go + counts.AsSpan()[(int)l];" },
        { "the index of an array", $"var l = Made.Of(\"Mid\"); var counts = new int[] {{ 10, 20, 30, 40 }}; {Go} return go + counts[(int)l];" },
        { "the greater one", $"var a = Made.Of(\"Mid\"); var b = Made.Of(\"High\"); {Go} return go + (Level)Math.Max((int)a, (int)b);" },
        { "the smaller of two variables", $"var a = Made.Of(\"Mid\"); var b = Made.Of(\"High\"); {Go} return go + (a < b);" },
        { "an iterator", "var log = \"\"; foreach (var l in Made.Up()) { log += l; if (log == \"LowMid\") log += await Receive(new Signal<string>(\"go\")); } return log;" },
        { "what a lambda gives", $"var ls = new List<Level> {{ Made.Of(\"Mid\") }}; var ns = ls.Select(l => (int)l).ToList(); {Go} return go + (Level)ns[0];" },
        { "an element of numbers", $"var l = Made.Of(\"Mid\"); var ns = new int[1]; ns[0] = (int)l; {Go} return go + (Level)ns[0];" },
        { "the members of another enum", $"var l = Made.Of(\"Mid\"); var r = (Rank)l; {Go} return go + r + (r == (Rank)l);" },
        { "all members by their places", $"var log = \"\"; for (var i = 0; i < 3; i++) {{ log += Enum.GetValues<Level>()[i]; if (i == 0) {{ {Go} log += go; }} }} return log;" },
        { "all names by their places", $"var log = \"\"; for (var i = 0; i < 3; i++) {{ log += Enum.GetNames(typeof(Level))[i]; if (i == 0) {{ {Go} log += go; }} }} return log;" },
        { "a number made a member", $"var number = 1; {Go} return go + Enum.ToObject(typeof(Level), number);" },
        { "a member made a number", $"var l = Made.Of(\"Mid\"); {Go} return go + Convert.ToInt64(l);" },
        { "what comes first", $"var l = Made.Of(\"Mid\"); var m = Made.Of(\"High\"); {Go} return go + (l.CompareTo(m) < 0);" },
        { "what a comparer puts first", $"var l = Made.Of(\"Mid\"); var m = Made.Of(\"High\"); {Go} return go + (Comparer<Level>.Default.Compare(l, m) < 0);" },
        { "a number in an object", $"var l = Made.Of(\"Mid\"); object o = (int)l; {Go} return go + ((int)o == (int)l);" },
    };

    /// <summary>Code that goes by the members, however they are numbered.</summary>
    public static TheoryData<string, string, string> Indifferent => new()
    {
        { $"var l = Made.Of(\"Mid\"); Level? p = l; var all = new List<Level> {{ l }}; var by = new Dictionary<Level, (Level, int)> {{ [l] = (l, n) }}; {Go} return $\"{{go}} {{p}} {{all[0]}} {{by[l]}} {{(go == \"x\" ? Level.Low : l)}} {{l == all[0]}} {{p ?? Level.Low}}\";", Levels, Renumbered },
        { $"var o = new Box {{ L = Made.Of(\"High\") }}; {Go} o.Row[0] = o.L; ref var r = ref o.Row[1]; r = Made.Of(\"Mid\"); o.Slots[0].L = o.Row[1]; return go + o.Row[0] + r + o.Slots[0].L + o.L.Equals(r);", Levels, Renumbered },
        { $"var l = Made.Far(\"Mid\"); {Go} var m = go == \"x\" ? Far.Low : l; if (m == Far.Top) m = Far.Low; return go + l + m + (m != 0);", "enum Far : long { Low, Mid, High, Top }", "enum Far : long { Low = 0, High = 1, Mid = 2, Top = 3 }" },
        { $"var r = Made.Rights(\"Read\"); {Go} r |= Made.Rights(\"Write\"); return go + ((r & Rights.Erase) != 0) + r.HasFlag(Made.Rights(\"Read\")) + r.HasFlag(Made.Rights(\"Write\"));", "enum Rights { None, Read, Write,", "enum Rights { None, Write, Read," },
        { $"var log = \"\"; foreach (var l in Enum.GetValues<Level>()) {{ log += l; if (l == Level.Low) {{ {Go} log += go; }} }} foreach (Level l in Enum.GetValues(typeof(Level))) log += l == Level.Low; return log.Substring(0, 5);", Levels, Renumbered },
        { $"var count = Made.Number(n); var l = Made.Of(\"Mid\"); {Go} count++; return go + count + l + Made.Number(count * 2);", Levels, Renumbered },
    };

    [Theory, MemberData(nameof(Counting)), MemberData(nameof(Numbering))]
    public async Task Members_with_other_numbers_stop_the_run(string what, string body)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.StopsAsync(Source(body), EditedBuilds.Edited(Source(body), new(Levels, Renumbered), release), release, 5, "go", 1, ["Level (Low=0,Mid=1,High=2,Top=3)", "Level (Low=0,High=1,Mid=2,Top=3)"]);
        Assert.NotEmpty(what);
    }

    [Theory, MemberData(nameof(Counting))]
    public async Task One_member_more_stops_what_counts_on_to_it(string what, string body)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.StopsAsync(Source(body), EditedBuilds.Edited(Source(body), new(Levels, Longer), release), release, 5, "go", 1, ["now uses Level (Low=0,Mid=1,High=2,Top=3,More=4,Most=5)"]);
        Assert.NotEmpty(what);
    }

    [Theory, MemberData(nameof(Numbering))]
    public async Task Members_behind_the_last_one_do_not_matter_to_what_has_numbers_of_the_others(string what, string body)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.ResumesAsync(Source(body), EditedBuilds.Edited(Source(body), new(Levels, Longer), release), release, 5, "go", 1);
        Assert.NotEmpty(what);
    }

    [Theory, MemberData(nameof(Indifferent))]
    public async Task Numbers_do_not_matter_to_code_that_goes_by_the_members(string body, string old, string @new)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.ResumesAsync(Source(body), EditedBuilds.Edited(Source(body), new(old, @new), release), release, 5, "go", 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Two_enums_may_both_go_on(bool release)
    {
        var source = Source($"var l = (int)Made.Of(\"Mid\"); var r = (int)Made.Rank(\"High\"); {Go} return go + (Level)l + (Rank)r;");
        var longer = source.Replace("enum Rank { Low, Mid, High, Top }", "enum Rank { Low, Mid, High, Top, Over }", StringComparison.Ordinal);
        await EditMatrixTests.ResumesAsync(source, EditedBuilds.Edited(longer, new(Levels, Longer), release), release, 5, "go", 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_a_build_saved_that_saw_less_of_it_goes_on(bool release)
    {
        var machine = Compiled.From(Source($"var l = Made.Of(\"Mid\"); l++; var r = (int)Made.Rank(\"High\"); {Go} return go + l + (Rank)r;"), release).Machine();
        var (lines, arguments) = Fingerprints.TextOf(machine);
        List<string> before = [.. lines.Where(static line => !(line.Contains(": numbers ", StringComparison.Ordinal) && line.Contains("Rank", StringComparison.Ordinal)))];
        Assert.Equal(lines.Count - 1, before.Count);
        Assert.Contains(before, static line => line.Contains(": numbers ", StringComparison.Ordinal));
        Assert.True(Fingerprints.Fits(machine, Fingerprints.OfText(before, arguments)));
        Assert.False(Fingerprints.Fits(machine, Fingerprints.OfText([.. before, "more"], arguments)));
    }
}
