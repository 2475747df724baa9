using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Liveness;

/// <summary>Why a value cannot be saved.</summary>
/// <param name="type">The type that the value is known by.</param>
/// <param name="hint">What to do instead.</param>
/// <param name="path">The way from the value to what cannot be saved, such as <c>.Order.Log</c>; null where that is the value itself.</param>
/// <param name="held">The type at the end of the path.</param>
/// <param name="mayBeService">Whether the type is often one of a service, or of what configures it.</param>
sealed class Unsavable(ITypeSymbol type, string hint, string? path = null, ITypeSymbol? held = null, bool mayBeService = false)
{
    public ITypeSymbol Type { get; } = type;

    public string Hint { get; } = hint;

    public string? Path { get; } = path;

    /// <summary>Whether a value that came from elsewhere may be one that the constructor was given.</summary>
    public bool MayBeService => Path is not null || mayBeService;

    /// <summary>The same reason, seen from what holds the value.</summary>
    /// <param name="holder">The type of what holds it.</param>
    /// <param name="step">The way from there to the value, which only counts where there is a way to go on.</param>
    public Unsavable Within(ITypeSymbol holder, string step) => new(holder, Hint, Path is null ? null : step + Path, held, mayBeService);

    /// <summary>The same reason, seen from an object that has the value in a field.</summary>
    public Unsavable InField(ITypeSymbol holder, string field) => new(holder, Hint, $".{field}{Path}", held ?? Type, mayBeService);

    /// <summary>What to do, after where in the variable it is.</summary>
    public string HintFor(string? variable)
    {
        if (Path is null) return Hint;
        var type = Describe.Type(held!);
        return $"{(variable is null ? $"Its '{Path.TrimStart('.')}'" : $"'{variable}{Path}'")} is {("AEIOU".IndexOf(type[0]) >= 0 ? "an" : "a")} {type}. {Hint}";
    }
}

/// <summary>Judges types by <see cref="UnsavableTypes"/>; remembers its answers for one compilation, or for one member of it.</summary>
/// <param name="filled">The fields that may be empty, but are known not to be.</param>
sealed class TypeJudge(HashSet<ISymbol>? filled = null)
{
    // Holders of holders of holders are rare; the bound keeps a self-referring generic from running away.
    const int DepthMax = 8;
    const string Each = "[…]";

    readonly ConcurrentDictionary<ITypeSymbol, Unsavable?> _known = new(SymbolEqualityComparer.Default);

    /// <summary>Why no value of the static type can be saved, or null where it may be possible.</summary>
    public Unsavable? Find(ITypeSymbol? type) => type is null ? null : _known.GetOrAdd(type, t => Judge(t, new(SymbolEqualityComparer.Default), 0));

    /// <param name="type">The type to judge.</param>
    /// <param name="seen">The user's types that were looked into already.</param>
    /// <param name="depth">How many holders are around it.</param>
    Unsavable? Judge(ITypeSymbol type, HashSet<ITypeSymbol> seen, int depth)
    {
        if (depth > DepthMax) return null;
        switch (type)
        {
            case { TypeKind: TypeKind.Dynamic }: return new(type, UnsavableTypes.Dynamic);
            case { TypeKind: TypeKind.Pointer or TypeKind.FunctionPointer }: return new(type, UnsavableTypes.Pointer);
            // The compiler itself refuses these across an await.
            case { IsRefLikeType: true }: return null;
            case IArrayTypeSymbol array: return Inside(array.ElementType, Each);
            case ITypeParameterSymbol parameter: return First(parameter.ConstraintTypes.Select(constraint => Inside(constraint, "")));
            // The elements of long tuples are nested types, whose names nobody knows.
            case INamedTypeSymbol { IsTupleType: true } tuple: return First(tuple.TupleElements.Select(element => Inside(element.Type, "." + element.Name)));
        }
        for (var candidate = type; candidate is not null; candidate = candidate.BaseType)
            if (HintFor(candidate) is { } hint) return new(type, hint);
        if (UnsavableCollection.IsOne(type)) return new(type, UnsavableCollection.Hint);
        // A class may implement an interface of the list and be plain data all the same; a variable of the interface is never so.
        if (type.TypeKind == TypeKind.Interface)
            foreach (var candidate in type.AllInterfaces)
                if (HintFor(candidate) is { } hint) return new(type, hint);
        if (type is INamedTypeSymbol { IsGenericType: true } named && HoldsItsArguments(named)
            && First(named.TypeArguments.Select(argument => Inside(argument, IsNullable(named) ? "" : Each))) is { } argued) return argued;
        // An enumerator is declared within its collection, or within a view of it that is not always saved for itself, and holds the collection.
        if (type is INamedTypeSymbol { ContainingType: not null } nested && HoldsItsArguments(nested) && Inside(Outermost(nested), "") is { } around) return around;
        if (FrameworkTypes.HintFor(type) is { } general) return new(type, general, mayBeService: true);
        return HeldFields.IsOwn(type) && seen.Add(type) ? First(HeldFields.Of(type, filled).Select(field => Judge(field.Type, seen, depth + 1)?.InField(type, field.Name))) : null;

        Unsavable? Inside(ITypeSymbol held, string way) => Judge(held, seen, depth + 1)?.Within(type, way);
    }

    static Unsavable? First(IEnumerable<Unsavable?> reasons) => reasons.FirstOrDefault(static r => r is not null);

    static INamedTypeSymbol Outermost(INamedTypeSymbol type)
    {
        while (type.ContainingType is { } outer) type = outer;
        return type;
    }

    static bool IsNullable(INamedTypeSymbol type) => type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    /// <summary>Collections and nullables are saved with what they hold. Interfaces and delegates tell nothing of it.</summary>
    static bool HoldsItsArguments(INamedTypeSymbol type) =>
        type.TypeKind is TypeKind.Class or TypeKind.Struct
        && (IsNullable(type)
            || type is { Name: "KeyValuePair" or "Tuple" }
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
