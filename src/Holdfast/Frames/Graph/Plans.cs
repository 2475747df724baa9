using System.Collections.Concurrent;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>Finds the plan of a type: one registry for the whole process, because a plan depends on the type alone.</summary>
static class Plans
{
    static readonly ConcurrentDictionary<Type, Plan?> All = new();

    /// <summary>The framework types that data may name, by full name; generic ones as definitions.</summary>
    static readonly ConcurrentDictionary<string, Type> FrameworkTypes = new();

    static readonly System.Reflection.Assembly[] ExceptionHomes =
    [
        typeof(object).Assembly, typeof(Uri).Assembly, typeof(System.Net.Http.HttpRequestException).Assembly, typeof(System.Net.Sockets.SocketException).Assembly,
        typeof(System.Text.Json.JsonException).Assembly, typeof(System.Collections.Generic.SortedSet<>).Assembly, typeof(Enumerable).Assembly,
        typeof(System.Data.DataException).Assembly, typeof(System.ComponentModel.Win32Exception).Assembly, typeof(System.Xml.XmlException).Assembly,
        typeof(System.Text.RegularExpressions.Regex).Assembly, typeof(System.Security.Cryptography.SHA256).Assembly, typeof(System.Net.IPAddress).Assembly,
    ];

    public static Plan? For(Type type) => All.GetOrAdd(type, Create);

    public static Type? FrameworkType(string fullName)
    {
        if (FrameworkTypes.TryGetValue(fullName, out var known)) return known;
        // Only names that lead somewhere are remembered, because data that is hostile could bring ever new ones.
        return FindFrameworkType(fullName) is { } found ? FrameworkTypes.GetOrAdd(fullName, found) : null;
    }

    static Type? FindFrameworkType(string name)
    {
        if (typeof(object).Assembly.GetType(name) is { } core && (core.IsPrimitive || core == typeof(string) || core == typeof(object) || Codecs.IsLeaf(core) || KnownTypes.IsFieldwiseStruct(core) || core.IsEnum || IsDelegate(core) || IsStepResult(core)))
            return core;
        if (BclPlans.TypeByName(name) is { } known) return known;
        foreach (var home in ExceptionHomes)
            if (home.GetType(name) is { } found && (typeof(Exception).IsAssignableFrom(found) || Codecs.IsLeaf(found) || KnownTypes.IsFieldwiseStruct(found) || found.IsEnum || IsDelegate(found)))
                return found;
        return null;
    }

    /// <summary>No task is ever saved, but the delegate of every step names one as its result.</summary>
    static bool IsStepResult(Type type) => type == typeof(Task) || type == typeof(Task<>);

    static bool IsDelegate(Type type) => typeof(Delegate).IsAssignableFrom(type);

    static Plan? Create(Type type)
    {
        if (type == typeof(string)) return new StringPlan();
        if (type == typeof(object)) return new ObjectPlan();
        if (type == typeof(byte[])) return new BytesPlan();
        if (type.IsPointer || type.IsByRef || type.IsByRefLike || type.ContainsGenericParameters) return null;
        if (type.GetElementType() is { IsPointer: true } or { IsFunctionPointer: true }) return null;
        if (type.IsArray) return type.IsSZArray ? Make(typeof(ArrayPlan<>), type.GetElementType()!) : (Plan)Activator.CreateInstance(typeof(GridPlan<>).MakeGenericType(type.GetElementType()!), type)!;
        if (typeof(Delegate).IsAssignableFrom(type)) return new DelegatePlan();
        if (typeof(Exception).IsAssignableFrom(type)) return new ExceptionPlan(type);
        if (typeof(ISelfSaved).IsAssignableFrom(type)) return Make(typeof(SelfSavedPlan<>), type);
        if (typeof(Workflow).IsAssignableFrom(type)) return type.IsAbstract ? null : Make(typeof(WorkflowPlan<>), type);
        if (BclPlans.TryCreate(type) is { } bcl) return bcl;
        if (type.IsValueType) return Nullable.GetUnderlyingType(type) is null && IsSavableStruct(type) ? Make(typeof(BoxPlan<>), type) : null;
        if (KnownTypes.IsFramework(type.Assembly) || type.Assembly == typeof(Plans).Assembly) return null;
        if (IsForeign(type)) return null;
        return Make(typeof(ClassPlan<>), type);
    }

    static Plan Make(Type definition, params Type[] arguments) => (Plan)Activator.CreateInstance(definition.MakeGenericType(arguments))!;

    static bool IsSavableStruct(Type type) =>
        !KnownTypes.IsFramework(type.Assembly) || Codecs.IsLeaf(type) || KnownTypes.IsFieldwiseStruct(type) || BclValues.Has(type);

    /// <summary>A user's class that derives from one of the framework's holds that class's private state, which is not ours to copy.</summary>
    static bool IsForeign(Type type)
    {
        for (var level = type.BaseType; level is not null && level != typeof(object); level = level.BaseType)
            if (KnownTypes.IsFramework(level.Assembly) && level != typeof(Attribute)) return true;
        return CompilerMade.IsMachine(type) && !CompilerMade.IsIterator(type);
    }
}
