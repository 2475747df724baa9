using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Graph;

/// <summary>Writes the fields of a struct, class or machine; with a row of live bits, the live ones only.</summary>
delegate void WriteFields<T>(GraphWriter writer, ref T value, ulong[]? live);

/// <summary>Reads them back into an allocated value.</summary>
delegate void ReadFields<T>(GraphReader reader, ref T value, ulong[]? live);

/// <summary>
/// Compiles accessors for fields, private ones included. Dynamic methods skip visibility, so the user's types need no attribute
/// and no public setter; and they store into read-only fields, which is what restoring a record needs.
/// </summary>
static class FieldAccess
{
    static readonly MethodInfo WriteReference = typeof(GraphWriter).GetMethod(nameof(GraphWriter.WriteReference))!;
    static readonly MethodInfo WriteReferenceOrKeep = typeof(GraphWriter).GetMethod(nameof(GraphWriter.WriteReferenceOrKeep))!;
    static readonly MethodInfo ReadReference = typeof(GraphReader).GetMethod(nameof(GraphReader.ReadReference), 1, Type.EmptyTypes)!;
    static readonly MethodInfo ReadReferenceOrKeep = typeof(GraphReader).GetMethod(nameof(GraphReader.ReadReferenceOrKeep))!;
    static readonly MethodInfo IsLiveMethod = typeof(FieldAccess).GetMethod(nameof(IsLive))!;

    public static bool IsLive(ulong[]? live, int field) => live is null || ((live[field >> 6] >> (field & 63)) & 1) != 0;

    /// <param name="fields">What to write, in this order.</param>
    /// <param name="keepsReadOnly">Read-only fields whose value cannot be saved are left to the constructor.</param>
    public static WriteFields<T> Writer<T>(IReadOnlyList<FieldInfo> fields, bool keepsReadOnly = false)
    {
        if (!CodeGeneration.IsAllowed) return ReflectedFields.Writer<T>(fields, keepsReadOnly);
        var method = new DynamicMethod("Write " + typeof(T), null, [typeof(GraphWriter), typeof(T).MakeByRefType(), typeof(ulong[])], typeof(FieldAccess).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            var skip = BranchIfDead(il, i);
            if (field.FieldType.IsValueType)
            {
                var codec = typeof(Codec<>).MakeGenericType(field.FieldType);
                il.Emit(OpCodes.Ldsfld, codec.GetField(nameof(Codec<>.Write))!);
                il.Emit(OpCodes.Ldarg_0);
                LoadTarget<T>(il);
                il.Emit(OpCodes.Ldflda, field);
                il.Emit(OpCodes.Callvirt, typeof(WriteValue<>).MakeGenericType(field.FieldType).GetMethod("Invoke")!);
            }
            else
            {
                il.Emit(OpCodes.Ldarg_0);
                LoadTarget<T>(il);
                il.Emit(OpCodes.Ldfld, field);
                il.Emit(OpCodes.Call, keepsReadOnly && field.IsInitOnly ? WriteReferenceOrKeep : WriteReference);
            }
            il.MarkLabel(skip);
        }
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<WriteFields<T>>();
    }

    public static ReadFields<T> Reader<T>(IReadOnlyList<FieldInfo> fields, bool keepsReadOnly = false)
    {
        if (!CodeGeneration.IsAllowed) return ReflectedFields.Reader<T>(fields, keepsReadOnly);
        var method = new DynamicMethod("Read " + typeof(T), null, [typeof(GraphReader), typeof(T).MakeByRefType(), typeof(ulong[])], typeof(FieldAccess).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            var skip = BranchIfDead(il, i);
            if (field.FieldType.IsValueType)
            {
                var codec = typeof(Codec<>).MakeGenericType(field.FieldType);
                il.Emit(OpCodes.Ldsfld, codec.GetField(nameof(Codec<>.Read))!);
                il.Emit(OpCodes.Ldarg_0);
                LoadTarget<T>(il);
                il.Emit(OpCodes.Ldflda, field);
                il.Emit(OpCodes.Callvirt, typeof(ReadValue<>).MakeGenericType(field.FieldType).GetMethod("Invoke")!);
            }
            else
            {
                LoadTarget<T>(il);
                il.Emit(OpCodes.Ldarg_0);
                if (keepsReadOnly && field.IsInitOnly)
                {
                    LoadTarget<T>(il);
                    il.Emit(OpCodes.Ldfld, field);
                    il.Emit(OpCodes.Call, ReadReferenceOrKeep.MakeGenericMethod(field.FieldType));
                }
                else
                {
                    il.Emit(OpCodes.Call, ReadReference.MakeGenericMethod(field.FieldType));
                }
                il.Emit(OpCodes.Stfld, field);
            }
            il.MarkLabel(skip);
        }
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<ReadFields<T>>();
    }

    /// <summary>Compiles a getter of one field by reference to its owner.</summary>
    public static Get<T, TField> Getter<T, TField>(FieldInfo field)
    {
        if (!CodeGeneration.IsAllowed) return ReflectedFields.Getter<T, TField>(field);
        var method = new DynamicMethod("Get " + field.Name, typeof(TField), [typeof(T).MakeByRefType()], typeof(FieldAccess).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        if (!typeof(T).IsValueType) il.Emit(OpCodes.Ldind_Ref);
        il.Emit(OpCodes.Ldfld, field);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Get<T, TField>>();
    }

    /// <summary>Compiles a setter of one field by reference to its owner.</summary>
    public static Set<T, TField> Setter<T, TField>(FieldInfo field)
    {
        if (!CodeGeneration.IsAllowed) return ReflectedFields.Setter<T, TField>(field);
        var method = new DynamicMethod("Set " + field.Name, null, [typeof(T).MakeByRefType(), typeof(TField)], typeof(FieldAccess).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        if (!typeof(T).IsValueType) il.Emit(OpCodes.Ldind_Ref);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Stfld, field);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Set<T, TField>>();
    }

    static void LoadTarget<T>(ILGenerator il)
    {
        il.Emit(OpCodes.Ldarg_1);
        if (!typeof(T).IsValueType) il.Emit(OpCodes.Ldind_Ref);
    }

    static Label BranchIfDead(ILGenerator il, int field)
    {
        var skip = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldc_I4, field);
        il.Emit(OpCodes.Call, IsLiveMethod);
        il.Emit(OpCodes.Brfalse, skip);
        return skip;
    }
}

delegate TField Get<T, TField>(ref T target);

delegate void Set<T, TField>(ref T target, TField value);
