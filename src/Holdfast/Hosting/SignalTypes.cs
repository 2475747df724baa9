using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Holdfast.Frames.Code;

namespace Holdfast.Hosting;

/// <summary>
/// The types of the signals that an assembly makes, by name, read from its instructions: <c>new Signal&lt;Approval&gt;("approved")</c>. What a message waits to be read as is known to a run only once
/// it waits for it. Thread-safe.
/// </summary>
static class SignalTypes
{
    static readonly ConditionalWeakTable<Assembly, Lazy<ILookup<string, Type>>> Found = [];

    /// <summary>The types under a name; none where the name is not a constant there.</summary>
    public static IEnumerable<Type> Of(Assembly assembly, string signal) => Found.GetValue(assembly, static a => new(() => Find(a)))!.Value[signal];

    static ILookup<string, Type> Find(Assembly assembly) =>
        CodeMap.Of(assembly).Types.SelectMany(OwnedCode.MethodsOf).SelectMany(Made).Distinct().ToLookup(static made => made.Name, static made => made.Type);

    static IEnumerable<(string Name, Type Type)> Made(MethodBase method)
    {
        if (Read(method) is not var (code, operands)) yield break;
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            if (code.Instructions[i].Code != OpCodes.Newobj || code.TryMember(i) is not ConstructorInfo { DeclaringType: { IsConstructedGenericType: true, ContainsGenericParameters: false } type }) continue;
            if (type.GetGenericTypeDefinition() != typeof(Signal<>) || operands.Origin(operands.PoppedBy(i)[0]) is not (var from and >= 0)) continue;
            if (code.Instructions[from].Code == OpCodes.Ldstr) yield return (code.Text(from), type.GetGenericArguments()[0]);
        }
    }

    static (MethodCode Code, Operands Operands)? Read(MethodBase method)
    {
        try
        {
            return MethodCode.Of(method) is { } code && Operands.Of(code) is { } operands ? (code, operands) : null;
        }
        catch (HoldfastException)
        {
            // Code that refers to what is not there makes no signal.
            return null;
        }
    }
}
