using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast;

/// <summary>A run's id as its text, also as the key of a dictionary.</summary>
sealed class RunIdConverter : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RunId.TryParse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out var id) ? id : throw new JsonException("A run id is a text of 26 characters.");

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    public override RunId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RunId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("A run id is a text of 26 characters.");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());
}
