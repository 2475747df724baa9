using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>Writes schemas as JSON, keywords always in the same order.</summary>
static class SchemaWriter
{
    public const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    /// <param name="root">The schema.</param>
    /// <param name="namesDialect">Whether it says which dialect it is in; providers know one only, and take the word for a description.</param>
    public static byte[] Write(SchemaNode root, bool namesDialect = true)
    {
        var bytes = new ArrayBufferWriter<byte>();
        // What needs no escape in JSON has none: a model reads it.
        using (var json = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) Write(json, root, namesDialect);
        return bytes.WrittenSpan.ToArray();
    }

    static void Write(Utf8JsonWriter json, SchemaNode schema, bool namesDialect = false)
    {
        json.WriteStartObject();
        if (namesDialect) json.WriteString("$schema", Dialect);
        if (schema.IsNullable)
        {
            json.WriteStartArray("type");
            json.WriteStringValue(schema.Type);
            json.WriteStringValue("null");
            json.WriteEndArray();
        }
        else json.WriteString("type", schema.Type);
        if (schema.Description is not null) json.WriteString("description", schema.Description);
        switch (schema)
        {
            case ObjectSchema record: WriteRecord(json, record); break;
            case StringSchema text: WriteText(json, text); break;
            case NumberSchema number:
                WriteBound(json, "minimum", number.Minimum);
                WriteBound(json, "maximum", number.Maximum);
                WriteBound(json, "exclusiveMinimum", number.ExclusiveMinimum);
                WriteBound(json, "exclusiveMaximum", number.ExclusiveMaximum);
                break;
            case ListSchema list:
                WriteBound(json, "minItems", list.MinItems);
                WriteBound(json, "maxItems", list.MaxItems);
                json.WritePropertyName("items");
                Write(json, list.Items);
                break;
            case MapSchema map:
                json.WritePropertyName("additionalProperties");
                Write(json, map.Values);
                break;
            default: break;
        }
        json.WriteEndObject();
    }

    static void WriteRecord(Utf8JsonWriter json, ObjectSchema record)
    {
        json.WriteStartObject("properties");
        foreach (var property in record.Properties)
        {
            json.WritePropertyName(property.Name);
            Write(json, property.Schema);
        }
        json.WriteEndObject();
        json.WriteStartArray("required");
        foreach (var property in record.Properties.Where(static p => p.IsRequired)) json.WriteStringValue(property.Name);
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties", false);
    }

    static void WriteText(Utf8JsonWriter json, StringSchema text)
    {
        if (text.Names is not null)
        {
            json.WriteStartArray("enum");
            for (var i = 0; i < text.Names.Count; i++) json.WriteStringValue(text.Names[i]);
            if (text.IsNullable) json.WriteNullValue();
            json.WriteEndArray();
        }
        WriteBound(json, "minLength", text.MinLength);
        WriteBound(json, "maxLength", text.MaxLength);
        if (text.Pattern is not null) json.WriteString("pattern", text.Pattern.Text);
        if (text.Format is not null) json.WriteString("format", text.Format.Name);
    }

    static void WriteBound(Utf8JsonWriter json, string keyword, decimal? bound)
    {
        if (bound is not null) json.WriteNumber(keyword, bound.Value);
    }
}
