using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

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
    public void PlacesInCollectionsWithoutAnOrderOfTheirOwnAreRefused()
    {
        string[] texts = ["a", "b", "c"];
        var concurrent = new ConcurrentDictionary<string, int> { ["a"] = 1 };
        object[] places =
        [
            ImmutableHashSet.Create(texts).GetEnumerator(), ((IEnumerable<string>)ImmutableHashSet.Create(texts)).GetEnumerator(), texts.ToImmutableDictionary(t => t).GetEnumerator(), texts.ToImmutableDictionary(t => t).Keys.GetEnumerator(),
            concurrent.GetEnumerator(), ImmutableSortedSet.Create(texts).GetEnumerator(), ImmutableHashSet.CreateBuilder<string>().GetEnumerator(),
        ];
        foreach (var place in places) Assert.Contains(".ToList()", Codecs.Refused(place).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheErrorNamesThePath() =>
        Assert.Contains("Lines[1]", Codecs.Refused(new Order { Lines = [null, new MemoryStream()] }).Message, StringComparison.Ordinal);

    [Fact]
    public void CulturesWithFormatsOfTheirOwnAreRefusedWithTheirPath()
    {
        Action<CultureInfo>[] changes =
        [
            static c => c.NumberFormat.NumberDecimalSeparator = ";", static c => c.NumberFormat.CurrencyGroupSizes = [2], static c => c.NumberFormat.NumberNegativePattern = 0,
            static c => c.DateTimeFormat.ShortDatePattern = "dd", static c => c.DateTimeFormat.DayNames = ["a", "b", "c", "d", "e", "f", "g"], static c => c.DateTimeFormat.SetAllDateTimePatterns(["HH"], 't'),
            static c => c.DateTimeFormat.Calendar.TwoDigitYearMax = 2099, static c => c.TextInfo.ListSeparator = "|",
        ];
        foreach (var change in changes)
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            change(culture);
            foreach (var one in (CultureInfo[])[culture, CultureInfo.ReadOnly(culture)])
                Assert.StartsWith("Lines[1] of type System.Globalization.CultureInfo cannot be saved. Its formats are not those", Codecs.Refused(new Order { Lines = [null, one] }).Message, StringComparison.Ordinal);
        }
    }

    unsafe sealed class Pointing
    {
        public int* Where;
    }

    unsafe struct Calling
    {
        public delegate*<int, void> Whom;
    }

    sealed class Outer
    {
        public Calling Inside;
    }

    [Fact]
    public unsafe void PointersAreRefusedWithTheirPath()
    {
        Assert.StartsWith("Lines[0] of type", Codecs.Refused(new Order { Lines = [new Pointing { Where = null }] }).Message, StringComparison.Ordinal);
        Assert.Contains("Its field 'Where' is a pointer", Codecs.Refused(new Order { Lines = [new Pointing()] }).Message, StringComparison.Ordinal);
        var inside = Codecs.Refused(new Order { Lines = [new Outer { Inside = default }] }).Message;
        Assert.StartsWith("Lines[0].Inside of type", inside, StringComparison.Ordinal);
        Assert.Contains("Its field 'Whom' is a pointer", inside, StringComparison.Ordinal);
        Codecs.Refused<object>(new int*[1]);
        Codecs.Refused<object>(new Calling { Whom = null });
    }

    sealed class Handles(nint? first, nuint second)
    {
        public nint? First { get; } = first;

        public nuint Second { get; } = second;
    }

    [Fact]
    public void NativeHandlesAreRefusedWithTheirPath()
    {
        // What the framework's own objects hold is not meant.
        object[] before = [CultureInfo.InvariantCulture, new InvalidOperationException("x"), (Action)Nothing];
        Refused("Lines[3]", "IntPtr", (nint)5);
        Refused("Lines[3].First", "IntPtr", new Handles(5, 6));
        Refused("Lines[3].Second", "UIntPtr", new Handles(null, 6));
        Refused("Lines[3][0]", "UIntPtr", new List<nuint> { 6, 7 });
        Refused("Lines[3].Item2", "IntPtr", (1, (nint)5));

        void Refused(string path, string type, object value) =>
            Assert.StartsWith($"{path} of type System.{type} cannot be saved. Native handles mean nothing in another process.", Codecs.Refused(new Order { Lines = [.. before, value] }).Message, StringComparison.Ordinal);

        static void Nothing()
        {
        }
    }

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
