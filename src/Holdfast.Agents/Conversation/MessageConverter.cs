using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Agents.Conversation;

/// <summary>Messages as parts of other JSON, such as the results of steps: each as its own one form.</summary>
sealed class MessageConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeof(Message).IsAssignableFrom(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

    sealed class Of<T> : JsonConverter<T>
        where T : Message
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            try
            {
                // Through the scanner once more, and without its one form being asked for: whoever kept the JSON may have put spaces into it.
                return MessageReader.Read(Encoding.UTF8.GetBytes(document.RootElement.GetRawText()), isCanonical: false) as T ?? throw new JsonException($"The message is not a {typeof(T).Name}.");
            }
            catch (ConversationFormatException broken)
            {
                throw new JsonException(broken.Message);
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteRawValue(value.ToJson(), skipInputValidation: true);
    }
}

/// <summary>A hash as its text, also as the key of a dictionary.</summary>
sealed class MessageHashConverter : JsonConverter<MessageHash>
{
    public override MessageHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);

    public override void Write(Utf8JsonWriter writer, MessageHash value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    public override MessageHash ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, MessageHash value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());

    static MessageHash Parse(string? text) => MessageHash.TryParse(text, out var hash) ? hash : throw new JsonException("A hash is a text of 64 digits of lower-case hexadecimal.");
}
