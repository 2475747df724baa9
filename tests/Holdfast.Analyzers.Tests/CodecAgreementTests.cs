using Holdfast.Analyzers.Liveness;
using Holdfast.Frames.Graph;
using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Tests;

/// <summary>What the compiler is told cannot be saved, the codec cannot save; and the other way round for what is common.</summary>
public sealed class CodecAgreementTests
{
    /// <summary>A struct that holds nothing may be saved, so the codec knows these; what they stand for cannot.</summary>
    static readonly HashSet<string> EmptyOnly = ["System.Threading.CancellationToken"];

    /// <summary>What the codec has no plan for, and the compiler is not told of, with the reason.</summary>
    static readonly Dictionary<string, string> Unknown = new() { ["System.Nullable`1[System.Int32]"] = "No object is one: it is saved as a part of what holds it." };

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

    /// <summary>All of the framework's public types of which there may be an object.</summary>
    static IEnumerable<(Type Type, INamedTypeSymbol Symbol)> All()
    {
        var compilation = Analysis.Compile("All", []);
        foreach (var path in ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator))
        {
            var assembly = Path.GetFileNameWithoutExtension(path);
            if (!assembly.StartsWith("System", StringComparison.Ordinal) && !assembly.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)) continue;
            foreach (var definition in System.Reflection.Assembly.Load(assembly).GetExportedTypes())
            {
                if (definition is { IsAbstract: true } or { IsInterface: true } or { IsEnum: true } or { IsByRefLike: true } || typeof(Exception).IsAssignableFrom(definition) || typeof(Attribute).IsAssignableFrom(definition)) continue;
                if (compilation.GetTypeByMetadataName(definition.FullName!) is not { } symbol || Closed(definition) is not { } type) continue;
                var arguments = type.GetGenericArguments().Select(a => (ITypeSymbol)compilation.GetSpecialType(a == typeof(string) ? SpecialType.System_String : SpecialType.System_Int32)).ToArray();
                // An enumerator has the parameters of its collection, which come first.
                yield return (type, Closed(symbol, new Queue<ITypeSymbol>(arguments)));
            }
        }
    }

    static Type? Closed(Type definition)
    {
        if (!definition.IsGenericTypeDefinition) return definition;
        foreach (var argument in (Type[])[typeof(string), typeof(int)])
        {
            try
            {
                return definition.MakeGenericType([.. definition.GetGenericArguments().Select(_ => argument)]);
            }
            catch (ArgumentException)
            {
                // Of another kind, then.
            }
        }
        return null;
    }

    static INamedTypeSymbol Closed(INamedTypeSymbol symbol, Queue<ITypeSymbol> arguments)
    {
        var outer = symbol.ContainingType is { } containing ? Closed(containing, arguments) : null;
        var own = outer is null ? symbol : outer.GetTypeMembers(symbol.Name, symbol.Arity).Single();
        return own.Arity == 0 ? own : own.Construct([.. Enumerable.Range(0, own.Arity).Select(_ => arguments.Dequeue())]);
    }

    [Fact]
    public void What_is_refused_while_compiling_the_codec_refuses()
    {
        var judge = new TypeJudge();
        var savable = All().Where(one => Plans.For(one.Type) is not null && !EmptyOnly.Contains(one.Type.ToString()) && judge.Find(one.Symbol) is not null).Select(static one => one.Type.ToString()).ToList();
        Assert.True(savable.Count == 0, string.Join('\n', savable.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void What_the_codec_refuses_is_refused_while_compiling()
    {
        var judge = new TypeJudge();
        var unknown = All().Where(one => Plans.For(one.Type) is null && judge.Find(one.Symbol) is null).Select(static one => one.Type.ToString()).Distinct();
        Assert.Equal(Unknown.Keys, unknown);
    }

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
    [InlineData("new OrderedDictionary<string, int>().Keys.GetEnumerator()")]
    [InlineData("(int?)1")]
    [InlineData("new { N = 1, At = DateTime.UnixEpoch }")]
    [InlineData("StringComparer.Ordinal")]
    [InlineData("System.Text.Encoding.UTF8")]
    [InlineData("typeof(string)")]
    [InlineData("new AggregateException()")]
    public Task What_can_be_saved_is_not_refused(string value) =>
        Analysis.Silent(Analysis.Workflow($"var x = {value}; await Delay(TimeSpan.Zero); Use(x); return 1;", "static void Use(object? x) { }"));

    [Fact]
    public Task What_may_have_been_injected_is_not_refused() => Analysis.Silent("""
        sealed class Writes(JsonSerializerOptions options) : Workflow
        {
            public async Durable<string> Run(string id) => await Write(options, id) + await Texts.Write(options, id);

            async Durable<string> Write(JsonSerializerOptions given, string id) { await Delay(TimeSpan.Zero); return JsonSerializer.Serialize(id, given); }
        }

        static class Texts
        {
            public static async Durable<string> Write(JsonSerializerOptions given, string id) { await Durable.Delay(TimeSpan.Zero); return JsonSerializer.Serialize(id, given); }
        }
        """);

    [Fact]
    public Task What_no_constructor_takes_is_refused_as_a_parameter_too() => Analysis.Reports("HOLD002", """
        sealed class Writes : Workflow
        {
            public async Durable<string> Run(string id) => await Write(new(), id);

            async Durable<string> Write(JsonSerializerOptions given, string id) { [|await Delay(TimeSpan.Zero)|]; return JsonSerializer.Serialize(id, given); }
        }
        """);

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
