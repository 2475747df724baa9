using System.Reflection;
using Holdfast.Agents.Schemas;

namespace Holdfast.Agents.Records;

/// <summary>How a C# type stands in JSON.</summary>
/// <param name="Type">The type.</param>
/// <param name="Schema">What its JSON must be.</param>
/// <param name="Converter">Makes its values; a <see cref="Converter{T}"/> of the type.</param>
sealed record TypePlan(Type Type, SchemaNode Schema, Converter Converter)
{
    /// <summary>What a record has, by which rules name it; empty for everything else.</summary>
    public IReadOnlyList<PropertyPlan> Properties { get; init; } = [];

    /// <summary>What a list holds.</summary>
    public TypePlan? Items { get; init; }

    /// <summary>Whether every value that the type has fits the schema, one that no JSON was read for as well.</summary>
    public bool TakesAll { get; init; }

    /// <summary>Whether JSON that fits may make a value that does not, so that each one that was made is looked at again. Most types cannot have it, and are read faster.</summary>
    public bool MayMisfit { get; init; }
}

/// <summary>A property of a record.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Place">Where the value is in its object.</param>
/// <param name="Parameter">The constructor's parameter that sets it, if one does.</param>
/// <param name="Plan">How its value stands in JSON.</param>
/// <param name="IsRequired">Whether it must be there.</param>
/// <param name="Missing">What the constructor is given where it is not there.</param>
sealed record PropertyPlan(string Name, ValuePlace Place, ParameterInfo? Parameter, TypePlan Plan, bool IsRequired, object? Missing)
{
    /// <summary>Whether it may be left out, and its value not fit then. What a constructor is given is known; what a property begins with, only the type knows.</summary>
    public bool MayMisfit { get; } = Plan.MayMisfit || (!IsRequired && !(Parameter is null ? Plan.TakesAll : OwnSchema.Fits(Plan, Missing)));
}
