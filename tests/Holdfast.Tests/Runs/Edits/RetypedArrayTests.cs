namespace Holdfast.Tests.Runs.Edits;

/// <summary>Fields whose arrays the runtime takes for one another: the run is parked, and never goes on with other values.</summary>
public sealed class RetypedArrayTests
{
    /// <summary>Retyped arrays which the runtime takes for one another: it tells numbers and enums in arrays by their size alone.</summary>
    static readonly Dictionary<string, Edit> Arrays = new()
    {
        ["signed to unsigned"] = new("int[] Ints", "uint[] Ints", "int[]", "'Ints' of Holder", "uint[]"),
        ["one enum to another"] = new("Pri[] Pris", "Cur[] Pris", "Pri[]", "'Pris' of Holder"),
        ["an enum to its numbers, as a list"] = new("IReadOnlyList<Cur> Curs", "IReadOnlyList<int> Curs", "Cur[]", "'Curs' of Holder"),
        ["bytes to signed bytes"] = new("byte[] Bytes", "sbyte[] Bytes", "'Bytes' of Holder"),
        ["an enum in arrays of arrays"] = new("Cur[][] Deep", "Pri[][] Deep", "Cur[][]", "'Deep' of Holder"),
        ["in two dimensions"] = new("int[,] Grid", "uint[,] Grid", "'Grid' of Holder"),
        ["short"] = new("ushort[] Shorts", "short[] Shorts", "'Shorts' of Holder"),
        ["long"] = new("long[] Longs", "ulong[] Longs", "'Longs' of Holder"),
        ["a sequence"] = new("IEnumerable<int> Some", "IEnumerable<uint> Some", "'Some' of Holder"),
        ["a sequence of arrays"] = new("IEnumerable<int[]> Rows", "IEnumerable<uint[]> Rows", "'Rows' of Holder"),
        ["a sequence of sequences"] = new("IEnumerable<int[]> Rows", "IEnumerable<IEnumerable<uint>> Rows", "'Rows' of Holder"),
        ["a sequence in a struct"] = new("IEnumerable<byte> Lazy", "IEnumerable<sbyte> Lazy", "'Lazy' of Inside"),
        ["in a list of arrays"] = new("IReadOnlyList<long[]> Lists", "IReadOnlyList<ulong[]> Lists", "'Lists' of Holder"),
        ["a field of the workflow"] = new("int[] _own = [5]", "uint[] _own = [5]", "'_own' of W"),
    };

    static readonly Dictionary<string, Edit> SameArrays = new()
    {
        ["nothing"] = new("int[] Ints", "int[] Ints"),
        ["an array as a sequence"] = new("int[] Ints", "IEnumerable<int> Ints"),
        ["arrays as sequences"] = new("Cur[][] Deep", "IReadOnlyList<IEnumerable<Cur>> Deep"),
        ["anything"] = new("int[,] Grid", "System.Collections.IEnumerable Grid"),
        ["sequences of arrays as arrays"] = new("IEnumerable<int[]> Rows", "int[][] Rows"),
    };

    const string Source = """
        using Holdfast;
        public enum Cur { Eur, Usd, Gbp } public enum Pri { Lowest, Normal, Highest }
        public struct Inside { public IEnumerable<byte> Lazy; }
        public class Holder { public int[] Ints; public Pri[] Pris; public IReadOnlyList<Cur> Curs; public byte[] Bytes; public Cur[][] Deep; public int[,] Grid; public ushort[] Shorts; public long[] Longs; public IEnumerable<int> Some;
            public IEnumerable<int[]> Rows; public IReadOnlyList<long[]> Lists; public string[] Texts = ["t"]; public IEnumerable<object> Objects = new[] { "o" }; }
        public static class Made
        {
            // By reflection, which lets any edit of the types compile.
            static object Fill(object made, params (string Name, object Value)[] values)
            {
                foreach (var (name, value) in values) made.GetType().GetField(name).SetValue(made, value);
                return made;
            }
            public static object[] All() =>
            [
                Fill(new Holder(), ("Ints", new[] { -1 }), ("Pris", new[] { Pri.Highest }), ("Curs", new[] { Cur.Gbp }), ("Bytes", new byte[] { 200 }), ("Deep", new[] { new[] { Cur.Gbp } }), ("Grid", new[,] { { -1 } }), ("Shorts", new ushort[] { 65535 }),
                    ("Longs", new[] { -1L }), ("Some", new[] { -2 }), ("Rows", new[] { new[] { -3 } }), ("Lists", new List<long[]> { new[] { -4L } })),
                Fill(new Inside(), ("Lazy", new byte[] { 255 })),
            ];
            public static string Show(object value) => value is string || value is not System.Collections.IEnumerable all
                ? value.GetType().Namespace != null || value is Enum ? value.ToString() : string.Join(" ", value.GetType().GetFields().OrderBy(f => f.Name).Select(f => Show(f.GetValue(value))))
                : "[" + string.Join(" ", all.Cast<object>().Select(Show)) + "]";
        }
        public sealed class W : Workflow
        {
            int[] _own = [5];
            void Own() => _own[0] = 7;
            string Show() => Made.Show(_own);
            public async Durable<string> Run(int n)
            {
                Own();
                var all = Made.All();
                var go = await Receive(new Signal<string>("go"));
                return go + Made.Show(all) + Show();
            }
        }
        """;

    public static TheoryData<string, bool> ArrayEdits => EditMatrixTests.Table(Arrays.Keys);

    public static TheoryData<string, bool> SameArrayEdits => EditMatrixTests.Table(SameArrays.Keys);

    [Theory, MemberData(nameof(ArrayEdits))]
    public async Task An_array_of_other_numbers_or_enums_stops_the_run(string edit, bool release) =>
        await EditMatrixTests.StopsAsync(Source, EditedBuilds.Edited(Source, Arrays[edit], release), release, 5, "go", 1, Arrays[edit].Says);

    [Theory, MemberData(nameof(SameArrayEdits))]
    public async Task An_array_of_the_same_elements_may_be_seen_as_something_else(string edit, bool release) =>
        await EditMatrixTests.ResumesAsync(Source, EditedBuilds.Edited(Source, SameArrays[edit], release), release, 5, "go", 1);
}
