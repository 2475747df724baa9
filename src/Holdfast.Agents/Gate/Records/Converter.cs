using Holdfast.Agents.Json;

namespace Holdfast.Agents.Records;

/// <summary>Makes values of a type from JSON that fits the schema of the type, and writes them canonically.</summary>
abstract class Converter
{
    public abstract object? ReadObject(JsonTape tape, int token);

    public abstract void WriteObject(CanonicalWriter writer, object? value);
}

/// <inheritdoc/>
abstract class Converter<T> : Converter
{
    /// <summary>The value of a token that was checked. What the schema allows and the type cannot hold is noted on the tape.</summary>
    public abstract T Read(JsonTape tape, int token);

    public abstract void Write(CanonicalWriter writer, T value);

    public sealed override object? ReadObject(JsonTape tape, int token) => Read(tape, token);

    public sealed override void WriteObject(CanonicalWriter writer, object? value) => Write(writer, (T)value!);
}
