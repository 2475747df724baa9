namespace Holdfast.Frames.Graph;

/// <summary>The errors that reading graphs can meet, in one place so that their texts stay alike.</summary>
static class GraphErrors
{
    public static HoldfastException Corrupt(string what) =>
        new(HoldfastError.CorruptSnapshot, $"The saved data is damaged: {what}. Nothing was changed; restore the store from a backup, or end the run.");

    /// <summary>Far more often than damage this means that a field was given another type.</summary>
    public static HoldfastException Misfit(object value, Type wanted) => Migration($"A saved value of type {value.GetType()} does not fit where a {wanted} stands now.");

    public static HoldfastException Migration(string what) => new(
        HoldfastError.NeedsMigration,
        $"{what} Start the build that made the run again, keep its class as the old version beside the new one, or restart the run from its input.");
}

/// <summary>A value that no codec takes. The encoder's caller adds the path that leads to it.</summary>
sealed class NotSavableException(object? value, Type type, string hint)
    : HoldfastException(HoldfastError.NotSavable, $"A value of type {type} cannot be saved. {hint}")
{
    public object? Value { get; } = value;

    public Type ValueType { get; } = type;

    public string Hint { get; } = hint;
}
