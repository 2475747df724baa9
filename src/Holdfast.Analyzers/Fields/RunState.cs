using Holdfast.Analyzers.Liveness;
using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Fields;

/// <summary>Which of the types that cannot be saved hold something that changes as a run goes on, rather than a way to reach something.</summary>
static class RunState
{
    static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "MemoryStream", "Stream", "StringReader", "StringWriter", "TextReader", "TextWriter", "BinaryReader", "BinaryWriter", "Utf8JsonWriter", "XmlReader", "XmlWriter",
        "Stopwatch", "Random", "IncrementalHash", "Task", "ValueTask", "TaskCompletionSource", "CancellationTokenSource", "CancellationToken", "Channel", "BlockingCollection",
        "ConcurrentBag", "ArrayList", "Hashtable", "ObservableCollection", "NameValueCollection", "XObject", "XmlNode", "DataTable", "DataSet", "ExpandoObject", "IAsyncEnumerator",
    };

    public static bool IsKeptIn(ITypeSymbol type)
    {
        if (UnsavableCollection.IsOne(type)) return true;
        for (var level = type; level is not null; level = level.BaseType)
            if (Names.Contains(level.Name) && level.ContainingNamespace?.ToDisplayString().StartsWith("System", StringComparison.Ordinal) == true)
                return true;
        return false;
    }
}
