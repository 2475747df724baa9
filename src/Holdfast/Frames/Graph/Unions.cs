using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Fields that share their bytes, in a type with an explicit layout. Each of them is saved, and read over the others: where one has been moved, the bytes
/// of the next one overwrite it.
/// </summary>
static class Unions
{
    const string Mark = " at ";

    /// <summary>What says where a field stands, to be put behind its kind; empty where it has its bytes for itself, as nearly all have.</summary>
    public static string Behind(FieldInfo field)
    {
        if (field.DeclaringType is not { IsExplicitLayout: true } home) return "";
        var (from, to) = BytesOf(field);
        foreach (var other in home.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            if (other.MetadataToken != field.MetadataToken && BytesOf(other) is var (start, end) && start < to && from < end) return Mark + from;
        return "";
    }

    /// <summary>A kind, and where its field stands; null where it has its bytes for itself.</summary>
    public static (string Kind, string? At) Split(string kind) => kind.IndexOf(Mark, StringComparison.Ordinal) is var at and >= 0 ? (kind[..at], kind[(at + Mark.Length)..]) : (kind, null);

    static (int From, int To) BytesOf(FieldInfo field)
    {
        var from = field.GetCustomAttribute<FieldOffsetAttribute>()?.Value ?? 0;
        return (from, from + (field.FieldType.IsValueType ? RuntimeHelpers.SizeOf(field.FieldType.TypeHandle) : IntPtr.Size));
    }
}
