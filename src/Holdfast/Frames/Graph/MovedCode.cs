using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Finds code whose place among what its member makes has changed, because something was added above it or taken away. All initialisers of a class are one member, its constructor, and a method that is not
/// waited in may change as it likes: what a run holds of them is the same as long as it does the same.
/// </summary>
static class MovedCode
{
    /// <summary>The machine or closure that a fingerprint is of, beside the one that has its name now; null when there is none.</summary>
    public static Type? Of(Type named, Fingerprint saved)
    {
        var map = CodeMap.Of(named.Assembly);
        return Pick(map.TypesBeside(map.NameOf(named)).Select(beside => Close(beside, named)).OfType<Type>().Where(beside => Fingerprints.Fits(beside, saved)), static type => CompilerMade.IsClosure(type));
    }

    /// <summary>The lambda or local function that a fingerprint is of, where another one has its name now, or none; null when there is none, or it has not moved.</summary>
    public static MethodInfo? Of(Assembly home, string name, Type declaring, Type[] arguments, Fingerprint saved)
    {
        var map = CodeMap.Of(home);
        if (map.MethodByName(name) is MethodInfo named && CompilerMade.Definition(declaring) == named.DeclaringType && Close(named, declaring, arguments) is { } same && Fingerprints.Fits(same, saved)) return null;
        return Pick(
            map.MethodsBeside(name).OfType<MethodInfo>().Where(map.IsDelegateTarget).Select(beside => Close(beside, declaring, arguments)).OfType<MethodInfo>().Where(beside => Fingerprints.Fits(beside, saved)),
            static method => !method.IsStatic && CompilerMade.IsClosure(method.DeclaringType!));
    }

    /// <summary>Of several that do the same one is as good as another, unless objects go with them, which must be of its class.</summary>
    static T? Pick<T>(IEnumerable<T> found, Func<T, bool> isBound) where T : class
    {
        var few = found.Take(2).ToArray();
        return few.Length == 0 || (few.Length > 1 && isBound(few[0])) ? null : few[0];
    }

    static MethodInfo? Close(MethodInfo definition, Type declaring, Type[] arguments)
    {
        if (Close(definition.DeclaringType!, declaring) is not { } type || definition.GetGenericArguments().Length != arguments.Length) return null;
        var method = type.IsConstructedGenericType ? (MethodInfo)MethodBase.GetMethodFromHandle(definition.MethodHandle, type.TypeHandle)! : definition;
        return arguments.Length > 0 ? Closed(() => method.MakeGenericMethod(arguments)) : method;
    }

    /// <summary>The type with the arguments of another one.</summary>
    static Type? Close(Type definition, Type other)
    {
        var arguments = other.IsConstructedGenericType ? other.GetGenericArguments() : [];
        if (definition.GetGenericArguments().Length != arguments.Length) return null;
        return arguments.Length > 0 ? Closed(() => definition.MakeGenericType(arguments)) : definition;
    }

    static T? Closed<T>(Func<T> close) where T : class
    {
        try
        {
            return close();
        }
        catch (ArgumentException)
        {
            // Its parameters ask for something else now.
            return null;
        }
    }
}
