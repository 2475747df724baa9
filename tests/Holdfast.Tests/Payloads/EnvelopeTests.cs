using System.Reflection;
using Holdfast.Payloads;
using Holdfast.Storage;

namespace Holdfast.Tests.Payloads;

public sealed class EnvelopeTests
{
    static readonly byte[] Mark = [0xFF, (byte)'H', (byte)'P', 1];

    static readonly OddCodec Same = new(static plain => plain, static encoded => encoded);

    [Fact]
    public void Without_a_codec_nothing_is_changed_or_copied()
    {
        var envelope = new Envelope(null);
        ReadOnlyMemory<byte> bytes = new byte[] { 1, 2, 3 };
        Assert.Equal(bytes, envelope.Seal(bytes));
        Assert.Equal(bytes, envelope.Open(bytes));
        Assert.Equal("text", envelope.Open(envelope.Seal("text")));
        var blob = new Blob(BlobHash.Of(bytes.Span), bytes);
        Assert.Same(blob, envelope.Seal(blob));
    }

    [Fact]
    public void What_is_empty_stays_empty_and_what_is_sealed_is_not_sealed_again()
    {
        var envelope = new Envelope(Keys.Of("k1"));
        Assert.True(envelope.Seal(ReadOnlyMemory<byte>.Empty).IsEmpty);
        var once = envelope.Seal(new byte[] { 1, 2, 3 });
        Assert.True(Envelope.IsSealed(once));
        Assert.Equal(once, envelope.Seal(once));
        Assert.Equal([1, 2, 3], envelope.Open(once).ToArray());
        Assert.Equal("Größe", envelope.Open(envelope.Seal("Größe")));
        Assert.DoesNotContain("Größe", envelope.Seal("Größe"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_value_that_looks_sealed_is_told_by_its_hash()
    {
        byte[] data = [.. Mark, 5, 6, 7];
        var hash = BlobHash.Of(data);
        var envelope = new Envelope(Keys.Of("k1"));
        // Saved before there was a codec, and with one.
        Assert.Equal(data, envelope.Open(hash, data).ToArray());
        var stored = envelope.Seal(new Blob(hash, data)).Data;
        Assert.NotEqual(data, stored.ToArray());
        Assert.Equal(data, envelope.Open(hash, stored).ToArray());
        Assert.Equal(data, new Envelope(null).Open(hash, data).ToArray());
        Assert.Equal(HoldfastError.PayloadUnreadable, Assert.Throws<HoldfastException>(() => new Envelope(null).Open(hash, stored)).Error);
    }

    /// <summary>What a codec gives back, and what a disk makes of what it made: the bytes that were saved, or a typed error, and never others.</summary>
    [Fact]
    public void Garbage_is_never_taken_for_what_was_saved()
    {
        var random = new Random(2026);
        var (read, refused, unmarked) = (0, 0, 0);
        for (var i = 0; i < 6_000; i++)
        {
            var plain = new byte[random.Next(1, 300)];
            random.NextBytes(plain);
            // The first byte of a format of ours.
            plain[0] = 1;
            var kind = random.Next(8);
            var real = random.Next(2) == 0 ? (PayloadCodec)Keys.Of("k1") : Same;
            var stored = new Envelope(real).Seal(plain).ToArray();
            var odd = new OddCodec(static b => b, encoded => kind switch
            {
                0 => real.Decode(encoded),
                1 => null!,
                2 => [],
                3 => Noise(random, random.Next(0, 400)),
                4 => Flipped(random, real.Decode(encoded)),
                5 => real.Decode(encoded)[..^1],
                6 => [.. real.Decode(encoded), 0],
                _ => real.Decode(encoded),
            });
            if (kind == 7) stored = random.Next(3) switch
            {
                0 => Flipped(random, stored),
                1 => stored[..random.Next(Mark.Length, stored.Length)],
                _ => [.. stored, (byte)random.Next(256)],
            };
            try
            {
                var opened = new Envelope(odd).Open(stored);
                // Without its mark it is what the decoders of our formats refuse: none begins so.
                if (!Envelope.IsSealed(stored)) unmarked += opened.Span[0] == 1 ? throw new InvalidOperationException("It looks like a format of ours.") : 1;
                else
                {
                    Assert.Equal(plain, opened.ToArray());
                    read++;
                }
            }
            catch (HoldfastException error)
            {
                Assert.Equal(HoldfastError.PayloadUnreadable, error.Error);
                refused++;
            }
        }
        Assert.True(read > 500 && refused > 4_000 && unmarked > 0, $"{read} were read, {refused} refused, {unmarked} without a mark");
    }

    [Fact]
    public void A_sealed_transition_holds_all_that_the_plain_one_does_and_every_payload_is_sealed()
    {
        ReadOnlyMemory<byte> Bytes(byte last) => new byte[] { 1, last };
        var (run, time, envelope) = (RunId.Create(DateTimeOffset.UnixEpoch, new Random(1)), DateTimeOffset.UnixEpoch, new Envelope(Keys.Of("k1")));
        var hash = BlobHash.Of(Bytes(9).Span);
        var plain = new Transition
        {
            Run = run, Key = new(3), Revision = 4, Epoch = 5, Utc = time, Status = RunStatus.Completed, WakeUtc = time, Owed = true, MailSeen = 6, IndexChanged = true, State = Bytes(1),
            Snapshot = Bytes(2), FoldedResults = [2], ConsumedMail = [7], Answers = [new(7, Bytes(3))], DeadMail = [new(8, "reason")],
            Outgoing = [new(run, new(MailKind.Signal, "s", Bytes(4), "d", time))],
            Children = [new() { Id = run, Workflow = "w", Version = 1, CreatedUtc = time, Input = Bytes(5), State = Bytes(6), WhenKeyTaken = new(MailKind.ChildSettled, "1", Bytes(12), "child:1", time) }], SignalsTo = run,
            Blobs = [new(hash, Bytes(9))], DroppedBlobs = [hash], Code = [new(new(1), Bytes(7))], Journal = Bytes(8), JournalKeep = 9,
            Outcome = new(RunStatus.Completed, Bytes(10), Bytes(11)),
        };
        var made = (Transition)SealedWrites.Of(envelope, plain);
        foreach (var property in typeof(Transition).GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
        {
            var (before, after) = (property.GetValue(plain), property.GetValue(made));
            // A property that is added and not set above would be compared with its default, and a copy that forgets it would pass.
            Assert.True(property.Name is "KeepsState" || !Equals(before, property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null), $"{property.Name} is not set in this test");
            if (property.Name is "State" or "Snapshot" or "Journal")
            {
                Assert.True(Envelope.IsSealed((ReadOnlyMemory<byte>)after!), property.Name);
                Assert.Equal(((ReadOnlyMemory<byte>)before!).ToArray(), envelope.Open((ReadOnlyMemory<byte>)after!).ToArray());
            }
            else if (property.Name is not ("Answers" or "DeadMail" or "Outgoing" or "Children" or "Blobs" or "Outcome")) Assert.Equal(before, after);
        }
        Assert.All(
            (ReadOnlyMemory<byte>[])[
                made.Answers.Single().Answer, made.Outgoing.Single().Mail.Payload, made.Children.Single().Input, made.Children.Single().State, made.Children.Single().WhenKeyTaken!.Payload, made.Blobs.Single().Data, made.Outcome!.Result,
                made.Outcome.Error,
            ], static bytes => Assert.True(Envelope.IsSealed(bytes)));
        Assert.Equal((7L, 8L, hash, run), (made.Answers.Single().Sequence, made.DeadMail.Single().Sequence, made.Blobs.Single().Hash, made.Outgoing.Single().Run));
        Assert.Equal("reason", envelope.Open(made.DeadMail.Single().Reason));
        Assert.NotEqual("reason", made.DeadMail.Single().Reason);
        Assert.Equal(Bytes(1).ToArray(), ((Transition)SealedWrites.Of(envelope, Kept(plain))).State.ToArray());
    }

    /// <summary>A transition whose state is to stay as the store has it.</summary>
    static Transition Kept(Transition of) => new()
    {
        Run = of.Run, Key = of.Key, Revision = 1, Epoch = 1, Utc = of.Utc, Status = of.Status, WakeUtc = null, Owed = false, MailSeen = 0, IndexChanged = true, State = of.State, KeepsState = true, Snapshot = null,
    };

    static byte[] Noise(Random random, int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    static byte[] Flipped(Random random, byte[] bytes)
    {
        var other = bytes.ToArray();
        other[random.Next(other.Length)] ^= (byte)(1 << random.Next(8));
        return other;
    }
}
