using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>
/// Finds awaits that are not durable before a workflow runs. An await on something already complete passes at run time, so
/// a test may never meet what suspends in production – but the compiler leaves a field for each kind of awaiter.
/// </summary>
sealed class WorkflowInspection
{
    const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    readonly Assembly _assembly;
    readonly Func<Type, bool> _isDurableAwaiter;
    readonly Func<Type, bool> _isDurableBuilder;
    readonly Queue<MethodBase> _pending = new();
    readonly HashSet<(Module, int)> _methods = [];
    readonly HashSet<Type> _machines = [];
    readonly List<string> _problems = [];

    WorkflowInspection(Assembly assembly, Func<Type, bool> isDurableAwaiter, Func<Type, bool> isDurableBuilder)
    {
        _assembly = assembly;
        _isDurableAwaiter = isDurableAwaiter;
        _isDurableBuilder = isDurableBuilder;
    }

    /// <summary>
    /// Every await that is not durable in the durable methods the workflow can reach, each as a sentence that names the
    /// method and the type of the awaiter. The types asked about may be open generic ones.
    /// </summary>
    public static IReadOnlyList<string> Problems(Type workflow, Func<Type, bool> isDurableAwaiter, Func<Type, bool> isDurableBuilder)
    {
        var inspection = new WorkflowInspection(workflow.Assembly, isDurableAwaiter, isDurableBuilder);
        for (var type = workflow; type is not null && !IsForeign(type.Assembly); type = type.BaseType)
        {
            foreach (var method in OwnedCode.MethodsOf(CompilerMade.Definition(type))) inspection.Add(method);
        }
        while (inspection._pending.TryDequeue(out var method)) inspection.Read(method);
        return inspection._problems;
    }

    /// <summary>Whether no workflow code is in the assembly: it is the framework's, or our own.</summary>
    static bool IsForeign(Assembly assembly) => CodeNames.IsFramework(assembly) || assembly == typeof(WorkflowInspection).Assembly;

    void Add(MethodBase definition)
    {
        if (_methods.Add((definition.Module, definition.MetadataToken))) _pending.Enqueue(definition);
    }

    void Read(MethodBase method)
    {
        if (MethodCode.Of(method) is not { } code) return;
        for (var i = 0; i < code.Instructions.Length; i++)
        {
            var instruction = code.Instructions[i];
            // Tokens as values, such as in an expression that starts another workflow, are no calls.
            if (!instruction.NamesMember || instruction.Code == OpCodes.Ldtoken || code.TryMember(i) is not { } member) continue;
            if ((member as Type ?? member.DeclaringType) is { } type) Mention(type);
            if (member is MethodBase called && !IsForeign(called.Module.Assembly)) Call(CompilerMade.Definition(called));
        }
    }

    /// <summary>Code that starts a machine mentions its type. That reaches async methods, lambdas, local functions and iterators alike.</summary>
    void Mention(Type type)
    {
        while (type.HasElementType) type = type.GetElementType()!;
        var machine = CompilerMade.Definition(type);
        if (IsForeign(machine.Assembly) || !CompilerMade.Is(machine)) return;
        if (!CompilerMade.IsMachine(machine) && !CompilerMade.IsIterator(machine) && !CompilerMade.IsAsyncIterator(machine)) return;
        if (!_machines.Add(machine)) return;
        foreach (var method in OwnedCode.MethodsOf(machine)) Add(method);
        if (machine.GetField("<>t__builder", Declared) is { } builder && _isDurableBuilder(builder.FieldType)) Inspect(machine);
    }

    void Call(MethodBase definition)
    {
        var durable = definition is MethodInfo { ReturnType: var returned } && IsDurable(returned);
        if (definition.Module.Assembly != _assembly && !durable && !CompilerMade.IsNameless(definition)) return;
        if (_methods.Contains((definition.Module, definition.MetadataToken))) return;
        Add(definition);
        if (durable && definition.IsVirtual && definition.DeclaringType is { } declaring) AddImplementations(definition, declaring);
    }

    /// <summary>Which implementation will be called is not known, so all of them in the workflow's assembly are looked at.</summary>
    void AddImplementations(MethodBase definition, Type declaring)
    {
        foreach (var type in _assembly.GetTypes())
        {
            var derives = type.GetInterfaces().Any(i => CompilerMade.Definition(i) == declaring);
            for (var b = type.BaseType; b is not null && !derives; b = b.BaseType) derives = CompilerMade.Definition(b) == declaring;
            if (!derives) continue;
            foreach (var method in OwnedCode.MethodsOf(type))
            {
                if (method.IsVirtual && (method.Name == definition.Name || method.Name.EndsWith($".{definition.Name}", StringComparison.Ordinal))) Add(method);
            }
        }
    }

    bool IsDurable(Type returned) =>
        !returned.IsGenericParameter
        && CompilerMade.Definition(returned).GetCustomAttribute<AsyncMethodBuilderAttribute>(inherit: false) is { } attribute
        && _isDurableBuilder(attribute.BuilderType);

    void Inspect(Type machine)
    {
        foreach (var field in machine.GetFields(Declared).Where(CompilerMade.IsAwaiter).OrderBy(f => f.MetadataToken))
        {
            foreach (var awaiter in AwaitersIn(machine, field))
            {
                if (awaiter is not null && _isDurableAwaiter(awaiter)) continue;
                var method = CodeMap.Of(machine.Assembly).NameOf(machine).Replace('!', '.');
                _problems.Add(awaiter is null
                    ? $"'{method}' awaits a value of type 'dynamic'. Cast it to the durable type it has."
                    : $"'{method}' awaits something that is not durable: its awaiter is '{awaiter}'. {Hint(awaiter)}");
            }
        }
    }

    static string Hint(Type awaiter) => awaiter.FullName?.Contains("ValueTask", StringComparison.Ordinal) == true
        ? "Call it in a step; 'await using' and 'await foreach' await value tasks, too."
        : "Call it in a step, whose result is kept.";

    /// <summary>
    /// The awaiter types a field can hold. Awaiters that are classes share a field of type object and are cast when they
    /// are taken out; null stands for one whose type only the run will tell.
    /// </summary>
    static IEnumerable<Type?> AwaitersIn(Type machine, FieldInfo field)
    {
        if (field.FieldType != typeof(object)) return [field.FieldType];
        var found = new HashSet<Type?>();
        if (MachineAccess.Of(machine) is not { } access) return [null];
        for (var i = 0; i < access.Code.Instructions.Length; i++)
        {
            if (!access.IsOn(i, OpCodes.Ldfld, field)) continue;
            var next = access.Code.Instructions[i + 1].Code;
            var cast = next == OpCodes.Castclass ? access.Code.Member(i + 1) as Type : null;
            found.Add(cast is { IsInterface: false } ? cast : null);
        }
        return found.Count == 0 ? [null] : found;
    }
}
