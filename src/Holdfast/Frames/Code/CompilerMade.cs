using System.Buffers;
using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>
/// Tells what the compiler made from what a person wrote, by the names no C# source can spell: a type or method
/// called <c>&lt;owner&gt;kind…</c>.
/// </summary>
static class CompilerMade
{
    /// <summary>The length of a hash in the name of a file-local type.</summary>
    const int FileHashLength = 64;

    static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEF");

    /// <summary>Whether the compiler made the type, or the type it is nested in.</summary>
    public static bool Is(Type type)
    {
        for (var t = type; t is not null; t = t.DeclaringType)
        {
            if (t.Name.StartsWith('<') && !IsFileLocal(t.Name, out _) && t.Name != "<Module>") return true;
        }
        return false;
    }

    /// <summary>Whether the type is the machine behind an async method, lambda or local function.</summary>
    public static bool IsMachine(Type type) => Is(type) && typeof(IAsyncStateMachine).IsAssignableFrom(type) && !IsAsyncIterator(type);

    /// <summary>Whether the type is the machine behind a method with <c>yield</c>.</summary>
    public static bool IsIterator(Type type) => Is(type) && KindOf(type.Name) == 'd' && typeof(IEnumerator).IsAssignableFrom(type);

    /// <summary>Whether the type is the machine behind an async method with <c>yield</c>.</summary>
    public static bool IsAsyncIterator(Type type) =>
        Is(type) && typeof(IAsyncStateMachine).IsAssignableFrom(type)
        && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerator<>));

    /// <summary>Whether the type holds captured variables.</summary>
    public static bool IsClosure(Type type) => type.Name.StartsWith("<>c__DisplayClass", StringComparison.Ordinal);

    /// <summary>Whether the type hosts the lambdas that capture nothing: <c>&lt;&gt;c</c>, and its generic kin for generic methods.</summary>
    public static bool IsLambdaHost(Type type) => type.Name.StartsWith("<>c", StringComparison.Ordinal) && !IsClosure(type);

    /// <summary>Whether the type is made from <c>new { … }</c>.</summary>
    public static bool IsAnonymous(Type type) => type.Name.StartsWith("<>f__AnonymousType", StringComparison.Ordinal);

    /// <summary>Whether the type is a delegate type made for a lambda that no <c>Func</c> or <c>Action</c> fits.</summary>
    public static bool IsAnonymousDelegate(Type type) => type.Name.StartsWith("<>f__AnonymousDelegate", StringComparison.Ordinal);

    /// <summary>Whether the type is behind a collection expression: <c>&lt;&gt;z__ReadOnlyArray</c> and its kin.</summary>
    public static bool IsCollection(Type type) => type.Name.StartsWith("<>z__ReadOnly", StringComparison.Ordinal);

    /// <summary>Whether the type holds cached delegates of method groups: <c>&lt;&gt;O</c>, and its generic kin.</summary>
    public static bool IsDelegateCache(Type type) => KindOf(type.Name) == 'O';

    /// <summary>Whether the type holds the call sites of <c>dynamic</c> code.</summary>
    public static bool IsCallSites(Type type) => KindOf(type.Name) == 'o';

    /// <summary>Whether the method is the body of a lambda.</summary>
    public static bool IsLambda(MethodBase method) => KindOf(method.Name) == 'b';

    /// <summary>Whether the method is the body of a local function.</summary>
    public static bool IsLocalFunction(MethodBase method) => KindOf(method.Name) == 'g';

    /// <summary>Whether the method calls a base member on behalf of a lambda or a machine.</summary>
    public static bool IsBaseCall(MethodBase method) => method.Name.StartsWith("<>n__", StringComparison.Ordinal);

    /// <summary>Whether the method has no name of its own in the source, or an ordinal in the one it has.</summary>
    public static bool IsNameless(MethodBase method) => IsLambda(method) || IsLocalFunction(method) || IsBaseCall(method);

    /// <summary>Whether the field keeps the awaiter of a suspended await.</summary>
    public static bool IsAwaiter(FieldInfo field) => field.Name.StartsWith("<>u__", StringComparison.Ordinal);

    /// <summary>Whether the field keeps a delegate that is made once.</summary>
    public static bool IsCachedDelegate(FieldInfo field) =>
        field.Name.StartsWith("<>9__", StringComparison.Ordinal) || (field.DeclaringType is { } type && IsDelegateCache(type));

    /// <summary>The name of a hoisted variable or a temporary without its ordinal: <c>x</c> of <c>&lt;x&gt;5__2</c>.</summary>
    public static string PlainName(FieldInfo field)
    {
        var name = field.Name;
        if (name.StartsWith('<') && CloseOf(name) is var close and > 1) return name[1..close];
        return name.Contains('<', StringComparison.Ordinal) ? name.TrimEnd("0123456789".ToCharArray()) : name;
    }

    /// <summary>Whether the name is that of a type declared with <c>file</c>. It holds a hash of the file's path, which is no identity.</summary>
    public static bool IsFileLocal(string name, out string plain)
    {
        plain = name;
        if (!name.StartsWith('<') || CloseOf(name) is not (var close and > 0)) return false;
        var rest = name.AsSpan(close + 1);
        if (rest.Length < FileHashLength + 3 || rest[0] != 'F' || rest[(FileHashLength + 1)..] is not ['_', '_', ..]) return false;
        if (rest.Slice(1, FileHashLength).ContainsAnyExcept(HexDigits)) return false;
        plain = string.Concat(name.AsSpan(0, close + 1), rest[(FileHashLength + 3)..]);
        return true;
    }

    /// <summary>Names without the hashes of the paths at which their files stood, which a build elsewhere does not repeat.</summary>
    public static string WithoutPaths(string names)
    {
        for (var at = names.IndexOf(">F", StringComparison.Ordinal); at >= 0; at = names.IndexOf(">F", at + 1, StringComparison.Ordinal))
        {
            var rest = names.AsSpan(at + 2);
            if (rest.Length > FileHashLength + 2 && !rest[..FileHashLength].ContainsAnyExcept(HexDigits) && rest[FileHashLength..] is ['_', '_', ..]) names = names.Remove(at + 1, FileHashLength + 3);
        }
        return names;
    }

    /// <summary>The type a person wrote that holds this one, or null when the compiler put it beside all of them.</summary>
    public static Type? HomeOf(Type type)
    {
        var home = type;
        while (home is not null && Is(home)) home = home.DeclaringType;
        return home;
    }

    /// <summary>The type or method without generic arguments.</summary>
    public static MemberInfo Definition(MemberInfo code) => code is Type type ? Definition(type) : Definition((MethodBase)code);

    /// <summary>The type without generic arguments.</summary>
    public static Type Definition(Type type) => type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;

    /// <summary>The method without generic arguments, its own or its type's.</summary>
    public static MethodBase Definition(MethodBase method) =>
        method.DeclaringType is { IsArray: false } && (method.IsGenericMethod || method.DeclaringType.IsGenericType)
            ? method.Module.ResolveMethod(method.MetadataToken)!
            : method;

    /// <summary>The field without the generic arguments of its type.</summary>
    public static FieldInfo Definition(FieldInfo field) =>
        field.DeclaringType is { IsGenericType: true } ? field.Module.ResolveField(field.MetadataToken)! : field;

    /// <summary>The letter after the owner's name in brackets, which says what kind of thing it is.</summary>
    static char KindOf(string name) => name.StartsWith('<') && CloseOf(name) is var close and > 0 && close + 1 < name.Length ? name[close + 1] : '\0';

    static int CloseOf(string name)
    {
        var depth = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '<') depth++;
            else if (name[i] == '>' && --depth == 0) return i;
        }
        return -1;
    }
}
