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

    /// <summary>Whether null has a form.</summary>
    protected virtual bool TakesNull => false;

    /// <summary>A value that code may have made: also null where the type says that there is none.</summary>
    public void WriteAny(CanonicalWriter writer, T value)
    {
        if (value is null && !TakesNull) writer.None($"A {typeof(T).Name} is null.");
        else Write(writer, value);
    }

    public sealed override object? ReadObject(JsonTape tape, int token) => Read(tape, token);

    public sealed override void WriteObject(CanonicalWriter writer, object? value) => WriteAny(writer, (T)value!);
}
