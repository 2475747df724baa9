using System.Collections;
using System.Net;
using System.Net.Mail;
using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Frames.Graph;

/// <summary>Immutable things that are a text and little more.</summary>
abstract class TextPlan<T> : Plan<T> where T : class
{
    public sealed override bool HasBody => false;

    protected sealed override void WriteHeader(GraphWriter writer, T value) => Write(writer, value);

    public sealed override object ReadHeader(GraphReader reader, WireType type) => Read(reader) ?? throw GraphErrors.Corrupt($"a {typeof(T).Name} is not one");

    protected abstract void Write(GraphWriter writer, T value);

    protected abstract T? Read(GraphReader reader);
}

sealed class UriPlan : TextPlan<Uri>
{
    protected override void Write(GraphWriter writer, Uri value)
    {
        writer.WriteBoolean(value.IsAbsoluteUri);
        writer.WriteText(value.OriginalString);
    }

    protected override Uri? Read(GraphReader reader) =>
        Uri.TryCreate(reader.ReadBoolean() is var absolute ? reader.ReadText() : null, absolute ? UriKind.Absolute : UriKind.Relative, out var uri) ? uri : null;
}

sealed class VersionPlan : TextPlan<Version>
{
    protected override void Write(GraphWriter writer, Version value) => writer.WriteText(value.ToString());

    protected override Version? Read(GraphReader reader) => Version.TryParse(reader.ReadText(), out var version) ? version : null;
}

/// <summary>Regular expressions by pattern; those that the compiler generated come back interpreted, and match the same.</summary>
sealed class RegexPlan : TextPlan<Regex>
{
    protected override void Write(GraphWriter writer, Regex value)
    {
        writer.WriteText(value.ToString());
        writer.WriteUnsigned((uint)value.Options);
        writer.WriteSigned(value.MatchTimeout.Ticks);
    }

    protected override Regex? Read(GraphReader reader)
    {
        var (pattern, options, timeout) = (reader.ReadText(), reader.ReadUnsigned(), reader.ReadSigned());
        try
        {
            return new(pattern, (RegexOptions)options, new TimeSpan(timeout));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

sealed class IPAddressPlan : TextPlan<IPAddress>
{
    static readonly IPAddress[] Singletons =
        [IPAddress.Any, IPAddress.Loopback, IPAddress.Broadcast, IPAddress.None, IPAddress.IPv6Any, IPAddress.IPv6Loopback, IPAddress.IPv6None];

    protected override void Write(GraphWriter writer, IPAddress value)
    {
        writer.WriteUnsigned((uint)(Array.FindIndex(Singletons, one => ReferenceEquals(one, value)) + 1));
        writer.WriteText(value.ToString());
    }

    protected override IPAddress? Read(GraphReader reader)
    {
        var (singleton, text) = (reader.ReadUnsigned(), reader.ReadText());
        if (singleton > (ulong)Singletons.Length) return null;
        return singleton > 0 ? Singletons[singleton - 1] : IPAddress.TryParse(text, out var address) ? address : null;
    }
}

sealed class MailAddressPlan : TextPlan<MailAddress>
{
    protected override void Write(GraphWriter writer, MailAddress value)
    {
        writer.WriteText(value.Address);
        writer.WriteText(value.DisplayName);
    }

    protected override MailAddress? Read(GraphReader reader) => MailAddress.TryCreate(reader.ReadText(), reader.ReadText(), out var address) ? address : null;
}

/// <summary>The encodings that are singletons. Others carry settings that have no name.</summary>
sealed class EncodingPlan : TextPlan<Encoding>
{
    static readonly Encoding[] Singletons = [Encoding.UTF8, Encoding.ASCII, Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1];

    protected override void Write(GraphWriter writer, Encoding value)
    {
        var at = Array.FindIndex(Singletons, one => ReferenceEquals(one, value));
        if (at < 0) throw new NotSavableException(value, value.GetType(), "Use one of Encoding's own, or make it anew after the await.");
        writer.WriteByte((byte)at);
    }

    protected override Encoding? Read(GraphReader reader) => reader.ReadByte() is var at && at < Singletons.Length ? Singletons[at] : null;
}

sealed class TimeZonePlan : TextPlan<TimeZoneInfo>
{
    protected override void Write(GraphWriter writer, TimeZoneInfo value)
    {
        var isKnown = ReferenceEquals(value, TimeZoneInfo.Utc) || (TimeZoneInfo.TryFindSystemTimeZoneById(value.Id, out var found) && found.HasSameRules(value));
        writer.WriteBoolean(isKnown);
        writer.WriteText(isKnown ? value.Id : value.ToSerializedString());
    }

    protected override TimeZoneInfo? Read(GraphReader reader)
    {
        var (isKnown, text) = (reader.ReadBoolean(), reader.ReadText());
        if (isKnown)
        {
            if (text == TimeZoneInfo.Utc.Id) return TimeZoneInfo.Utc;
            return TimeZoneInfo.TryFindSystemTimeZoneById(text, out var found) ? found : throw GraphErrors.Migration($"The time zone '{text}' is not known on this machine.");
        }
        try
        {
            return TimeZoneInfo.FromSerializedString(text);
        }
        catch (Exception error) when (error is ArgumentException or System.Runtime.Serialization.SerializationException)
        {
            return null;
        }
    }
}

/// <summary>Types as values: any that a type in data may mention.</summary>
sealed class TypePlan : TextPlan<Type>
{
    protected override void Write(GraphWriter writer, Type value)
    {
        if (!writer.Catalog.CanMention(value)) throw new NotSavableException(value, typeof(Type), $"{value} is no type of the workflows' assemblies and no public one of the framework's.");
        TypeTree.Write(writer, value);
    }

    protected override Type? Read(GraphReader reader) => TypeTree.ReadMention(reader, reader.Catalog);
}

sealed class StringBuilderPlan : Plan<StringBuilder>
{
    protected override void WriteBody(GraphWriter writer, StringBuilder value) => writer.WriteReference(value.ToString());

    protected override void WriteHeader(GraphWriter writer, StringBuilder value) => writer.WriteUnsigned((uint)value.MaxCapacity);

    public override object ReadHeader(GraphReader reader, WireType type)
    {
        var max = reader.ReadUnsigned();
        return max is > 0 and <= int.MaxValue ? new StringBuilder(0, (int)max) : throw GraphErrors.Corrupt("a text under construction has no room");
    }

    protected override void ReadBody(GraphReader reader, StringBuilder value) => value.Append(reader.ReadReference<string>());
}

sealed class BitArrayPlan : Plan<BitArray>
{
    public override bool HasBody => false;

    protected override void WriteHeader(GraphWriter writer, BitArray value)
    {
        var bytes = new byte[(value.Length + 7) / 8];
        value.CopyTo(bytes, 0);
        writer.WriteUnsigned((uint)value.Length);
        writer.WriteBytes(bytes);
    }

    public override object ReadHeader(GraphReader reader, WireType type)
    {
        var length = reader.ReadUnsigned();
        if (length > int.MaxValue || (long)length > reader.Remaining * 8L) throw GraphErrors.Corrupt("an array of bits is longer than the data");
        return new BitArray(reader.ReadSpan((int)((length + 7) / 8)).ToArray()) { Length = (int)length };
    }
}
