using Holdfast.Kernel;
using Holdfast.Runtime;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>
/// An update that was kept, and not done before its build was stopped. A build that has it no more, or with other parameters, must not answer it with a refusal: the answer would be
/// its key's for ever, and the build that can do it would find nothing to do.
/// </summary>
public sealed class UpdateEditTests
{
    const string Update = "[Update] public int Raise(int by, string why) { _sum += by; _why = why; return _sum; }";

    const string Source = $$"""
        using Holdfast;
        public sealed class W : Workflow
        {
            int _sum = 1; string _why;
            {{Update}}
            public async Durable<string> Run(int n)
            {
                var go = await Receive(new Signal<string>("go"));
                return $"{go} {_sum} {_why}";
            }
        }
        //below
        """;

    /// <summary>What becomes of the update, and what the reason says.</summary>
    public static TheoryData<string, string, string> Edits => new()
    {
        { "Raise(", "Lift(", "The update 'Raise' waits, which workflow 'W', version 1, does not have here" },
        { "[Update] ", "", "The update 'Raise' waits, which workflow 'W', version 1, does not have here" },
        { "(int by, string why)", "(int by, string why, int more)", "'Raise' takes 3 arguments, not 2" },
        { "(int by, string why) { _sum += by; _why = why;", "(int by) { _sum += by;", "'Raise' takes 1 arguments, not 2" },
        { "(int by, string why) { _sum += by; _why = why;", "(int much, string reason) { _sum += much; _why = reason;", "which argument is which cannot be told" },
        { "(int by, string why) { _sum += by;", "(bool by, string why) { _sum += by ? 1 : 0;", "The argument 'by' of Raise is no " },
    };

    [Theory, MemberData(nameof(Edits))]
    public async Task An_update_that_waits_is_not_refused_by_a_build_that_has_another_one(string old, string @new, string says)
    {
        foreach (var release in (bool[])[false, true])
        {
            using var builds = new EditedBuilds();
            var (original, edited) = (EditedBuilds.Original(Source, release), EditedBuilds.Edited(Source, new(old, @new), release));
            var id = await KeptAsync(builds, original);
            var report = await builds.ReportAsync(edited);
            Assert.Equal(CodeVerdict.NeedsMigration, report.Verdict);
            Assert.Contains(says, report.Reason, StringComparison.Ordinal);
            await using (var world = await builds.StartAsync(edited)) EditMatrixTests.Refused(await EditedBuilds.GoOnAsync(world, id, "go"), [says]);
            await using var again = await builds.StartAsync(original);
            await again.UntilAsync(again.Client.GetRun(id), static i => i.Status != RunStatus.Parked);
            Assert.Equal(("s0 6 because", null), await EditedBuilds.GoOnAsync(again, id, null));
            await using var store = SqliteStore.OpenReadOnly(builds.Path);
            Assert.Equal(OutcomeKind.Succeeded, StateCodec.DecodeOutcome((await store.FindAnswerAsync(id, "update:u", default))!.Value.Span).Kind);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Parameters_that_changed_places_take_the_arguments_by_their_names(bool release)
    {
        using var builds = new EditedBuilds();
        var id = await KeptAsync(builds, EditedBuilds.Original(Source, release));
        var edited = EditedBuilds.Edited(Source, new("(int by, string why)", "(string why, int by)"), release);
        Assert.Equal(CodeVerdict.Resumes, (await builds.ReportAsync(edited)).Verdict);
        await using var world = await builds.StartAsync(edited);
        Assert.Equal(("s0 6 because", null), await EditedBuilds.GoOnAsync(world, id, "go"));
    }

    /// <summary>The caller named another version's class, and was let through for that version: that is no edit, and the run answers.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task An_update_that_another_version_has_is_refused_by_the_one_that_lacks_it(bool release)
    {
        var both = Source.Replace(Update, "", StringComparison.Ordinal).Replace("string _why", "string _why = \"none\"", StringComparison.Ordinal).Replace("public sealed class W", "[Workflow(\"W\", Version = 1)] public sealed class W", StringComparison.Ordinal)
            .Replace("//below", $"[Workflow(\"W\", Version = 2)] public sealed class W2 : Workflow {{ int _sum; string _why; {Update} public async Durable<string> Run(int n) {{ await Delay(TimeSpan.Zero); return _sum + _why; }} }}", StringComparison.Ordinal);
        var build = Compiled.From(both, release);
        using var builds = new EditedBuilds();
        // Only the first version is there when the run begins.
        var id = await KeptAsync(builds, build);
        await using var world = await builds.StartAsync(build, types: ["W", "W2"]);
        Assert.Equal(("s0 1 none", null), await EditedBuilds.GoOnAsync(world, id, "go"));
        Assert.Contains(await world.Client.GetRun(id).ReadJournalAsync(), static l => l.What == "UpdateRejected");
    }

    /// <summary>A run that waits for its signal, with an update in its mailbox that nobody has looked at.</summary>
    static async Task<RunId> KeptAsync(EditedBuilds builds, Compiled build)
    {
        var id = await builds.ParkAsync(build, 1, "signal 'go'");
        await using var store = SqliteStore.Open(builds.Path);
        var answers = new WriteResult[1];
        var mail = new NewMail(MailKind.Update, "Raise", new UpdateCall("u", ["5"u8.ToArray(), "\"because\""u8.ToArray()], ["by", "why"]).Encode(), "update:u", DateTimeOffset.UtcNow);
        await store.AppendAsync([new PostMail(id, mail) { Epoch = await store.AcquireAsync("test", default) }], answers);
        Assert.Equal(Verdict.Committed, answers[0].Verdict);
        return id;
    }
}
