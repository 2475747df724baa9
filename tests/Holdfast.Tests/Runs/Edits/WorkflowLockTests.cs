using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>A lock of a workflow holds nothing that a run could lose.</summary>
public sealed class WorkflowLockTests
{
    static string Source(string members) => $$"""
        using Holdfast;
        public class Book { public int Pages = 3; //book
            public int Read() { /*read*/ return Pages; } }
        public sealed class W : Workflow
        {
            {{members}}
            List<string> _seen = [];
            Book _book = new();
            void See(string one) { /*see*/ _seen.Add(one); }
            public async Durable<string> Run(int n)
            {
                See("a");
                var go = await Receive(new Signal<string>("go"));
                See(go);
                return $"{go} {_seen.Count} {_book.Read()}";
            }
        }
        """;

    [Theory]
    [InlineData("private readonly object _lock = new();")]
    [InlineData("object _lock = new();")]
    [InlineData("readonly System.Threading.Lock _lock = new();")]
    public async Task One_that_is_not_needed_any_more_may_go(string field)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.ResumesAsync(Source(field).Replace("/*see*/", "lock (_lock)", StringComparison.Ordinal), Compiled.From(Source(""), release), release, 5, "go", 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task One_of_a_data_class_may_go_too(bool release)
    {
        var source = Source("").Replace("//book", "readonly object _gate = new();", StringComparison.Ordinal).Replace("/*read*/", "lock (_gate)", StringComparison.Ordinal);
        await EditMatrixTests.ResumesAsync(source, Compiled.From(Source(""), release), release, 5, "go", 1);
    }

    /// <summary>Which of several objects a field holds is something to lose.</summary>
    [Theory]
    [InlineData("object _none = new();", "object _state; public W() => _state = _none;")]
    [InlineData("static readonly object None = new();", "object _state = None;")]
    public async Task What_tells_one_object_from_others_may_not(string none, string state)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.StopsAsync(Source($"{none} {state}"), Compiled.From(Source(none), release), release, 5, "go", 1, ["The field _state of W is gone"]);
    }
}
