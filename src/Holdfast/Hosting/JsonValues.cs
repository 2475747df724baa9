using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Hosting;

/// <summary>
/// Values at the borders of a run: inputs, results, signals, calls. JSON, with the user's options, and with fields, for the sake of tuples, and whatever conditions would leave out. What JSON
/// would lose is refused; whatever the types' own code throws is an error of the value, and never of the engine. What is read proves itself: written again it says what was kept, or is refused.
/// </summary>
sealed class JsonValues
{
    /// <summary>What is read as one of these needs no proof, unless it is a number that was kept as a text.</summary>
    static readonly HashSet<Type> Plain =
    [
        typeof(string), typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(JsonElement),
    ];

    readonly JsonSerializerOptions _options;
    readonly JsonShape _shape;
    readonly Lazy<(JsonSerializerOptions Options, JsonLoss Loss)> _proof;
    readonly ConcurrentDictionary<Type, bool> _isPlain = new();

    public JsonValues(JsonSerializerOptions options)
    {
        _options = Complete(options);
        _options.TypeInfoResolver = _options.TypeInfoResolver!.WithAddedModifier(JsonShape.LeaveOutComputed);
        _shape = new(_options);
        _proof = new(() => Complete(options) is var full ? (full, new JsonLoss(full)) : default);
    }

    static JsonSerializerOptions Complete(JsonSerializerOptions options)
    {
        var complete = new JsonSerializerOptions(options)
        {
            IncludeFields = true,
            // Keys are data: what a policy makes of them is another key when it is read.
            DictionaryKeyPolicy = null,
            Encoder = new WholeText(options.Encoder ?? JavaScriptEncoder.Default),
            // What is left out comes back as whatever a new object has there.
            DefaultIgnoreCondition = JsonIgnoreCondition.Never,
            IgnoreReadOnlyProperties = false,
            IgnoreReadOnlyFields = false,
            TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(JsonShape.Complete),
        };
        // The last: those of the user come first.
        complete.Converters.Add(new EnumNames());
        return complete;
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
            throw new HoldfastException(HoldfastError.InvalidPayload, $"{what} is no {type}: {Why(error)}", error);
        }
        if (value is null && type.IsValueType && Nullable.GetUnderlyingType(type) is null) throw new HoldfastException(HoldfastError.InvalidPayload, $"{what} is null, but a {type} is expected.");
        if (!_isPlain.GetOrAdd(type, IsPlain) || (type.IsPrimitive && utf8.Span[0] == '"')) Prove(utf8, value, type, what);
        return value;
    }

    /// <summary>JSON from somewhere else, as a value of this type would have been written here; itself where it is no such value, as whoever reads it will find.</summary>
    public byte[] AsOf(byte[] utf8, Type type)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(utf8, type, _options), type, _options);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return utf8;
        }
    }

    /// <summary>Whether JSON is of another type altogether: no object that lacks something, and no enum's member that is gone.</summary>
    public static bool IsOfAnother(ReadOnlyMemory<byte> utf8, Type type, HoldfastException error) =>
        error.InnerException is JsonException { Path: "$" } && utf8.Span is not [(byte)'{', ..] && !(Nullable.GetUnderlyingType(type) ?? type).IsEnum;

    /// <summary>Refuses a value that does not say what was kept, because its type is another one now.</summary>
    void Prove(ReadOnlyMemory<byte> kept, object? value, Type type, string what)
    {
        string? loss;
        try
        {
            var again = JsonSerializer.SerializeToUtf8Bytes(value, type, _options);
            if (kept.Span.SequenceEqual(again)) return;
            var (full, proof) = _proof.Value;
            loss = proof.Between(kept, again, type);
            // What is worked out was written, too, once.
            if (loss is not null) loss = proof.Between(kept, JsonSerializer.SerializeToUtf8Bytes(value, type, full), type);
        }
        catch (Exception error)
        {
            throw new HoldfastException(HoldfastError.InvalidPayload, $"{what} is read as {type}, and cannot be compared with what was kept: {Why(error)}", error);
        }
        if (loss is not null) throw new HoldfastException(HoldfastError.InvalidPayload, $"{what} is no {type} as it is here: {loss}");
    }

    bool IsPlain(Type type) => Plain.Contains(type) && _options.GetTypeInfo(type).Converter.GetType().Assembly == typeof(JsonSerializer).Assembly;

    void Check(Type type, string what)
    {
        if (_shape.Problem(type) is { } problem) throw new HoldfastException(HoldfastError.InvalidPayload, $"{what} would not survive as JSON: {problem}");
    }

    /// <summary>The serializer tells what is wrong; the types' own code, only that it failed.</summary>
    static string Why(Exception error) => error is JsonException { Path: { } path } && !ErrorText.MessageOf(error).Contains("Path: ", StringComparison.Ordinal) ? $"{path}: {ErrorText.MessageOf(error)}"
        : error is JsonException or NotSupportedException ? ErrorText.MessageOf(error) : $"its type's own code threw {error.GetType().Name}: {ErrorText.MessageOf(error)}";
}
