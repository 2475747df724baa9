using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Liveness;

/// <summary>Why a value cannot be saved.</summary>
sealed class Unsavable(ITypeSymbol type, string hint)
{
    public ITypeSymbol Type { get; } = type;

    public string Hint { get; } = hint;
}

/// <summary>Judges types by <see cref="UnsavableTypes"/>; remembers its answers for one compilation.</summary>
sealed class TypeJudge
{
    // Containers of containers are rare; the bound keeps a self-referring generic from running away.
    const int DepthMax = 4;

    readonly ConcurrentDictionary<ITypeSymbol, Unsavable?> _known = new(SymbolEqualityComparer.Default);

    /// <summary>Why no value of the static type can be saved, or null where it may be possible.</summary>
    public Unsavable? Find(ITypeSymbol? type) => type is null ? null : _known.GetOrAdd(type, t => Judge(t, 0));

    static Unsavable? Judge(ITypeSymbol type, int depth)
    {
        if (depth > DepthMax) return null;
        switch (type)
        {
            case { TypeKind: TypeKind.Dynamic }: return new(type, UnsavableTypes.Dynamic);
            case { TypeKind: TypeKind.Pointer or TypeKind.FunctionPointer }: return new(type, UnsavableTypes.Pointer);
            // The compiler itself refuses these across an await.
            case { IsRefLikeType: true }: return null;
            case IArrayTypeSymbol array: return Inside(type, array.ElementType, depth);
            case ITypeParameterSymbol parameter:
                foreach (var constraint in parameter.ConstraintTypes)
                    if (Judge(constraint, depth + 1) is { } found) return new(type, found.Hint);
                return null;
        }
        for (var candidate = type; candidate is not null; candidate = candidate.BaseType)
            if (HintFor(candidate) is { } hint) return new(type, hint);
        if (UnsavableCollection.IsOne(type)) return new(type, UnsavableCollection.Hint);
        // A class may implement an interface of the list and be plain data all the same; a variable of the interface is never so.
        if (type.TypeKind == TypeKind.Interface)
            foreach (var candidate in type.AllInterfaces)
                if (HintFor(candidate) is { } hint) return new(type, hint);
        if (type is INamedTypeSymbol { IsGenericType: true } named && HoldsItsArguments(named))
            foreach (var argument in named.TypeArguments)
                if (Inside(type, argument, depth) is { } found) return found;
        // An enumerator is declared within its collection, and holds it.
        return type is INamedTypeSymbol { ContainingType: { } outer } nested && HoldsItsArguments(nested) ? Inside(type, outer, depth) : null;
    }

    static Unsavable? Inside(ITypeSymbol container, ITypeSymbol element, int depth) =>
        Judge(element, depth + 1) is { } found ? new(container, found.Hint) : null;

    /// <summary>Collections, tuples and nullables are saved with what they hold. Interfaces and delegates tell nothing of it.</summary>
    static bool HoldsItsArguments(INamedTypeSymbol type) =>
        type.TypeKind is TypeKind.Class or TypeKind.Struct
        && (type.IsTupleType
            || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
            || type is { Name: "KeyValuePair" or "Tuple" or "Lazy" }
            || type.ContainingNamespace is { } space && NameOf(space).StartsWith("System.Collections", StringComparison.Ordinal));

    static string? HintFor(ITypeSymbol type)
    {
        var definition = type.OriginalDefinition;
        if (definition.ContainingType is not null || definition.ContainingNamespace is not { IsGlobalNamespace: false } space) return null;
        return UnsavableTypes.Hints.TryGetValue($"{NameOf(space)}.{definition.MetadataName}", out var hint) ? hint : null;
    }

    static string NameOf(INamespaceSymbol space) =>
        space.ContainingNamespace is { IsGlobalNamespace: false } outer ? $"{NameOf(outer)}.{space.Name}" : space.Name;
}
