using System.Reflection;

namespace Holdfast.Hosting;

/// <summary>The workflows and handlers that are registered here. Complete before the engine starts; thread-safe after.</summary>
sealed class WorkflowRegistry
{
    readonly Dictionary<(string, int), WorkflowType> _byName = [];
    readonly Dictionary<string, WorkflowType> _newest = new(StringComparer.Ordinal);
    readonly Dictionary<Type, WorkflowType> _byType = [];

    public WorkflowRegistry(IEnumerable<WorkflowType> types)
    {
        foreach (var type in types)
        {
            if (!_byType.TryAdd(type.Type, type)) continue;
            if (!_byName.TryAdd((type.Name, type.Version), type))
                throw new HoldfastException(
                    HoldfastError.InvalidWorkflow, $"Two workflows are named '{type.Name}', version {type.Version}: {_byName[(type.Name, type.Version)].Type} and {type.Type}. Give one of them another name or version.");
            if (!_newest.TryGetValue(type.Name, out var newest) || newest.Version < type.Version) _newest[type.Name] = type;
        }
    }

    public IEnumerable<WorkflowType> All => _byType.Values;

    public IEnumerable<Assembly> Assemblies => _byType.Keys.Select(static t => t.Assembly).Distinct();

    /// <summary>The class to start: the newest version of the name that the class carries.</summary>
    public WorkflowType Newest(Type type) => _byType.TryGetValue(type, out var registered)
        ? _newest[registered.Name] is { } newest && newest.InputType == registered.InputType && newest.ResultType == registered.ResultType ? newest : registered
        : throw new HoldfastException(HoldfastError.UnknownWorkflow, $"The workflow {type} is not registered; add it with AddWorkflow<{type.Name}>().");

    /// <summary>All versions of the name that a class carries; none when it is not registered.</summary>
    public IReadOnlyList<WorkflowType> VersionsOf(Type type) => _byType.TryGetValue(type, out var registered) ? [.. _byName.Values.Where(v => v.Name == registered.Name)] : [];

    /// <summary>The newest version of a name, or null.</summary>
    public WorkflowType? Newest(string name) => _newest.GetValueOrDefault(name);

    /// <summary>The registered names that somebody may have meant by this one, the likeliest first; all of them when none is like it.</summary>
    public IReadOnlyList<string> Near(string name)
    {
        var byDistance = _newest.Keys.Select(known => (Name: known, Distance: NearNames.Distance(name, known))).OrderBy(static n => n.Distance).ThenBy(static n => n.Name, StringComparer.Ordinal).ToList();
        var near = byDistance.Where(n => n.Distance <= NearNames.DistanceMax(name)).ToList();
        return [.. (near.Count > 0 ? near : byDistance).Select(static n => n.Name)];
    }

    public WorkflowType? Find(string name, int version) => _byName.GetValueOrDefault((name, version));
}
