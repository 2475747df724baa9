using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Liveness;

/// <summary>The fields with which a class or struct of the user's is saved.</summary>
static class HeldFields
{
    /// <summary>Whether the type is declared in the code at hand, down to its last base. Of compiled ones private fields cannot be seen; the runtime looks at those.</summary>
    public static bool IsOwn(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct }) return false;
        var level = type;
        while (level is { DeclaringSyntaxReferences.IsEmpty: false }) level = level.BaseType;
        return level is { SpecialType: SpecialType.System_Object or SpecialType.System_ValueType };
    }

    /// <summary>Its fields and auto-properties by name, without those that may be empty for all that is known.</summary>
    /// <param name="type">A type that is <see cref="IsOwn"/>.</param>
    /// <param name="filled">The members that are known to be filled.</param>
    public static IEnumerable<(string Name, ITypeSymbol Type)> Of(ITypeSymbol type, HashSet<ISymbol>? filled)
    {
        for (var level = type; level is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) }; level = level.BaseType)
            foreach (var member in level.GetMembers())
                if (member is IFieldSymbol { IsStatic: false, IsConst: false } field)
                {
                    // The field behind a property goes by the property's name.
                    var named = field.AssociatedSymbol as IPropertySymbol ?? (ISymbol)field;
                    if (!MayBeEmpty(field) || filled?.Contains(named.OriginalDefinition) == true) yield return (named.Name, field.Type);
                }
                // The compiler does not show the fields of these.
                else if (type.IsAnonymousType && member is IPropertySymbol { NullableAnnotation: not NullableAnnotation.Annotated } property)
                    yield return (property.Name, property.Type);
    }

    /// <summary>The members of objects that the code fills and never empties.</summary>
    public static HashSet<ISymbol> Filled(IEnumerable<IOperation> blocks)
    {
        var filled = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var emptied = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var operation in blocks.SelectMany(static b => b.Descendants()))
            switch (operation)
            {
                case IAssignmentOperation { Target: IMemberReferenceOperation { Instance: not null } target } assignment:
                    (IsNothing(assignment.Value) ? emptied : filled).Add(target.Member.OriginalDefinition);
                    break;
                // The parameters of a record are its properties.
                case IObjectCreationOperation { Type: INamedTypeSymbol { IsRecord: true } record } creation:
                    foreach (var argument in creation.Arguments)
                        if (!IsNothing(argument.Value) && record.GetMembers(argument.Parameter?.Name ?? "").FirstOrDefault() is IPropertySymbol property) filled.Add(property.OriginalDefinition);
                    break;
            }
        filled.ExceptWith(emptied);
        return filled;
    }

    /// <summary>A token that cannot be signalled holds nothing, and of <c>dynamic</c> only what it holds counts.</summary>
    static bool MayBeEmpty(IFieldSymbol field) =>
        field.NullableAnnotation == NullableAnnotation.Annotated
        || field.Type is { TypeKind: TypeKind.Dynamic } or { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } or { Name: "CancellationToken", ContainingNamespace.Name: "Threading" };

    static bool IsNothing(IOperation value) => value is IDefaultValueOperation || value.ConstantValue is { HasValue: true, Value: null };
}
