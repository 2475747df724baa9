using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>Libraries that are built anew under a workflow that is not.</summary>
public sealed class LibraryTests
{
    const string Library = "public static class Rates { public static readonly int Gold = 10; }", Middle = "public static class Offers { public static int Best => Rates.Gold; }";

    const string Source = """
        using Holdfast;
        public sealed class Tier { public int Off { get; } Tier(int off) => Off = off; public static readonly Tier Gold = new(SOURCE); }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var tier = Tier.Gold;
                var go = await Receive(new Signal<string>("go"));
                return go + (tier == Tier.Gold) + tier.Off;
            }
        }
        """;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_static_object_that_a_library_makes_another_stops_the_run(bool isBehindAnother)
    {
        foreach (var release in (bool[])[false, true])
        {
            // Only the library is built anew. What uses it is the very file that it was.
            var (original, same, edited) = (Build(Library), Build(Library), Build(Library.Replace("10", "12", StringComparison.Ordinal)));
            Assert.Equal(original.Assembly.ManifestModule.ModuleVersionId, edited.Assembly.ManifestModule.ModuleVersionId);
            using var builds = new EditedBuilds();
            var run = await builds.ParkAsync(original, 5, "signal 'go'");
            Assert.Equal(CodeVerdict.Resumes, (await builds.ReportAsync(same)).Verdict);
            Assert.Equal(CodeVerdict.NeedsMigration, (await builds.ReportAsync(edited)).Verdict);
            await using (var world = await builds.StartAsync(edited))
                EditMatrixTests.Refused(await EditedBuilds.GoOnAsync(world, run, "go"), ["The object in the static member Gold of Tier had 10 in its field Off, and has 12 now"]);
            await using var old = await builds.StartAsync(same);
            await old.UntilAsync(old.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
            Assert.Equal(("s0True10", null), await EditedBuilds.GoOnAsync(old, run, null));

            Compiled Build(string library)
            {
                var rates = Compiled.From(library, release, name: "Rates");
                var offers = Compiled.From(Middle, release, name: "Offers", references: rates);
                return Compiled.From(Source.Replace("SOURCE", isBehindAnother ? "Offers.Best" : "Rates.Gold", StringComparison.Ordinal), release, references: [rates, offers]);
            }
        }
    }
}
