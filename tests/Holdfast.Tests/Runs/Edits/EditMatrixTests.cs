using System.Collections.Concurrent;
using Holdfast.Tests.Frames.Code;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>
/// Runs that are parked in one build and taken up by another, both compiled here. Each either goes on to the result it would have had, or
/// waits and says which workflow, which method and what changed; and the old build, started again, brings it to its end.
/// </summary>
public sealed class EditMatrixTests
{
    static readonly ConcurrentDictionary<(string, bool, int), Task<string>> Expected = new();

    public static TheoryData<string, bool> Stopping => Table(EditCells.Stopping.Keys);

    public static TheoryData<string, bool> Harmless => Table(EditCells.Harmless.Keys);

    [Theory, MemberData(nameof(Stopping))]
    public async Task An_edit_of_what_waits_stops_the_run_and_is_named(string edit, bool release)
    {
        var cell = EditCells.Stopping[edit];
        await StopsAsync(EditedCode.Main, EditedBuilds.Edited(EditedCode.Main, cell, release), release, 5, "go", 2, cell.Says);
    }

    [Theory, MemberData(nameof(Harmless))]
    public async Task An_edit_of_anything_else_does_not_matter(string edit, bool release) =>
        await ResumesAsync(EditedCode.Main, EditedBuilds.Edited(EditedCode.Main, EditCells.Harmless[edit], release), release, 5, "go", 2);

    public static TheoryData<string, bool> StoppingData => Table(EditCells.StoppingData.Keys);

    public static TheoryData<string, bool> HarmlessData => Table(EditCells.HarmlessData.Keys);

    [Theory, MemberData(nameof(StoppingData))]
    public async Task An_edit_of_data_that_would_lose_a_value_or_miss_one_stops_the_run(string edit, bool release)
    {
        var cell = EditCells.StoppingData[edit];
        await StopsAsync(EditedCode.Data, EditedBuilds.Edited(EditedCode.Data, cell, release), release, 5, "go", 1, cell.Says);
    }

    [Theory, MemberData(nameof(HarmlessData))]
    public async Task An_edit_of_data_that_loses_nothing_does_not_matter(string edit, bool release) =>
        await ResumesAsync(EditedCode.Data, EditedBuilds.Edited(EditedCode.Data, EditCells.HarmlessData[edit], release), release, 5, "go", 1);

    public static TheoryData<string, bool> StoppingCallers => Table(EditCells.StoppingCallers.Keys);

    public static TheoryData<string, bool> HarmlessCallers => Table(EditCells.HarmlessCallers.Keys);

    [Theory, MemberData(nameof(StoppingCallers))]
    public async Task An_edit_of_what_is_passed_in_place_of_caller_information_stops_the_run(string edit, bool release)
    {
        var cell = EditCells.StoppingCallers[edit];
        await StopsAsync(EditedCode.Callers, EditedBuilds.Edited(EditedCode.Callers, cell, release), release, 5, "go", 1, cell.Says);
    }

    [Theory, MemberData(nameof(HarmlessCallers))]
    public async Task Caller_information_that_the_compiler_passes_does_not_matter(string edit, bool release) =>
        await ResumesAsync(EditedCode.Callers, EditedBuilds.Edited(EditedCode.Callers, EditCells.HarmlessCallers[edit], release), release, 5, "go", 1);

    [Theory]
    [InlineData("/other/place/Renamed.cs", false), InlineData("/other/place/Renamed.cs", true), InlineData(@"C:\src\W.cs", false), InlineData(@"C:\src\W.cs", true), InlineData("/_/W.cs", true)]
    public async Task The_path_of_the_file_that_calls_does_not_matter(string path, bool release) =>
        await ResumesAsync(EditedCode.Callers, Compiled.From(EditedCode.Callers, release, path: path), release, 5, "go", 1);

    public static TheoryData<string, bool> StoppingTuples => Table(EditCells.StoppingTuples.Keys);

    public static TheoryData<string, bool> HarmlessTuples => Table(EditCells.HarmlessTuples.Keys);

    [Theory, MemberData(nameof(StoppingTuples))]
    public async Task An_edit_of_the_names_of_tuple_elements_that_a_run_holds_stops_it(string edit, bool release)
    {
        var cell = EditCells.StoppingTuples[edit];
        await StopsAsync(EditedCode.Tuples, EditedBuilds.Edited(EditedCode.Tuples, cell, release), release, 5, "go", 1, cell.Says);
    }

    [Theory, MemberData(nameof(HarmlessTuples))]
    public async Task An_edit_of_the_names_of_other_tuple_elements_does_not_matter(string edit, bool release) =>
        await ResumesAsync(EditedCode.Tuples, EditedBuilds.Edited(EditedCode.Tuples, EditCells.HarmlessTuples[edit], release), release, 5, "go", 1);

    public static TheoryData<string, bool> StoppingApart => Table(EditCells.StoppingApart.Keys);

    public static TheoryData<string, bool> HarmlessApart => Table(EditCells.HarmlessApart.Keys);

    [Theory, MemberData(nameof(StoppingApart))]
    public async Task An_edit_of_the_order_in_which_an_object_is_taken_apart_stops_the_run(string edit, bool release)
    {
        var cell = EditCells.StoppingApart[edit];
        await StopsAsync(EditedCode.Apart, EditedBuilds.Edited(EditedCode.Apart, cell, release), release, 5, "go", 1, cell.Says);
    }

    [Theory, MemberData(nameof(HarmlessApart))]
    public async Task The_order_of_what_is_not_taken_apart_does_not_matter(string edit, bool release) =>
        await ResumesAsync(EditedCode.Apart, EditedBuilds.Edited(EditedCode.Apart, EditCells.HarmlessApart[edit], release), release, 5, "go", 1);

    public static TheoryData<string, bool> StoppingDispatched => Table(EditCells.StoppingDispatched.Keys);

    public static TheoryData<string, bool> HarmlessDispatched => Table(EditCells.HarmlessDispatched.Keys);

    [Theory, MemberData(nameof(StoppingDispatched))]
    public async Task An_edit_of_the_order_in_which_an_object_behind_an_interface_or_a_base_class_is_taken_apart_stops_the_run(string edit, bool release)
    {
        var cell = EditCells.StoppingDispatched[edit];
        await StopsAsync(EditedCode.Dispatched, EditedBuilds.Edited(EditedCode.Dispatched, cell, release), release, 5, "go", 1, cell.Says);
    }

    [Theory, MemberData(nameof(HarmlessDispatched))]
    public async Task The_order_of_what_no_call_reaches_does_not_matter(string edit, bool release) =>
        await ResumesAsync(EditedCode.Dispatched, EditedBuilds.Edited(EditedCode.Dispatched, EditCells.HarmlessDispatched[edit], release), release, 5, "go", 1);

    public static TheoryData<string, bool> StoppingCounted => Table(EditCells.StoppingCounted.Keys);

    public static TheoryData<string, bool> HarmlessCounted => Table(EditCells.HarmlessCounted.Keys);

    [Theory, MemberData(nameof(StoppingCounted))]
    public async Task An_edit_of_the_numbers_that_the_code_counts_with_stops_the_run(string edit, bool release)
    {
        var cell = EditCells.StoppingCounted[edit];
        await StopsAsync(EditedCode.Counted, EditedBuilds.Edited(EditedCode.Counted, cell, release), release, 5, "go", 1, cell.Says);
    }

    [Theory, MemberData(nameof(HarmlessCounted))]
    public async Task The_numbers_that_it_does_not_count_with_do_not_matter(string edit, bool release) =>
        await ResumesAsync(EditedCode.Counted, EditedBuilds.Edited(EditedCode.Counted, EditCells.HarmlessCounted[edit], release), release, 5, "go", 1);

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_text_that_looks_like_names_of_parts_is_a_text(bool release)
    {
        const string source = """
            using Holdfast;
            public sealed class W : Workflow { public async Durable<string> Run(int n) { var go = await Receive(new Signal<string>("go")); return go + "x!Deconstruct(int&,int&)"; } }
            """;
        var edited = EditedBuilds.Edited(source, new("(int&,int&)", "(int&:low,int&:high)"), release);
        await StopsAsync(source, edited, release, 5, "go", 1, ["W.Run(int)", "(int&,int&)\" became \"x!Deconstruct(int&:low,int&:high)"]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_lambda_with_other_defaults_elsewhere_does_not_matter(bool release)
    {
        const string source = """
            using Holdfast;
            public sealed class W : Workflow
            {
                public async Durable<string> Run(int n)
                {
                    var tell = (int x, string s = "") => s + x;
                    var go = await Receive(new Signal<string>("go"));
                    return go + tell(n);
                }
                //below
            }
            """;
        await ResumesAsync(source, EditedBuilds.Edited(source, new("//below", "public object Other() { var tell = (int x, string s = null) => s + x; return tell; }"), release), release, 5, "go", 1);
    }

    /// <summary>The compiler makes one constructor of all initialisers, and numbers their lambdas together.</summary>
    public static TheoryData<string, string> Initialisers => new()
    {
        { "//above", "Func<int, int> _early = v => v + 100;" },
        { "//above", "Func<Durable<int>> _early = async () => { await Delay(TimeSpan.Zero); return 9; };" },
        { "//above", "Func<int, int> _early = v => { int Local() => v + 100; return Local(); };" },
        { "//constructor", "Func<string> early = () => n.ToString(); _seen.Add(early());" },
        { "/*maker*/", "_seen.Add(new Func<int, string>(v => $\"{v}\")(n));" },
        { "//above", "Func<int, int> _early = v => v * 2;" },
        { "[.. new[] { 3, 1 }.OrderBy(v => v)]", "[1, 3]" },
    };

    [Theory, MemberData(nameof(Initialisers))]
    public async Task Lambdas_of_initialisers_and_of_methods_that_do_not_wait_are_found_by_what_they_do(string old, string @new)
    {
        const string source = """
            using Holdfast;
            public sealed class W : Workflow
            {
                //above
                List<int> _sorted = [.. new[] { 3, 1 }.OrderBy(v => v)];
                Func<int, int> _first = v => v * 7;
                readonly Func<int, int> _double = Twice;
                Func<int, int> _plus = v => v * 2;
                Func<int, Durable<int>> _later = async v => { var go = await Receive(new Signal<string>("go")); return v + go.Length; };
                Func<int, int> _made;
                List<string> _seen = [];
                static int Twice(int v) => v + v;
                public W() { var n = 3; //constructor
                    _seen.Add("c"); }
                Func<int, int> Make(int n) { /*maker*/ return v => v + n; }
                public async Durable<string> Run(int n)
                {
                    _made = Make(n);
                    var later = await _later(n);
                    return $"{_plus(n)} {_double(n)} {_made(n)} {later}";
                }
            }
            """;
        foreach (var release in (bool[])[false, true]) await ResumesAsync(source, EditedBuilds.Edited(source, new(old, @new), release), release, 5, "go", 1);
    }

    /// <summary>One that is gone altogether is missed, if a run holds it.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_lambda_of_an_initialiser_that_does_something_else_now_stops_the_run(bool release)
    {
        const string source = """
            using Holdfast;
            public sealed class W : Workflow
            {
                Func<int, int> _plus = v => v * 2;
                Func<int, int> _other = v => v * 5;
                public async Durable<string> Run(int n) { var go = await Receive(new Signal<string>("go")); return $"{_plus(n)} {_other(n)}"; }
            }
            """;
        await StopsAsync(source, EditedBuilds.Edited(source, new("v => v * 2", "v => v * 3"), release), release, 5, "go", 1, ["W(), lambda 1", "the number 2 became 3"]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_struct_that_a_step_gave_is_read_by_the_names_of_its_fields(bool release)
    {
        const string waits = "signal 'go'; 1 step has ended", price = "Price(int Net, int Tax)";
        using (var builds = new EditedBuilds())
        {
            var run = await builds.ParkAsync(EditedBuilds.Original(EditedCode.Given, release), 1, waits);
            var swapped = EditedBuilds.Edited(EditedCode.Given, new(price, "Price(int Tax, int Net)"), release);
            Assert.Equal(CodeVerdict.Resumes, (await builds.ReportAsync(swapped)).Verdict);
            await using var world = await builds.StartAsync(swapped);
            Assert.Equal(("10 3", null), await EditedBuilds.GoOnAsync(world, run, "go"));
        }
        using (var builds = new EditedBuilds())
        {
            var original = EditedBuilds.Original(EditedCode.Given, release);
            var run = await builds.ParkAsync(original, 1, waits);
            var without = Compiled.From(EditedCode.Given.Replace(price, "Price(int Net)", StringComparison.Ordinal).Replace(", Tax = 3", "", StringComparison.Ordinal), release);
            Assert.Equal(CodeVerdict.NeedsMigration, (await builds.ReportAsync(without)).Verdict);
            await using (var world = await builds.StartAsync(without)) Refused(await EditedBuilds.GoOnAsync(world, run, "go"), ["The field Tax of Price is gone"]);
            await using var old = await builds.StartAsync(original);
            await old.UntilAsync(old.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
            Assert.Equal(("10 3", null), await EditedBuilds.GoOnAsync(old, run, null));
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Neither_path_nor_symbols_nor_nullability_nor_the_language_version_matter(bool release)
    {
        Compiled[] builds =
        [
            Compiled.From(EditedCode.Main, release), Compiled.From(EditedCode.Main, release, path: "/other/place/Renamed.cs"), Compiled.From(EditedCode.Main, release, nullable: true),
            Compiled.From(EditedCode.Main, release, pdb: DebugInformationFormat.Embedded), Compiled.From(EditedCode.Main, release, symbols: false),
            Compiled.From(EditedCode.Main, release, language: LanguageVersion.CSharp12),
        ];
        foreach (var build in builds) await ResumesAsync(EditedCode.Main, build, release, 5, "go", 2);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_order_of_members_does_not_matter(bool release)
    {
        const string pairs = "    IEnumerable<int> Pairs(int n) { for (var i = 1; i < n; i++) yield return i * 2; }\n", field = "    int _offset = 10;\n";
        var moved = EditedCode.Main.Replace(pairs, "", StringComparison.Ordinal).Replace(field, "", StringComparison.Ordinal).Replace("    //third\n", pairs + field, StringComparison.Ordinal);
        Assert.Equal(EditedCode.Main.Length - "    //third\n".Length, moved.Length);
        await ResumesAsync(EditedCode.Main, Compiled.From(moved, release), release, 5, "go", 2);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Ordinary_methods_are_called_as_they_are_now(bool release)
    {
        // What is called has no place in the saved run: the run goes on, into the new body.
        var expected = await ExpectedAsync(EditedCode.Main, release, 5, "go", 2);
        var edited = EditedBuilds.Edited(EditedCode.Main, new("public static int Later(int v) => v + 1;", "public static int Later(int v) => v + 1001;"), release);
        using var builds = new EditedBuilds();
        var run = await builds.ParkAsync(EditedBuilds.Original(EditedCode.Main, release), 5, "signal 'go'");
        await using var world = await builds.StartAsync(edited);
        var (result, parked) = await EditedBuilds.GoOnAsync(world, run, "go", 2);
        Assert.Null(parked);
        var (before, after) = (expected.Split(' '), result!.Split(' '));
        Assert.Equal([int.Parse(before[4]) + 1000], before.Zip(after).Where(static p => p.First != p.Second).Select(static p => int.Parse(p.Second)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_debug_and_a_release_build_are_different_code(bool release) =>
        await StopsAsync(EditedCode.Main, Compiled.From(EditedCode.Main, !release), release, 5, "go", 2, ["W.Run(int)", release ? "saved by a Release build, and this is a Debug build" : "saved by a Debug build, and this is a Release build"]);

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_instrumented_build_is_different_code(bool release)
    {
        var instrumented = Compiled.From(EditedCode.Main + "\npublic static class Cover { public static void Hit(int at) { } }", release, rewrite: static root => new Instrumentation().Visit(root));
        await StopsAsync(EditedCode.Main, instrumented, release, 5, "go", 2, ["W.Run(int)", "now uses Cover.Hit(int) ("]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_build_that_a_coverage_tool_has_changed_is_different_code_each_time(bool release)
    {
        using var builds = new EditedBuilds();
        await builds.ParkAsync(EditedBuilds.Original(EditedCode.Main, release), 5, "signal 'go'");
        // Looked at only: the tool's counters would leave a file behind when they run.
        Compiled[] counted = [Compiled.From(EditedCode.Main, release, weave: Coverlet.Instrument), Compiled.From(EditedCode.Main, release, weave: Coverlet.Instrument)];
        var report = await builds.ReportAsync(counted[0]);
        Assert.Equal(CodeVerdict.NeedsMigration, report.Verdict);
        foreach (var part in (string[])["W.Run(int)", "this build was changed by a coverage tool"]) Assert.Contains(part, report.Reason, StringComparison.Ordinal);
        Assert.NotEqual(Holdfast.Frames.Code.Fingerprints.Of(counted[0].Machine()), Holdfast.Frames.Code.Fingerprints.Of(counted[1].Machine()));
    }

    public static TheoryData<int, string, string, string, string, string[]> Nested => new()
    {
        { 1, "ask", "/*base*/", "prefix += \"!\";", "W", ["Base.Ask(string)", "now uses string.Concat(string,string)"] },
        { 1, "ask", "/*base*/", "await Delay(TimeSpan.Zero);", "W", ["Base.Ask(string)", "an await was added (Workflow.Delay(TimeSpan))"] },
        { 1, "ask", "/*caller*/", "await Delay(TimeSpan.Zero);", "W", ["W.Run(int)", "an await was added (Workflow.Delay(TimeSpan))"] },
        { 2, "price", "/*nested*/", "tax++;", "W", ["W.Price<T>", "its instructions changed"] },
        { 2, "price", "Price<int>(7)", "Price<long>(7)", "W", ["W.Run(int)", "Price<int>", "Price<long>"] },
        { 3, "leg", "/*leg*/", "await Delay(TimeSpan.Zero);", "W", ["W.Leg(int)", "an await was added (Workflow.Delay(TimeSpan))"] },
        { 3, "leg", "Leg(1), Leg(2), Leg(3)", "Leg(1), Leg(3), Leg(2)", "W", ["W.Run(int)"] },
    };

    [Theory, MemberData(nameof(Nested))]
    public async Task Every_method_that_waits_is_looked_at(int input, string signal, string old, string @new, string workflow, string[] says)
    {
        foreach (var release in (bool[])[false, true])
        {
            var edited = EditedBuilds.Edited(EditedCode.Nested, new(old, @new), release);
            await StopsAsync(EditedCode.Nested, edited, release, input, signal, 3, [workflow, .. says.Select(static s => s.Replace("<T>", "", StringComparison.Ordinal))]);
        }
    }

    [Theory, InlineData(1, "ask"), InlineData(2, "price"), InlineData(3, "leg")]
    public async Task Methods_that_do_not_wait_may_change(int input, string signal)
    {
        foreach (var release in (bool[])[false, true])
        {
            var others = EditedCode.Nested;
            if (input != 1) others = others.Replace("/*base*/", "await Delay(TimeSpan.Zero);", StringComparison.Ordinal);
            if (input != 2) others = others.Replace("/*nested*/", "tax++;", StringComparison.Ordinal);
            if (input != 3) others = others.Replace("/*leg*/", "own++;", StringComparison.Ordinal);
            others = others.Replace("Durable<string> Late(string s) { var mark", "Durable<string> Late(string s) { await Delay(TimeSpan.Zero); var mark", StringComparison.Ordinal);
            await ResumesAsync(EditedCode.Nested, Compiled.From(others, release), release, input, signal, 3);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_run_that_waits_for_a_timer_stops_when_it_fires(bool release)
    {
        var time = new ManualTime();
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(EditedCode.Nested, release);
        var run = await builds.ParkAsync(original, 4, "timer until", time);
        time.Advance(TimeSpan.FromDays(2));
        var edited = EditedBuilds.Edited(EditedCode.Nested, new("/*timer*/", "await Delay(TimeSpan.FromDays(1));"), release);
        await using (var world = await builds.StartAsync(edited, time))
            Refused(await EditedBuilds.GoOnAsync(world, run, null), ["W.Run(int)", "an await was added (Workflow.Delay(TimeSpan))"]);
        await using var old = await builds.StartAsync(original, time);
        await old.UntilAsync(old.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
        Assert.Equal("5 timed latex", (await EditedBuilds.GoOnAsync(old, run, null)).Result);
    }

    [Theory]
    [InlineData(1, "start + 1", "start + 2", "own", false), InlineData(1, "start + 1", "start + 2", "own", true)]
    [InlineData(2, "k + 100", "k + 200", "made", false), InlineData(2, "k + 100", "k + 200", "made", true)]
    public async Task A_step_that_was_cut_off_waits_for_its_own_code(int input, string old, string @new, string label, bool release)
    {
        using var builds = new EditedBuilds();
        var original = Compiled.From(EditedCode.InStep, release);
        var run = await builds.ParkAsync(original, input, $"step '{label}'");
        var edited = EditedBuilds.Edited(EditedCode.InStep, new(old, @new), release);
        Open(edited);
        Assert.Equal(CodeVerdict.NeedsMigration, (await builds.ReportAsync(edited)).Verdict);
        await using (var world = await builds.StartAsync(edited))
            Refused(await EditedBuilds.GoOnAsync(world, run, null), [$"step '{label}' (op 1)", input == 1 ? "W.Run(int)" : "Made.Step(int)", input == 1 ? "the number 1 became 2" : "the number 100 became 200"]);
        // The refusal is no outcome of the step: in its own code it goes on as if nothing had been.
        Open(original);
        await using var again = await builds.StartAsync(original);
        await again.UntilAsync(again.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
        Assert.Equal(input == 1 ? "3 4" : "6 102", (await EditedBuilds.GoOnAsync(again, run, null)).Result);

        static void Open(Compiled build) => build.Type("Gate").GetField("IsOpen")!.SetValue(null, true);
    }

    [Theory]
    [InlineData("class Refused(string why, int code) : Exception(why) { public int Code = code; }", "class Denied(string why, int code) : Exception(why) { public int Code = code; }", "StepFailedException Refused: closed")]
    [InlineData("class Refused(string why, int code) : Exception(why)", "class Refused(string why, int code) : Error(why)", "StepFailedException Refused: closed")]
    [InlineData("public int Code = code;", "public string Code = \"\" + code;", "StepFailedException Refused: closed")]
    public async Task A_failure_whose_exception_has_changed_arrives_all_the_same(string old, string @new, string expected)
    {
        foreach (var release in (bool[])[false, true])
        {
            using var builds = new EditedBuilds();
            var original = EditedBuilds.Original(EditedCode.Failed, release);
            // The failure is kept beside the state, because no code can run on it yet.
            var run = await builds.ParkAsync(original, 1, "signal 'go'; 1 step has ended");
            var source = EditedCode.Failed.Replace(old, @new, StringComparison.Ordinal);
            if (@new.Contains("Denied", StringComparison.Ordinal)) source = source.Replace("new Refused", "new Denied", StringComparison.Ordinal);
            if (@new.Contains("Error(", StringComparison.Ordinal)) source = source.Replace("throw new Refused(\"closed\", 7)", "Task.FromResult(1)", StringComparison.Ordinal) + "\npublic class Error(string why) { public string Why = why; }";
            await using var world = await builds.StartAsync(Compiled.From(source, release));
            Assert.Equal((expected, null), await EditedBuilds.GoOnAsync(world, run, "go"));
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_exception_that_the_run_holds_waits_for_its_type(bool release)
    {
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(EditedCode.Failed, release);
        var run = await builds.ParkAsync(original, 2, "signal 'go'");
        await using (var world = await builds.StartAsync(Compiled.From(EditedCode.Failed.Replace("Refused", "Denied", StringComparison.Ordinal), release)))
            Assert.Contains("Refused", (await EditedBuilds.GoOnAsync(world, run, "go")).Parked, StringComparison.Ordinal);
        await using var old = await builds.StartAsync(original);
        await old.UntilAsync(old.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
        Assert.Equal(("Refused : closed", null), await EditedBuilds.GoOnAsync(old, run, null));
    }

    internal static async Task StopsAsync(string source, Compiled edited, bool release, int input, string signal, int times, IReadOnlyList<string> says)
    {
        var expected = await ExpectedAsync(source, release, input, signal, times);
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(source, release);
        var run = await builds.ParkAsync(original, input, $"signal '{signal}'");
        var report = await builds.ReportAsync(edited);
        Assert.Equal(CodeVerdict.NeedsMigration, report.Verdict);
        foreach (var part in says.Where(static s => s != "W")) Assert.True(report.Reason.Contains(part, StringComparison.Ordinal), $"'{part}' is not said in: {report.Reason}");
        await using (var world = await builds.StartAsync(edited)) Refused(await EditedBuilds.GoOnAsync(world, run, signal, times), says);
        await using var old = await builds.StartAsync(original);
        await old.UntilAsync(old.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
        Assert.Equal((expected, null), await EditedBuilds.GoOnAsync(old, run, null));
    }

    /// <summary>The next version takes the class's name, and the class in which the run waits gets another one: its frames are those of a class that is something else now.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_version_whose_class_gave_its_name_to_the_next_one_stops_its_runs(bool release)
    {
        const string Head = "public sealed class W : Workflow";
        var original = EditedBuilds.Original(EditedCode.Given, release);
        var renamed = Compiled.From(
            EditedCode.Given.Replace(Head, "[Workflow(\"W\", Version = 1)] public sealed class WV1 : Workflow", StringComparison.Ordinal)
            + "\n[Workflow(\"W\", Version = 2)] public sealed class W : Workflow { public async Durable<string> Run(int n) { await Delay(TimeSpan.Zero); return \"two\"; } }", release);
        using var builds = new EditedBuilds();
        var run = await builds.ParkAsync(original, 1, "signal 'go'; 1 step has ended");
        Assert.Equal(CodeVerdict.NeedsMigration, (await builds.ReportAsync(renamed)).Verdict);
        await using (var world = await builds.StartAsync(renamed, types: ["WV1", "W"])) Refused(await EditedBuilds.GoOnAsync(world, run, "go"), ["the class W", "WV1", "keeps its name"]);
        await using var old = await builds.StartAsync(original);
        await old.UntilAsync(old.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
        Assert.Equal(("10 3", null), await EditedBuilds.GoOnAsync(old, run, null));
    }

    internal static async Task ResumesAsync(string source, Compiled edited, bool release, int input, string signal, int times)
    {
        var expected = await ExpectedAsync(source, release, input, signal, times);
        using var builds = new EditedBuilds();
        var run = await builds.ParkAsync(EditedBuilds.Original(source, release), input, $"signal '{signal}'");
        var report = await builds.ReportAsync(edited);
        Assert.Equal((CodeVerdict.Resumes, ""), (report.Verdict, report.Reason));
        await using var world = await builds.StartAsync(edited);
        Assert.Equal((expected, null), await EditedBuilds.GoOnAsync(world, run, signal, times));
    }

    internal static void Refused((string? Result, string? Parked) end, IReadOnlyList<string> says)
    {
        Assert.True(end.Parked is not null, $"the run went on, to {end.Result}");
        Assert.StartsWith("parked: needs migration: workflow 'W', version 1", end.Parked, StringComparison.Ordinal);
        foreach (var part in says) Assert.True(end.Parked.Contains(part, StringComparison.Ordinal), $"'{part}' is not said in: {end.Parked}");
        Assert.Contains("Start the build that made the run again", end.Parked, StringComparison.Ordinal);
    }

    /// <summary>What the run comes to when nobody touches the code.</summary>
    static Task<string> ExpectedAsync(string source, bool release, int input, string signal, int times) => Expected.GetOrAdd((source, release, input), async _ =>
    {
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(source, release);
        await using var world = await builds.StartAsync(original);
        var run = await EditedBuilds.StartRunAsync(world, original.Type("W"), input);
        return (await EditedBuilds.GoOnAsync(world, run.Id, signal, times)).Result!;
    });

    internal static TheoryData<string, bool> Table(IEnumerable<string> edits)
    {
        var table = new TheoryData<string, bool>();
        foreach (var edit in edits)
        {
            table.Add(edit, false);
            table.Add(edit, true);
        }
        return table;
    }

    /// <summary>Counts each statement, as a coverage tool does.</summary>
    sealed class Instrumentation : CSharpSyntaxRewriter
    {
        int _at;

        public override SyntaxNode? VisitBlock(BlockSyntax node)
        {
            var inner = (BlockSyntax)base.VisitBlock(node)!;
            return inner.WithStatements(SyntaxFactory.List(inner.Statements.SelectMany(s => s is LocalFunctionStatementSyntax ? [s] : (StatementSyntax[])[SyntaxFactory.ParseStatement($"Cover.Hit({_at++});"), s])));
        }
    }
}
