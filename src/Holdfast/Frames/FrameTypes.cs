using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using Holdfast.Frames.Graph;

namespace Holdfast.Frames;

/// <summary>From a durable method's machine to its frame and back.</summary>
static class FrameTypes
{
    const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    static readonly ConcurrentDictionary<Type, Type?> Frames = new();

    public delegate void Binder<TMachine>(ref TMachine machine, Durable frame);

    /// <summary>The machine of a frame type; null for every other type.</summary>
    public static Type? MachineOf(Type type) =>
        type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(Frame<,>) ? type.GetGenericArguments()[0] : null;

    /// <summary>The frame type of a machine; null when it is no durable method's.</summary>
    public static Type? FrameOf(Type machine) => Frames.GetOrAdd(machine, static machine =>
    {
        if (!typeof(System.Runtime.CompilerServices.IAsyncStateMachine).IsAssignableFrom(machine)) return null;
        foreach (var field in machine.GetFields(Instance))
        {
            if (field.FieldType == typeof(DurableMethodBuilder)) return typeof(Frame<,>).MakeGenericType(machine, typeof(Nothing));
            if (IsBuilder(field.FieldType)) return typeof(Frame<,>).MakeGenericType(machine, field.FieldType.GetGenericArguments()[0]);
        }
        return null;
    });

    public static bool IsBuilder(Type type) =>
        type == typeof(DurableMethodBuilder) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(DurableMethodBuilder<>));

    /// <summary>Compiles <c>machine.builder.Bind(frame)</c>.</summary>
    public static Binder<TMachine> BinderOf<TMachine>(FieldInfo builder)
    {
        if (!CodeGeneration.IsAllowed) return ReflectedBinder<TMachine>(builder);
        var method = new DynamicMethod("Bind " + typeof(TMachine), null, [typeof(TMachine).MakeByRefType(), typeof(Durable)], typeof(FrameTypes).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        if (!typeof(TMachine).IsValueType) il.Emit(OpCodes.Ldind_Ref);
        il.Emit(OpCodes.Ldflda, builder);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Call, builder.FieldType.GetMethod("Bind", Instance)!);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Binder<TMachine>>();
    }

    static Binder<TMachine> ReflectedBinder<TMachine>(FieldInfo builder)
    {
        var bind = builder.FieldType.GetMethod("Bind", Instance)!;
        return (ref TMachine machine, Durable frame) =>
        {
            object owner = machine!;
            var box = builder.GetValue(owner)!;
            bind.Invoke(box, BindingFlags.DoNotWrapExceptions, null, [frame], null);
            builder.SetValue(owner, box);
            if (typeof(TMachine).IsValueType) machine = (TMachine)owner;
        };
    }
}

/// <summary>The source names of durable methods, for messages.</summary>
static class MethodNames
{
    static readonly ConcurrentDictionary<Type, string> Names = new();

    /// <summary>Such as <c>Refund.Run</c>, from the machine <c>Refund+&lt;Run&gt;d__3</c>.</summary>
    public static string Of(Type machine) => Names.GetOrAdd(machine, static type =>
    {
        var owner = type.DeclaringType;
        while (owner is { Name: ['<', ..], DeclaringType: { } outer }) owner = outer;
        var (start, end) = (type.Name.IndexOf('<', StringComparison.Ordinal), type.Name.LastIndexOf('>'));
        var name = start >= 0 && end > start ? type.Name[(start + 1)..end] : type.Name;
        return owner is null ? name : $"{owner.Name}.{name.Trim('<', '>')}";
    });
}
