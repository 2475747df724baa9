using System.Globalization;
using System.Text;
using Holdfast.Agents.Json;
using Holdfast.Agents.Schemas;

namespace Holdfast.Agents.Records;

sealed class BooleanConverter : Converter<bool>
{
    public override bool Read(JsonTape tape, int token) => tape.Kind(token) == JsonKind.True;

    public override void Write(CanonicalWriter writer, bool value) => writer.Raw(value ? "true" : "false");
}

sealed class TextConverter : Converter<string>
{
    public override string Read(JsonTape tape, int token) => Encoding.UTF8.GetString(tape.TextOf(token));

    public override void Write(CanonicalWriter writer, string value) => writer.String(value);
}

/// <summary>Enums by name.</summary>
sealed class EnumConverter<T>(NameTable names, T[] values) : Converter<T>
    where T : struct, Enum
{
    public override T Read(JsonTape tape, int token) => values[names.Find(tape.TextOf(token))];

    public override void Write(CanonicalWriter writer, T value)
    {
        var index = Array.IndexOf(values, value);
        if (index < 0) writer.None($"{value} is not a named value of {typeof(T).Name}.");
        else writer.String(names.Text(index));
    }
}

sealed class UuidConverter : Converter<Guid>
{
    public override Guid Read(JsonTape tape, int token) => StringFormat.TryUuid(tape.TextOf(token), out var value) ? value : throw new InvalidOperationException("The schema let a text through that it had to refuse.");

    public override void Write(CanonicalWriter writer, Guid value) => writer.String(value.ToString("D"));
}

sealed class DateConverter : Converter<DateOnly>
{
    public override DateOnly Read(JsonTape tape, int token) => StringFormat.TryDate(tape.TextOf(token), out var value) ? value : throw new InvalidOperationException("The schema let a text through that it had to refuse.");

    public override void Write(CanonicalWriter writer, DateOnly value) => writer.String(value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}

sealed class MomentConverter : Converter<DateTimeOffset>
{
    public override DateTimeOffset Read(JsonTape tape, int token) => StringFormat.TryDateTime(tape.TextOf(token), out var value) ? value : throw new InvalidOperationException("The schema let a text through that it had to refuse.");

    /// <summary>With its offset: two forms of the same moment are not the same argument to whoever reads the offset.</summary>
    public override void Write(CanonicalWriter writer, DateTimeOffset value) => writer.String((writer.MomentsAreUtc ? value.ToUniversalTime() : value).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture));
}

/// <summary>A date and time without an offset is taken to be UTC where code says it, and given as UTC.</summary>
sealed class UtcConverter(MomentConverter inner) : Converter<DateTime>
{
    public override DateTime Read(JsonTape tape, int token) => inner.Read(tape, token).UtcDateTime;

    public override void Write(CanonicalWriter writer, DateTime value) => inner.Write(writer, value.Kind == DateTimeKind.Unspecified ? new(value, TimeSpan.Zero) : new DateTimeOffset(value).ToUniversalTime());
}
