using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Frames.Graph;

namespace Holdfast;

/// <summary>
/// The name of something that must not be saved, such as a password or key. Runs keep and pass on the name; <see cref="StepContext.RevealAsync{T}"/> gives the value inside
/// a step, from what was registered with <c>AddSecrets</c>. Saved and sent as its name alone. Immutable and thread-safe.
/// </summary>
/// <typeparam name="T">The value's type.</typeparam>
[JsonConverter(typeof(SecretJson))]
public sealed class Secret<T> : ISelfSaved
{
    /// <param name="name">Under which the source of secrets knows it.</param>
    public Secret(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>Under which the source of secrets knows it.</summary>
    public string Name { get; private set; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    void ISelfSaved.Save(GraphWriter writer) => writer.WriteReference(Name);

    void ISelfSaved.Load(GraphReader reader) => Name = reader.ReadReference<string>() ?? throw GraphErrors.Corrupt("a secret has no name");
}

/// <summary>Secrets as JSON: their names.</summary>
sealed class SecretJson : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsConstructedGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Secret<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    sealed class Converter<T> : JsonConverter<Secret<T>>
    {
        public override Secret<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { Length: > 0 } name ? new(name) : throw new JsonException("A secret is written as its name.");

        public override void Write(Utf8JsonWriter writer, Secret<T> value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
    }
}
