namespace Holdfast.Frames.Graph;

/// <summary>The framework's classes that are saved, each by a plan of its own: a closed list.</summary>
static class BclPlans
{
    static readonly Dictionary<Type, Type> Generic = new()
    {
        [typeof(List<>)] = typeof(ListPlan<>),
    };

    public static Plan? TryCreate(Type type)
    {
        if (!type.IsConstructedGenericType || !Generic.TryGetValue(type.GetGenericTypeDefinition(), out var plan)) return null;
        return (Plan)Activator.CreateInstance(plan.MakeGenericType(type.GetGenericArguments()))!;
    }

    public static Type? TypeByName(string fullName) => Generic.Keys.FirstOrDefault(t => t.FullName == fullName);
}

/// <summary>The framework's structs that need more than their fields: enumerators above all.</summary>
static class BclValues
{
    public static bool Has(Type type) => false;

    public static bool TryCreate<T>(out (WriteValue<T>, ReadValue<T>, int) codec)
    {
        codec = default;
        return false;
    }
}
