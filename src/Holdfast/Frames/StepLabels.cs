using System.Collections.Concurrent;
using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Frames;

/// <summary>What people call a step that was given no label: the method that its lambda calls.</summary>
static class StepLabels
{
    static readonly ConcurrentDictionary<MethodInfo, string> Labels = new();

    public static string Of(Delegate lambda) => Labels.GetOrAdd(lambda.Method, static method =>
    {
        if (!CompilerMade.IsLambda(method) && !CompilerMade.IsLocalFunction(method)) return method.Name;
        try
        {
            return CalledBy(method) ?? "step";
        }
        catch (HoldfastException)
        {
            return "step";
        }
    });

    static string? CalledBy(MethodInfo lambda)
    {
        MethodBase body = lambda;
        if (lambda.GetCustomAttribute<System.Runtime.CompilerServices.AsyncStateMachineAttribute>() is { } machine)
            body = machine.StateMachineType.GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!;
        if (MethodCode.Of(body) is not { } code) return null;
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            if (code.Instructions[i].Code.FlowControl != System.Reflection.Emit.FlowControl.Call || code.TryMember(i) is not MethodInfo called) continue;
            if (called.DeclaringType is not { } type || called.Name.StartsWith('<')) continue;
            var plumbing = called.IsSpecialName || type == typeof(StepContext)
                || type.Namespace is "System.Runtime.CompilerServices" or "System.Threading.Tasks" or "System";
            if (!plumbing) return called.Name;
        }
        return null;
    }
}
