using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Compiled access to private fields of the framework's types. Asked for at a type's first use, so that a runtime with another
/// layout costs only those runs that use the type, and they learn why.
/// </summary>
static class Layout
{
    const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static FieldInfo Field(Type owner, Type type, string name)
    {
        for (var level = owner; level is not null; level = level.BaseType)
            if (level.GetField(name, Declared) is { } field && field.FieldType == type) return field;
        throw Unknown(owner, name);
    }

    public static Get<T, TField> Getter<T, TField>(string name) => FieldAccess.Getter<T, TField>(Field(typeof(T), typeof(TField), name));

    public static Set<T, TField> Setter<T, TField>(string name) => FieldAccess.Setter<T, TField>(Field(typeof(T), typeof(TField), name));

    /// <summary>A field whose type is private to the framework.</summary>
    public static FieldInfo Field(Type owner, string name)
    {
        for (var level = owner; level is not null; level = level.BaseType)
            if (level.GetField(name, Declared) is { } field) return field;
        throw Unknown(owner, name);
    }

    /// <summary>Writes a field inside a struct; the field is copied out and back, for writing it may move it.</summary>
    public static WriteValue<T> WriteInside<T, TField>(string name, WriteValue<TField> write)
    {
        var (get, set) = (Getter<T, TField>(name), Setter<T, TField>(name));
        return (GraphWriter writer, ref T target) =>
        {
            var value = get(ref target);
            write(writer, ref value);
            set(ref target, value);
        };
    }

    /// <summary>Reads a field inside a struct.</summary>
    public static ReadValue<T> ReadInside<T, TField>(string name, ReadValue<TField> read)
    {
        var (get, set) = (Getter<T, TField>(name), Setter<T, TField>(name));
        return (GraphReader reader, ref T target) =>
        {
            var value = get(ref target);
            read(reader, ref value);
            set(ref target, value);
        };
    }

    public static PlatformNotSupportedException Unknown(Type owner, string name) =>
        new($"This .NET runtime has no field {owner}.{name}; this version of Holdfast does not know how to save such a value on it.");

    /// <summary>All instance fields of a class, its base classes included.</summary>
    public static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
            foreach (var field in level.GetFields(Declared)) yield return field;
    }
}

/// <summary>
/// Moves the state of one object into another. What only a constructor can build is built when its content is there, and then put
/// into the object that others have referred to since before.
/// </summary>
static class Transplant<T> where T : class
{
    public static readonly Action<T, T> Copy = Compile();

    static Action<T, T> Compile()
    {
        if (!CodeGeneration.IsAllowed)
        {
            FieldInfo[] fields = [.. Layout.FieldsOf(typeof(T))];
            return (from, to) =>
            {
                foreach (var field in fields) field.SetValue(to, field.GetValue(from));
            };
        }
        var method = new DynamicMethod("Copy " + typeof(T), null, [typeof(T), typeof(T)], typeof(Layout).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        foreach (var field in Layout.FieldsOf(typeof(T)))
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
            il.Emit(OpCodes.Stfld, field);
        }
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Action<T, T>>();
    }
}
