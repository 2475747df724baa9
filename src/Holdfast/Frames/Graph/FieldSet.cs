using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>The instance fields of a type that are its state, base classes first, each with the name under which it is saved.</summary>
sealed class FieldSet
{
    const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    FieldSet(IReadOnlyList<FieldInfo> fields, IReadOnlyList<string> names) => (Fields, Names) = (fields, names);

    public IReadOnlyList<FieldInfo> Fields { get; }

    public IReadOnlyList<string> Names { get; }

    public static FieldSet Of(Type type, Func<FieldInfo, bool>? except = null)
    {
        var levels = new Stack<Type>();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType) levels.Push(level);
        var fields = new List<FieldInfo>();
        var names = new List<string>();
        foreach (var level in levels)
        {
            // Metadata order is declaration order; sorting makes it independent of how reflection's caches were filled.
            var own = level.GetFields(Declared);
            Array.Sort(own, static (a, b) => a.MetadataToken.CompareTo(b.MetadataToken));
            foreach (var field in own)
            {
                // Which thread made an iterator means nothing elsewhere: without it, every loop over it gets an enumerator of its own.
                if (field.Name == "<>l__initialThreadId" || field.IsDefined(typeof(NotSavedAttribute)) || except?.Invoke(field) == true) continue;
                var name = SavedName(field.Name);
                // A private field of a base class may share its name with one below.
                names.Add(names.Contains(name) ? level.Name + "." + name : name);
                fields.Add(field);
            }
        }
        return new(fields, names);
    }

    /// <summary>The source name behind a compiler-made one: auto-properties and captured constructor parameters keep theirs.</summary>
    static string SavedName(string name)
    {
        if (name.EndsWith(">k__BackingField", StringComparison.Ordinal)) return name[1..^">k__BackingField".Length];
        if (name.StartsWith('<') && name.EndsWith(">P", StringComparison.Ordinal)) return name[1..^2] + "(parameter)";
        return name;
    }
}

/// <summary>Marks a field of the library's own graph objects that is rebuilt instead of saved.</summary>
[AttributeUsage(AttributeTargets.Field)]
sealed class NotSavedAttribute : Attribute;
