using System.Reflection;
using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Hosting;

/// <summary>A registered workflow class: its name, how it is built, and how its <c>Run</c> is called.</summary>
sealed class WorkflowType
{
    readonly ConstructorInfo _constructor;
    readonly ParameterInfo[] _parameters;
    readonly MethodInfo _run;
    readonly ResultForm _result;

    public WorkflowType(Type type)
    {
        Type = type;
        if (type.IsAbstract || type.ContainsGenericParameters) throw Invalid("it is abstract or an open generic type; register a class, or one with its type arguments.");
        var named = type.GetCustomAttribute<WorkflowAttribute>(inherit: false);
        if (named is not null && string.IsNullOrWhiteSpace(named.Name)) throw Invalid("its [Workflow] attribute gives it no name, and runs are found by that. Give it one, or leave the attribute out: then the class's name is taken.");
        Name = NameOf(type);
        Version = named?.Version ?? 1;
        if (Version < 1) throw Invalid($"its version is {Version}; versions count from 1.");
        var runs = type.GetMethods(BindingFlags.Instance | BindingFlags.Public).Where(static m => m.Name == "Run").ToArray();
        if (runs.Length != 1) throw Invalid($"it has {runs.Length} public methods named Run; it needs exactly one.");
        _run = runs[0];
        if (_run.IsGenericMethod || _run.GetParameters().Length > 1 || !typeof(Durable).IsAssignableFrom(_run.ReturnType))
            throw Invalid("its Run must take no or one argument and return Durable or Durable<T>.");
        InputType = _run.GetParameters() is [var input] ? input.ParameterType : null;
        ResultType = _run.ReturnType.IsConstructedGenericType ? _run.ReturnType.GetGenericArguments()[0] : typeof(Nothing);
        _result = (ResultForm)Activator.CreateInstance(typeof(ResultForm<>).MakeGenericType(ResultType))!;
        var constructors = type.GetConstructors();
        if (constructors.Length != 1) throw Invalid($"it has {constructors.Length} public constructors; the container needs exactly one.");
        _constructor = constructors[0];
        _parameters = _constructor.GetParameters();
        if (Array.Find(_parameters, static p => p.ParameterType.IsValueType || p.ParameterType == typeof(string)) is { } plain)
            throw Invalid($"its constructor takes the value '{plain.Name}'. Constructors take services from the container; data belongs into the argument of Run.");
        var problems = Frames.Code.WorkflowInspection.Problems(type, static t => typeof(IDurableAwaiter).IsAssignableFrom(t), FrameTypes.IsBuilder);
        if (problems.Count > 0) throw Invalid(string.Join(" ", problems));
        Queries = WorkflowMember.Queries(type, Invalid);
        Updates = WorkflowMember.Updates(type, Invalid);
    }

    public Type Type { get; }

    public string Name { get; }

    /// <summary>What somebody has to know whose run is of a name and version that none of these is: the class may be here, under others.</summary>
    public static string WhyNot(string name, int version, IEnumerable<WorkflowType> types) => string.Concat(types
        .Where(type => (type.Name, type.Version) != (name, version) && (type.Name == name || type.Type.Name == name)).OrderBy(static type => type.Version)
        .Select(type => $" The class {type.Type} is version {type.Version} of '{type.Name}' here. A class in which runs wait keeps its name and version; the next version is a class of its own."));

    public int Version { get; }

    public Type? InputType { get; }

    public Type ResultType { get; }

    /// <summary>What may be read from outside, by name.</summary>
    public IReadOnlyDictionary<string, WorkflowMember> Queries { get; }

    /// <summary>What may be changed from outside, by name.</summary>
    public IReadOnlyDictionary<string, WorkflowMember> Updates { get; }

    /// <summary>Refuses constructor parameters that the container cannot give.</summary>
    public void CheckServices(IServiceProviderIsService known)
    {
        foreach (var parameter in _parameters)
            if (!known.IsService(parameter.ParameterType)) throw Invalid($"its constructor takes {parameter.ParameterType} '{parameter.Name}', which the container does not have.");
    }

    /// <summary>Refuses what goes in or comes out and would not survive as JSON.</summary>
    public void CheckJson(JsonValues json)
    {
        if (InputType is { } input && json.Problem(input) is { } problem) throw Invalid($"its input would not survive as JSON: {problem}");
        if (json.Problem(ResultType) is { } lost) throw Invalid($"its result would not survive as JSON: {lost}");
        foreach (var (name, member) in Queries.Concat(Updates))
            if (member.Problem(json) is { } taken) throw Invalid($"'{name}' takes or gives what would not survive as JSON: {taken}");
    }

    /// <summary>Refuses an input that <c>Run</c> does not take.</summary>
    public void CheckInput(object? input, string parameter)
    {
        if (InputType is null ? input is null : input is null ? !InputType.IsValueType || Nullable.GetUnderlyingType(InputType) is not null : InputType.IsInstanceOfType(input)) return;
        throw new ArgumentException($"Run of '{Name}' takes {(InputType is null ? "no input" : ClassNameOf(InputType))}, not {(input is null ? "null" : ClassNameOf(input.GetType()))}.", parameter);
    }

    /// <summary>Builds the workflow object, with the services that went into it.</summary>
    public (Workflow Workflow, IReadOnlyList<Injected> Injected) Create(IServiceProvider services)
    {
        if (_parameters.Length == 0) return ((Workflow)_constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [], null), []);
        var arguments = new object?[_parameters.Length];
        var injected = new Injected[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = services.GetRequiredService(_parameters[i].ParameterType);
            injected[i] = new(_parameters[i].Name!, arguments[i]);
        }
        return ((Workflow)_constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null), injected);
    }

    /// <summary>What the constructor takes under this name, or null.</summary>
    public Type? ServiceType(string name) => Array.Find(_parameters, p => p.Name == name)?.ParameterType;

    /// <summary>One service by the name of its constructor parameter.</summary>
    public bool TryGetService(IServiceProvider services, string name, out object? service)
    {
        service = null;
        if (Array.Find(_parameters, p => p.Name == name) is not { } parameter) return false;
        service = services.GetRequiredService(parameter.ParameterType);
        return true;
    }

    /// <summary>Calls <c>Run</c>, which goes on to its first suspension.</summary>
    public Durable Start(Workflow workflow, object? input) =>
        (Durable)_run.Invoke(workflow, BindingFlags.DoNotWrapExceptions, null, InputType is null ? null : [input], null)!;

    public byte[] ResultOf(Durable root, JsonValues json) => _result.Write(root, json);

    /// <summary>The name that a workflow's runs carry.</summary>
    public static string NameOf(Type type) => type.GetCustomAttribute<WorkflowAttribute>(inherit: false)?.Name ?? ClassNameOf(type);

    /// <summary>The class's name; generic ones with their arguments, as C# writes them.</summary>
    static string ClassNameOf(Type type)
    {
        if (!type.IsConstructedGenericType) return type.Name;
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return $"{type.Name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(ClassNameOf))}>";
    }

    HoldfastException Invalid(string why) => new(HoldfastError.InvalidWorkflow, $"The workflow {Type} cannot be registered: {why}");

    abstract class ResultForm
    {
        public abstract byte[] Write(Durable root, JsonValues json);
    }

    sealed class ResultForm<T> : ResultForm
    {
        public override byte[] Write(Durable root, JsonValues json) =>
            typeof(T) == typeof(Nothing) ? [] : json.Write(((Durable<T>)root).Result, typeof(T), "The run's result");
    }
}
