using System.Reflection;
using Holdfast.Frames.Code;
using Microsoft.CodeAnalysis.Emit;

namespace Holdfast.Tests.Frames.Code;

/// <summary>Which edits of a workflow a run suspended in it survives, and which it must not.</summary>
public sealed class FingerprintTests
{
    static readonly Dictionary<bool, Compiled> Originals = new() { [false] = Compiled.From(FingerprintEdits.Source, false), [true] = Compiled.From(FingerprintEdits.Source, true) };

    public static TheoryData<string, bool> Changing => Table(FingerprintEdits.Changing.Keys);

    public static TheoryData<string, bool> Harmless => Table(FingerprintEdits.Harmless.Keys);

    [Theory, MemberData(nameof(Changing))]
    public void An_edit_of_the_code_changes_the_fingerprint(string edit, bool release)
    {
        var edited = Edited(FingerprintEdits.Changing[edit], release);
        Assert.NotEqual(Fingerprints.Of(Originals[release].Machine()), Fingerprints.Of(edited.Machine()));
        Assert.NotEqual(Fingerprints.Explain(Originals[release].Machine()), Fingerprints.Explain(edited.Machine()));
    }

    [Theory, MemberData(nameof(Harmless))]
    public void An_edit_elsewhere_does_not(string edit, bool release)
    {
        var edited = Edited(FingerprintEdits.Harmless[edit], release);
        Same(Originals[release], edited);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_order_of_members_does_not_matter(bool release)
    {
        const string pairs = "    IEnumerable<int> Pairs(int n) { for (var i = 0; i < n; i++) yield return i * 2; }\n";
        var moved = FingerprintEdits.Source.Replace(pairs, "", StringComparison.Ordinal).Replace("    //4\n", pairs, StringComparison.Ordinal);
        Assert.NotEqual(FingerprintEdits.Source, moved);
        Same(Originals[release], Compiled.From(moved, release));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Neither_path_nor_symbols_nor_nullability_matter(bool release)
    {
        Same(Originals[release], Compiled.From(FingerprintEdits.Source, release, path: "/other/place/Renamed.cs"));
        Same(Originals[release], Compiled.From(FingerprintEdits.Source, release, pdb: DebugInformationFormat.Embedded));
        Same(Originals[release], Compiled.From(FingerprintEdits.Source, release, nullable: true));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Code_that_takes_objects_apart_fits_what_earlier_builds_saved_of_it_without_names(bool release)
    {
        var machine = Compiled.From(Runs.Edits.EditedCode.Apart, release).Machine();
        var (lines, arguments) = Fingerprints.TextOf(machine);
        List<string> before = [.. lines.Select(static line => line.Replace(":Gross", "", StringComparison.Ordinal).Replace(":Net", "", StringComparison.Ordinal)
            .Replace(":From", "", StringComparison.Ordinal).Replace(":To", "", StringComparison.Ordinal).Replace(":first", "", StringComparison.Ordinal).Replace(":second", "", StringComparison.Ordinal))];
        Assert.Equal(4, lines.Zip(before).Count(static pair => pair.First != pair.Second));
        Assert.True(Fingerprints.Fits(machine, Fingerprints.OfText(before, arguments)));
        Assert.False(Fingerprints.Fits(machine, Fingerprints.OfText([.. before, "more"], arguments)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Code_that_takes_an_object_apart_by_a_constraint_is_known_by_what_may_be_there(bool release)
    {
        const string source = Runs.Edits.EditedCode.Dispatched;
        var machines = ((string[])[source, source.Replace("Ends(int Low, int High)", "Ends(int High, int Low)", StringComparison.Ordinal)])
            .Select(edited => Compiled.From(edited, release).Machine("W", "In")).ToArray();
        Assert.NotEqual(Fingerprints.Of(machines[0]), Fingerprints.Of(machines[1]));
        Assert.False(Fingerprints.Fits(machines[1], Fingerprints.Of(machines[0])));
    }

    [Theory]
    [InlineData(Runs.Edits.EditedCode.Dispatched, false), InlineData(Runs.Edits.EditedCode.Dispatched, true), InlineData(Runs.Edits.EditedCode.Counted, false), InlineData(Runs.Edits.EditedCode.Counted, true)]
    [InlineData(Runs.Edits.EditedCode.Callers, false), InlineData(Runs.Edits.EditedCode.Callers, true)]
    public void Code_fits_what_earlier_builds_wrote_of_it(string source, bool release)
    {
        var machine = Compiled.From(source, release).Machine();
        var (lines, arguments) = Fingerprints.TextOf(machine);
        List<string> before = [.. lines.Where(static line => !line.Contains(": reaches ", StringComparison.Ordinal) && !line.Contains(": numbers ", StringComparison.Ordinal))
            .Select(static line => line.Replace(": caller file", ": caller info", StringComparison.Ordinal).Replace(": ldstr \"rules/one.cs\"", ": caller info", StringComparison.Ordinal))];
        Assert.NotEqual(lines, before);
        Assert.True(Fingerprints.Fits(machine, Fingerprints.OfText(before, arguments)));
        Assert.False(Fingerprints.Fits(machine, Fingerprints.OfText([.. before, "more"], arguments)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_type_of_a_lambda_with_defaults_is_found_by_the_name_that_earlier_builds_gave_it(bool release)
    {
        var map = CodeMap.Of(Compiled.From("public class W { public object A() { var f = (int x, string s = \"\") => s + x; return f; } }", release).Assembly);
        var type = map.TypeByName("<delegate>`3($0,$1=):$2");
        Assert.NotNull(type);
        Assert.Equal("<delegate>`3($0,$1 = \"\"):$2", map.NameOf(type));
        Assert.Equal(type, map.TypeByName(map.NameOf(type)));
    }

    [Fact]
    public void Debug_and_Release_are_different_code() =>
        Assert.NotEqual(Fingerprints.Of(Originals[false].Machine()), Fingerprints.Of(Originals[true].Machine()));

    [Theory]
    [InlineData("Calls", "Make", "=> v => v + n;", "=> v => v - n;", false), InlineData("Calls", "Make", "=> v => v + n;", "=> v => v - n;", true)]
    [InlineData("W", ".ctor", "_field = v => v + 1", "_field = v => v + 2", false), InlineData("W", ".ctor", "_field = v => v + 1", "_field = v => v + 2", true)]
    public void A_lambda_made_elsewhere_has_a_fingerprint_of_its_own(string type, string owner, string old, string @new, bool release)
    {
        var before = Lambda(Originals[release]);
        var after = Lambda(Edited((old, @new), release));
        Assert.NotEqual(Fingerprints.Of(before), Fingerprints.Of(after));
        Assert.Equal(Fingerprints.Of(before), Fingerprints.Of(Lambda(Edited(FingerprintEdits.Harmless["lambdas and closures added above"], release))));
        if (CompilerMade.IsClosure(before.DeclaringType!)) Assert.NotEqual(Fingerprints.Of(before.DeclaringType!), Fingerprints.Of(after.DeclaringType!));

        MethodBase Lambda(Compiled compiled)
        {
            var map = CodeMap.Of(compiled.Assembly);
            var method = map.MethodByName($"{map.NameOf(compiled.Method(type, owner))}/lambda0");
            Assert.NotNull(method);
            return method;
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Generic_arguments_are_part_of_it(bool release)
    {
        var compiled = Compiled.From("public class W { public async Task<T> Run<T>(T v) { await Task.Yield(); return v; } }", release);
        var machine = compiled.Machine();
        Assert.NotEqual(Fingerprints.Of(machine.MakeGenericType(typeof(int))), Fingerprints.Of(machine.MakeGenericType(typeof(long))));
        Assert.NotEqual(Fingerprints.Of(machine.MakeGenericType(typeof(int))), Fingerprints.Of(machine));
        Assert.Equal(Fingerprints.Of(machine.MakeGenericType(typeof(int))), Fingerprints.Of(machine.MakeGenericType(typeof(int))));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Overloads_on_a_generic_type_are_told_apart(bool release)
    {
        const string source = "public class G<T> { public static int M(T v) => 1; public static int M(int v, int w = 0) => 2; } public class W { public async Task<int> Run() { await Task.Yield(); return G<int>.M(3/*x*/); } }";
        Assert.NotEqual(Fingerprints.Of(Compiled.From(source, release).Machine()), Fingerprints.Of(Compiled.From(source.Replace("/*x*/", ", 0", StringComparison.Ordinal), release).Machine()));
    }

    [Fact]
    public void Code_that_cannot_be_identified_is_refused()
    {
        var compiled = Compiled.From("public class W { public async Task<int> Run() { await Task.Yield(); Func<int> f = () => { unsafe { delegate*<int> p = &A; return p(); } }; return f(); } static int A() => 1; }", release: true);
        var refused = Assert.Throws<HoldfastException>(() => Fingerprints.Of(compiled.Machine()));
        Assert.Equal(HoldfastError.InvalidWorkflow, refused.Error);
        Assert.Contains("function pointer", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_assembly_is_refused_not_skipped()
    {
        var library = Compiled.From("public static class Lib { public static int M() => 1; }", release: true, name: "Gone");
        var compiled = Compiled.From("public class W { public async Task<int> Run() { await Task.Yield(); return Lib.M(); } }", release: true, name: "Needs", references: library);
        _ = Fingerprints.Of(compiled.Machine());
        var without = Compiled.From("public class W { public async Task<int> Run() { await Task.Yield(); return Lib.M(); } }", release: true, name: "Lacks", loadReferences: false, references: library);
        Assert.Equal(HoldfastError.InvalidWorkflow, Assert.Throws<HoldfastException>(() => Fingerprints.Of(without.Machine())).Error);
    }

    [Fact]
    public void Explain_names_what_changed()
    {
        var before = Fingerprints.Explain(Originals[true].Machine());
        var after = Fingerprints.Explain(Edited(FingerprintEdits.Changing["catch type"], true).Machine());
        Assert.Contains(before.Except(after), line => line.Contains("InvalidOperationException", StringComparison.Ordinal));
        Assert.Contains(after.Except(before), line => line.Contains("ArgumentException", StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_and_text_lead_back()
    {
        var fingerprint = Fingerprints.Of(Originals[true].Machine());
        Span<byte> bytes = stackalloc byte[Fingerprint.Length];
        fingerprint.WriteBytes(bytes);
        Assert.Equal(fingerprint, Fingerprint.FromBytes(bytes));
        Assert.Equal(Convert.ToHexStringLower(bytes), fingerprint.ToString());
    }

    /// <summary>Code that nobody wrote for these tests, in every shape the compiler knows.</summary>
    [Fact]
    public void Every_machine_and_closure_of_large_assemblies_has_one()
    {
        Type[] from = [typeof(FingerprintTests), typeof(Fingerprints), typeof(HttpClient), typeof(System.Text.Json.JsonSerializer), typeof(Microsoft.CodeAnalysis.SyntaxNode)];
        var types = from.SelectMany(t => t.Assembly.GetTypes()).Where(t => CompilerMade.IsMachine(t) || CompilerMade.IsIterator(t) || CompilerMade.IsClosure(t)).ToArray();
        Assert.All(types, t => Assert.NotEqual(default, Fingerprints.Of(t)));
    }

    static void Same(Compiled before, Compiled after)
    {
        Assert.Equal(Fingerprints.Explain(before.Machine()), Fingerprints.Explain(after.Machine()));
        Assert.Equal(Fingerprints.Of(before.Machine()), Fingerprints.Of(after.Machine()));
        var map = CodeMap.Of(after.Assembly);
        Assert.Equal(after.Machine(), map.TypeByName(CodeMap.Of(before.Assembly).NameOf(before.Machine())));
    }

    static Compiled Edited((string Old, string New) edit, bool release)
    {
        var edited = FingerprintEdits.Source.Replace(edit.Old, edit.New, StringComparison.Ordinal);
        Assert.NotEqual(FingerprintEdits.Source, edited);
        return Compiled.From(edited, release);
    }

    static TheoryData<string, bool> Table(IEnumerable<string> edits)
    {
        var table = new TheoryData<string, bool>();
        foreach (var edit in edits)
        {
            table.Add(edit, false);
            table.Add(edit, true);
        }
        return table;
    }
}
