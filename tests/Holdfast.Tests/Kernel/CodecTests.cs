using Holdfast.Tests.Storage;
using System.Buffers;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class CodecTests
{
    /// <summary>A state that uses every field of every kind of op.</summary>
    internal static RunState Full()
    {
        var state = First();
        state.HeirOf = KernelWorld.NewRun("Above", 4).Id;
        return state;
    }

    /// <summary>The same with the fields that there were at first.</summary>
    internal static RunState First()
    {
        var state = new RunState
        {
            Status = RunStatus.Parked,
            Begun = true,
            NextOp = 5000,
            MailSeen = 77,
            CancelReason = "Kündigung 😀",
            CancelGraceUtc = KernelWorld.Start,
            ParkReason = new string('p', 300),
            Crashes = 2,
            Parent = new(KernelWorld.NewRun("Parent", 1).Id, 9),
            RestartedAs = KernelWorld.NewRun("Next", 2).Id,
            RestartOf = KernelWorld.NewRun("Before", 3).Id,
        };
        state.Ops.Add(new StepOp(1) { Label = "plain" });
        state.Ops.Add(new StepOp(2)
        {
            Kind = StepKind.Call,
            Label = new string('ü', 42),
            Handler = "mail.send",
            Intent = new byte[1000],
            IntentBlobs = [BlobHash.Of([1]), BlobHash.Of([2])],
            Retry = new(TimeSpan.FromSeconds(1), 1.5, TimeSpan.MaxValue, 1, 0, TimeSpan.FromDays(1), ["System.TimeoutException", "My.Error"]),
            Timeout = TimeSpan.FromSeconds(30),
            AtMostOnce = true,
            Attempt = 300,
            CrashedAttempts = 200,
            StartedUtc = KernelWorld.Start,
            Epoch = long.MaxValue,
            Phase = StepPhase.Backoff,
            RetryUtc = DateTimeOffset.MaxValue,
            LastError = "TimeoutException: too slow",
            CancelGraceUtc = DateTimeOffset.MinValue,
            Deaths = 7,
            Heartbeat = new(TimeSpan.FromSeconds(5), [1, 2]),
        });
        state.Ops.Add(new StepOp(3) { Kind = StepKind.Transaction, Phase = StepPhase.InDoubt, CrashedAttempts = 1 });
        state.Ops.Add(new TimerOp(300, KernelWorld.Start));
        state.Ops.Add(new ReceiveOp(301, "approved"));
        state.Ops.Add(new ReceiveOp(302, ""));
        state.Ops.Add(new ChildOp(4000, KernelWorld.NewRun("Child", 2).Id, "Child"));
        state.Ops.Add(new ChildOp(4999, KernelWorld.NewRun("Child", 3).Id, "Child") { CancelRequested = true });
        return state;
    }

    [Fact]
    public void Every_field_comes_back()
    {
        var state = Full();
        // The golden files of 0.1 know none of these.
        state.Ops.OfType<StepOp>().First().Crashes = 2;
        state.Ops.OfType<StepOp>().First().FailsInDoubt = true;
        state.Ops.OfType<StepOp>().First().Key = "invoice 7";
        var loaded = StateCodec.Decode(KernelWorld.Bytes(state));
        Assert.Equivalent(state, loaded, strict: true);
        var step = Assert.IsType<StepOp>(loaded.Ops.First(op => op.Id == 2));
        Assert.Equal(1000, step.Intent.Length);
        Assert.Equal(["System.TimeoutException", "My.Error"], step.Retry.NonRetryable);
        Assert.Equal(TimeSpan.Zero, loaded.CancelGraceUtc!.Value.Offset);
        Assert.Equal(KernelWorld.Bytes(state), KernelWorld.Bytes(loaded));
    }

    [Fact]
    public void A_property_that_is_added_to_the_state_and_not_to_the_codec_is_found_out()
    {
        Assert.Equal(14, typeof(RunState).GetProperties().Length);
        Assert.Equal(22, typeof(StepOp).GetProperties().Length);
        Assert.Equal(2, typeof(TimerOp).GetProperties().Length);
        Assert.Equal(2, typeof(ReceiveOp).GetProperties().Length);
        Assert.Equal(4, typeof(ChildOp).GetProperties().Length);
        Assert.Equal(7, typeof(RetryRule).GetProperties().Count(property => property.GetMethod!.IsPublic && !property.GetMethod.IsStatic));
    }

    [Fact]
    public void The_first_state_and_an_ordinary_one_are_small()
    {
        Assert.Equal(Resealed.WithHead([1, 1, 0, 1, 0, 0]), KernelWorld.Bytes(new RunState()));
        var world = new KernelWorld();
        world.Step();
        Assert.Equal(35, KernelWorld.Bytes(world.State).Length);
    }

    [Fact]
    public void The_default_rule_takes_no_byte_in_whichever_object_it_comes()
    {
        var world = new KernelWorld();
        world.Step(step => step.Retry = RetryRule.Default with { NonRetryable = [] });
        Assert.Equal(35, KernelWorld.Bytes(world.State).Length);
        Assert.Same(RetryRule.Default, ((StepOp)StateCodec.Decode(KernelWorld.Bytes(world.State)).Ops.First()).Retry);
    }

    [Fact]
    public void The_inbox_is_not_part_of_it()
    {
        var world = new KernelWorld();
        var before = KernelWorld.Bytes(world.State).Length;
        world.Mail(MailKind.Signal, "early", new string('x', 1000));
        Assert.Equal(before, KernelWorld.Bytes(world.State).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(41)]
    [InlineData(42)]
    [InlineData(43)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(100_000)]
    public void Texts_of_any_length_and_script_come_back(int length)
    {
        foreach (var letter in new[] { "a", "ü", "語", "😀" })
        {
            var state = new RunState { ParkReason = string.Concat(Enumerable.Repeat(letter, length)) };
            Assert.Equal(state.ParkReason, StateCodec.Decode(KernelWorld.Bytes(state)).ParkReason);
        }
    }

    [Fact]
    public void Half_a_character_does_not_stop_a_run()
    {
        var once = StateCodec.Decode(KernelWorld.Bytes(new RunState { ParkReason = "half \ud83d of one" }));
        Assert.Equal("half \ufffd of one", once.ParkReason);
    }

    [Fact]
    public void A_rule_of_whatever_numbers_comes_back()
    {
        var world = new KernelWorld();
        world.Step(step => step.Retry = new(TimeSpan.MinValue, double.NaN, TimeSpan.MaxValue, double.NegativeInfinity, int.MinValue, TimeSpan.MinValue, []));
        var bytes = KernelWorld.Bytes(world.State);
        Assert.Equal(bytes, KernelWorld.Bytes(StateCodec.Decode(bytes)));
    }

    [Fact]
    public void It_appends_to_a_target_that_gives_its_memory_in_small_pieces()
    {
        var target = new Pieces();
        StateCodec.Encode(Full(), target);
        Assert.Equal(KernelWorld.Bytes(Full()), Resealed.Of([.. target.Written]));
    }

    [Fact]
    public void Every_end_before_the_end_is_an_error()
    {
        var bytes = KernelWorld.Bytes(Full());
        for (var length = 0; length < bytes.Length; length++) AssertCorrupt(bytes.AsSpan(0, length));
        AssertCorrupt([.. bytes, 0]);
        for (var length = 0; length < bytes.Length; length++) AssertCorrupt(Resealed.Of(bytes[..length]));
        AssertCorrupt(Resealed.Of([.. bytes, 0]));
    }

    [Fact]
    public void Any_bytes_are_a_state_or_a_typed_error()
    {
        var random = new Random(4711);
        var bytes = KernelWorld.Bytes(Full());
        var read = 0;
        for (var i = 0; i < 30_000; i++)
        {
            var hostile = bytes.ToArray();
            if (i % 10 == 0) random.NextBytes(hostile.AsSpan(1 + random.Next(10)));
            // The many zeros of the intent are not worth most of the flips.
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                var at = random.Next(4) == 0 ? random.Next(hostile.Length) : random.Next(500);
                hostile[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)(hostile[at] ^ (1 << random.Next(8)));
            }
            if (random.Next(4) == 0) hostile = hostile[..random.Next(hostile.Length)];
            try
            {
                var state = StateCodec.Decode(Resealed.Of(hostile));
                read++;
                // What was read is a state like any other: it can be kept, described and gone on with.
                Assert.Equal(KernelWorld.Bytes(state), KernelWorld.Bytes(StateCodec.Decode(KernelWorld.Bytes(state))));
                RunKernel.Describe(state);
                RunKernel.WakeUtc(state);
                RunKernel.Decide(state, new RunEvent.MailArrived(new(long.MaxValue, MailKind.Unpark, "", default, default), default, long.MaxValue), KernelWorld.Start, new());
                RunKernel.Decide(state, new RunEvent.TimePassed(1), KernelWorld.Start, new());
            }
            catch (HoldfastException exception)
            {
                Assert.Equal(HoldfastError.CorruptSnapshot, exception.Error);
            }
        }
        Assert.InRange(read, 500, 29_500);
    }

    [Theory]
    // An empty run that claims very many ops; a text of 2^62 bytes; a number of eleven bytes; one with a needless zero.
    [InlineData(new byte[] { 1, 1, 0, 1, 0, 255, 255, 255, 255, 15 })]
    [InlineData(new byte[] { 1, 1, 2, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 63, 0 })]
    [InlineData(new byte[] { 1, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0 })]
    [InlineData(new byte[] { 1, 1, 0, 129, 0, 0, 0 })]
    // Another version; an unknown status; an unknown flag; no next op; an op that was not given yet.
    [InlineData(new byte[] { 2, 1, 0, 1, 0, 0 })]
    [InlineData(new byte[] { 1, 9, 0, 1, 0, 0 })]
    [InlineData(new byte[] { 1, 1, 128, 1, 0, 0 })]
    [InlineData(new byte[] { 1, 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 1, 0, 1, 0, 1, 1, 3, 0 })]
    // A step that claims 16 million large values.
    [InlineData(new byte[] { 1, 1, 0, 2, 0, 1, 1, 1, 17, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 128, 128, 128, 8 })]
    public void What_no_state_encodes_to_is_refused_before_anything_is_allocated(byte[] bytes)
    {
        bytes = Resealed.WithHead(bytes);
        AssertCorrupt(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertCorrupt(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    [Fact]
    public void A_turned_bit_is_never_read_as_something_else()
    {
        foreach (var (bytes, read) in new (byte[], Action<byte[]>)[]
        {
            (KernelWorld.Bytes(Full()), static b => StateCodec.Decode(b)), (StateCodec.EncodeOutcome(KernelWorld.Error()), static b => StateCodec.DecodeOutcome(b)),
        })
        {
            read(bytes);
            for (var at = 0; at < Math.Min(bytes.Length, 2000); at++)
            {
                var turned = bytes.ToArray();
                turned[at] ^= (byte)(1 << (at % 8));
                Assert.Equal(HoldfastError.CorruptSnapshot, Assert.Throws<HoldfastException>(() => read(turned)).Error);
            }
        }
    }

    [Fact]
    public void Outcomes_come_back()
    {
        foreach (var outcome in new[] { Outcome.Done, KernelWorld.Ok(), KernelWorld.Error(), Outcome.Cancelled(""), Outcome.Cancelled(new string('ü', 500)) })
        {
            var loaded = StateCodec.DecodeOutcome(StateCodec.EncodeOutcome(outcome));
            Assert.Equal((outcome.Kind, outcome.Summary), (loaded.Kind, loaded.Summary));
            Assert.Equal(outcome.Value.ToArray(), loaded.Value.ToArray());
        }
    }

    [Fact]
    public void Any_bytes_are_an_outcome_or_a_typed_error() =>
        Fuzz(StateCodec.EncodeOutcome(KernelWorld.Error()), isSealed: true, bytes => StateCodec.EncodeOutcome(StateCodec.DecodeOutcome(bytes)));

    [Fact]
    public void Journal_entries_come_back()
    {
        var entries = Enum.GetValues<JournalKind>().Select(kind => new JournalEntry(kind, (long)kind * 1000, $"text {kind}", (long)kind)).ToList();
        entries.Add(new(JournalKind.Started, 0));
        var target = new ArrayBufferWriter<byte>();
        JournalCodec.Encode(entries, target);
        Assert.Equal(entries, JournalCodec.Decode(target.WrittenSpan));

        target.Clear();
        JournalCodec.Encode([], target);
        Assert.Equal(0, target.WrittenCount);
        Assert.Empty(JournalCodec.Decode([]));
    }

    [Fact]
    public void Any_bytes_are_a_journal_or_a_typed_error()
    {
        var target = new ArrayBufferWriter<byte>();
        JournalCodec.Encode([new(JournalKind.StepStarted, 1, "Charge", 1), new(JournalKind.StepSucceeded, 300, "Charge", 2)], target);
        Fuzz(target.WrittenSpan.ToArray(), isSealed: false, bytes =>
        {
            var again = new ArrayBufferWriter<byte>();
            JournalCodec.Encode(JournalCodec.Decode(bytes), again);
            return again.WrittenSpan.ToArray();
        });
    }

    [Fact]
    public void A_journal_that_claims_millions_of_entries_is_refused_before_anything_is_allocated()
    {
        byte[] bytes = [1, 128, 128, 128, 32, 1, 0, 0, 0];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(HoldfastError.CorruptSnapshot, Assert.Throws<HoldfastException>(() => JournalCodec.Decode(bytes)).Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    static void Fuzz(byte[] bytes, bool isSealed, Func<byte[], byte[]> roundTrip)
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var hostile = bytes.ToArray();
            hostile[random.Next(hostile.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) hostile = hostile[..random.Next(hostile.Length)];
            try
            {
                var once = roundTrip(isSealed ? Resealed.Of(hostile) : hostile);
                Assert.Equal(once, roundTrip(once));
            }
            catch (HoldfastException exception)
            {
                Assert.Equal(HoldfastError.CorruptSnapshot, exception.Error);
            }
        }
    }

    static void AssertCorrupt(ReadOnlySpan<byte> bytes)
    {
        try
        {
            StateCodec.Decode(bytes);
        }
        catch (HoldfastException exception)
        {
            Assert.Equal(HoldfastError.CorruptSnapshot, exception.Error);
            return;
        }
        Assert.Fail($"{bytes.Length} bytes were read as a state");
    }

    /// <summary>Gives exactly what is asked for, so that the writer has to ask often.</summary>
    sealed class Pieces : IBufferWriter<byte>
    {
        byte[] _piece = [];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_piece.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) => _piece = new byte[Math.Max(1, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
