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
}
