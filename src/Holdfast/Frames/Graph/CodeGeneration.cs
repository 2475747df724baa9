using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Whether accessors may be compiled while the process runs. Where the platform does not allow it, or the switch <see cref="Switch"/> is set, fields are reached by
/// reflection: slower, with the same bytes. Decided once, at the first use.
/// </summary>
static class CodeGeneration
{
    public const string Switch = "Holdfast.UseReflection";

    public static bool IsAllowed { get; } = RuntimeFeature.IsDynamicCodeSupported && !(AppContext.TryGetSwitch(Switch, out var isReflectionWanted) && isReflectionWanted);
}
