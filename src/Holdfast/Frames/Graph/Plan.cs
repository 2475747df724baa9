namespace Holdfast.Frames.Graph;

/// <summary>
/// How the objects of one type are written and read. The header follows the type at once and holds what allocation needs; the
/// body follows when every object found before it has its own.
/// </summary>
abstract class Plan
{
    /// <summary>Whether there is a body: leaves say everything in their header.</summary>
    public virtual bool HasBody => true;

    public virtual void WriteHeader(GraphWriter writer, object value)
    {
    }

    public virtual void WriteBody(GraphWriter writer, object value) => throw new InvariantException($"{GetType().Name} has no body.");

    /// <summary>Allocates the object. Must not read references to objects that could refer back to this one.</summary>
    public abstract object ReadHeader(GraphReader reader, WireType type);

    public virtual void ReadBody(GraphReader reader, object value) => throw new InvariantException($"{GetType().Name} has no body.");
}

/// <summary>A plan for one type, so that subclasses write what they mean.</summary>
abstract class Plan<T> : Plan where T : class
{
    public sealed override void WriteHeader(GraphWriter writer, object value) => WriteHeader(writer, (T)value);

    public sealed override void WriteBody(GraphWriter writer, object value) => WriteBody(writer, (T)value);

    public sealed override void ReadBody(GraphReader reader, object value) => ReadBody(reader, (T)value);

    protected virtual void WriteHeader(GraphWriter writer, T value)
    {
    }

    protected virtual void WriteBody(GraphWriter writer, T value) => throw new InvariantException($"{GetType().Name} has no body.");

    protected virtual void ReadBody(GraphReader reader, T value) => throw new InvariantException($"{GetType().Name} has no body.");
}

/// <summary>A type as a snapshot names it, with the plan that reads it here.</summary>
sealed class WireType(Type type, Plan plan, byte[] descriptor)
{
    public Type Type { get; } = type;

    public Plan Plan { get; } = plan;

    /// <summary>Name and fields or fingerprint, as they stand in the data.</summary>
    public byte[] Descriptor { get; } = descriptor;

    /// <summary>Reads contents whose saved fields are not those of today; null when they are.</summary>
    public TolerantReader? Tolerant { get; init; }

    /// <summary>Structs inside this type whose saved fields are not those of today.</summary>
    public IReadOnlyDictionary<Type, TolerantReader> ChangedValues { get; init; } = NoChanges;

    /// <summary>For a delegate: the method it calls.</summary>
    public System.Reflection.MethodInfo? Method { get; init; }

    /// <summary>Objects of the type that are named by a static member instead.</summary>
    public Singletons? Singletons { get; init; }

    static readonly Dictionary<Type, TolerantReader> NoChanges = [];

    public void ReadBody(GraphReader reader, object value)
    {
        try
        {
            if (Tolerant is { } tolerant) tolerant.ReadObject(reader, value);
            else Plan.ReadBody(reader, value);
        }
        catch (MisfitException misfit) when (!misfit.IsPlaced && value.GetType() == Type)
        {
            throw misfit.In(Type);
        }
    }
}
