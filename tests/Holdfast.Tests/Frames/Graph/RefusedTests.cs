using System.Collections.Frozen;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>What cannot be saved is refused by name, with a way out.</summary>
public class RefusedTests
{
    sealed class Order
    {
        public List<object?> Lines = [];
    }

    [Fact]
    public void QueriesAreRefusedWithAHint()
    {
        int[] numbers = [1, 2, 3];
        object[] lazy =
        [
            numbers.Where(n => n > 1), numbers.Select(n => n), numbers.OrderBy(n => n), numbers.OrderByDescending(n => n).ThenBy(n => n), Enumerable.Range(1, 3), Enumerable.Repeat(1, 3),
            numbers.GroupBy(n => n), numbers.Reverse<int>(), numbers.Chunk(2), numbers.Distinct(), numbers.Concat(numbers), numbers.Skip(1), numbers.Take(1), numbers.Zip(numbers),
            numbers.SelectMany(_ => numbers), numbers.Join(numbers, n => n, n => n, (a, b) => a), numbers.Index(), numbers.CountBy(n => n), numbers.Append(1),
            numbers.Union(numbers), numbers.Except(numbers), numbers.Where(n => n > 1).GetEnumerator(), numbers.Cast<object>(), new List<int> { 1 }.Where(n => n > 0).Select(n => n),
            Enumerable.Range(1, 3).GetEnumerator(), new SortedSet<int> { 1, 2 }.Reverse(),
        ];
        foreach (var query in lazy) Assert.Contains(".ToList()", Codecs.Refused(query).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThingsOfThisProcessAreRefusedWithTheirHint()
    {
        Hint("task", Task.CompletedTask);
        Hint("task", new ValueTask<int>(1));
        Hint("stream", new MemoryStream());
        Hint("stream", new StringReader(""));
        Hint("Value", new Lazy<int>(() => 1));
        Hint("seed", new Random(1));
        Hint("timer", new Timer(_ => { }));
        Hint("scopes", new CancellationTokenSource());
        Hint("scopes", new SemaphoreSlim(1));
        Hint("Clone", System.Text.Json.JsonDocument.Parse("1"));
        Hint("Dictionary", new Dictionary<int, int> { [1] = 1 }.ToFrozenDictionary());
        Hint("generic", new System.Collections.Hashtable());
        Hint("step", new HttpClient());
        Hint("List", new SortedSet<int> { 1, 2, 3 }.GetViewBetween(1, 2));

        static void Hint(string expected, object value) => Assert.Contains(expected, Codecs.Refused(value).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheErrorNamesThePath() =>
        Assert.Contains("Lines[1]", Codecs.Refused(new Order { Lines = [null, new MemoryStream()] }).Message, StringComparison.Ordinal);

    [Fact]
    public void StructsOfTheFrameworkAreRefusedWhereverTheyStand()
    {
        Codecs.Refused(new { Task = new ValueTask<int>(1) });
        Codecs.Refused(new List<ValueTask> { default });
        Codecs.Refused<object>(new ValueTask());
        Codecs.Refused(new { Handle = (nint)1 });
    }

    [Fact]
    public void TypesOfOtherAssembliesAreRefused()
    {
        Codecs.Refused(new Xunit.Sdk.XunitException("x"));
        Codecs.Refused(new List<Xunit.Abstractions.ITestCase>());
    }
}
