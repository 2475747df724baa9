using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Holdfast.Frames.Code;

/// <summary>
/// Writes types and members so that equal code has equal names wherever and whenever it was built: assemblies by simple
/// name, the framework under one name (its types move between its assemblies), generic parameters by position.
/// </summary>
/// <param name="home">Types of this assembly are written without its name.</param>
/// <param name="compilerMade">Names what the compiler made.</param>
/// <param name="form">How much the signature of a method says. One by which a method is found again says nothing that may change.</param>
sealed class CodeNames(Assembly? home, Func<Type, string> compilerMade, TextForm form = TextForm.Plain)
{
    /// <summary>The name all assemblies of the framework share. No real assembly can have it: a name may not begin with a dot.</summary>
    const string Framework = ".net";

    static readonly ConditionalWeakTable<Assembly, string> Assemblies = [];

    static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(char)] = "char", [typeof(string)] = "string", [typeof(object)] = "object",
        [typeof(sbyte)] = "sbyte", [typeof(byte)] = "byte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    /// <summary>The public keys the framework's assemblies are signed with.</summary>
    static readonly HashSet<string> FrameworkKeys = ["7CEC85D7BEA7798E", "B03F5F7F11D50A3A", "CC7B13FFCD2DDD51", "B77A5C561934E089"];

    /// <summary>Whether the assembly belongs to the framework.</summary>
    public static bool IsFramework(Assembly assembly) => AssemblyName(assembly) == Framework;

    /// <summary>The name an assembly goes by: never its version, one for the whole framework.</summary>
    public static string AssemblyName(Assembly assembly) => Assemblies.GetValue(assembly, static a =>
    {
        var name = a.GetName();
        var simple = name.Name ?? "";
        var framework = simple is "mscorlib" or "netstandard" or "System" or "Microsoft.CSharp" or "WindowsBase"
            || simple.StartsWith("System.", StringComparison.Ordinal)
            || simple.StartsWith("Microsoft.Win32.", StringComparison.Ordinal)
            || simple.StartsWith("Microsoft.VisualBasic", StringComparison.Ordinal);
        return framework && FrameworkKeys.Contains(Convert.ToHexString(name.GetPublicKeyToken() ?? [])) ? Framework : simple;
    });

    /// <summary>Names a type with its generic arguments.</summary>
    public string Type(Type type)
    {
        var text = new StringBuilder();
        Append(text, type);
        return text.ToString();
    }

    /// <summary>Names a type without generic arguments.</summary>
    public string Definition(Type type)
    {
        var text = new StringBuilder();
        AppendDefinition(text, CompilerMade.Definition(type));
        return text.ToString();
    }

    /// <summary>Names the definition of a method within its type: name, arity and parameters, which tell overloads apart.</summary>
    public string MethodInType(MethodBase definition)
    {
        var text = new StringBuilder(definition.Name);
        if (definition.IsGenericMethodDefinition) text.Append('`').Append(definition.GetGenericArguments().Length);
        AppendParameters(text, definition);
        // Conversions are the one place where C# overloads by return type.
        if (definition is MethodInfo method && method.Name.StartsWith("op_", StringComparison.Ordinal)) Append(text.Append(':'), method.ReturnType);
        return text.ToString();
    }

    /// <summary>Writes everything of a method's signature and the arguments it is used with.</summary>
    public string Signature(MethodBase method, string? nameless = null)
    {
        var definition = CompilerMade.Definition(method);
        var text = new StringBuilder(definition.IsStatic ? "static " : "");
        if (definition is MethodInfo { ReturnType: var returned }) Append(text, returned);
        text.Append(' ');
        if (method.DeclaringType is { } type) Append(text, type);
        text.Append('!').Append(nameless ?? definition.Name);
        if (method.IsGenericMethod) AppendList(text, '<', method.GetGenericArguments(), '>');
        AppendParameters(text, definition, form >= TextForm.Parts && TakenApart.Is(definition));
        return text.ToString();
    }

    void AppendParameters(StringBuilder text, MethodBase definition, bool isTakenApart = false)
    {
        var parameters = definition.GetParameters();
        AppendList(text, '(', parameters.Select(static p => p.ParameterType), ')', isTakenApart ? i => TakenApart.Behind(parameters[i]) : null);
        if (definition.CallingConvention.HasFlag(CallingConventions.VarArgs)) text.Append("...");
    }

    void AppendList(StringBuilder text, char open, IEnumerable<Type> types, char close, Func<int, string>? behind = null)
    {
        text.Append(open);
        foreach (var (i, type) in types.Index())
        {
            if (i > 0) text.Append(',');
            Append(text, type);
            if (behind is not null) text.Append(behind(i));
        }
        text.Append(close);
    }

    void Append(StringBuilder text, Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            text.Append(keyword);
        }
        else if (type.IsGenericParameter)
        {
            text.Append(type.DeclaringMethod is null ? "$" : "$$").Append(type.GenericParameterPosition);
        }
        else if (type.HasElementType)
        {
            Append(text, type.GetElementType()!);
            text.Append(type.IsSZArray ? "[]" : type.IsArray ? $"[*{new string(',', type.GetArrayRank() - 1)}]" : type.IsByRef ? "&" : "*");
        }
        else if (type.IsFunctionPointer)
        {
            text.Append(type.IsUnmanagedFunctionPointer ? "unmanaged" : "managed");
            AppendList(text, '[', type.GetFunctionPointerCallingConventions(), ']');
            AppendList(text, '(', type.GetFunctionPointerParameterTypes(), ')');
            Append(text.Append("->"), type.GetFunctionPointerReturnType());
        }
        else
        {
            AppendDefinition(text, CompilerMade.Definition(type));
            if (type.IsGenericType) AppendList(text, '<', type.GetGenericArguments(), '>');
        }
    }

    void AppendDefinition(StringBuilder text, Type definition)
    {
        if (Keywords.TryGetValue(definition, out var keyword))
        {
            text.Append(keyword);
            return;
        }
        if (definition.Assembly != home) text.Append('[').Append(AssemblyName(definition.Assembly)).Append(']');
        // A type of one's own called like a keyword must not be taken for the framework's.
        else if (definition.Namespace is null && Keywords.ContainsValue(definition.Name)) text.Append('@');
        text.Append(CompilerMade.Is(definition) ? compilerMade(definition) : FullName(definition));
    }

    /// <summary>The name of a type a person wrote, within its assembly.</summary>
    public static string FullName(Type definition)
    {
        var name = CompilerMade.IsFileLocal(definition.Name, out var plain) ? plain : definition.Name;
        if (definition.DeclaringType is { } outer) return $"{FullName(outer)}+{name}";
        return definition.Namespace is { } space ? $"{space}.{name}" : name;
    }
}
