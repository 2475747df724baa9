using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>What a person is told who has to do something about a run: names that stand in the source.</summary>
public sealed class ReasonTests
{
    const string Source = """
        using Holdfast;
        public class Animal { public int A; } public sealed class Dog : Animal;
        public class Box { public object Held; public List<Dog> Dogs; }
        public static class Made
        {
            public static Box Box(int n) => new() { Held = n == 1 ? new List<object> { new { A = 1 } } : null, Dogs = [new()] };
            public static string Show(Box box) => (box.Held as List<object>)?.Count + " " + box.Dogs.Count;
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var box = Made.Box(n);
                var go = await Receive(new Signal<string>("go"));
                return go + Made.Show(box);
            }
        }
        """;

    [Theory]
    [InlineData(1, "new { A = 1 }", "new { B = 1 }", "A saved run holds an anonymous type of A, which Flows does not have any more.")]
    [InlineData(2, "List<Dog> Dogs", "List<Animal> Dogs", "A saved value of type List<Dog> does not fit the field 'Dogs' of Box, which is a List<Animal> now.")]
    [InlineData(2, "List<Dog> Dogs;", "Dog[] Dogs { get; set; } } public static class More { public static int Count(this Dog[] all) => all.Length;", "A saved value of type List<Dog> does not fit the field 'Dogs' of Box, which is a Dog[] now.")]
    public async Task Types_are_called_what_the_source_calls_them(int input, string old, string @new, string says)
    {
        foreach (var release in (bool[])[false, true])
        {
            Assert.Contains(old, Source, StringComparison.Ordinal);
            var edited = Source.Replace(old, @new, StringComparison.Ordinal);
            if (@new.Contains("Dog[]", StringComparison.Ordinal)) edited = edited.Replace("box.Dogs.Count", "box.Dogs.Length", StringComparison.Ordinal);
            await EditMatrixTests.StopsAsync(Source, Compiled.From(edited, release), release, input, "go", 1, [says]);
        }
    }

    const string Levels = """
        using Holdfast;
        public abstract record Shape(string Name); public sealed record Circle(string Name, int R) : Shape(Name);
        public abstract class Base<T> : Workflow { protected List<T> All = new(); protected async Durable<string> Ask(T t) { All.Add(t); return await Receive(new Signal<string>("go")) + All.Count; } }
        public class Box<T> { public List<T> Held = new(); }
        public static class Made { public static Shape Shape(int n) => n == 1 ? new Circle("c", n) : null; public static Box<int> Box() => new(); public static string Show(object o) => o is Shape s ? s.Name : "" + o?.GetType().Name.Length; }
        public sealed class W : Base<int>
        {
            public async Durable<string> Run(int n) { var shape = Made.Shape(n); var box = Made.Box(); var answer = await Ask(n); return answer + Made.Show(shape) + Made.Show(box); }
        }
        """;

    [Theory]
    [InlineData(1, "record Shape(string Name); public sealed record Circle(string Name, int R) : Shape(Name);", "record Shape; public sealed record Circle(string Name, int R) : Shape;", "If it stands in Circle now, put it back where it was.")]
    [InlineData(2, "protected List<T> All = new();", "protected HashSet<T> All = new();", "A saved value of type List<int> does not fit the field 'All' of its base class Base<int> of W, which is a HashSet<int> now.")]
    [InlineData(2, "public List<T> Held = new();", "public HashSet<T> Held = new();", "A saved value of type List<int> does not fit the field 'Held' of Box<int>, which is a HashSet<int> now.")]
    [InlineData(1, "using Holdfast;\npublic abstract record Shape(string Name); public sealed record Circle(string Name, int R) : Shape(Name);", "using Holdfast; using Geo;\nnamespace Geo { public abstract record Shape(string Name); public sealed record Circle(string Name, int R) : Shape(Name); }", "the variable 'shape' was Shape and is Geo.Shape")]
    public async Task What_moved_is_said_with_both_places(int input, string old, string @new, string says)
    {
        foreach (var release in (bool[])[false, true])
        {
            Assert.Contains(old, Levels, StringComparison.Ordinal);
            var edited = Levels.Replace(old, @new, StringComparison.Ordinal).Replace(@new.Contains("record Shape;", StringComparison.Ordinal) ? "o is Shape s" : "\0", "o is Circle s", StringComparison.Ordinal);
            // What is added to is what the code calls.
            if (@new.Contains("HashSet<T> All", StringComparison.Ordinal)) edited = edited.Replace("All.Add(t);", "Add(t);", StringComparison.Ordinal).Replace("All.Count", "Count", StringComparison.Ordinal).Replace("Base<T> : Workflow {", "Base<T> : Workflow { void Add(T t) => All.Add(t); int Count => All.Count;", StringComparison.Ordinal);
            var source = @new.Contains("HashSet<T> All", StringComparison.Ordinal) ? edited.Replace("HashSet<T> All", "List<T> All", StringComparison.Ordinal) : Levels;
            await EditMatrixTests.StopsAsync(source, Compiled.From(edited, release), release, input, "go", 1, [says]);
        }
    }

    public static TheoryData<string, string, string> Moves => new()
    {
        { "", "[Workflow(\"w2\")] ", "The class W is version 1 of 'w2' here" },
        { "", "[Workflow(\"W\", Version = 2)] ", "The class W is version 2 of 'W' here" },
        { "[Workflow(\"W\")] ", "[Workflow(\"W\", Version = 3)] ", "The class W is version 3 of 'W' here" },
    };

    [Theory, MemberData(nameof(Moves))]
    public async Task A_class_under_another_name_or_version_is_named(string was, string @is, string says)
    {
        const string Head = "public sealed class W : Workflow";
        foreach (var release in (bool[])[false, true])
        {
            var source = Source.Replace(Head, was + Head, StringComparison.Ordinal);
            var (original, edited) = (EditedBuilds.Original(source, release), EditedBuilds.Edited(source, new(was + Head, @is + Head), release));
            using var builds = new EditedBuilds();
            var run = await builds.ParkAsync(original, 2, "signal 'go'");
            Assert.Contains(says, (await builds.ReportAsync(edited)).Reason, StringComparison.Ordinal);
            await using (var world = await builds.StartAsync(edited))
                Assert.Contains($"No workflow 'W', version 1, is registered here. {says}", (await EditedBuilds.GoOnAsync(world, run, "go")).Parked, StringComparison.Ordinal);
            await using var old = await builds.StartAsync(original);
            await old.UntilAsync(old.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
            Assert.Equal(("s0 1", null), await EditedBuilds.GoOnAsync(old, run, null));
        }
    }
}
