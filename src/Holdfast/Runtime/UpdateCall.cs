using System.Text.Json;

namespace Holdfast.Runtime;

/// <summary>An update as its message carries it: under which name its caller waits, and its arguments, as one JSON array.</summary>
sealed record UpdateCall(string Id, IReadOnlyList<byte[]> Arguments)
{
    public byte[] Encode()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(Id);
            foreach (var argument in Arguments) writer.WriteRawValue(argument);
            writer.WriteEndArray();
        }
        return buffer.ToArray();
    }

    public static UpdateCall Decode(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var parts = json.RootElement.EnumerateArray().ToArray();
            return new(parts[0].GetString()!, [.. parts.Skip(1).Select(static p => System.Text.Encoding.UTF8.GetBytes(p.GetRawText()))]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new HoldfastException(HoldfastError.InvalidPayload, $"The call of an update cannot be read: {error.Message}", error);
        }
    }
}
