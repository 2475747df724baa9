using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Hosting;

/// <summary>A property or method of a workflow that is called from outside between two turns. Arguments and answer are JSON.</summary>
sealed class WorkflowMember
{
    const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    readonly MethodInfo _method;
    readonly ParameterInfo[] _parameters;

    WorkflowMember(MethodInfo method, string name)
    {
        (_method, Name) = (method, name);
        _parameters = method.GetParameters();
    }

    public string Name { get; }

    /// <summary>The methods that are marked as updates; refuses those that could not be one.</summary>
    public static IReadOnlyDictionary<string, WorkflowMember> Updates(Type type, Func<string, HoldfastException> invalid)
    {
        var found = new Dictionary<string, WorkflowMember>(StringComparer.Ordinal);
        foreach (var method in type.GetMethods(Instance).Where(static m => m.IsDefined(typeof(UpdateAttribute))))
        {
            if (method.IsDefined(typeof(QueryAttribute))) throw invalid($"'{method.Name}' is marked as query and as update; it changes the state or it does not.");
            Add(found, method, method.Name, "update", invalid);
        }
        return found;
    }

    /// <summary>The members that are marked as queries; refuses those that could not be one.</summary>
    public static IReadOnlyDictionary<string, WorkflowMember> Queries(Type type, Func<string, HoldfastException> invalid)
    {
        var found = new Dictionary<string, WorkflowMember>(StringComparer.Ordinal);
        foreach (var property in type.GetProperties(Instance).Where(static p => p.IsDefined(typeof(QueryAttribute))))
        {
            if (property.GetMethod is not { } getter || property.GetIndexParameters().Length > 0) throw invalid($"its query '{property.Name}' is no property that can be read.");
            Add(found, getter, property.Name, "query", invalid);
        }
        foreach (var method in type.GetMethods(Instance).Where(static m => m.IsDefined(typeof(QueryAttribute))))
        {
            if (method.ReturnType == typeof(void)) throw invalid($"its query '{method.Name}' gives no answer.");
            Add(found, method, method.Name, "query", invalid);
        }
        return found;
    }

    static void Add(Dictionary<string, WorkflowMember> found, MethodInfo method, string name, string what, Func<string, HoldfastException> invalid)
    {
        if (Problem(method) is { } problem) throw invalid($"its {what} '{name}' {problem}");
        if (!found.TryAdd(name, new(method, name))) throw invalid($"two of its members are the {what} '{name}'; callers from other processes know it by name alone.");
    }

    /// <summary>What stands against its arguments and its answer at a border, or null.</summary>
    public string? Problem(JsonValues json) => _parameters.Select(static p => p.ParameterType).Append(_method.ReturnType).Where(static t => t != typeof(void)).Select(json.Problem).FirstOrDefault(static p => p is not null);

    /// <summary>The arguments, as objects that nobody else holds.</summary>
    /// <param name="arguments">The JSON of each.</param>
    /// <param name="names">The names that their parameters had where it was called; null where nobody knows.</param>
    /// <param name="services">What reads them.</param>
    /// <param name="keptUtc">When they were written; null for by this build.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.InvalidPayload"/>.</exception>
    public object?[] Read(IReadOnlyList<byte[]> arguments, IReadOnlyList<string>? names, Frames.RunServices services, DateTimeOffset? keptUtc)
    {
        if (Misfit(arguments, names) is { } misfit) throw keptUtc < services.Since ? new Frames.Graph.MisreadException(misfit, "method") : misfit;
        return [.. _parameters.Select((p, i) => services.ReadKept(arguments[PlaceOf(p, i, names)], p.ParameterType, $"The argument '{p.Name}' of {Name}", keptUtc))];
    }

    /// <summary>Why the arguments are not those of this method; null when they are.</summary>
    HoldfastException? Misfit(IReadOnlyList<byte[]> arguments, IReadOnlyList<string>? names)
    {
        if (arguments.Count != _parameters.Length) return new(HoldfastError.InvalidPayload, $"'{Name}' takes {_parameters.Length} arguments, not {arguments.Count}.");
        if (!_parameters.Where((p, i) => PlaceOf(p, i, names) < 0).Any()) return null;
        return new(
            HoldfastError.InvalidPayload, $"'{Name}' was called with ({string.Join(", ", names!)}) and takes ({string.Join(", ", _parameters.Select(static p => p.Name))}) here: which argument is which cannot be told. Call it again as it is now.");
    }

    /// <summary>Which argument is the parameter's. Of several that go by other names nobody can tell: -1.</summary>
    static int PlaceOf(ParameterInfo parameter, int position, IReadOnlyList<string>? names)
    {
        if (names is not { Count: > 1 } || names[position] == parameter.Name) return position;
        for (var i = 0; i < names.Count; i++)
            if (names[i] == parameter.Name) return i;
        return -1;
    }

    public object? Call(Workflow workflow, object?[] arguments) => _method.Invoke(workflow, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    public byte[] Write(object? answer, JsonValues json) => _method.ReturnType == typeof(void) ? [] : json.Write(answer, _method.ReturnType, $"The answer of {Name}");

    /// <summary>What stands against calling the method in one go between two turns, or null.</summary>
    static string? Problem(MethodInfo method)
    {
        if (method.IsDefined(typeof(AsyncStateMachineAttribute)) || IsAwaited(method.ReturnType)) return "awaits; it must be synchronous. Waiting belongs into Run.";
        if (method.IsGenericMethodDefinition) return "has type parameters; JSON does not tell them.";
        return Array.Exists(method.GetParameters(), static p => p.ParameterType.IsByRef || p.ParameterType.IsByRefLike) || method.ReturnType.IsByRef || method.ReturnType.IsByRefLike
            ? "takes or gives something by reference; it must be values that JSON can carry."
            : null;
    }

    static bool IsAwaited(Type type) => typeof(Durable).IsAssignableFrom(type) || typeof(Task).IsAssignableFrom(type) || type.GetMethod("GetAwaiter", Type.EmptyTypes) is not null
        || (type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
}
