using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Frames.Code;

namespace Holdfast.Hosting;

/// <summary>
/// Tells what a value does not say of the JSON that it was read from, by what it is written as again: a member that its type does not have any more, a number or text that became another. And
/// what it says beyond that, because its type has a member that was not there. Thread-safe.
/// </summary>
/// <param name="options">The serializer's, with which members that are worked out are written too.</param>
/// <param name="comparing">Told of each comparison of two values, to see how many there are.</param>
sealed partial class JsonLoss(JsonSerializerOptions options, Action? comparing = null)
{
    static readonly Type[] Unordered = [typeof(ISet<>), typeof(IReadOnlySet<>), typeof(System.Collections.Concurrent.ConcurrentBag<>)];

    /// <summary>The first difference, with its path; null when the value says what was kept.</summary>
    public string? Between(ReadOnlyMemory<byte> kept, ReadOnlyMemory<byte> again, Type type)
    {
        var form = new JsonDocumentOptions { MaxDepth = options.MaxDepth, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
        using var was = JsonDocument.Parse(kept, form);
        using var now = JsonDocument.Parse(again, form);
        return Of(was.RootElement, now.RootElement, type, "$");
    }

    /// <param name="kept">What was kept.</param>
    /// <param name="again">What the value is written as.</param>
    /// <param name="type">Its type; null where that is a converter's own affair.</param>
    /// <param name="path">Where it stands.</param>
    string? Of(JsonElement kept, JsonElement again, Type? type, string path)
    {
        comparing?.Invoke();
        var info = InfoOf(type);
        if (info?.Converter is INamedEnum) return null;
        if (kept.ValueKind != again.ValueKind) return Differs(kept, again, path);
        return kept.ValueKind switch
        {
            JsonValueKind.Object when info?.Kind == JsonTypeInfoKind.Dictionary => OfEntries(kept, again, info, path),
            JsonValueKind.Object => OfMembers(kept, again, info?.Kind == JsonTypeInfoKind.Object ? Actual(info, kept) : null, path),
            JsonValueKind.Array => OfItems([.. kept.EnumerateArray()], [.. again.EnumerateArray()], info, path),
            JsonValueKind.Number => ExactNumber.AreEqual(kept.GetRawText(), again.GetRawText()) ? null : Differs(kept, again, path),
            JsonValueKind.String => kept.ValueEquals(again.GetString()) || IsSameTime(kept, again, info) ? null : Differs(kept, again, path),
            _ => null,
        };
    }

    JsonTypeInfo? InfoOf(Type? type) => type is null ? null : options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);

    static Type? ElementOf(JsonTypeInfo? info) => info?.Kind == JsonTypeInfoKind.Enumerable ? info.ElementType : null;

    static Type? DeclaredOf(JsonPropertyInfo? property) => property is null or { CustomConverter: not null } ? null : property.PropertyType;

    /// <summary>A local time is that of the machine that reads it.</summary>
    static bool IsSameTime(JsonElement kept, JsonElement again, JsonTypeInfo? info) =>
        info?.Type == typeof(DateTime) && kept.TryGetDateTimeOffset(out var was) && again.TryGetDateTimeOffset(out var now) && was == now && HasOffset(kept.GetString()!) && HasOffset(again.GetString()!);

    static bool HasOffset(string time) => time is [.., '+' or '-', _, _, ':', _, _];

    /// <summary>A key as it can be compared: an enum's as it would be written today, a local time by its instant.</summary>
    string KeyOf(JsonTypeInfo info, string name)
    {
        if (info.KeyType == typeof(DateTime) && HasOffset(name) && DateTimeOffset.TryParse(name, CultureInfo.InvariantCulture, out var time)) return time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        return InfoOf(info.KeyType)?.Converter is INamedEnum named ? named.Again(name) : name;
    }

    string? OfEntries(JsonElement kept, JsonElement again, JsonTypeInfo info, string path)
    {
        var others = new Dictionary<string, JsonElement>();
        foreach (var entry in again.EnumerateObject()) others[KeyOf(info, entry.Name)] = entry.Value;
        var count = 0;
        foreach (var entry in kept.EnumerateObject())
        {
            count++;
            var inner = $"{path}.{entry.Name}";
            if (!others.TryGetValue(KeyOf(info, entry.Name), out var now)) return $"{inner} is kept, and would be lost.";
            if (Of(entry.Value, now, info.ElementType, inner) is { } loss) return loss;
        }
        return count == again.EnumerateObject().Count() ? null : $"{path} was kept with other keys.";
    }

    string? OfItems(JsonElement[] kept, JsonElement[] again, JsonTypeInfo? info, string path)
    {
        var element = ElementOf(info);
        if (kept.Length != again.Length) return $"{path} was kept with {kept.Length} items, and would be read with {again.Length}.";
        string? first = null;
        for (var i = 0; i < kept.Length && first is null; i++) first = Of(kept[i], again[i], element, $"{path}[{i}]");
        if (first is null || info is null || !IsUnordered(info.Type)) return first;
        // A set has an order of its own, in each process another. Most items are written as they were.
        var texts = again.Select(static item => item.GetRawText()).CountBy(static text => text).ToDictionary();
        var open = kept.Where(item => !Take(texts, item.GetRawText())).ToList();
        var others = again.Where(item => Take(texts, item.GetRawText())).GroupBy(item => Likeness(item, element)).ToDictionary(static alike => alike.Key, static alike => alike.ToList());
        return open.TrueForAll(item => others.TryGetValue(Likeness(item, element), out var alike) && alike.FindIndex(other => Of(item, other, element, path) is null) is var at and >= 0 && RemoveAt(alike, at)) ? null : first;

        static bool Take(Dictionary<string, int> texts, string text)
        {
            if (texts.GetValueOrDefault(text) == 0) return false;
            texts[text]--;
            return true;
        }

        static bool RemoveAt(List<JsonElement> from, int at)
        {
            from.RemoveAt(at);
            return true;
        }
    }

    static bool IsUnordered(Type type) => Array.Exists([type, .. type.GetInterfaces()], static i => i.IsGenericType && Array.IndexOf(Unordered, i.GetGenericTypeDefinition()) >= 0);

    string? OfMembers(JsonElement kept, JsonElement again, JsonTypeInfo? info, string path)
    {
        foreach (var member in kept.EnumerateObject())
        {
            var property = Find(info, member.Name);
            var inner = $"{path}.{member.Name}";
            if (again.TryGetProperty(property?.Name ?? member.Name, out var now))
            {
                var loss = Of(member.Value, now, DeclaredOf(property), inner);
                if (loss is not null) return property is not null && JsonShape.IsComputed(info!, property) ? $"{inner} is kept, and {Named(info)} works it out now, to something else." : loss;
            }
            else if (!IsNothing(member.Value) && (property is null || !JsonShape.IsLeftOut(property)))
            {
                return $"{inner} is kept, and {Named(info)} has no member of that name.{Renamed(kept, again, info, member.Name)}";
            }
        }
        // What a type takes in without a name for it may be what the new member was called before.
        var isExtended = info is not null && info.Properties.Any(static p => p.IsExtensionData) && kept.EnumerateObject().Any(k => Find(info, k.Name) is null);
        foreach (var member in again.EnumerateObject())
        {
            var property = Find(info, member.Name);
            if (kept.EnumerateObject().Any(k => k.NameEquals(member.Name) || (property is not null && Find(info, k.Name) == property))) continue;
            if (property is null || !(JsonShape.IsComputed(info!, property) || (!isExtended && IsAbsent(info!, property, member.Value))))
                return $"{path}.{member.Name} is not in what was kept, and {Named(info)} would make up its value, or needs one. Let null or 0 mean that it is absent, without an initialiser.";
        }
        return null;
    }

    /// <summary>Whether a new member says nothing: its type's default, and no constructor makes anything else of it.</summary>
    bool IsAbsent(JsonTypeInfo info, JsonPropertyInfo property, JsonElement value)
    {
        if (!IsDefault(property, value)) return false;
        if (property.AssociatedParameter is { } parameter) return parameter.HasDefaultValue;
        return property.AttributeProvider is not MemberInfo member || JsonShape.FieldOf(member) is not { } field || !Initialisers.Give(info.Type, field);
    }

    bool IsDefault(JsonPropertyInfo property, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null) return true;
        var type = property.PropertyType;
        if (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null || property.CustomConverter is not null) return false;
        return JsonElement.DeepEquals(JsonSerializer.SerializeToElement(Activator.CreateInstance(type), type, options), value);
    }

    /// <summary>The one member that is new, if it could be the one that is gone.</summary>
    string Renamed(JsonElement kept, JsonElement again, JsonTypeInfo? info, string old)
    {
        var fresh = again.EnumerateObject().Where(m => !kept.TryGetProperty(m.Name, out _) && Find(info, m.Name) is { } property && !JsonShape.IsComputed(info!, property)).ToList();
        return fresh is [var one] ? $" If it is called {one.Name} now, give it back its name, or mark it with [JsonPropertyName(\"{old}\")]." : "";
    }

    JsonPropertyInfo? Find(JsonTypeInfo? info, string name)
    {
        if (info is null) return null;
        JsonPropertyInfo? other = null;
        foreach (var property in info.Properties)
        {
            if (property.Name == name) return property;
            if (options.PropertyNameCaseInsensitive && property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) other = property;
        }
        return other;
    }

    /// <summary>The contract of the derived class that it says it is.</summary>
    JsonTypeInfo Actual(JsonTypeInfo info, JsonElement kept)
    {
        if (info.PolymorphismOptions is not { } forms || !kept.TryGetProperty(forms.TypeDiscriminatorPropertyName, out var said)) return info;
        var form = forms.DerivedTypes.FirstOrDefault(f => f.TypeDiscriminator?.ToString() == said.ToString());
        return form.DerivedType is null ? info : options.GetTypeInfo(form.DerivedType);
    }

    static bool IsNothing(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.False || (value.ValueKind == JsonValueKind.Number && ExactNumber.AreEqual(value.GetRawText(), "0"));

    static string Named(JsonTypeInfo? info) => info is null ? "its type" : info.Type.ToString();

    static string Differs(JsonElement kept, JsonElement again, string path)
    {
        var (was, now) = (Shown(kept), Shown(again));
        return $"{path} was kept as {was} and would be read as {(was == now ? "another" : now)}.";
    }

    /// <summary>Texts are data that no message should tell; a number says what was lost.</summary>
    static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => value.GetRawText(),
    };
}
