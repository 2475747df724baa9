using System.Collections;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Holdfast.Runtime;

/// <summary>
/// The texts and bytes in a secret's value, wherever they stand in it: each is as secret as the whole. Keys of dictionaries and names of properties are not
/// among them, for they say what a value is.
/// </summary>
static class SecretParts
{
    /// <summary>A secret is small; of what has more parts, such as a client with all its machinery, most is no secret.</summary>
    const int PartsMax = 10_000;

    const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Whether values of the type can have any: numbers, times and ids are everywhere, and cannot be looked for.</summary>
    public static bool CanBeIn<T>() => RuntimeHelpers.IsReferenceOrContainsReferences<T>();

    /// <summary>All of them, texts as <see cref="string"/> and bytes as arrays; null when there are too many to look for.</summary>
    public static List<object>? Of(object? value)
    {
        // Most secrets are.
        if (value is string or byte[]) return [value];
        var (found, seen, left) = (new List<object>(), new HashSet<object>(ReferenceEqualityComparer.Instance), new Stack<object>());
        Push(left, value);
        var parts = 0;
        while (left.TryPop(out var part))
        {
            if (++parts > PartsMax) return null;
            // Such as an ImmutableArray that was never set: it cannot even be asked for its elements.
            if (part is ValueType and IEnumerable && part.Equals(RuntimeHelpers.GetUninitializedObject(part.GetType()))) continue;
            if (TextOrBytes(part) is { } known) found.Add(known);
            else if (part.GetType().IsValueType || seen.Add(part))
                if (!TryOpen(part, left)) return null;
        }
        return found;
    }

    static object? TextOrBytes(object part) => part switch
    {
        string or byte[] => part,
        // All of it is a text, and its fields hold names such as "https" besides.
        Uri uri => uri.OriginalString,
        StringBuilder text => text.ToString(),
        Memory<char> text => text.ToString(),
        ReadOnlyMemory<char> text => text.ToString(),
        Memory<byte> bytes => bytes.ToArray(),
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
        IReadOnlyList<char> text => string.Concat(text),
        IReadOnlyList<byte> bytes => bytes.ToArray(),
        _ => null,
    };

    /// <summary>Adds what a part consists of; false when that is too much.</summary>
    static bool TryOpen(object part, Stack<object> left)
    {
        switch (part)
        {
            // Code and its surroundings.
            case MemberInfo or Delegate or Pointer or IFormatProvider:
                return true;
            case JsonDocument document:
                left.Push(document.RootElement);
                return true;
            case JsonElement { ValueKind: JsonValueKind.Object } json:
                foreach (var property in json.EnumerateObject()) left.Push(property.Value);
                return true;
            case JsonElement { ValueKind: JsonValueKind.Array } json:
                foreach (var element in json.EnumerateArray()) left.Push(element);
                return true;
            case JsonElement:
                return true;
            case NetworkCredential login:
                // It may keep the password as a SecureString, whose fields say nothing.
                Push(left, login.Password);
                Push(left, login.UserName);
                return true;
            case IDictionary dictionary when IsOfFramework(part):
                return TryAddAll(dictionary.Values, left);
            case IEnumerable elements when IsOfFramework(part):
                return TryAddAll(elements, left);
        }
        var isPair = part.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);
        for (var level = part.GetType(); level is not null && level != typeof(object); level = level.BaseType)
            foreach (var field in level.GetFields(Declared))
                if (!field.FieldType.IsPrimitive && !field.FieldType.IsPointer && !(isPair && field.Name == "key")) Push(left, field.GetValue(part));
        return true;
    }

    static bool IsOfFramework(object part) => part is Array || part.GetType().Assembly.GetName().Name is { } name && (name.StartsWith("System.", StringComparison.Ordinal) || name == "System");

    static bool TryAddAll(IEnumerable elements, Stack<object> left)
    {
        var count = 0;
        foreach (var element in elements)
        {
            if (++count > PartsMax) return false;
            Push(left, element);
        }
        return true;
    }

    static void Push(Stack<object> left, object? part)
    {
        if (part is not null && part.GetType() is { IsPrimitive: false, IsEnum: false }) left.Push(part);
    }
}
