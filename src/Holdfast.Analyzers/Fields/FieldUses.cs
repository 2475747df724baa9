using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Fields;

/// <summary>One field or auto-property of a workflow class.</summary>
sealed class FieldUse(ISymbol symbol, ITypeSymbol type, bool isReadOnly)
{
    readonly ConcurrentQueue<ITypeSymbol> _values = new();
    volatile bool _isUsedInTurns;

    public ISymbol Symbol => symbol;

    public ITypeSymbol Type => type;

    public bool IsReadOnly => isReadOnly;

    /// <summary>The types of the values that the class gives it, other than nothing and what was injected.</summary>
    public IEnumerable<ITypeSymbol> Values => _values;

    /// <summary>Whether code other than a constructor's or a step's works with it.</summary>
    public bool IsUsedInTurns => _isUsedInTurns;

    public void Gets(IOperation value)
    {
        while (value is IConversionOperation { Conversion.IsUserDefined: false } conversion) value = conversion.Operand;
        // Data that holds nothing needs no saving, and what the constructor was given is injected again.
        if (value is IDefaultValueOperation or IThrowOperation || value.ConstantValue is { HasValue: true, Value: null }) return;
        if (value is IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } }) return;
        if (value is ICoalesceOperation coalesce)
        {
            Gets(coalesce.Value);
            Gets(coalesce.WhenNull);
        }
        else if (value.Type is { } of)
        {
            // Chance without a seed is as good after a restart as before it.
            if (of.Name != "Random" || value is not IObjectCreationOperation { Arguments.IsEmpty: true }) _values.Enqueue(of);
        }
    }

    public void UsedInTurn() => _isUsedInTurns = true;
}

/// <summary>Gathers what the code of one class does with its fields. Called from many threads.</summary>
sealed class FieldUses
{
    readonly Dictionary<ISymbol, FieldUse> _fields = new(SymbolEqualityComparer.Default);

    public FieldUses(INamedTypeSymbol type)
    {
        foreach (var member in type.GetMembers())
        {
            if (member is not IFieldSymbol { IsStatic: false, IsConst: false } field) continue;
            // The field behind a property goes by the property's name.
            var named = field.AssociatedSymbol as IPropertySymbol ?? (ISymbol)field;
            if (named is IFieldSymbol { IsImplicitlyDeclared: true } || field.AssociatedSymbol is IEventSymbol) continue;
            _fields[named] = new(named, field.Type, named is IPropertySymbol property ? property.SetMethod is null : field.IsReadOnly);
        }
    }

    public IEnumerable<FieldUse> All => _fields.Values;

    public void Initialized(IEnumerable<ISymbol> symbols, ISymbolInitializerOperation initializer)
    {
        foreach (var symbol in symbols)
            if (_fields.TryGetValue(symbol.OriginalDefinition, out var field)) field.Gets(initializer.Value);
    }

    public void Met(IMemberReferenceOperation reference, ISymbol within)
    {
        if (reference.Instance is not IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }) return;
        if (!_fields.TryGetValue(reference.Member.OriginalDefinition, out var field)) return;
        switch (reference.Parent)
        {
            case ISimpleAssignmentOperation assignment when ReferenceEquals(assignment.Target, reference): field.Gets(assignment.Value); return;
            case ICoalesceAssignmentOperation assignment when ReferenceEquals(assignment.Target, reference): field.Gets(assignment.Value); break;
            case INameOfOperation: return;
        }
        if (within is IMethodSymbol { MethodKind: MethodKind.Constructor } || within is not IMethodSymbol || IsInStep(reference)) return;
        field.UsedInTurn();
    }

    static bool IsInStep(IOperation operation)
    {
        for (var parent = operation.Parent; parent is not null; parent = parent.Parent)
            if (parent is IArgumentOperation { Parent: IInvocationOperation call } argument && HoldfastTypes.IsStep(call.TargetMethod) && HoldfastTypes.IsStepBody(argument))
                return true;
        return false;
    }
}
