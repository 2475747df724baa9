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
        var calls = new List<MethodInfo>();
        for (var i = 0; i < code.Instructions.Length; i++)
            if (code.Instructions[i].Code.FlowControl == System.Reflection.Emit.FlowControl.Call && code.TryMember(i) is MethodInfo called && !IsPlumbing(called)) calls.Add(called);
        // What it waits for is what it is about; what it works out for that, such as a text that is joined, may be called before.
        return (calls.Find(IsAwaited) ?? calls.Find(static c => !CodeNames.IsFramework(c.Module.Assembly)) ?? calls.FirstOrDefault())?.Name;
    }

    static bool IsPlumbing(MethodInfo called) =>
        called.DeclaringType is not { } type || called.Name.StartsWith('<') || called.IsSpecialName || type == typeof(StepContext)
        || type.Namespace is "System.Runtime.CompilerServices" or "System.Threading.Tasks" or "System";

    static bool IsAwaited(MethodInfo called) =>
        typeof(Task).IsAssignableFrom(called.ReturnType) || called.ReturnType == typeof(ValueTask) || (called.ReturnType.IsGenericType && called.ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>));
}
