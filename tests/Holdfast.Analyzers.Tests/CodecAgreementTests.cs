using Holdfast.Analyzers.Liveness;
using Holdfast.Frames.Graph;

namespace Holdfast.Analyzers.Tests;

/// <summary>What the compiler is told cannot be saved, the codec cannot save; and the other way round for what is common.</summary>
public sealed class CodecAgreementTests
{
    /// <summary>A struct that holds nothing may be saved, so the codec knows these; what they stand for cannot.</summary>
    static readonly HashSet<string> EmptyOnly = ["System.Threading.CancellationToken"];

    public static TheoryData<string> Names => [.. UnsavableTypes.Hints.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_refused_while_compiling_cannot_be_saved(string name)
    {
        if (EmptyOnly.Contains(name) || Find(name) is not { } type) return;
        Assert.True(Plans.For(type) is null, $"{type} can be saved, so it must not be refused.");
    }

    [Fact]
    public void Most_names_of_the_list_lead_to_a_type() =>
        Assert.True(UnsavableTypes.Hints.Keys.Count(name => Find(name) is not null) > UnsavableTypes.Hints.Count * 3 / 4);

    [Theory]
    [InlineData("new System.Text.RegularExpressions.Regex(\"a\")")]
    [InlineData("new[] { 1, 2 }.ToLookup(n => n)")]
    [InlineData("new[] { 1, 2 }.GroupBy(n => n).First()")]
    [InlineData("new Queue<int>()")]
    [InlineData("new System.Collections.Concurrent.ConcurrentQueue<int>()")]
    [InlineData("new System.Text.StringBuilder()")]
    [InlineData("new Uri(\"http://localhost\")")]
    [InlineData("new InvalidOperationException()")]
    [InlineData("TimeZoneInfo.Utc")]
    [InlineData("System.Globalization.CultureInfo.InvariantCulture")]
    [InlineData("System.Text.Json.Nodes.JsonNode.Parse(\"{}\")")]
    [InlineData("System.Collections.Immutable.ImmutableList.Create(1)")]
    [InlineData("System.Net.IPAddress.Loopback")]
    [InlineData("new System.Collections.ObjectModel.ReadOnlyCollection<int>([])")]
    [InlineData("new System.Collections.BitArray(3)")]
    public Task What_can_be_saved_is_not_refused(string value) =>
        Analysis.Silent(Analysis.Workflow($"var x = {value}; await Delay(TimeSpan.Zero); Use(x); return 1;", "static void Use(object? x) { }"));

    static Type? Find(string name)
    {
        foreach (var path in ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator))
        {
            var assembly = Path.GetFileNameWithoutExtension(path);
            if (!assembly.StartsWith("System", StringComparison.Ordinal) && !assembly.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)) continue;
            if (System.Reflection.Assembly.Load(assembly).GetType(name) is not { } type) continue;
            return type.IsGenericTypeDefinition ? type.MakeGenericType([.. type.GetGenericArguments().Select(_ => typeof(string))]) : type;
        }
        return null;
    }
}
