using Holdfast.Frames.Code;
using Holdfast.Frames.Graph;

namespace Holdfast.Tests.Frames.Code;

/// <summary>What the store keeps of code proves itself, is small, and is never believed of other code.</summary>
public sealed class CodeDescriptionTests
{
    static readonly Compiled Original = Compiled.From(FingerprintEdits.Source, release: true);

    static CodeChangedException Changed(Type machine, Fingerprint saved) => new(CodeMap.Of(machine.Assembly).NameOf(machine), saved, machine);

    [Fact]
    public void It_comes_back_and_hashes_to_its_fingerprint()
    {
        foreach (var type in Original.Assembly.GetTypes().Where(t => CompilerMade.IsMachine(t) || CompilerMade.IsIterator(t) || CompilerMade.IsClosure(t)))
        {
            var description = CodeDescription.Of(type);
            var bytes = description.Encode();
            var back = CodeDescription.Decode(bytes, Fingerprints.Of(type));
            Assert.Equal((description.Build, true), (back!.Build, back.IsOptimized));
            Assert.Equal(description.Lines, back.Lines);
            Assert.True(bytes.Length < 10_000, $"{type}: {bytes.Length}");
        }
        var generic = Compiled.From("public class W { public async Task<T> Run<T>(T v) { await Task.Yield(); return v; } }", release: true).Machine().MakeGenericType(typeof(int));
        Assert.Equal(["argument int"], CodeDescription.Decode(CodeDescription.Of(generic).Encode(), Fingerprints.Of(generic))!.Arguments);
    }

    [Fact]
    public void One_that_is_damaged_or_of_other_code_is_not_believed()
    {
        var machine = Original.Machine();
        var (bytes, saved) = (CodeDescription.Of(machine).Encode(), Fingerprints.Of(machine));
        var other = Compiled.From(FingerprintEdits.Source.Replace("n + 5", "n + 6", StringComparison.Ordinal), release: true).Machine();
        Assert.Null(CodeDescription.Decode(bytes, Fingerprints.Of(other)));
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            // A bit that nothing depends on may pass; what passes is the same text.
            if (CodeDescription.Decode(damaged, saved) is { } passed) Assert.Equal(CodeDescription.Of(machine).Lines, passed.Lines);
        }
        foreach (var part in (byte[][])[[], [1], [7, 1, 2], bytes[..^5], bytes[..20]]) Assert.Null(CodeDescription.Decode(part, saved));

        Assert.Contains("the number 5 became 6", Changed(other, saved).Explain(bytes), StringComparison.Ordinal);
        Assert.Contains("what changed is not known", Changed(other, saved).Explain(null), StringComparison.Ordinal);
        Assert.Contains("what changed is not known", Changed(other, saved).Explain(CodeDescription.Of(other).Encode()), StringComparison.Ordinal);
    }

    static Compiled MadeWith(string? sdk, string edit = "n + 5") => Compiled.From(
        (sdk is null ? "" : $"[assembly: System.Reflection.AssemblyMetadata(\"Holdfast.Sdk\", \"{sdk}\")]\n") + FingerprintEdits.Source.Replace("n + 5", edit, StringComparison.Ordinal), release: true);

    [Fact]
    public void It_names_the_sdk_that_made_the_build_and_says_when_another_one_made_this()
    {
        var (old, @new, none) = (MadeWith("10.0.401"), MadeWith("10.0.500", "n + 6"), MadeWith(null, "n + 6"));
        var (saved, bytes) = (Fingerprints.Of(old.Machine()), CodeDescription.Of(old.Machine()).Encode());
        Assert.Contains("(.NET SDK 10.0.401)", CodeDescription.Of(old.Machine()).Build, StringComparison.Ordinal);
        var why = Changed(@new.Machine(), saved).Explain(bytes);
        Assert.Contains("(.NET SDK 10.0.401): ", why, StringComparison.Ordinal);
        Assert.Contains("the number 5 became 6; this build was made with .NET SDK 10.0.500, and another compiler may make other code of the same text", why, StringComparison.Ordinal);
        // Nothing is said of an SDK that is the same, or not known.
        Assert.DoesNotContain("another compiler", Changed(MadeWith("10.0.401", "n + 6").Machine(), saved).Explain(bytes), StringComparison.Ordinal);
        Assert.DoesNotContain("another compiler", Changed(none.Machine(), saved).Explain(bytes), StringComparison.Ordinal);
        Assert.DoesNotContain("SDK", Changed(@new.Machine(), Fingerprints.Of(MadeWith(null).Machine())).Explain(CodeDescription.Of(MadeWith(null).Machine()).Encode()), StringComparison.Ordinal);
    }

    const string Constants = """
        public class W
        {
            readonly int _offset;
            public async Task<int> Run(int n)
            {
                int[] row = [1, 2, 3, 4, 5, 6, 7]; var what = new { Name = "a", Count = n }; Func<int, int> add = v => v + n + _offset;
                await Task.Yield();
                return row[n] + Sum([9, 8, 7, 6, 5]) + what.Count + add(1) + Bytes("some bytes"u8);
            }
            static int Sum(ReadOnlySpan<int> all) => all[0];
            static int Bytes(ReadOnlySpan<byte> all) => all[0];
        }
        """;

    [Theory]
    [InlineData("4, 5, 6, 7]", "4, 5, 6, 8]", "the contents of a constant array or text changed")]
    [InlineData("[9, 8, 7, 6, 5]", "[9, 8, 7, 6, 4]", "the contents of a constant array or text changed")]
    [InlineData("\"some bytes\"u8", "\"more bytes\"u8", "the contents of a constant array or text changed")]
    [InlineData("new { Name = \"a\", Count = n }", "new { Name = \"a\", Count = n, More = 3 }", "an anonymous type of Name,Count,More")]
    [InlineData("v + n + _offset", "v + n", "")]
    [InlineData("what.Count + ", "", "an anonymous type of Name,Count")]
    public void What_only_the_compiler_calls_so_is_put_into_words(string old, string @new, string says)
    {
        foreach (var release in (bool[])[false, true])
        {
            var (before, after) = (Compiled.From(Constants, release), Compiled.From(Constants.Replace(old, @new, StringComparison.Ordinal), release));
            var words = CodeChanges.Between(CodeDescription.Of(before.Machine()), CodeDescription.Of(after.Machine()));
            Assert.Contains(says, words, StringComparison.Ordinal);
            Assert.DoesNotMatch("<>|__|<[A-Z][^>]*>[a-z$]|PrivateImpl", words);
        }
    }

    [Theory]
    [InlineData("<PrivateImplementationDetails>.ComputeStringHash(string)", "the compiler's own code.ComputeStringHash(string)")]
    [InlineData("Program.<Main>$(string[])", "the top-level statements")]
    [InlineData("Program.<<Main>$>g__Refund|0_1(int)", "Program.Refund(int)")]
    [InlineData("W.<Run>g__Add|0_1(int)", "W.Add(int)")]
    [InlineData("W.<Run>b__3_0(int)", "W.a lambda in Run(int)")]
    [InlineData("W.<rate>P (int)", "W.rate (int)")]
    [InlineData("W.<Count>k__BackingField (int)", "W.Count (int)")]
    [InlineData("W.<>c__DisplayClass0_0.n", "W.the captured variables.n")]
    [InlineData("List<int>.Add(int)", "List<int>.Add(int)")]
    [InlineData("new Dictionary<string,List<int>>()", "new Dictionary<string,List<int>>()")]
    public void Its_names_become_words(string name, string words) => Assert.Equal(words, CompilerNames.InWords(name));

    [Theory, InlineData(false), InlineData(true)]
    public void Every_edit_that_changes_the_code_is_put_into_words(bool release)
    {
        var before = CodeDescription.Of(Compiled.From(FingerprintEdits.Source, release).Machine());
        foreach (var (name, (old, @new)) in FingerprintEdits.Changing)
        {
            var after = CodeDescription.Of(Compiled.From(FingerprintEdits.Source.Replace(old, @new, StringComparison.Ordinal), release).Machine());
            Assert.False(CodeChanges.Between(before, after).Contains("cannot put into words", StringComparison.Ordinal), name);
        }
        Assert.Contains("cannot put into words", CodeChanges.Between(before, before), StringComparison.Ordinal);
    }
}
