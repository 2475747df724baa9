using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Hosting;

/// <summary>Finds, for an item of a set, those that may say the same, without comparing it to all.</summary>
sealed partial class JsonLoss
{
    /// <summary>Equal for two that say the same, and nearly always different for others; 0 for what may as well be absent. So what the comparison lets pass must be left out here.</summary>
    int Likeness(JsonElement json, Type? type)
    {
        var info = InfoOf(type);
        if (info?.Converter is INamedEnum) return 0;
        return json.ValueKind switch
        {
            JsonValueKind.Object when info?.Kind == JsonTypeInfoKind.Dictionary => OfEntries(json, info),
            JsonValueKind.Object => OfMembers(json, info?.Kind == JsonTypeInfoKind.Object ? Actual(info, json) : null),
            JsonValueKind.Array => OfItems(json, info),
            JsonValueKind.Number => ExactNumber.Likeness(json.GetRawText()),
            JsonValueKind.String => info?.Type == typeof(DateTime) ? 0 : json.GetString()!.GetHashCode(StringComparison.Ordinal),
            JsonValueKind.True => 1,
            _ => 0,
        };
    }

    int OfEntries(JsonElement json, JsonTypeInfo info)
    {
        var sum = 0;
        foreach (var entry in json.EnumerateObject()) sum += HashCode.Combine(KeyOf(info, entry.Name), Likeness(entry.Value, info.ElementType));
        return sum;
    }

    int OfItems(JsonElement json, JsonTypeInfo? info)
    {
        var element = ElementOf(info);
        var (isUnordered, sum) = (info is not null && IsUnordered(info.Type), 1);
        foreach (var item in json.EnumerateArray()) sum = (isUnordered ? sum : HashCode.Combine(sum)) + Likeness(item, element);
        return sum;
    }

    int OfMembers(JsonElement json, JsonTypeInfo? info)
    {
        var sum = 0;
        foreach (var member in json.EnumerateObject())
        {
            var property = Find(info, member.Name);
            if (IsNothing(member.Value) || (property is not null && (JsonShape.IsLeftOut(property) || JsonShape.IsComputed(info!, property) || (member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Object && IsDefault(property, member.Value))))) continue;
            if (Likeness(member.Value, DeclaredOf(property)) is var inner and not 0) sum += HashCode.Combine(property?.Name ?? member.Name, inner);
        }
        return sum;
    }
}
