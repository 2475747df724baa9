namespace Holdfast.Agents;

/// <summary>
/// Marks a method that carries a tool out. Its parameters are the tool's arguments, with the attributes that the properties of a record may have; it needs a [Description]. An <see cref="EffectContext"/> and a
/// <see cref="CancellationToken"/> among them are not arguments: they are given to it. <see cref="ToolMethods"/> finds it.
/// </summary>
/// <param name="kind">What the method does to the world.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolAttribute(EffectKind kind) : Attribute
{
    /// <summary>What the method does to the world.</summary>
    public EffectKind Kind { get; } = kind;

    /// <summary>What proposals call it by. Default: the method's name in snake case, without an Async at its end.</summary>
    public string? Name { get; init; }

    /// <summary>Raise it when the tool begins to do something else. Default: 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>For a reconcilable tool, the method with the same parameters that asks whether it happened; it returns a task of <see cref="Reconciled{TResult}"/> of object.</summary>
    public string? Ask { get; init; }

    /// <summary>How long one try may take, in seconds. Default: one minute.</summary>
    public int TimeoutSeconds { get; init; } = 60;

    /// <summary>The parameter that names what the call is about: of one thing it is carried out once, in all runs. See <see cref="EffectOptions{TArguments}.Identity"/>. Null: two calls of one run with equal arguments are the same.</summary>
    public string? Identity { get; init; }

    /// <summary>Whether two calls with equal arguments are two calls. Default: no.</summary>
    public bool MayRepeat { get; init; }

    /// <summary>A static method with the same parameters, but for those that are given, that returns as a <see cref="Spending"/> what the call may cost at most. Null reserves neither money nor tokens.</summary>
    public string? CostMax { get; init; }
}

/// <summary>How often a tool that is a method may be called; see <see cref="Rate"/>. Several hold together.</summary>
/// <param name="name">What is counted. Everything that names the same rate shares it.</param>
/// <param name="count">How many.</param>
/// <param name="seconds">In which time.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ToolRateAttribute(string name, int count, int seconds) : Attribute
{
    /// <summary>The rate.</summary>
    public Rate Rate { get; } = new(name, count, TimeSpan.FromSeconds(seconds));
}
