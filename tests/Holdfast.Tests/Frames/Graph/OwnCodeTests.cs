using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Tests.Runs;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Code that throws while whole bytes are read: the types' own, or ours. Nothing is damaged then, and nobody is sent to a backup.</summary>
public sealed class OwnCodeTests
{
    // Of the thread: an ambient value does not reach what is read.
    [ThreadStatic]
    static string? s_fault;

    sealed class Key(int number) : IComparable<Key>
    {
        readonly int _number = number;

        public int CompareTo(Key? other) => s_fault switch
        {
            "throws" => throw new DivideByZeroException("no order today"),
            "equal" => 0,
            _ => _number.CompareTo(other!._number),
        };

        public override bool Equals(object? obj) => s_fault switch
        {
            "throws" => throw new DivideByZeroException("no equality today"),
            "equal" => true,
            _ => obj is Key other && other._number == _number,
        };

        public override int GetHashCode() => 5;
    }

    sealed class NoData(string message) : Exception(message)
    {
        public override System.Collections.IDictionary Data => s_fault is null ? base.Data : throw new DivideByZeroException("no data today");
    }

    static HoldfastException Refused<T>(T value, string fault)
    {
        var bytes = Codecs.Encode(value);
        s_fault = fault;
        var error = Assert.ThrowsAny<HoldfastException>(() => Codecs.Decode<T>(bytes));
        s_fault = null;
        Codecs.Decode<T>(bytes);
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.DoesNotContain("damaged", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("backup", error.Message, StringComparison.Ordinal);
        return error;
    }

    [Fact]
    public void KeysThatCannotBeComparedNameTheirTypeAndWhatItThrew()
    {
        foreach (var error in (HoldfastException[])
            [
                Refused(new Dictionary<Key, int> { [new(1)] = 1, [new(2)] = 2 }, "throws"), Refused(new HashSet<Key> { new(1), new(2) }, "throws"),
                Refused(new SortedDictionary<Key, int> { [new(1)] = 1, [new(2)] = 2 }, "throws"), Refused(new SortedSet<Key> { new(1), new(2) }, "throws"),
            ])
        {
            Assert.Contains(typeof(Key).ToString(), error.Message, StringComparison.Ordinal);
            Assert.Contains("DivideByZeroException: no ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void KeysThatAreEqualNowNameTheirType()
    {
        foreach (var error in (HoldfastException[])[Refused(new Dictionary<Key, int> { [new(1)] = 1, [new(2)] = 2 }, "equal"), Refused(new SortedSet<Key> { new(1), new(2) }, "equal")])
            Assert.Contains($"{typeof(Key)}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExceptionWhoseDataThrowsIsNamed()
    {
        NoData value = new("told");
        value.Data["a"] = 1;
        var error = Refused<Exception>(value, "throws");
        Assert.Contains(nameof(NoData), error.Message, StringComparison.Ordinal);
        Assert.Contains("DivideByZeroException", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhateverElseThrowsIsNoDamageEither()
    {
        var large = new string('x', 10_000);
        Func<Task<int>> code = () => Task.FromResult(large.Length);
        var intent = Codecs.Fresh().EncodeIntent(new PlainStep<int>(code), []);
        var error = Assert.ThrowsAny<HoldfastException>(() => Codecs.Fresh().DecodeIntent(intent.Bytes, static _ => throw new InvalidTimeZoneException("a slip"), NoServices.Instance));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.Contains("InvalidTimeZoneException: a slip", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("is damaged", error.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidTimeZoneException>(error.InnerException);
        // And a bit that is turned is still what it was.
        intent.Bytes[^1] ^= 1;
        Assert.Equal(HoldfastError.CorruptSnapshot, Assert.ThrowsAny<HoldfastException>(() => Codecs.Fresh().DecodeIntent(intent.Bytes, static _ => throw new InvalidTimeZoneException("a slip"), NoServices.Instance)).Error);
    }

    public sealed class Holds : Workflow
    {
        public static bool IsBroken { get; set; }

        public sealed class Word(string text)
        {
            readonly string _text = text;

            public override bool Equals(object? obj) => obj is Word other && other._text == _text;

            public override int GetHashCode() => IsBroken ? throw new DivideByZeroException("no hash today") : _text.Length;
        }

        public async Durable<int> Run()
        {
            var words = new Dictionary<Word, int> { [new("one")] = 1 };
            await Receive(new Signal<int>("go"));
            return words[new("one")];
        }
    }

    [Fact]
    public async Task ARunThatHoldsSuchKeysWaitsForTheirCodeAndGoesOnWithIt()
    {
        await using var world = await World.StartAsync([typeof(Holds)]);
        var run = await world.Client.StartAsync((Holds w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting.Contains("signal", StringComparison.Ordinal));
        Holds.IsBroken = true;
        await run.SignalAsync(new Signal<int>("go"), 1);
        var parked = await world.ParkedAsync(run);
        Assert.StartsWith("parked: needs migration", parked.Waiting, StringComparison.Ordinal);
        Assert.Contains("DivideByZeroException: no hash today", parked.Waiting, StringComparison.Ordinal);
        Holds.IsBroken = false;
        await world.ResumeAsync(run);
        Assert.Equal(1, await world.ResultAsync<int>(run));
    }
}
