using System.Reflection;

namespace Holdfast.Analyzers;

/// <summary>Where the page that explains every code can be read.</summary>
static class HelpPage
{
    /// <summary>
    /// The page of the very commit that this assembly was built from. Written into the assembly by a build that knows where its
    /// repository is published; null otherwise, because a link that leads nowhere is worse than none.
    /// </summary>
    static readonly string? Address = typeof(HelpPage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(static a => a.Key == "HelpPage")?.Value;

    /// <summary>The section of a code: its anchor is the code in lower case.</summary>
    public static string? LinkTo(string code) => Address is null ? null : $"{Address}#{code.ToLowerInvariant()}";
}
