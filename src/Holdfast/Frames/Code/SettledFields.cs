using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>Tells which fields keep what the constructors of their class put into them, though not all of these are marked as read-only: the captured parameters of a primary constructor cannot be.</summary>
static class SettledFields
{
    /// <summary>Whether only constructors write to the field. Of one that other classes see, nobody knows.</summary>
    public static bool Contain(FieldInfo field) =>
        field.IsInitOnly || (field is { IsPrivate: true, IsStatic: false, DeclaringType: { } type } && !WithNested(CompilerMade.Definition(type)).SelectMany(OwnedCode.MethodsOf).Any(method => Writes(method, field)));

    // They see what is private, among them the classes that the compiler makes of lambdas.
    static IEnumerable<Type> WithNested(Type type) => type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(WithNested).Prepend(type);

    static bool Writes(MethodBase method, FieldInfo field)
    {
        if (method is ConstructorInfo && method.DeclaringType!.MetadataToken == field.DeclaringType!.MetadataToken) return false;
        if (MethodCode.Of(method) is not { } code) return false;
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            // Whoever has the address may write there.
            if (code.Instructions[i].Code != OpCodes.Stfld && code.Instructions[i].Code != OpCodes.Ldflda) continue;
            if (code.TryMember(i) is not FieldInfo written || (written.MetadataToken == field.MetadataToken && written.Module == field.Module)) return true;
        }
        return false;
    }
}
