using Holdfast.Agents.Json;

namespace Holdfast.Agents.Records;

/// <summary>A value type that may be null.</summary>
sealed class NullableConverter<T>(Converter<T> inner) : Converter<T?>
    where T : struct
{
    public override T? Read(JsonTape tape, int token) => tape.Kind(token) == JsonKind.Null ? null : inner.Read(tape, token);

    protected override bool TakesNull => true;

    public override void Write(CanonicalWriter writer, T? value)
    {
        if (value is null) writer.Raw("null");
        else inner.Write(writer, value.Value);
    }
}

/// <summary>A reference that may be null. Without it a null in a record made by code is an error, as one in JSON is.</summary>
sealed class OptionalConverter<T>(Converter<T> inner) : Converter<T?>
    where T : class
{
    public override T? Read(JsonTape tape, int token) => tape.Kind(token) == JsonKind.Null ? null : inner.Read(tape, token);

    protected override bool TakesNull => true;

    public override void Write(CanonicalWriter writer, T? value)
    {
        if (value is null) writer.Raw("null");
        else inner.Write(writer, value);
    }
}
