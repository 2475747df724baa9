using System.Text;
using System.Text.Json;

namespace Holdfast.Runtime;

/// <summary>
/// An update as its message carries it: under which name its caller waits, and its arguments by the names of their parameters, for it may wait until a build takes it that has them in another order.
/// Without names where it was kept before there were any.
/// </summary>
sealed record UpdateCall(string Id, IReadOnlyList<byte[]> Arguments, IReadOnlyList<string>? Parameters)
{
    public byte[] Encode()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id", Id);
            writer.WriteStartObject("arguments");
            for (var i = 0; i < Arguments.Count; i++)
            {
                writer.WritePropertyName(Parameters![i]);
                writer.WriteRawValue(Arguments[i]);
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    public static UpdateCall Decode(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            if (json.RootElement.ValueKind == JsonValueKind.Array)
            {
                var parts = json.RootElement.EnumerateArray().ToArray();
                return new(parts[0].GetString()!, [.. parts.Skip(1).Select(Raw)], null);
            }
            var named = json.RootElement.GetProperty("arguments").EnumerateObject().ToArray();
            return new(json.RootElement.GetProperty("id").GetString()!, [.. named.Select(static p => Raw(p.Value))], [.. named.Select(static p => p.Name)]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IndexOutOfRangeException or KeyNotFoundException)
        {
            throw new HoldfastException(HoldfastError.InvalidPayload, $"The call of an update cannot be read: {error.Message}", error);
        }
    }

    static byte[] Raw(JsonElement value) => Encoding.UTF8.GetBytes(value.GetRawText());
}
