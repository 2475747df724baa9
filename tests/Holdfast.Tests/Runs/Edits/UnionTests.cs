namespace Holdfast.Tests.Runs.Edits;

/// <summary>Types with an explicit layout whose fields share their bytes.</summary>
public sealed class UnionTests
{
    const string Source = """
        using Holdfast; using System.Runtime.InteropServices;
        [StructLayout(LayoutKind.Explicit)] public struct Both { [FieldOffset(0)] public int A; [FieldOffset(4)] public int B; [FieldOffset(0)] public long All; }
        [StructLayout(LayoutKind.Explicit)] public sealed class Held { [FieldOffset(0)] public int C; [FieldOffset(4)] public int D; [FieldOffset(0)] public long All; }
        [StructLayout(LayoutKind.Explicit)] public struct Apart { [FieldOffset(0)] public int E; [FieldOffset(4)] public int F; }
        public static class Made
        {
            public static Both Both() => new() { A = 1, B = 2 };
            public static Held Held() => new() { C = 3, D = 4 };
            public static Apart Apart() => new() { E = 5, F = 6 };
            public static string Show(Both b, Held h, Apart a) => $"{b.A} {b.B} {h.C} {h.D} {a.E} {a.F}";
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var (both, held, apart) = (Made.Both(), Made.Held(), Made.Apart());
                var go = await Receive(new Signal<string>("go"));
                return go + Made.Show(both, held, apart);
            }
        }
        """;

    [Theory]
    [InlineData("[FieldOffset(0)] public int A; [FieldOffset(4)] public int B;", "[FieldOffset(4)] public int A; [FieldOffset(0)] public int B;", "The field A of Both was saved as an int at byte 0 of a union and is an int at byte 4 of a union now")]
    [InlineData("[FieldOffset(0)] public int C; [FieldOffset(4)] public int D;", "[FieldOffset(4)] public int C; [FieldOffset(0)] public int D;", "The field C of Held was saved as an int at byte 0 of a union and is an int at byte 4 of a union now")]
    [InlineData("[FieldOffset(4)] public int F;", "[FieldOffset(0)] public int F;", "The field E of Apart was saved as an int and is an int at byte 0 of a union now")]
    public async Task A_field_that_shares_other_bytes_now_stops_the_run(string old, string @new, string says)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.StopsAsync(Source, EditedBuilds.Edited(Source, new(old, @new), release), release, 5, "go", 1, [says]);
    }

    [Theory]
    [InlineData("Both {", "Both {"), InlineData("[FieldOffset(0)] public int E; [FieldOffset(4)] public int F;", "[FieldOffset(4)] public int E; [FieldOffset(0)] public int F;")]
    public async Task Where_fields_stand_that_share_nothing_does_not_matter(string old, string @new)
    {
        foreach (var release in (bool[])[false, true])
            await EditMatrixTests.ResumesAsync(Source, EditedBuilds.Edited(Source, new(old, @new), release), release, 5, "go", 1);
    }
}
