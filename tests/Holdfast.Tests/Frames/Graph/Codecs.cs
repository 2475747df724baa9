using System.Reflection;
using Holdfast.Frames.Graph;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Writing and reading as two processes would: nothing that one has learned is known to the other.</summary>
static class Codecs
{
    static readonly Assembly Here = typeof(Codecs).Assembly;

    public static GraphCodec Fresh(params Assembly[] assemblies) => new(new TypeCatalog(assemblies.Length == 0 ? [Here] : assemblies));

    public static byte[] Encode<T>(T value) => Fresh().EncodeValue(value);

    public static T Decode<T>(byte[] bytes) => Fresh().DecodeValue<T>(bytes);

    public static T Copy<T>(T value) => Decode<T>(Encode(value));

    /// <summary>Writes as a run does, whose live collections are put in order while they are written.</summary>
    public static byte[] EncodeOwned<T>(T value)
    {
        var writer = new GraphWriter();
        writer.Begin(new TypeCatalog([Here]), [], isIntent: false, splitsLarge: false, ownsGraph: true);
        GraphCodec.WriteValue(writer, value);
        writer.Drain();
        return writer.ToArray();
    }

    public static T CopyOwned<T>(T value) => Decode<T>(EncodeOwned(value));

    /// <summary>The copy has the same structure, and its own copy gives the same bytes.</summary>
    public static T RoundTrip<T>(T value)
    {
        var bytes = Encode(value);
        var copy = Decode<T>(bytes);
        Same.Graphs(value, copy);
        Assert.Equal(bytes, Encode(copy));
        return copy;
    }

    public static HoldfastException Refused<T>(T value)
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Encode(value));
        Assert.Equal(HoldfastError.NotSavable, error.Error);
        return error;
    }
}
