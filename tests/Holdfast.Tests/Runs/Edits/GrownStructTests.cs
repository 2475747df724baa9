using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>A struct with more fields than it was saved with, wherever many of it stand in a row: each takes fewer bytes than one of today.</summary>
public sealed class GrownStructTests
{
    const string Fields = "Line(int Sku, int Many)";

    const string Source = """
        using Holdfast; using System.Collections; using System.Collections.Concurrent; using System.Collections.Immutable;
        public record struct Line(int Sku, int Many) { public override string ToString() => Sku + "x" + Many; }
        public record struct Packed(Line Line, bool IsOpen) { public override string ToString() => "[" + Line + "]"; }
        public static class Made
        {
            static IEnumerable<Line> Lines => Enumerable.Range(1, 6).Select(i => new Line { Sku = i, Many = i * 2 });
            public static IEnumerable All(int n) => n switch
            {
                0 => Lines.ToArray(),
                1 => Lines.ToList(),
                2 => Lines.ToHashSet(),
                3 => new Queue<Line>(Lines),
                4 => new Stack<Line>(Lines),
                5 => Lines.ToImmutableArray(),
                6 => Lines.Select(l => (l, 1)).ToArray(),
                7 => Lines.Select(l => new Packed { Line = l }).ToArray(),
                8 => Lines.ToDictionary(l => l),
                9 => Lines.ToLookup(l => l, l => l).SelectMany(g => g.Prepend(g.Key)).ToList(),
                10 => new ConcurrentQueue<Line>(Lines),
                11 => new LinkedList<Line>(Lines),
                12 => new Line[,] { { new() { Sku = 1 }, new() { Sku = 2 } }, { new() { Sku = 3 }, new() { Sku = 4 } } },
                13 => Lines.Select(l => (Line?)l).ToList(),
                14 => ImmutableList.CreateRange(Lines),
                15 => Lines.Select(l => new[] { l }).ToList(),
                _ => Lines.ToLookup(l => l).SelectMany(g => g).ToList(),
            };
            public static string Show(object one) => one is IEnumerable many and not string ? string.Join(" ", many.Cast<object>().Select(Show)) : "" + one;
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var all = Made.All(n);
                return await Receive(new Signal<string>("go")) + Made.Show(all);
            }
        }
        """;

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, 17)];

    [Theory, MemberData(nameof(Rows))]
    public async Task A_field_that_may_come_comes_into_each_of_many(int input)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.ResumesAsync(Source, EditedBuilds.Edited(Source, new(Fields, "Line(int Sku, int Many, Guid? Ref = null, long Far = 0, decimal Price = 0)"), release), release, input, "go", 1);
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task A_field_that_may_not_is_named_and_nothing_is_called_damaged(int input)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.StopsAsync(Source, EditedBuilds.Edited(Source, new(Fields, "Line(int Sku, int Many, Guid Ref)"), release), release, input, "go", 1, ["The field Ref of Line is new"]);
    }

    [Theory, InlineData("Line(int Sku, Guid Many)"), InlineData("Line(int Sku, (int, long, int, int) Many)")]
    public async Task A_field_of_a_larger_type_is_named_and_nothing_is_called_damaged(string @new)
    {
        foreach (var release in (bool[])[false, true])
        {
            var edited = Compiled.From(Source.Replace(Fields, @new, StringComparison.Ordinal).Replace(", Many = i * 2", "", StringComparison.Ordinal), release);
            await EditMatrixTests.StopsAsync(Source, edited, release, 1, "go", 1, ["The field Many of Line was saved as"]);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Of_structs_without_fields_there_may_be_many(bool release)
    {
        var source = Source.Replace(Fields, "Line()", StringComparison.Ordinal).Replace("{ Sku = i, Many = i * 2 }", "()", StringComparison.Ordinal)
            .Replace("{ Sku = 1 }, new() { Sku = 2 } }, { new() { Sku = 3 }, new() { Sku = 4 } }", "{ } } ", StringComparison.Ordinal).Replace("Sku + \"x\" + Many", "\"x\"", StringComparison.Ordinal);
        await EditMatrixTests.ResumesAsync(source, EditedBuilds.Edited(source, new("Line()", "Line(Guid? Ref = null)"), release), release, 1, "go", 1);
    }
}
