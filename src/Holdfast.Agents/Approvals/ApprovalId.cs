namespace Holdfast.Agents;

/// <summary>An approval that was asked for: the hash of run, call, tool, version and canonical arguments. It holds for that call and no other.</summary>
/// <param name="Value">The hash, as hexadecimal digits.</param>
public readonly record struct ApprovalId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
