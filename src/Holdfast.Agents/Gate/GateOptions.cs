namespace Holdfast.Agents;

/// <summary>Settings of a <see cref="Gate"/>.</summary>
public sealed record GateOptions
{
    /// <summary>How many bytes a proposal may have.</summary>
    /// <value>256 KiB. A larger one is refused before a byte of it is read; while one is read, the gate holds up to some twenty times as much.</value>
    public int BytesMax { get; init; } = 256 * 1024;
}
