using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Liveness;

/// <summary>A class of the user's that derives from a collection of the framework, whose private state is not the user's to save.</summary>
static class UnsavableCollection
{
    public const string Hint = "It derives from a collection of the framework; keep the collection in a field of it instead";

    public static bool IsOne(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class } || IsFramework(type)) return false;
        for (var level = type.BaseType; level is not null; level = level.BaseType)
            if (IsFramework(level)) return level.Name is not ("Comparer" or "EqualityComparer");
        return false;
    }

    static bool IsFramework(ITypeSymbol type) => type.ContainingNamespace?.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal) == true;
}
