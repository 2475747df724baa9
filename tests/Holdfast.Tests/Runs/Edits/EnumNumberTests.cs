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
            public static object Boxed(Level level) => level;
            public static object Any(int n) => n;
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
        { "a member out of an object, as a number", $"var l = Made.Of(\"Mid\"); {Go} return go + (int)(object)l;" },
        { "a member out of an object, as one of another enum", $"var l = Made.Of(\"Mid\"); {Go} return go + (Rank)(object)l;" },
        { "a member out of an object that waited", $"object o = Made.Of(\"Mid\"); {Go} return go + (int)o;" },
        { "a member that another method put into an object", $"var l = Made.Of(\"Mid\"); {Go} return go + (int)Made.Boxed(l);" },
        { "a member that waited in an object, made a number", $"object o = Made.Of(\"Mid\"); {Go} return go + Convert.ToInt32(o);" },
        { "a member that is asked for its number", $"var l = Made.Of(\"Mid\"); {Go} return go + ((IConvertible)l).ToInt32(null);" },
        { "numbers out of a row of members", $"var ls = new List<Level> {{ Made.Of(\"Mid\") }}; {Go} return go + ls.Cast<int>().First();" },
        { "numbers in a loop over all members", $"var log = \"\"; {Go} foreach (int i in Enum.GetValues(typeof(Level))) if (i < 4) log += i; return go + log;" },
        { "the bytes of a member", $"var l = Made.Of(\"Mid\"); {Go} return go + System.Runtime.CompilerServices.Unsafe.As<Level, int>(ref l);" },
        { "the bytes of a copy", $"var l = Made.Of(\"Mid\"); {Go} return go + System.Runtime.CompilerServices.Unsafe.BitCast<Level, int>(l);" },
        { "the bytes of a row", $"var ls = new[] {{ Made.Of(\"Mid\") }}; {Go} return go + System.Runtime.InteropServices.MemoryMarshal.Cast<Level, int>(ls.AsSpan())[0];" },
        { "digits in a text", $"var l = Made.Of(\"Mid\"); {Go} return $\"{{go}}{{l:D}}\";" },
        { "digits in a text with a place", $"var l = Made.Of(\"Mid\"); {Go} return $\"{{go}}{{l,4:x}}\";" },
        { "digits", $"var l = Made.Of(\"Mid\"); {Go} return go + l.ToString(\"d\");" },
        { "digits by a format of the enum", $"var l = Made.Of(\"Mid\"); {Go} return go + Enum.Format(typeof(Level), l, \"X\");" },
        { "digits by a format of a text", $"var l = Made.Of(\"Mid\"); {Go} return string.Format(\"{{0}}{{1:D}}\", go, l);" },
        { "the name of a number", $"var number = Made.Number(1); {Go} return go + Enum.GetName(typeof(Level), number);" },
        { "the greatest of a list", $"var ls = new List<Level> {{ Made.Of(\"Mid\"), Made.Of(\"High\") }}; {Go} return go + ls.Max();" },
        { "a list in order", $"var ls = new List<Level> {{ Made.Of(\"Mid\"), Made.Of(\"High\") }}; {Go} ls.Sort(); return go + ls[0];" },
        { "a row in order", $"var ls = new[] {{ Made.Of(\"Mid\"), Made.Of(\"High\") }}; {Go} Array.Sort(ls); return go + ls[0];" },
        { "others in the order of their members", $"var os = new List<Box> {{ new Box {{ L = Made.Of(\"High\") }}, new Box {{ L = Made.Of(\"Mid\") }} }}; {Go} return go + os.OrderBy(o => o.L).First().L;" },
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
        { $"object o = Made.Any(n); object p = Made.Of(\"Mid\"); {Go} return go + (o is int i ? i : 0) + (o switch {{ int k => k, Level m => -1, _ => -2 }}) + (Level)p + (Level)Enum.Parse(typeof(Level), \"High\") + (int)(object)n;", Levels, Renumbered },
        { $"var l = Made.Of(\"Mid\"); var ls = new List<Level> {{ l, Made.Of(\"High\") }}; var os = ls.Select(x => new Box {{ L = x }}).ToList(); {Go} return $\"{{go}} {{l:G}} {{l,6}} {{string.Format(\"{{0}} {{1:D}}\", l, n.ToString())}} {{l.ToString(\"g\")}} {{string.Join(\",\", ls.Distinct().Reverse().Cast<Level>())}} {{os.OrderBy(o => o.L.ToString()).First().L}} {{Enum.IsDefined(l)}} {{Enum.GetName(l)}} {{object.Equals(l, ls[0])}} {{ls.Contains(l)}} {{ls.IndexOf(l)}}\";", Levels, Renumbered },
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

    /// <summary>What an object may hold was not looked at. The enum may have become longer since.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void What_a_build_saved_that_saw_nothing_in_an_object_goes_on(bool release)
    {
        var source = Source($"object o = Made.Of(\"Mid\"); var r = Made.Rank(\"High\"); {Go} return go + (int)o + r.CompareTo(Made.Rank(\"Mid\"));");
        var machine = Compiled.From(source, release).Machine();
        var (lines, arguments) = Fingerprints.TextOf(machine, TextForm.Asked);
        Assert.Equal(Fingerprints.TextOf(machine).Lines.Count - 1, lines.Count);
        var saved = Fingerprints.OfText(lines, arguments);
        Assert.True(Fingerprints.Fits(machine, saved));
        Assert.True(Fingerprints.Fits(EditedBuilds.Edited(source, new(Levels, Longer), release).Machine(), saved));
        Assert.True(Fingerprints.Fits(EditedBuilds.Edited(source, new("enum Rank { Low, Mid, High, Top }", "enum Rank { Low, Mid, High, Top, Over }"), release).Machine(), saved));
        Assert.False(Fingerprints.Fits(EditedBuilds.Edited(source, new("enum Rank { Low, Mid, High, Top }", "enum Rank { Low, High, Mid, Top }"), release).Machine(), saved));
    }
}
