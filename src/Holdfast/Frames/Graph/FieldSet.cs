using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>The instance fields of a type that are its state, base classes first, each with the name under which it is saved.</summary>
sealed class FieldSet
{
    const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    const string OfBase = "::";
    const string OfParameter = "(parameter)";

    FieldSet(IReadOnlyList<FieldInfo> fields, IReadOnlyList<string> names) => (Fields, Names) = (fields, names);

    public IReadOnlyList<FieldInfo> Fields { get; }

    public IReadOnlyList<string> Names { get; }

    public int IndexOf(string name)
    {
        for (var i = 0; i < Names.Count; i++)
            if (Names[i] == name) return i;
        return -1;
    }

    /// <summary>The type that declares a field of <paramref name="type"/>, and the field's name there, as people write them.</summary>
    public static (string Home, string Name) Split(Type type, string name) => name.IndexOf(OfBase, StringComparison.Ordinal) is var at and > 0
        ? (name[..at], name[(at + OfBase.Length)..])
        : (type.ToString(), name);

    /// <summary>Whether a field is what a constructor's parameter became.</summary>
    public static bool IsParameter(string name) => name.EndsWith(OfParameter, StringComparison.Ordinal);

    /// <summary>A field in words: one that a constructor's parameter became has no other name than the parameter.</summary>
    public static string Word(string name) => IsParameter(name) ? $"The captured parameter {Plain(name)}" : $"The field {name}";

    public static string Plain(string name) => IsParameter(name) ? name[..^OfParameter.Length] : name;

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
                if (field.FieldType.IsPointer || field.FieldType.IsFunctionPointer)
                    throw new NotSavableException(null, type, $"Its field '{field.Name}' is a pointer, which means nothing in another process.");
                // A field of a base class may share its name with one below, now or in a later build: neither must get the other's value.
                names.Add(level == type ? SavedName(field.Name) : CodeNames.FullName(CompilerMade.Definition(level)) + OfBase + SavedName(field.Name));
                fields.Add(field);
            }
        }
        return new(fields, names);
    }

    /// <summary>The source name behind a compiler-made one: auto-properties and captured constructor parameters keep theirs.</summary>
    public static string SavedName(string name)
    {
        if (name.EndsWith(">k__BackingField", StringComparison.Ordinal)) return name[1..^">k__BackingField".Length];
        if (name.StartsWith('<') && name.EndsWith(">P", StringComparison.Ordinal)) return name[1..^2] + OfParameter;
        return name;
    }
}

/// <summary>Marks a field of the library's own graph objects that is rebuilt instead of saved.</summary>
[AttributeUsage(AttributeTargets.Field)]
sealed class NotSavedAttribute : Attribute;
