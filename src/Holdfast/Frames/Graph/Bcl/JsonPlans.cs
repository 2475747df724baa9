using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Frames.Graph;

/// <summary>
/// JSON nodes as objects of their own, because a run may keep one of a tree and its root. Each brings its parent, and takes its
/// children in when both are there.
/// </summary>
abstract class JsonNodePlan<T> : Plan<T> where T : JsonNode
{
    protected sealed override void WriteBody(GraphWriter writer, T value)
    {
        writer.WriteReference(value.Parent);
        try
        {
            WriteChildren(writer, value);
        }
        catch (ArgumentException error)
        {
            // Parsed objects are looked into only now, and may have one name twice.
            throw new NotSavableException(value, typeof(T), error.Message);
        }
    }

    protected sealed override void ReadBody(GraphReader reader, T value)
    {
        var parent = reader.ReadReference<JsonNode>();
        ReadChildren(reader, value);
        reader.Afterwards(() =>
        {
            if (value.Parent != parent) throw GraphErrors.Corrupt("a JSON node stands under another parent");
        });
    }

    protected virtual void WriteChildren(GraphWriter writer, T value)
    {
    }

    protected virtual void ReadChildren(GraphReader reader, T value)
    {
    }
}

sealed class JsonObjectPlan : JsonNodePlan<JsonObject>
{
    protected override void WriteHeader(GraphWriter writer, JsonObject value) => writer.WriteBoolean(value.Options?.PropertyNameCaseInsensitive == true);

    protected override void WriteChildren(GraphWriter writer, JsonObject value)
    {
        writer.WriteUnsigned((uint)value.Count);
        foreach (var (name, child) in value)
        {
            writer.WriteReference(name);
            writer.WriteReference(child);
        }
    }

    public override object ReadHeader(GraphReader reader, WireType type) =>
        new JsonObject(reader.ReadBoolean() ? new JsonNodeOptions { PropertyNameCaseInsensitive = true } : null);

    protected override void ReadChildren(GraphReader reader, JsonObject value)
    {
        for (var count = reader.ReadCount(2); count > 0; count--)
            value.Add(reader.ReadReference<string>() ?? throw GraphErrors.Corrupt("a JSON property has no name"), reader.ReadReference<JsonNode>());
    }
}

sealed class JsonArrayPlan : JsonNodePlan<JsonArray>
{
    protected override void WriteChildren(GraphWriter writer, JsonArray value)
    {
        writer.WriteUnsigned((uint)value.Count);
        foreach (var child in value) writer.WriteReference(child);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new JsonArray();

    protected override void ReadChildren(GraphReader reader, JsonArray value)
    {
        for (var count = reader.ReadCount(1); count > 0; count--) value.Add(reader.ReadReference<JsonNode>());
    }
}

/// <summary>Values that came from JSON text, as that text.</summary>
sealed class JsonTextPlan : JsonNodePlan<JsonValue>
{
    protected override void WriteHeader(GraphWriter writer, JsonValue value) => writer.WriteText(value.ToJsonString());

    public override object ReadHeader(GraphReader reader, WireType type)
    {
        try
        {
            return JsonNode.Parse(reader.ReadText()) as JsonValue ?? throw GraphErrors.Corrupt("a JSON value is none");
        }
        catch (JsonException)
        {
            throw GraphErrors.Corrupt("a JSON value is none");
        }
    }
}

/// <summary>The name under which a JSON value that was made from a value of .NET is saved.</summary>
sealed class JsonMade<T>;

/// <summary>Values that were made from a number, text or date stay that, because such a node gives back its own type only.</summary>
sealed class JsonMadePlan<T> : JsonNodePlan<JsonValue>
{
    protected override void WriteHeader(GraphWriter writer, JsonValue value)
    {
        var made = value.GetValue<T>();
        if (made is string text)
        {
            writer.WriteText(text);
            return;
        }
        Codec<T>.Write(writer, ref made);
    }

    public override object ReadHeader(GraphReader reader, WireType type)
    {
        T made = default!;
        if (typeof(T) == typeof(string)) made = (T)(object)reader.ReadText();
        else Codec<T>.Read(reader, ref made);
        return JsonValue.Create(made) ?? throw GraphErrors.Corrupt("a JSON value is none");
    }
}

/// <summary>Elements of parsed documents, as their text.</summary>
static class JsonElementCodec
{
    public static void Write(GraphWriter writer, ref JsonElement value)
    {
        try
        {
            var text = value.ValueKind == JsonValueKind.Undefined ? "" : value.GetRawText();
            writer.WriteText(text);
        }
        catch (ObjectDisposedException)
        {
            throw new NotSavableException(value, typeof(JsonElement), "Its JsonDocument is disposed; keep a Clone() of the element.");
        }
    }

    public static void Read(GraphReader reader, ref JsonElement value)
    {
        var bytes = reader.ReadSpan(reader.ReadCount(1));
        if (bytes.Length == 0)
        {
            value = default;
            return;
        }
        try
        {
            value = JsonElement.Parse(bytes, new JsonDocumentOptions { MaxDepth = 1000 });
        }
        catch (JsonException)
        {
            throw GraphErrors.Corrupt("a JSON element is none");
        }
    }
}
