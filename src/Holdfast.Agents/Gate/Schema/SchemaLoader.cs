using System.Text.Json;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>Reads schemas. A keyword that it does not know is refused: passed over, it would be a check that nobody makes.</summary>
static class SchemaLoader
{
    static readonly string[] Common = ["type", "description"];

    static readonly Dictionary<string, string[]> Keywords = new()
    {
        ["object"] = ["properties", "required", "additionalProperties"],
        ["array"] = ["items", "minItems", "maxItems"],
        ["string"] = ["enum", "minLength", "maxLength", "pattern", "format"],
        ["integer"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        ["number"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        ["boolean"] = [],
    };

    public static SchemaNode Load(ReadOnlySpan<byte> json)
    {
        using var document = JsonChecked.Parse(json.ToArray(), static problem => $"not JSON: {problem}");
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$schema", out var dialect) && !(dialect.ValueKind == JsonValueKind.String && dialect.ValueEquals(SchemaWriter.Dialect)))
            throw new GateFormatException($"the dialect must be {SchemaWriter.Dialect}", "/$schema");
        return Read(root, "", isRoot: true);
    }

    static SchemaNode Read(JsonElement schema, string at, bool isRoot = false)
    {
        if (schema.ValueKind != JsonValueKind.Object) throw new GateFormatException("a schema must be an object", at);
        var (type, isNullable) = TypeOf(schema, at);
        var known = Common.Concat(Keywords[type]);
        foreach (var keyword in schema.EnumerateObject().Select(static p => p.Name))
        {
            if (known.Contains(keyword) || (isRoot && keyword == "$schema")) continue;
            throw new GateFormatException($"the keyword '{keyword}' of the type '{type}' is not supported{NearNames.Of(keyword, known)}", JsonPointer.Append(at, keyword));
        }
        var description = schema.TryGetProperty("description", out var text) ? Text(text, JsonPointer.Append(at, "description")) : null;
        SchemaNode read = type switch
        {
            "object" => ReadObject(schema, at, isNullable, description),
            "array" => new ListSchema(Read(Needed(schema, "items", at), $"{at}/items")) { IsNullable = isNullable, Description = description, MinItems = Length(schema, "minItems", at), MaxItems = Length(schema, "maxItems", at) },
            "string" => ReadString(schema, at, isNullable, description),
            "boolean" => new BooleanSchema { IsNullable = isNullable, Description = description },
            _ => new NumberSchema
            {
                IsNullable = isNullable,
                Description = description,
                IsInteger = type == "integer",
                Minimum = Bound(schema, "minimum", at),
                Maximum = Bound(schema, "maximum", at),
                ExclusiveMinimum = Bound(schema, "exclusiveMinimum", at),
                ExclusiveMaximum = Bound(schema, "exclusiveMaximum", at),
            },
        };
        return read.Impossible is { } why ? throw new GateFormatException(why, at) : read;
    }

    static (string Type, bool IsNullable) TypeOf(JsonElement schema, string at)
    {
        var type = Needed(schema, "type", at);
        var isNullable = type.ValueKind == JsonValueKind.Array && type.GetArrayLength() == 2 && type[1].ValueKind == JsonValueKind.String && type[1].ValueEquals("null");
        var name = isNullable ? type[0] : type;
        if (name.ValueKind != JsonValueKind.String || !Keywords.ContainsKey(name.GetString()!))
            throw new GateFormatException($"the type must be one of {string.Join(", ", Keywords.Keys)}, or a list of one of them and null", $"{at}/type");
        return (name.GetString()!, isNullable);
    }

    static SchemaNode ReadObject(JsonElement schema, string at, bool isNullable, string? description)
    {
        var more = Needed(schema, "additionalProperties", at);
        if (more.ValueKind == JsonValueKind.Object)
        {
            if (schema.TryGetProperty("properties", out _) || schema.TryGetProperty("required", out _))
                throw new GateFormatException("an object has either named properties, and then \"additionalProperties\": false, or values of one schema", $"{at}/additionalProperties");
            return new MapSchema(Read(more, $"{at}/additionalProperties")) { IsNullable = isNullable, Description = description };
        }
        if (more.ValueKind != JsonValueKind.False) throw new GateFormatException("must be false or a schema: a property that nobody knows must not pass", $"{at}/additionalProperties");
        var properties = Needed(schema, "properties", at);
        if (properties.ValueKind != JsonValueKind.Object) throw new GateFormatException("must be an object", $"{at}/properties");
        var names = properties.EnumerateObject().Select(static p => p.Name).ToList();
        if (names.Count > ObjectSchema.PropertiesMax) throw new GateFormatException($"has more than {ObjectSchema.PropertiesMax} properties", $"{at}/properties");
        var required = schema.TryGetProperty("required", out var list) ? Texts(list, $"{at}/required") : [];
        if (required.FirstOrDefault(r => !names.Contains(r)) is { } stray) throw new GateFormatException($"'{stray}' is required and no property{NearNames.Of(stray, names)}", $"{at}/required");
        return new ObjectSchema([.. properties.EnumerateObject().Select(p => new PropertySchema(p.Name, Read(p.Value, JsonPointer.Append($"{at}/properties", p.Name)), required.Contains(p.Name)))])
        {
            IsNullable = isNullable,
            Description = description,
        };
    }

    static StringSchema ReadString(JsonElement schema, string at, bool isNullable, string? description)
    {
        var format = schema.TryGetProperty("format", out var name) ? Text(name, $"{at}/format") : null;
        if (format is not null && StringFormat.Find(format) is null) throw new GateFormatException($"the format '{format}' is not supported{NearNames.Of(format, StringFormat.Names)}", $"{at}/format");
        try
        {
            return new()
            {
                IsNullable = isNullable,
                Description = description,
                MinLength = Length(schema, "minLength", at),
                MaxLength = Length(schema, "maxLength", at),
                Pattern = schema.TryGetProperty("pattern", out var pattern) ? EcmaPattern.Parse(Text(pattern, $"{at}/pattern")) : null,
                Format = format is null ? null : StringFormat.Find(format),
                Names = schema.TryGetProperty("enum", out var names) ? new(EnumNames(names, $"{at}/enum", isNullable)) : null,
            };
        }
        catch (FormatException refused) when (refused is not GateFormatException)
        {
            throw new GateFormatException(refused.Message, $"{at}/pattern");
        }
    }

    static IEnumerable<string> EnumNames(JsonElement names, string at, bool isNullable)
    {
        var all = names.ValueKind == JsonValueKind.Array ? names.EnumerateArray().ToList() : [];
        if (isNullable && !all.Exists(static n => n.ValueKind == JsonValueKind.Null)) throw new GateFormatException("the type may be null and the enum has no null", at);
        if (!isNullable && all.Exists(static n => n.ValueKind == JsonValueKind.Null)) throw new GateFormatException("the enum has a null and the type may not be null", at);
        List<string> texts = [.. all.Where(static n => n.ValueKind != JsonValueKind.Null).Select(n => Text(n, at))];
        return texts.Count > 0 ? Distinct(texts, at) : throw new GateFormatException("has no text, so that nothing would fit", at);
    }

    static List<string> Texts(JsonElement list, string at) =>
        list.ValueKind == JsonValueKind.Array ? Distinct([.. list.EnumerateArray().Select(item => Text(item, at))], at) : throw new GateFormatException("must be a list of texts", at);

    static List<string> Distinct(List<string> names, string at) => names.Distinct().Count() == names.Count ? names : throw new GateFormatException("has a text twice", at);

    static string Text(JsonElement value, string at) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new GateFormatException("must be a text", at);

    static JsonElement Needed(JsonElement schema, string keyword, string at) =>
        schema.TryGetProperty(keyword, out var value) ? value : throw new GateFormatException($"\"{keyword}\" is missing", at);

    static int? Length(JsonElement schema, string keyword, string at) =>
        !schema.TryGetProperty(keyword, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var length) && length >= 0 ? length
        : throw new GateFormatException("must be a whole number from 0", $"{at}/{keyword}");

    static decimal? Bound(JsonElement schema, string keyword, string at) =>
        !schema.TryGetProperty(keyword, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var bound) ? bound
        : throw new GateFormatException("must be a number that a decimal can hold", $"{at}/{keyword}");
}
