using Holdfast.Agents;
using Holdfast.Sqlite;
using Holdfast.Testing;

namespace Holdfast.Tests.PublicApi;

/// <summary>
/// The public API is what was agreed on. After a change that is meant, run these tests with HOLDFAST_UPDATE_API=1 and read the difference:
/// whoever uses the library will feel it.
/// </summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData(typeof(Workflow), "src/Holdfast")]
    [InlineData(typeof(SqliteStore), "src/Holdfast.Sqlite")]
    [InlineData(typeof(TestEngine), "src/Holdfast.Testing")]
    [InlineData(typeof(Gate), "src/Holdfast.Agents")]
    public void The_public_api_is_what_was_agreed_on(Type inside, string project)
    {
        var path = Path.Combine(Repository.Root, project, "PublicAPI.txt");
        var found = ApiText.Of(inside.Assembly).ToList();
        if (Environment.GetEnvironmentVariable("HOLDFAST_UPDATE_API") == "1") File.WriteAllText(path, string.Join('\n', found) + "\n");
        var agreed = File.ReadAllLines(path);
        // Lines with their type, so that a difference can be read by itself.
        var (more, less) = (Named(found).Except(Named(agreed)).ToList(), Named(agreed).Except(Named(found)).ToList());
        Assert.True(
            found.SequenceEqual(agreed),
            $"{project}/PublicAPI.txt is not what the assembly has. If that is meant, run this test with HOLDFAST_UPDATE_API=1.\nNew: {string.Join("\n     ", more)}\nGone: {string.Join("\n      ", less)}");
    }

    [Fact]
    public void The_text_says_what_matters_to_callers() => Assert.Equal(
        """
        abstract class Holdfast.Tests.PublicApi.Sample.Shape<T> : ICloneable where T : class, new()
            abstract int Count { get; }
            const int Limit = 3
            object Clone()
            protected new(string name = "a", int? size = default)
            required string? Name { get; init; }
            static Dictionary<string, T> Find<TKey>(TKey key, out int at, params IEnumerable<string> rest) where TKey : struct
            virtual Task<List<string?>> Work()
        enum Holdfast.Tests.PublicApi.Sample.Shape<T>.Kind : byte
            One = 1
        """,
        string.Join('\n', Lines(typeof(Sample.Shape<>)).Concat(Lines(typeof(Sample.Shape<>.Kind)))));

    static IEnumerable<string> Lines(Type type)
    {
        var isIn = false;
        foreach (var line in ApiText.Of(type.Assembly))
        {
            if (!line.StartsWith(' ')) isIn = line.Contains(ApiNames.Full(type) + " ", StringComparison.Ordinal) || line.EndsWith(ApiNames.Full(type), StringComparison.Ordinal);
            if (isIn) yield return line;
        }
    }

    static IEnumerable<string> Named(IEnumerable<string> lines)
    {
        var type = "";
        foreach (var line in lines)
        {
            if (!line.StartsWith(' ')) type = line;
            yield return line == type ? type : $"{type}: {line.Trim()}";
        }
    }
}

/// <summary>What the writer is tried on.</summary>
public static class Sample
{
    /// <summary>Has one of each kind that could be written wrongly.</summary>
    public abstract class Shape<T> : ICloneable where T : class, new()
    {
        public const int Limit = 3;

        protected Shape(string name = "a", int? size = null) => _ = (name, size);

        public enum Kind : byte
        {
            One = 1,
        }

        public abstract int Count { get; }

        public required string? Name { get; init; }

        internal int Hidden => 1;

        public static Dictionary<string, T?> Find<TKey>(TKey key, out int at, params IEnumerable<string> rest) where TKey : struct
        {
            at = 0;
            return [];
        }

        public virtual Task<List<string?>> Work() => Task.FromResult(new List<string?>());

        public object Clone() => this;
    }
}
