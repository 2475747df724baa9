using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>The calls that change a collection of the framework. What methods of other classes do is their own affair.</summary>
static class ChangingCalls
{
    static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "Add", "AddAfter", "AddBefore", "AddFirst", "AddLast", "AddOrUpdate", "AddRange", "And", "Append", "AppendFormat", "AppendJoin", "AppendLine", "Clear", "Dequeue", "DequeueEnqueue",
        "Enqueue", "EnqueueDequeue", "EnqueueRange", "ExceptWith", "Fill", "GetOrAdd", "Insert", "InsertRange", "IntersectWith", "Not", "Or", "Pop", "Push", "Remove", "RemoveAll", "RemoveAt",
        "RemoveFirst", "RemoveLast", "RemoveRange", "RemoveWhere", "Replace", "Reverse", "Set", "SetAll", "SetValue", "Sort", "SymmetricExceptWith", "TryAdd", "TryDequeue", "TryPop", "TryRemove",
        "TryTake", "TryUpdate", "UnionWith", "Xor",
    };

    /// <summary>The collection that the call changes, or null.</summary>
    public static IOperation? ChangedBy(IInvocationOperation call)
    {
        if (!Names.Contains(call.TargetMethod.Name)) return null;
        var changed = call.Instance ?? (call is { TargetMethod.ContainingType.Name: "Array" or "CollectionExtensions", Arguments.IsEmpty: false } ? call.Arguments[0].Value : null);
        while (changed is IConversionOperation { IsImplicit: true } conversion) changed = conversion.Operand;
        return changed?.Type is { } type && IsCollection(type) ? changed : null;
    }

    public static bool IsCollection(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Array || type is { Name: "StringBuilder" or "JsonObject" or "JsonArray" }
        || (!type.Name.StartsWith("Immutable", StringComparison.Ordinal) && type.ContainingNamespace?.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal) == true);
}
