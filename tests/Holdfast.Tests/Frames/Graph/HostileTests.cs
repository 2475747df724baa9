using Holdfast.Tests.Storage;
using Holdfast.Frames.Graph;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Bytes that were made to do harm, one trick each.</summary>
public class HostileTests
{
    struct Empty;

    static readonly TypeCatalog Catalog = new([typeof(HostileTests).Assembly]);

    /// <summary>A graph of one object with this description and content.</summary>
    static byte[] Forge(Action<GraphWriter> describe, Action<GraphWriter>? content = null)
    {
        var descriptor = new GraphWriter();
        describe(descriptor);
        var bytes = descriptor.BodyToArray();
        var writer = new GraphWriter();
        writer.Begin(Catalog, [], isIntent: false, splitsLarge: false);
        writer.WriteByte(GraphWriter.TagNew);
        writer.WriteByte(0);
        writer.WriteUnsigned((uint)bytes.Length);
        writer.WriteBytes(bytes);
        content?.Invoke(writer);
        return writer.ToArray();
    }

    static HoldfastException Refuse(byte[] bytes) => Assert.ThrowsAny<HoldfastException>(() => Codecs.Decode<object>(bytes));

    [Fact]
    public void FieldsOfFrameworkClassesAreNotSetByData()
    {
        var forged = Forge(
            static w =>
            {
                TypeTree.Write(w, typeof(List<int>));
                w.WriteByte(2);
                w.WriteUnsigned(1);
                w.WriteText("_size");
                w.WriteText("s");
                w.WriteUnsigned(0);
            },
            static w => { w.WriteUnsigned(0); w.WriteSigned(1000); });
        Assert.Contains("description", Refuse(forged).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CodeDoesNotComeWithoutItsFingerprint()
    {
        var captured = 5;
        Func<int> closure = () => captured;
        var forged = Forge(
            w =>
            {
                TypeTree.Write(w, closure.Target!.GetType());
                w.WriteByte(2);
                w.WriteUnsigned(1);
                w.WriteText("captured");
                w.WriteText("s");
                w.WriteUnsigned(0);
            },
            static w => w.WriteSigned(1));
        Assert.Contains("description", Refuse(forged).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("System.Collections.Generic.List`1[[Evil.Type, Evil]]")]
    [InlineData("System.IO.FileStream")]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("System.Int32*")]
    [InlineData("")]
    public void OnlyListedTypesAreMade(string name)
    {
        var asked = new List<string?>();
        ResolveEventHandler note = (_, wanted) =>
        {
            lock (asked) asked.Add(wanted.Name);
            return null;
        };
        AppDomain.CurrentDomain.AssemblyResolve += note;
        try
        {
            Refuse(Forge(w => { w.WriteByte(0); w.WriteText(name); w.WriteByte(0); w.WriteUnsigned(0); }));
        }
        finally
        {
            AppDomain.CurrentDomain.AssemblyResolve -= note;
        }
        Assert.DoesNotContain(asked, static one => one?.StartsWith("Evil", StringComparison.Ordinal) == true);
    }

    sealed class Data
    {
        public int A = 1;
    }

    [Fact]
    public void KindsOfFieldsDoNotNest()
    {
        var forged = Forge(
            static w =>
            {
                TypeTree.Write(w, typeof(Data));
                w.WriteByte(2);
                w.WriteUnsigned(1);
                w.WriteText("gone");
                w.WriteText(new string('?', 1_000_000));
                w.WriteUnsigned(0);
            },
            static w => w.WriteBytes(Enumerable.Repeat((byte)1, 1_000_000).ToArray()));
        Refuse(forged);
        Assert.Equal(1, new Data().A);
    }

    [Fact]
    public void ItemsWithoutBytesAreBounded()
    {
        Codecs.RoundTrip(new Empty[1000]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refuse(Codecs.Fresh().EncodeValue<object>(Enumerable.Range(0, 100).Select(_ => new Empty[900_000]).ToArray()));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 256 << 20);
    }

    [Fact]
    public void OneReaderServesManyGraphs()
    {
        var codec = Codecs.Fresh();
        var empties = codec.EncodeValue(new Empty[700_000]);
        var huge = codec.EncodeValue(Enumerable.Range(0, 50_000).Select(static i => (object)i).ToArray());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(700_000, codec.DecodeValue<Empty[]>(empties)!.Length);
            Assert.Equal(49_999, codec.DecodeValue<object[]>(huge)![^1]);
            Assert.ThrowsAny<HoldfastException>(() => codec.DecodeValue<object[]>(huge.AsMemory(0, huge.Length - 1)));
        }
    }

    [Fact]
    public void DeeplyNestedTypesAreRefused()
    {
        var type = typeof(int);
        for (var i = 0; i < 40; i++) type = typeof(List<>).MakeGenericType(type);
        Codecs.Refused(Activator.CreateInstance(type)!);
    }

    [Fact]
    public void MemoryStaysInsideItsArray()
    {
        var bytes = Codecs.Encode(new byte[] { 7, 7, 7 }.AsMemory(1, 2));
        foreach (var (offset, length) in new[] { (2, 2), (3, 1), (0, 4), (127, 127) })
        {
            bytes[^2] = (byte)offset;
            bytes[^1] = (byte)length;
            Assert.ThrowsAny<HoldfastException>(() => Codecs.Decode<Memory<byte>>(Resealed.Of(bytes)));
        }
    }

    [Fact]
    public void ForgedMethodsAreNotCalled()
    {
        var forged = Forge(
            static w =>
            {
                TypeTree.Write(w, typeof(Action<string>));
                w.WriteByte(1);
                w.WriteText(typeof(HostileTests).Assembly.GetName().Name!);
                w.WriteText("System.IO.File.Delete(System.String)");
                TypeTree.Write(w, typeof(File));
                w.WriteUnsigned(0);
                w.WriteBoolean(false);
                w.WriteByte(0);
            });
        Refuse(forged);
    }

    [Fact]
    public void AStringThatIsNoUtf8IsRefused() => Refuse(Forge(static w => { TypeTree.Write(w, typeof(string)); w.WriteByte(0); w.WriteUnsigned(0); }, static w => { w.WriteByte(0); w.WriteUnsigned(1); w.WriteByte(0xFF); }));
}
