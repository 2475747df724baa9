using System.Reflection;

namespace Holdfast.Frames.Code;

/// <summary>Which methods a call of a virtual method, or of one of an interface, may reach.</summary>
static class Dispatch
{
    /// <summary>What implements the method of an interface, as a definition, in a type that has the interface; once for each form in which it has it.</summary>
    public static IEnumerable<MethodBase> Implementations(Type type, MethodBase declared)
    {
        if (type.IsInterface) yield break;
        foreach (var one in type.GetInterfaces())
        {
            if (CompilerMade.Definition(one) != declared.DeclaringType) continue;
            var map = type.GetInterfaceMap(one);
            for (var i = 0; i < map.InterfaceMethods.Length; i++)
                if (IsSame(map.InterfaceMethods[i], declared) && map.TargetMethods[i] is { } target) yield return CompilerMade.Definition(target);
        }
    }

    /// <summary>Whether the method overrides the one of a class, or is the same.</summary>
    public static bool IsOverride(MethodInfo method, MethodBase declared) =>
        declared is MethodInfo candidate && IsSame(method.GetBaseDefinition(), candidate.GetBaseDefinition());

    /// <summary>The methods of some types that a call of this one may reach in its place.</summary>
    public static IEnumerable<MethodBase> Reached(MethodBase declared, IEnumerable<Type> types)
    {
        if (declared is not MethodInfo { IsVirtual: true, IsFinal: false, DeclaringType: { } declaring }) return [];
        return types.SelectMany(type => declaring.IsInterface
            ? Implementations(type, declared)
            : OwnedCode.MethodsOf(type).Where(method => method is MethodInfo { IsVirtual: true } one && method != declared && IsOverride(one, declared))).Distinct();
    }

    static bool IsSame(MethodBase one, MethodBase other) => CompilerMade.Definition(one) is var a && CompilerMade.Definition(other) is var b && (a.Module, a.MetadataToken) == (b.Module, b.MetadataToken);
}
