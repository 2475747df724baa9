using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Frames.Graph;

namespace Holdfast.Hosting;

/// <summary>
/// Enums at the borders of a run, by the names of their members and not by their numbers, which another build may give to other members. Only where the user's options or the enum itself name no
/// converter. Numbers are read too: they come from outside, and were written before.
/// </summary>
sealed class EnumNames : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum && !typeToConvert.IsDefined(typeof(JsonConverterAttribute), inherit: false);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

    sealed class Of<T> : JsonConverter<T>, INamedEnum where T : struct, Enum
    {
        /// <summary>Enough for every enum that people write; a number from outside may be anything.</summary>
        const int KnownMax = 256;

        static readonly EnumText Text = new(typeof(T));

        readonly System.Collections.Concurrent.ConcurrentDictionary<T, string> _known = new();

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.String => Parse(reader.GetString()!),
            JsonTokenType.Number when Text.TryNumber(System.Text.Encoding.UTF8.GetString(reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan), out var bits) => ValueOf(bits),
            _ => throw new JsonException($"It is no {typeof(T)}, which is the names of its members."),
        };

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Named(value));

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString()!);

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(Named(value));

        public string Again(string kept) => Named(Parse(kept));

        string Named(T value)
        {
            if (_known.TryGetValue(value, out var text)) return text;
            text = Text.Of(EnumCodec<T>.BitsOf(value));
            if (_known.Count < KnownMax) _known.TryAdd(value, text);
            return text;
        }

        static T Parse(string text) => ValueOf(Text.Parse(text));

        static T ValueOf(ulong bits) => EnumCodec<T>.FromBits(bits);
    }
}

/// <summary>A converter that writes an enum by names. What it has read says what was kept: what would not is refused by it.</summary>
interface INamedEnum
{
    /// <summary>The key of a dictionary, as it would be written today.</summary>
    string Again(string kept);
}
