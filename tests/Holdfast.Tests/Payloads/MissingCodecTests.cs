using Holdfast.Storage;
using Holdfast.Tests.Runs;

namespace Holdfast.Tests.Payloads;

/// <summary>Without its codec or key a run is set aside as it is, the others go on, and so does it once they are there.</summary>
public sealed class MissingCodecTests
{
    public static TheoryData<string, bool, bool> Codecs
    {
        get
        {
            var data = new TheoryData<string, bool, bool>();
            foreach (var codec in (string[])["missing", "other key", "wrong key"])
                foreach (var inFile in (bool[])[true, false]) data.Add(codec, inFile, inFile == (codec == "missing"));
            return data;
        }
    }

    static PayloadCodec? Named(string name) => name switch
    {
        "missing" => null,
        "other key" => Keys.Of("k9"),
        _ => Keys.Wrong("k1"),
    };

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task Runs_are_parked_as_they_are_and_go_on_once_the_codec_is_back(string codec, bool inFile, bool alwaysCold)
    {
        using var codecs = new CodecWorld(inFile, alwaysCold);
        RunId waiting, ended;
        await using (var world = await codecs.StartAsync(Keys.Of("k1")))
        {
            var run = await CodecWorld.TalkAsync(world);
            waiting = run.Id;
            ended = (await EndedAsync(world)).Id;
            await CodecWorld.TalkAsync(world, "lost");
            var listens = await world.Client.StartAsync((Listens w) => w.Run("x"), key: "dead");
            await listens.SignalAsync(new Signal<string>("counts"), "no counts");
            await PayloadTests.WaitForLettersAsync(world, 1);
        }
        var before = await StoredAsync(codecs, waiting);
        await using (var world = await codecs.StartAsync(Named(codec)))
        {
            var run = world.Client.GetRun<Talk, string>(waiting);
            // It is parked once it is woken, and nobody has done so.
            var asleep = await run.GetInfoAsync();
            Assert.Equal(RunStatus.Running, asleep.Status);
            Assert.StartsWith("will be parked: unreadable: ", asleep.Waiting, StringComparison.Ordinal);
            await run.CancelAsync();
            var info = await world.ParkedAsync(run);
            Assert.StartsWith("parked: unreadable: Saved data cannot be decoded, and was left as it is. ", info.Waiting, StringComparison.Ordinal);
            Assert.Contains(
                codec switch { "missing" => "no PayloadCodec is set here", "other key" => "There is no key 'k1' here.", _ => "AuthenticationTagMismatchException" }, info.Waiting, StringComparison.Ordinal);
            Assert.EndsWith("Set the PayloadCodec that it was saved with, with the keys of that time, and start again.", info.Waiting, StringComparison.Ordinal);

            async Task RefusedAsync(Func<Task> call) => Assert.Equal(HoldfastError.PayloadUnreadable, (await Assert.ThrowsAsync<HoldfastException>(call)).Error);
            await RefusedAsync(() => run.QueryAsync(w => w.Count));
            await RefusedAsync(() => run.RestartAsync("it hangs"));
            await RefusedAsync(() => run.InputAsync<string>());
            await RefusedAsync(() => world.Client.GetRun(ended).ResultAsync<string>());
            await RefusedAsync(() => world.Client.ResolveInDoubtAsync(waiting, 1, 1, InDoubtDecision.Retry()));
            Assert.Equal(RunStatus.Completed, await world.Client.GetRun(ended).WaitAsync());
            var journal = await run.ReadJournalAsync();
            Assert.Contains(journal, static l => l.What == "Unreadable");
            Assert.Contains(journal, static l => l.What == "Parked" && l.Text.StartsWith("unreadable: ", StringComparison.Ordinal));
            var letter = Assert.Single(await world.Client.ListDeadLettersAsync());
            Assert.Contains("Saved data cannot be decoded", letter.Reason, StringComparison.Ordinal);
            Assert.True(letter.Mail.Payload.IsEmpty);
            // Three that talk, with a child each, and the one that listens.
            Assert.Equal(7, (await world.Client.ListAsync(new())).Count);

            // Asked to go on it tries, and stays. One whose key is lost for good can be ended.
            await run.ResumeAsync();
            var lost = (await world.Client.FindAsync<Talk>("lost"))!;
            await lost.TerminateAsync("the key is lost");
            Assert.Equal(RunStatus.Terminated, await lost.WaitAsync().WaitAsync(World.Patience));
            // New runs are none of that.
            var fresh = await world.Client.StartAsync((Whisper w) => w.Run("own"));
            Assert.Equal("own?", await world.ResultAsync<string>(fresh));
            Assert.Equal(RunStatus.Parked, (await run.GetInfoAsync()).Status);
            Assert.DoesNotContain(world.Errors, static e => e.Contains("could not be run", StringComparison.Ordinal));
        }
        var after = await StoredAsync(codecs, waiting);
        Assert.Equal(before.Run.State.ToArray(), after.Run.State.ToArray());
        Assert.Equal(before.Snapshot.ToArray(), after.Snapshot.ToArray());
        // What was saved meanwhile was saved with what was set meanwhile; the wrong key of the same name only Wrong has.
        await using (var world = await codecs.StartAsync(codec == "wrong key" ? new Either(Keys.Of("k1"), Keys.Wrong("k1")) : Keys.Of("k1", "k9")))
        {
            var run = world.Client.GetRun<Talk, string>(waiting);
            Assert.Equal(RunStatus.Cancelled, await run.WaitAsync().WaitAsync(World.Patience));
            Assert.Equal(Talk.Expected("", "end"), await world.Client.GetRun(ended).ResultAsync<string>());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_plain_run_with_a_message_that_cannot_be_decoded_keeps_its_state_byte_for_byte(bool alwaysCold)
    {
        using var codecs = new CodecWorld(inFile: true, alwaysCold);
        RunId id;
        await using (var world = await codecs.StartAsync(null)) id = (await CodecWorld.TalkAsync(world)).Id;
        await using (var world = await codecs.StartAsync(new OddCodec(static plain => plain, static _ => throw new InvalidOperationException("not today"))))
        {
            // Alone in this process, it goes on: what it holds is in memory, and its message is not.
            var run = world.Client.GetRun<Talk, string>(id);
            Assert.Equal(8, await run.QueryAsync(w => w.Count));
            await run.SignalAsync(Talk.Heard, "b");
            Assert.Contains("not today", (await world.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
            Assert.Contains("not today", (await world.Client.ListAsync(new() { Status = RunStatus.Parked })).Single().Waiting, StringComparison.Ordinal);
        }
        var state = (await StoredAsync(codecs, id)).Run.State;
        Assert.False(Holdfast.Payloads.Envelope.IsSealed(state));
        await using (var world = await codecs.StartAsync(new OddCodec(static plain => plain, static encoded => encoded)))
            Assert.Equal(Talk.Expected("", "b"), await world.ResultAsync<string>(await UnparkedAsync(world, id)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cipher_that_does_not_notice_its_wrong_key_is_found_out(bool alwaysCold)
    {
        using var codecs = new CodecWorld(inFile: true, alwaysCold);
        RunId id;
        await using (var world = await codecs.StartAsync(OddCodec.Unauthenticated(17)))
        {
            var run = await CodecWorld.TalkAsync(world);
            id = run.Id;
        }
        await using (var world = await codecs.StartAsync(OddCodec.Unauthenticated(18)))
        {
            var run = world.Client.GetRun<Talk, string>(id);
            await run.ResumeAsync();
            Assert.Contains("is not what was saved: it has another key", (await world.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
            Assert.Empty(await world.Client.ListDeadLettersAsync());
        }
        await using (var world = await codecs.StartAsync(OddCodec.Unauthenticated(17)))
        {
            var run = await UnparkedAsync(world, id);
            await run.SignalAsync(Talk.Heard, "b");
            Assert.Equal(Talk.Expected("", "b"), await world.ResultAsync<string>(run));
        }
    }

    [Fact]
    public async Task A_large_value_that_cannot_be_decoded_parks_its_run_until_it_can()
    {
        using var codecs = new CodecWorld(inFile: true, alwaysCold: true);
        PayloadCodec Codec(bool large) => new OddCodec(static plain => plain, encoded => large || encoded.Length < 20_000 ? encoded : throw new InvalidOperationException("too large"));
        RunId waits, works;
        codecs.Probe.Answer = async (what, step) =>
        {
            if (what != "first" || step.Attempt > 1 || codecs.Probe.Count("first") != 2) return 0;
            codecs.Probe.Gate("begun").TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, step.CancellationToken);
            return 0;
        };
        await using (var world = await codecs.StartAsync(Codec(large: true)))
        {
            waits = (await CodecWorld.TalkAsync(world)).Id;
            // The second one's step has captured a large value, and is cut off.
            works = (await world.Client.StartAsync((Talk w) => w.Run(new Start(Talk.Word, false)))).Id;
            await codecs.Probe.ReachedAsync("begun");
        }
        var lines = 0;
        for (var start = 0; start < 2; start++)
        {
            await using var world = await codecs.StartAsync(Codec(large: false));
            if (start == 0) await world.Client.GetRun(waits).SignalAsync(Talk.Heard, "b");
            foreach (var id in (RunId[])[waits, works])
            {
                var run = world.Client.GetRun(id);
                var info = await world.ParkedAsync(run);
                Assert.StartsWith("parked: unreadable", info.Waiting, StringComparison.Ordinal);
                Assert.Contains("too large", info.Waiting, StringComparison.Ordinal);
            }
            // The second start finds them as they are, and writes nothing.
            var journal = (await world.Client.GetRun(waits).ReadJournalAsync()).Count;
            if (start == 1) Assert.Equal(lines, journal);
            lines = journal;
        }
        await using (var world = await codecs.StartAsync(Codec(large: true)))
        {
            Assert.Equal(Talk.Expected("", "b"), await world.ResultAsync<string>(await UnparkedAsync(world, waits)));
            var run = await UnparkedAsync(world, works);
            await CodecWorld.WaitsAsync(world, run);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_codec_that_cannot_encode_keeps_nothing_and_turns_wait_for_it(bool alwaysCold)
    {
        var isBroken = false;
        var codec = new OddCodec(plain => Volatile.Read(ref isBroken) ? throw new TimeoutException("no key server") : plain, static encoded => encoded);
        using var codecs = new CodecWorld(inFile: true, alwaysCold);
        codecs.Probe.Answer = (what, _) =>
        {
            // The step was done, and its result is about to be saved.
            if (what == "first") Volatile.Write(ref isBroken, true);
            return Task.FromResult(0);
        };
        await using var world = await codecs.StartAsync(codec);
        var run = await world.Client.StartAsync((Talk w) => w.Run(new Start(Talk.Word, true)));
        var deadline = DateTime.UtcNow + World.Patience;
        while (!world.Errors.Any(static e => e.Contains("no key server", StringComparison.Ordinal)))
        {
            Assert.True(DateTime.UtcNow < deadline, "The turn was not reported.");
            await Task.Delay(5);
        }
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.StartAsync((Whisper w) => w.Run("x"), key: "x"));
        Assert.Equal((HoldfastError.PayloadNotEncoded, true), (refused.Error, refused.InnerException is TimeoutException));
        Assert.Null(await world.Client.FindAsync<Whisper>("x"));
        Assert.Equal(RunStatus.Running, (await run.GetInfoAsync()).Status);
        Volatile.Write(ref isBroken, false);
        await CodecWorld.WaitsAsync(world, run);
        await run.SignalAsync(Talk.Heard, "b");
        Assert.Equal(Talk.Expected(Talk.Word + ",", "b"), await run.ResultAsync().WaitAsync(World.Patience));
        // Nothing was done twice.
        Assert.Equal(1, codecs.Probe.Count("first"));
    }

    /// <summary>Reads with whichever of two can.</summary>
    sealed class Either(PayloadCodec one, PayloadCodec other) : PayloadCodec
    {
        public override byte[] Encode(ReadOnlySpan<byte> plain) => one.Encode(plain);

        public override byte[] Decode(ReadOnlySpan<byte> encoded)
        {
            try
            {
                return one.Decode(encoded);
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                return other.Decode(encoded);
            }
        }
    }

    static async Task<RunHandle> EndedAsync(World world)
    {
        var run = await CodecWorld.TalkAsync(world);
        await run.SignalAsync(Talk.Heard, "end");
        Assert.Equal(Talk.Expected("", "end"), await world.ResultAsync<string>(run));
        return run;
    }

    static async Task<RunHandle> UnparkedAsync(World world, RunId id)
    {
        var run = world.Client.GetRun(id);
        await world.UntilAsync(run, static i => i.Status != RunStatus.Parked);
        return run;
    }

    static async Task<StoredRun> StoredAsync(CodecWorld codecs, RunId run)
    {
        await using var raw = codecs.Raw();
        return (await raw.LoadAsync(run, default))!;
    }
}
