using System.Text;
using Holdfast.Payloads;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Runs;

namespace Holdfast.Tests.Payloads;

/// <summary>A codec of the user's lies around all that is saved, and everything works with it as without.</summary>
public sealed class PayloadTests
{
    public static TheoryData<bool, bool> Worlds => new() { { true, true }, { true, false }, { false, true }, { false, false } };

    /// <summary>Looks for a text in everything that SQLite has written: the file, and the log, which holds the states in between as well.</summary>
    static bool FilesHave(string path, string text) => new[] { path, path + "-wal", path + ".running" }.Where(File.Exists).Select(File.ReadAllBytes).Any(bytes =>
        bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(text)) >= 0);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Nothing_that_a_run_holds_stands_in_the_file_as_it_is(bool isEncrypted, bool alwaysCold)
    {
        const string Word = Talk.Word;
        using var codecs = new CodecWorld(inFile: true, alwaysCold);
        codecs.Probe.Answer = (what, step) => what == "first" && step.Attempt == 1 ? Held(codecs.Probe) : Task.FromResult(0);
        await using (var world = await codecs.StartAsync(isEncrypted ? Keys.Of("k1") : null))
        {
            var run = await world.Client.StartAsync((Talk w) => w.Run(new Start(Word, true)));
            await codecs.Probe.ReachedAsync("begun");
            // The intent is in the file, with what the step has captured.
            Assert.Equal(!isEncrypted, FilesHave(codecs.Path, Word));
            codecs.Probe.Gate("go on").TrySetResult();
            await CodecWorld.WaitsAsync(world, run);
            Assert.Equal(Word, await run.UpdateAsync(w => w.Tell(Word), key: "u"));
            Assert.Equal(Word, await run.UpdateAsync(w => w.Tell("not this"), key: "u"));
            Assert.Contains(Word, (await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Tell("!" + Word), key: "no"))).Message, StringComparison.Ordinal);
            Assert.Equal(10, await run.QueryAsync(w => w.Count));
            Assert.Contains(await run.ReadJournalAsync(), static l => l.What == "AttemptFailed" && l.Text.Contains(Word, StringComparison.Ordinal));

            var ended = new List<RunHandle>();
            for (var i = 0; i < 3; i++)
            {
                var listens = await world.Client.StartAsync((Listens w) => w.Run(Word));
                await listens.SignalAsync(new Signal<Dictionary<string, string>>("counts"), new() { [Word] = Word });
                await listens.SignalAsync(new Signal<string>("nobody takes it"), Word);
                ended.Add(listens);
            }
            var letters = await WaitForLettersAsync(world, 3);
            Assert.All(letters, static l => Assert.Contains(Word, l.Reason + Encoding.UTF8.GetString(l.Mail.Payload.Span), StringComparison.Ordinal));
            await ended[0].CancelAsync($"cancelled for {Word}");
            await ended[1].TerminateAsync($"terminated for {Word}");
            var next = await world.Client.RestartAsync(ended[2].Id, $"restarted for {Word}");
            await world.EndAsync(ended[0]);
            await world.EndAsync(ended[1]);
            await next.TerminateAsync(Word);
            await world.EndAsync(next);

            await run.SignalAsync(Talk.Heard, Word);
            Assert.Equal(Talk.Expected($"{Word},{Word},", Word), await world.ResultAsync<string>(run));
            Assert.Contains($"undo {Word}", codecs.Probe.Entries);
            Assert.Equal(!isEncrypted, FilesHave(codecs.Path, Word));
        }
        Assert.Equal(!isEncrypted, FilesHave(codecs.Path, Word));
        // Whoever looks after the file still sees what is in it.
        Assert.True(FilesHave(codecs.Path, "Whisper"));
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public async Task Every_record_is_sealed_in_both_stores_and_read_back(bool inFile, bool alwaysCold)
    {
        using var codecs = new CodecWorld(inFile, alwaysCold);
        await using var world = await codecs.StartAsync(Keys.Of("k1"));
        var run = await CodecWorld.TalkAsync(world);
        await run.UpdateAsync(w => w.Tell("a"), key: "u");
        await using (var raw = codecs.Raw())
        {
            var stored = (await raw.LoadAsync(run.Id, default))!;
            Assert.All((ReadOnlyMemory<byte>[])[stored.Run.Input, stored.Run.State, stored.Snapshot], static bytes => Assert.True(Envelope.IsSealed(bytes)));
            Assert.All(await raw.ReadJournalAsync(run.Id, -1, 100, default), static row => Assert.True(Envelope.IsSealed(row.Entries)));
            Assert.True(Envelope.IsSealed((await raw.FindAnswerAsync(run.Id, "update:u", default))!.Value));
            var opened = (await Keys.Of("k1").Over(raw).LoadAsync(run.Id, default))!;
            Assert.Contains(Talk.Word, Encoding.UTF8.GetString(opened.Run.Input.Span), StringComparison.Ordinal);
        }
        await run.SignalAsync(Talk.Heard, "b");
        Assert.Equal(Talk.Expected("a,", "b"), await world.ResultAsync<string>(run));
        await using (var raw = codecs.Raw())
        {
            var outcome = (await raw.GetAsync(run.Id, default))!.Outcome!;
            Assert.True(Envelope.IsSealed(outcome.Result));
            Assert.Empty(outcome.Error.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public async Task Keys_are_changed_and_what_was_saved_before_there_was_a_codec_is_read(bool inFile, bool alwaysCold)
    {
        using var codecs = new CodecWorld(inFile, alwaysCold);
        RunId plain, first;
        await using (var world = await codecs.StartAsync(null)) plain = (await CodecWorld.TalkAsync(world)).Id;
        await using (var world = await codecs.StartAsync(Keys.Of("k1")))
        {
            first = (await CodecWorld.TalkAsync(world)).Id;
            Assert.Equal("a", await world.Client.GetRun<Talk, string>(plain).UpdateAsync(w => w.Tell("a"), key: "a"));
        }
        await using (var world = await codecs.StartAsync(Keys.Of("k2", "k1")))
        {
            foreach (var id in (RunId[])[plain, first])
            {
                var run = world.Client.GetRun<Talk, string>(id);
                Assert.Equal("b", await run.UpdateAsync(w => w.Tell("b")));
                await run.SignalAsync(Talk.Heard, "c");
                Assert.Equal(Talk.Expected(id == plain ? "a,b," : "b,", "c"), await world.ResultAsync<string>(run));
            }
            // Answered under the key before, and told again under this one.
            Assert.Equal("a", await world.Client.GetRun<Talk, string>(plain).UpdateAsync(w => w.Tell("x"), key: "a"));
            await using var raw = codecs.Raw();
            // What ended now is saved under the new key: the old one is not needed for it.
            Assert.Null((await Keys.Of("k2").Over(raw).GetAsync(first, default))!.Outcome!.Unreadable);
            Assert.NotNull((await Keys.Of("k1").Over(raw).GetAsync(first, default))!.Outcome!.Unreadable);
        }
    }

    [Fact]
    public async Task A_backup_is_as_unreadable_as_its_original_and_goes_on_with_the_codec()
    {
        using var codecs = new CodecWorld(inFile: true, alwaysCold: true);
        RunId id;
        StoreBackup copy;
        await using (var world = await codecs.StartAsync(Keys.Of("k1")))
        {
            var run = await CodecWorld.TalkAsync(world);
            id = run.Id;
            copy = await world.Client.BackupAsync(codecs["copy.db"]);
            await run.SignalAsync(Talk.Heard, "original");
            Assert.Equal(Talk.Expected("", "original"), await world.ResultAsync<string>(run));
            // Ended runs go as ever.
            Assert.Equal(2, (await world.Client.PruneAsync(new() { CountMax = 0 })).Runs);
        }
        Assert.False(FilesHave(codecs["copy.db"], Talk.Word));
        await using var restored = await codecs.StartAsync(Keys.Of("k1"), "copy.db", new() { AcceptBackup = copy.Id });
        var again = restored.Client.GetRun(id);
        await again.SignalAsync(Talk.Heard, "copy");
        Assert.Equal(Talk.Expected("", "copy"), await restored.ResultAsync<string>(again));
    }

    [Fact]
    public async Task A_report_reads_through_the_codec_and_says_when_it_is_missing()
    {
        using var codecs = new CodecWorld(inFile: true, alwaysCold: false);
        await using var world = await codecs.StartAsync(Keys.Of("k1"));
        await CodecWorld.TalkAsync(world);
        await using var raw = SqliteStore.OpenReadOnly(codecs.Path);
        var seen = Keys.Of("k1").Over(raw);
        Assert.Equal(CodeVerdict.Resumes, Assert.Single((await HoldfastCode.ReportAsync(seen, typeof(Talk).Assembly)).Groups).Verdict);
        foreach (var store in (IStore[])[raw, Keys.Of("k9").Over(raw), Keys.Wrong("k1").Over(raw)])
        {
            var group = Assert.Single((await HoldfastCode.ReportAsync(store, typeof(Talk).Assembly)).Groups);
            Assert.Equal(CodeVerdict.Damaged, group.Verdict);
            Assert.Contains("Set the PayloadCodec that it was saved with", group.Reason, StringComparison.Ordinal);
        }
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await seen.AcquireAsync("somebody", default));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await seen.AppendAsync([], []));
        // A view closes nothing.
        await seen.DisposeAsync();
        Assert.NotEmpty(await raw.ListAsync(new(), default));
    }

    static async Task<int> Held(Probe probe)
    {
        probe.Gate("begun").TrySetResult();
        await probe.Gate("go on").Task;
        return 0;
    }

    internal static async Task<IReadOnlyList<DeadLetter>> WaitForLettersAsync(World world, int count)
    {
        var deadline = DateTime.UtcNow + World.Patience;
        while (true)
        {
            var letters = await world.Client.ListDeadLettersAsync();
            if (letters.Count >= count) return letters;
            Assert.True(DateTime.UtcNow < deadline, $"{letters.Count} of {count} dead letters");
            await Task.Delay(5);
        }
    }
}
