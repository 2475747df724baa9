using System.Collections;
using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Finds the way from a run's frames to a value that cannot be saved, for the error's text. Only walked once encoding has failed, so
/// encoding itself keeps no path.
/// </summary>
static class GraphPath
{
    const int ObjectsMax = 100_000;

    public static string Explain(object? root, NotSavableException error, TypeCatalog catalog)
    {
        var path = root is null ? null : Find(root, error);
        var where = string.IsNullOrEmpty(path) ? "A value" : $"{path}";
        return $"{where} of type {error.ValueType} cannot be saved. {error.Hint}";
    }

    static string? Find(object root, NotSavableException error)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var queue = new Queue<(object Value, string Path)>();
        queue.Enqueue((root, ""));
        while (queue.TryDequeue(out var item) && seen.Count < ObjectsMax)
        {
            if (error.Value is not null ? ReferenceEquals(item.Value, error.Value) : item.Value.GetType() == error.ValueType) return item.Path;
            if (!seen.Add(item.Value) || item.Value is string or Type or Assembly or Module or Task or Thread or RunServices) continue;
            foreach (var (name, value) in Children(item.Value))
                queue.Enqueue((value, Join(item.Path, name)));
        }
        return null;
    }

    static IEnumerable<(string, object)> Children(object value)
    {
        if (value is Delegate { Target: { } target }) yield return ("", target);
        if (value is IEnumerable and (Array or IList or IDictionary))
        {
            var at = 0;
            foreach (var item in (IEnumerable)value)
            {
                if (item is not null && !IsPlain(item.GetType())) yield return ($"[{at}]", item);
                at++;
            }
            yield break;
        }
        for (var level = value.GetType(); level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
            foreach (var field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                // The framework's own handles are none that anybody saves.
                if (IsPlain(field.FieldType) || (KnownTypes.IsHandle(field.FieldType) && KnownTypes.IsFramework(level.Assembly) && !KnownTypes.IsFieldwiseStruct(level))) continue;
                if (field.FieldType.IsPointer || field.FieldType.IsByRefLike) continue;
                if (field.GetValue(value) is { } child) yield return (NameOf(value, field), child);
            }
    }

    static bool IsPlain(Type type) => type.IsPrimitive && !KnownTypes.IsHandle(type);

    static string NameOf(object owner, FieldInfo field)
    {
        var name = field.Name;
        if (owner is IFrame) return name == "_machine" ? $"in {((Durable)owner).Describe()}: variable" : "";
        // What everything lies in says nothing.
        if (owner is RunGraph && name == "<Root>k__BackingField") return "";
        if (name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) is var end and > 1) return name[1..end];
        if (CompilerMade.Is(owner.GetType())) return name.StartsWith('<') ? "" : name;
        return owner is Durable or RunGraph or StepBody ? "" : name;
    }

    static string Join(string path, string name) =>
        name.Length == 0 ? path : path.Length == 0 ? name : path.EndsWith("variable", StringComparison.Ordinal) ? $"{path} {name}" : name[0] == '[' ? path + name : $"{path}.{name}";
}
