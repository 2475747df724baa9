using System.Text.Json;

namespace Holdfast.Hosting;

/// <summary>Values at the borders of a run: inputs, results, signals, calls. JSON, with the user's options.</summary>
sealed class JsonValues(JsonSerializerOptions options)
{
    public byte[] Write(object? value, Type type, string what)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, type, options);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new HoldfastException(HoldfastError.InvalidPayload, $"{what} cannot be written as JSON: {error.Message}", error);
        }
    }

    public T Read<T>(ReadOnlyMemory<byte> utf8, string what) => (T)Read(utf8, typeof(T), what)!;

    public object? Read(ReadOnlyMemory<byte> utf8, Type type, string what)
    {
        try
        {
            var value = JsonSerializer.Deserialize(utf8.Span, type, options);
            if (value is null && type.IsValueType && Nullable.GetUnderlyingType(type) is null)
                throw new HoldfastException(HoldfastError.InvalidPayload, $"'{what}' is null, but a {type} is expected.");
            return value;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new HoldfastException(HoldfastError.InvalidPayload, $"'{what}' is no {type}: {error.Message}", error);
        }
    }
}
