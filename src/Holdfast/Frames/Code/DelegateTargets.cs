using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>
/// The methods whose address an assembly's code takes: the only ones a delegate in a snapshot may point to. A list of
/// types would not do: a forged snapshot could name any method of an allowed type.
/// </summary>
sealed class DelegateTargets
{
    readonly FrozenSet<(Module, int)> _methods;
    readonly FrozenDictionary<string, MethodBase> _foreign;
    readonly MethodBase[] _virtual;

    public DelegateTargets(Assembly assembly, IEnumerable<Type> types, CodeNames names)
    {
        var methods = new Dictionary<(Module, int), MethodBase>();
        var dispatched = new Dictionary<(Module, int), MethodBase>();
        foreach (var method in types.SelectMany(OwnedCode.MethodsOf))
        {
            // Most methods have no such instruction, and their code need not be decoded.
            if (!TakesAddress(Bytes(method)) || MethodCode.Of(method) is not { } code) continue;
            for (var i = 0; i < code.Instructions.Length; i++)
            {
                var op = code.Instructions[i].Code;
                if (op != OpCodes.Ldftn && op != OpCodes.Ldvirtftn) continue;
                if (code.TryMember(i) is not MethodBase target) continue;
                target = CompilerMade.Definition(target);
                methods[KeyOf(target)] = target;
                if (op == OpCodes.Ldvirtftn) dispatched[KeyOf(target)] = target;
            }
        }
        _virtual = [.. dispatched.Values];
        foreach (var target in InheritedImplementations(types, dispatched)) methods[KeyOf(target)] = target;
        _methods = methods.Keys.ToFrozenSet();
        var foreign = new Dictionary<string, MethodBase>();
        foreach (var method in methods.Values)
        {
            if (method.Module.Assembly != assembly) foreign[names.Signature(method)] = method;
        }
        _foreign = foreign.ToFrozenDictionary();
    }

    /// <summary>
    /// The method whose address the code takes so that a delegate to <paramref name="method"/> can come of it:
    /// the method itself, or the virtual or interface method it implements. Null when there is none.
    /// </summary>
    public MethodBase? Declared(MethodBase method)
    {
        var definition = CompilerMade.Definition(method);
        if (_methods.Contains(KeyOf(definition))) return definition;
        if (method is not MethodInfo { IsVirtual: true } info || method.DeclaringType is not { } type) return null;
        foreach (var candidate in _virtual)
        {
            if (candidate.DeclaringType!.IsInterface ? Implements(type, candidate, definition) : Dispatch.IsOverride(info, candidate)) return candidate;
        }
        return null;
    }

    public MethodBase? ForeignByName(string name) => _foreign.GetValueOrDefault(name);

    static (Module, int) KeyOf(MethodBase definition) => (definition.Module, definition.MetadataToken);

    static ReadOnlySpan<byte> Bytes(MethodBase method)
    {
        try
        {
            return method.GetMethodBody()?.GetILAsByteArray();
        }
        catch (Exception)
        {
            // A body whose types do not load cannot run, so it makes no delegates.
            return default;
        }
    }

    static bool TakesAddress(ReadOnlySpan<byte> il) =>
        il.IndexOf([(byte)0xFE, (byte)OpCodes.Ldftn.Value]) >= 0 || il.IndexOf([(byte)0xFE, unchecked((byte)OpCodes.Ldvirtftn.Value)]) >= 0;

    /// <summary>
    /// Methods of this assembly that implement a dispatched interface method for a type derived from their own. Their own
    /// type does not know the interface, so that the method alone would not tell.
    /// </summary>
    static List<MethodBase> InheritedImplementations(IEnumerable<Type> types, Dictionary<(Module, int), MethodBase> dispatched)
    {
        var found = new List<MethodBase>();
        var interfaces = dispatched.Values.Select(m => m.DeclaringType!).Where(t => t.IsInterface).ToHashSet();
        if (interfaces.Count == 0) return found;
        foreach (var type in types.Where(t => !t.IsInterface && t.BaseType != typeof(object)))
        {
            foreach (var one in type.GetInterfaces().Where(i => interfaces.Contains(CompilerMade.Definition(i))))
            {
                var map = type.GetInterfaceMap(one);
                for (var i = 0; i < map.InterfaceMethods.Length; i++)
                {
                    if (map.TargetMethods[i] is not { } target || target.DeclaringType == type || target.Module.Assembly != type.Assembly) continue;
                    if (dispatched.ContainsKey(KeyOf(CompilerMade.Definition(map.InterfaceMethods[i])))) found.Add(CompilerMade.Definition(target));
                }
            }
        }
        return found;
    }

    static bool Implements(Type type, MethodBase candidate, MethodBase definition) => Dispatch.Implementations(type, candidate).Any(target => KeyOf(target) == KeyOf(definition));
}
