using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Liveness;

/// <summary>The framework's own classes and structs, of which the codec saves those of a closed list. A class of the user's that derives from another one is not saved either.</summary>
static class FrameworkTypes
{
    static readonly HashSet<string> Savable = new(StringComparer.Ordinal)
    {
        "System.Object", "System.String", "System.Boolean", "System.Char", "System.SByte", "System.Byte", "System.Int16", "System.UInt16", "System.Int32", "System.UInt32", "System.Int64", "System.UInt64",
        "System.Int128", "System.UInt128", "System.Half", "System.Single", "System.Double", "System.Decimal", "System.Numerics.BigInteger", "System.Numerics.Complex",
        "System.DateOnly", "System.DateTime", "System.DateTimeOffset", "System.TimeOnly", "System.TimeSpan", "System.TimeZoneInfo",
        "System.Guid", "System.Uri", "System.Version", "System.DBNull", "System.Index", "System.Range", "System.Text.Rune", "System.Globalization.CultureInfo", "System.Net.IPAddress", "System.Net.Mail.MailAddress",
        "System.Text.StringBuilder", "System.Text.RegularExpressions.Regex", "System.Text.Json.JsonElement", "System.Text.Json.Nodes.JsonArray", "System.Text.Json.Nodes.JsonObject",
        "System.Nullable`1", "System.Memory`1", "System.ReadOnlyMemory`1", "System.ArraySegment`1", "System.ArraySegment`1+Enumerator", "System.CharEnumerator",
        "System.Tuple`1", "System.Tuple`2", "System.Tuple`3", "System.Tuple`4", "System.Tuple`5", "System.Tuple`6", "System.Tuple`7", "System.Tuple`8",
        "System.ValueTuple", "System.ValueTuple`1", "System.ValueTuple`2", "System.ValueTuple`3", "System.ValueTuple`4", "System.ValueTuple`5", "System.ValueTuple`6", "System.ValueTuple`7", "System.ValueTuple`8",

        "System.Collections.BitArray", "System.Linq.Lookup`2",
        "System.Collections.Generic.KeyValuePair`2", "System.Collections.Generic.ReferenceEqualityComparer",
        "System.Collections.Generic.List`1", "System.Collections.Generic.List`1+Enumerator", "System.Collections.Generic.Queue`1", "System.Collections.Generic.Queue`1+Enumerator",
        "System.Collections.Generic.Stack`1", "System.Collections.Generic.Stack`1+Enumerator", "System.Collections.Generic.HashSet`1", "System.Collections.Generic.HashSet`1+Enumerator",
        "System.Collections.Generic.LinkedList`1", "System.Collections.Generic.LinkedList`1+Enumerator", "System.Collections.Generic.LinkedListNode`1",
        "System.Collections.Generic.PriorityQueue`2", "System.Collections.Generic.PriorityQueue`2+UnorderedItemsCollection",
        "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.Dictionary`2+Enumerator",
        "System.Collections.Generic.Dictionary`2+KeyCollection", "System.Collections.Generic.Dictionary`2+KeyCollection+Enumerator",
        "System.Collections.Generic.Dictionary`2+ValueCollection", "System.Collections.Generic.Dictionary`2+ValueCollection+Enumerator",
        "System.Collections.Generic.OrderedDictionary`2", "System.Collections.Generic.OrderedDictionary`2+Enumerator",
        "System.Collections.Generic.OrderedDictionary`2+KeyCollection+Enumerator", "System.Collections.Generic.OrderedDictionary`2+ValueCollection+Enumerator",
        "System.Collections.Generic.SortedDictionary`2", "System.Collections.Generic.SortedDictionary`2+Enumerator",
        "System.Collections.Generic.SortedDictionary`2+KeyCollection", "System.Collections.Generic.SortedDictionary`2+KeyCollection+Enumerator",
        "System.Collections.Generic.SortedDictionary`2+ValueCollection", "System.Collections.Generic.SortedDictionary`2+ValueCollection+Enumerator",
        "System.Collections.Generic.SortedList`2", "System.Collections.Generic.SortedList`2+KeyList", "System.Collections.Generic.SortedList`2+ValueList",
        "System.Collections.Generic.SortedSet`1", "System.Collections.Generic.SortedSet`1+Enumerator",
        "System.Collections.ObjectModel.Collection`1", "System.Collections.ObjectModel.ReadOnlyCollection`1", "System.Collections.ObjectModel.ReadOnlySet`1", "System.Collections.ObjectModel.ReadOnlyDictionary`2",
        "System.Collections.ObjectModel.ReadOnlyDictionary`2+KeyCollection", "System.Collections.ObjectModel.ReadOnlyDictionary`2+ValueCollection",
        "System.Collections.Concurrent.ConcurrentDictionary`2", "System.Collections.Concurrent.ConcurrentQueue`1", "System.Collections.Concurrent.ConcurrentStack`1",
        "System.Collections.Immutable.ImmutableArray`1", "System.Collections.Immutable.ImmutableArray`1+Enumerator", "System.Collections.Immutable.ImmutableList`1",
        "System.Collections.Immutable.ImmutableDictionary`2", "System.Collections.Immutable.ImmutableHashSet`1", "System.Collections.Immutable.ImmutableSortedDictionary`2",
        "System.Collections.Immutable.ImmutableSortedSet`1", "System.Collections.Immutable.ImmutableQueue`1", "System.Collections.Immutable.ImmutableStack`1",
    };

    /// <summary>What to do instead of keeping a value of this very type, or null where it may be saved. Of an abstract class there is never a value that is no more than that.</summary>
    public static string? HintFor(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false, IsAnonymousType: false, ContainingAssembly.Name: var home } named) return null;
        if (!IsFramework(home) || IsException(type) || IsSavable(type)) return null;
        return named.ContainingNamespace.ToDisplayString() switch
        {
            _ when Implements(type, "System.Collections.IEnumerator") => "It is an enumerator of a kind that is not saved; loop over a list, a dictionary or an array",
            "System.Collections" or "System.Collections.Specialized" => "Use a generic collection such as a List or a Dictionary",
            "System.Collections.Generic" or "System.Collections.Concurrent" or "System.Collections.Immutable" or "System.Collections.ObjectModel" => "Copy it into a List or a Dictionary",
            "System.Linq" => UnsavableTypes.ToList,
            "System.Text" when named.Name == "AppendInterpolatedStringHandler" => "Build the text first, and append it then: var text = $\"…\"",
            "System.Threading" => "What belongs to threads lives in one process only; a run is one thread of its own, and cancels through scopes",
            _ when Implements(type, "System.IDisposable") => UnsavableTypes.OwnStep,
            _ => "Keep the data that you need of it instead",
        };
    }

    /// <summary>Whether the type is one of the list.</summary>
    public static bool IsSavable(ITypeSymbol? type) => type is INamedTypeSymbol named && Savable.Contains(NameOf(named.OriginalDefinition));

    static bool Implements(ITypeSymbol type, string name) => type.AllInterfaces.Any(i => i.ToDisplayString() == name);

    /// <summary>Every exception is saved.</summary>
    static bool IsException(ITypeSymbol type)
    {
        for (var level = type; level is not null; level = level.BaseType)
            if (level is { Name: "Exception", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } }) return true;
        return false;
    }

    /// <summary>As the codec tells them: .NET itself and its Microsoft.* libraries.</summary>
    static bool IsFramework(string assembly) =>
        assembly is "System" or "mscorlib" or "netstandard" or "WindowsBase"
        || assembly.StartsWith("System.", StringComparison.Ordinal)
        || assembly.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
        || assembly.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
        || assembly.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal)
        || assembly.StartsWith("Microsoft.Data.", StringComparison.Ordinal);

    static string NameOf(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? $"{NameOf(outer)}+{type.MetadataName}" : $"{type.ContainingNamespace.ToDisplayString()}.{type.MetadataName}";
}
