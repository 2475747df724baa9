using System.Globalization;
using System.Reflection;

namespace Holdfast.Frames.Code;

/// <summary>Names what the compiler put beside all types of an assembly – by content, since its numbers follow all the code before it.</summary>
sealed class GlobalCode
{
    readonly Dictionary<Type, string> _names = [];
    readonly Dictionary<string, Type?> _types = [];

    public GlobalCode(IEnumerable<Type> types, CodeNames names)
    {
        foreach (var type in types)
        {
            if (!CompilerMade.Is(type) || CompilerMade.HomeOf(type) is not null) continue;
            var name = ByContent(type, names);
            _names.Add(type, name);
            // Two types of one content cannot be told apart by name; then neither has one.
            if (!_types.TryAdd(name, type)) _types[name] = null;
            // Earlier builds wrote another name of some. No name of today looks like it.
            if (ByContent(type, names, TextForm.Parts) is var before && before != name && !_types.TryAdd(before, type)) _types[before] = null;
        }
    }

    public string NameOf(Type definition) => _names[definition] is var name && _types[name] is not null
        ? name
        : throw new HoldfastException(HoldfastError.InvalidWorkflow, $"The compiler-made type '{definition.FullName}' cannot be named: another one looks the same.");

    public Type? TypeByName(string name) => _types.GetValueOrDefault(name);

    /// <summary>The name of a type that the compiler put beside all others.</summary>
    public static string ByContent(Type type, CodeNames names, TextForm form = TextForm.Now)
    {
        if (type.DeclaringType is { } outer) return $"{ByContent(outer, names, form)}+{type.Name}";
        if (CompilerMade.IsAnonymous(type)) return $"<new>{{{string.Join(',', Properties(type))}}}";
        if (!CompilerMade.IsAnonymousDelegate(type)) return type.Name;
        var invoke = type.GetMethod("Invoke")!;
        var parameters = invoke.GetParameters().Select(p =>
        {
            var direction = p.IsOut ? "out " : p.IsIn ? "in " : p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
            return $"{direction}{names.Type(p.ParameterType)}{(!p.HasDefaultValue ? "" : form < TextForm.Counted ? $"={p.RawDefaultValue}" : $" = {InCode(p.RawDefaultValue)}")}";
        });
        return $"<delegate>`{type.GetGenericArguments().Length}({string.Join(',', parameters)}):{names.Type(invoke.ReturnType)}";
    }

    /// <summary>A value as C# writes it, so that it is told from every other one.</summary>
    static string InCode(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
        char letter => $"'{letter}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Property names in the order of declaration. Their types are generic parameters, always in the same order.</summary>
    static IEnumerable<string> Properties(Type type) => type.GetProperties().OrderBy(p => p.MetadataToken).Select(p => p.Name);
}
