using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Hosting;

/// <summary>
/// Values at the borders of a run: inputs, results, signals, calls. JSON, with the user's options, and with fields, for the sake of tuples, and whatever conditions would leave out. What JSON
/// would lose is refused; whatever the types' own code throws is an error of the value, and never of the engine.
/// </summary>
sealed class JsonValues
{
    readonly JsonSerializerOptions _options;
    readonly JsonShape _shape;

    public JsonValues(JsonSerializerOptions options)
    {
        var resolver = options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver();
        _options = new(options)
        {
            IncludeFields = true,
            // What is left out comes back as whatever a new object has there.
            DefaultIgnoreCondition = JsonIgnoreCondition.Never,
            IgnoreReadOnlyProperties = false,
            IgnoreReadOnlyFields = false,
            TypeInfoResolver = resolver.WithAddedModifier(JsonShape.Complete),
        };
        _shape = new(_options);
    }

    /// <summary>What stands against a type at a border, or null.</summary>
    public string? Problem(Type type) => _shape.Problem(type);

    /// <exception cref="HoldfastException"><see cref="HoldfastError.InvalidPayload"/>.</exception>
    public byte[] Write(object? value, Type type, string what)
    {
        Check(type, what);
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, type, _options);
        }
        catch (Exception error)
        {
            throw new HoldfastException(HoldfastError.InvalidPayload, $"{what} cannot be written as JSON: {Why(error)}", error);
        }
    }

    /// <exception cref="HoldfastException"><see cref="HoldfastError.InvalidPayload"/>.</exception>
    public T Read<T>(ReadOnlyMemory<byte> utf8, string what) => (T)Read(utf8, typeof(T), what)!;

    /// <exception cref="HoldfastException"><see cref="HoldfastError.InvalidPayload"/>.</exception>
    public object? Read(ReadOnlyMemory<byte> utf8, Type type, string what)
    {
        Check(type, what);
        object? value;
        try
        {
            value = JsonSerializer.Deserialize(utf8.Span, type, _options);
        }
        catch (Exception error)
        {
            throw new HoldfastException(HoldfastError.InvalidPayload, $"'{what}' is no {type}: {Why(error)}", error);
        }
        return value is not null || !type.IsValueType || Nullable.GetUnderlyingType(type) is not null ? value
            : throw new HoldfastException(HoldfastError.InvalidPayload, $"'{what}' is null, but a {type} is expected.");
    }

    void Check(Type type, string what)
    {
        if (_shape.Problem(type) is { } problem) throw new HoldfastException(HoldfastError.InvalidPayload, $"{what} would not survive as JSON: {problem}");
    }

    /// <summary>The serializer tells what is wrong; the types' own code, only that it failed.</summary>
    static string Why(Exception error) =>
        error is JsonException or NotSupportedException ? ErrorText.MessageOf(error) : $"its type's own code threw {error.GetType().Name}: {ErrorText.MessageOf(error)}";
}
