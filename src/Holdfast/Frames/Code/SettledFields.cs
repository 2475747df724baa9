using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>
/// Tells which fields keep what the constructors of their class put into them, though not all of these are marked as read-only: the captured parameters of a primary constructor cannot be. Thread-safe.
/// </summary>
static class SettledFields
{
    static readonly ConditionalWeakTable<Type, Written> Known = [];

    /// <summary>Whether only constructors write to the field. Of one that other classes see, nobody knows.</summary>
    public static bool Contain(FieldInfo field) =>
        field.IsInitOnly || (field is { IsPrivate: true, IsStatic: false, DeclaringType: { } type } && !Known.GetValue(CompilerMade.Definition(type), Written.By).Has(field));

    /// <summary>The fields that are written to outside the constructors of a type, by all the code that sees what is private in it.</summary>
    sealed class Written
    {
        readonly HashSet<(Module, int)> _fields = [];
        bool _isUnknown;

        public static Written By(Type type)
        {
            var written = new Written();
            foreach (var method in WithNested(type).SelectMany(OwnedCode.MethodsOf))
                if (!(method is ConstructorInfo && method.DeclaringType == type)) written.Read(method);
            return written;
        }

        public bool Has(FieldInfo field) => _isUnknown || _fields.Contains((field.Module, field.MetadataToken));

        void Read(MethodBase method)
        {
            if (MethodCode.Of(method) is not { } code) return;
            for (var i = 0; i < code.Instructions.Length; i++)
            {
                // Whoever has the address may write there.
                if (code.Instructions[i].Code != OpCodes.Stfld && code.Instructions[i].Code != OpCodes.Ldflda) continue;
                if (code.TryMember(i) is FieldInfo field) _fields.Add((field.Module, field.MetadataToken));
                else _isUnknown = true;
            }
        }

        // Nested ones see it too, among them the classes that the compiler makes of lambdas.
        static IEnumerable<Type> WithNested(Type type) => type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(WithNested).Prepend(type);
    }
}
