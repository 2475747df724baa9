namespace Holdfast.Tests.Runs.Edits;

/// <summary>Sorted collections whose items compare otherwise than when they were saved, while a run is in the middle of them.</summary>
public sealed class SortedOrderTests
{
    const string Levels = "enum Level { Low, Mid, High, Top }", Renumbered = "enum Level { Low = 0, High = 1, Mid = 2, Top = 3 }", Compared = "N.CompareTo(o.N)", Backwards = "o.N.CompareTo(N)";

    const string Source = """
        using Holdfast; using System.Collections.Immutable;
        public enum Level { Low, Mid, High, Top }
        public record Item(int N) : IComparable<Item> { public int CompareTo(Item o) => N.CompareTo(o.N); }
        public class ByN : IComparer<int> { public int Compare(int a, int b) => a.CompareTo(b) ; }
        public static class Made
        {
            static int ByHand(int a, int b) => a.CompareTo(b)  ;
            static Dictionary<Level, string> Named() => Enum.GetValues<Level>().ToDictionary(l => l, l => "n" + l);
            public static System.Collections.IEnumerable All(int n) => n switch
            {
                0 => new SortedSet<Level>(Enum.GetValues<Level>()),
                1 => new SortedDictionary<Level, string>(Named()),
                2 => new SortedDictionary<Level, string>(Named()).Keys,
                3 => new SortedDictionary<Level, string>(Named()).Values,
                4 => new SortedList<Level, string>(Named()),
                5 => new SortedSet<Item> { new(1), new(2), new(3), new(4) },
                6 => new SortedSet<int>(new ByN()) { 1, 2, 3, 4 },
                7 => new SortedSet<int>(Comparer<int>.Create(ByHand)) { 1, 2, 3, 4 },
                8 => new SortedDictionary<Item, int> { [new(1)] = 1, [new(2)] = 2, [new(3)] = 3 },
                10 => ImmutableSortedSet.CreateRange(Enum.GetValues<Level>()),
                11 => ImmutableSortedDictionary.CreateRange(Named()),
                12 => ImmutableSortedSet.Create(new Item(1), new Item(2), new Item(3)),
                _ => new SortedList<Item, int> { [new(1)] = 1, [new(2)] = 2, [new(3)] = 3 },
            };
            public static object Queue(int n) => n switch
            {
                20 => new PriorityQueue<string, Level>([("m", Level.Mid), ("h", Level.High), ("t", Level.Top), ("l", Level.Low)]),
                21 => new PriorityQueue<string, Item>(Enumerable.Range(1, 6).Select(i => ("" + i, new Item(i)))),
                22 => new PriorityQueue<string, int>(Enumerable.Range(1, 6).Select(i => ("" + i, i)), new ByN()),
                _ => new PriorityQueue<string, int>(Enumerable.Range(1, 6).Select(i => ("" + i, i)), Comparer<int>.Create(ByHand)),
            };
            public static string Next(object queue) => queue is PriorityQueue<string, Level> levels ? levels.Dequeue() : queue is PriorityQueue<string, Item> items ? items.Dequeue() : ((PriorityQueue<string, int>)queue).Dequeue();
            public static int Count(System.Collections.IEnumerable all) => all.Cast<object>().Count();
            public static object At(System.Collections.IEnumerable all, int at) => all.Cast<object>().ElementAt(at);
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var (log, i) = ("", 0);
                if (n >= 20)
                {
                    for (var queue = Made.Queue(n); i < 4; i++)
                    {
                        log += Made.Next(queue) + ",";
                        if (i == 1) log += await Receive(new Signal<string>("go"));
                    }
                    return log;
                }
                if (n < 10)
                {
                    foreach (var one in Made.All(n))
                    {
                        log += one + ",";
                        if (i++ == 1) log += await Receive(new Signal<string>("go"));
                    }
                    return log;
                }
                for (var all = Made.All(n); i < Made.Count(all); i++)
                {
                    log += Made.At(all, i) + ",";
                    if (i == 1) log += await Receive(new Signal<string>("go"));
                }
                return log;
            }
        }
        """;

    public static TheoryData<int, string, string> Comparisons => new()
    {
        { 0, Levels, Renumbered }, { 1, Levels, Renumbered }, { 2, Levels, Renumbered }, { 3, Levels, Renumbered }, { 4, Levels, Renumbered },
        { 5, Compared, Backwards }, { 6, "a.CompareTo(b) ;", "b.CompareTo(a) ;" }, { 7, "a.CompareTo(b)  ;", "b.CompareTo(a)  ;" }, { 8, Compared, Backwards },
        { 20, Levels, "enum Level { Low, Top, Mid, High }" }, { 21, Compared, Backwards }, { 22, "a.CompareTo(b) ;", "b.CompareTo(a) ;" }, { 23, "a.CompareTo(b)  ;", "b.CompareTo(a)  ;" },
        { 10, Levels, Renumbered }, { 11, Levels, Renumbered }, { 12, Compared, Backwards }, { 13, Compared, Backwards },
    };

    [Theory, MemberData(nameof(Comparisons))]
    public async Task Items_that_stand_in_another_order_now_stop_the_run(int input, string old, string @new)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.StopsAsync(Source, EditedBuilds.Edited(Source, new(old, @new), release), release, input, "go", 1, ["in another order", "their comparison has changed"]);
    }

    [Theory]
    [InlineData(0, Levels, "enum Level { Low, Mid, High = 5, Top = 9, More }"), InlineData(5, Compared, "N - o.N"), InlineData(7, "a.CompareTo(b)  ;", "a - b;"), InlineData(13, Compared, "N - o.N")]
    [InlineData(20, Levels, "enum Level { Low, Mid, High = 5, Top = 9, More }"), InlineData(21, Compared, "N - o.N"), InlineData(23, "a.CompareTo(b)  ;", "a - b;")]
    public async Task Another_comparison_that_gives_the_same_order_does_not_matter(int input, string old, string @new)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.ResumesAsync(Source, EditedBuilds.Edited(Source, new(old, @new), release), release, input, "go", 1);
    }
}
