using System.Linq.Expressions;
using System.Reflection;

namespace Holdfast.Agents.Records;

/// <summary>Where a value is in the object that has it.</summary>
abstract record ValuePlace(string Owner, string Name, Type Type)
{
    /// <summary>The value of an object.</summary>
    public abstract object? Get(object owner);

    /// <summary>The value, in a condition about the object.</summary>
    public abstract Expression In(Expression owner);
}

/// <summary>A property of a record.</summary>
sealed record PropertyPlace(PropertyInfo Property) : ValuePlace(Property.DeclaringType!.Name, Property.Name, Property.PropertyType)
{
    public override object? Get(object owner) => Property.GetValue(owner);

    public override Expression In(Expression owner) => Expression.Property(owner, Property);
}

/// <summary>An argument of a method.</summary>
sealed record ArgumentPlace(ParameterInfo Parameter, int Index) : ValuePlace(Parameter.Member.Name, Parameter.Name!, Parameter.ParameterType)
{
    static readonly PropertyInfo Values = typeof(MethodArguments).GetProperty(nameof(MethodArguments.Values), BindingFlags.NonPublic | BindingFlags.Instance)!;

    public override object? Get(object owner) => ((MethodArguments)owner).Values[Index];

    public override Expression In(Expression owner) => Expression.Convert(Expression.ArrayIndex(Expression.Property(owner, Values), Expression.Constant(Index)), Type);
}
