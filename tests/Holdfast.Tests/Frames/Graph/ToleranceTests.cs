using System.Reflection;
using Holdfast.Frames.Graph;
using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Data whose types have changed since they were saved: two builds of one assembly.</summary>
public class ToleranceTests
{
    static object Make(Assembly assembly) => assembly.GetType("Data", throwOnError: true)!.GetMethod("Make")!.Invoke(null, null)!;

    static string Show(object value) => (string)value.GetType().GetMethod("Show")!.Invoke(value, null)!;

    static object Move(string before, string after)
    {
        var (old, now) = (Compiled.From(before, release: true).Assembly, Compiled.From(after, release: true).Assembly);
        return Codecs.Fresh(now).DecodeValue<object>(Codecs.Fresh(old).EncodeValue(Make(old)));
    }

    static string Class(string members, string make, string show = "\"\"", string more = "") =>
        $$"""public class Data { {{members}} public static object Make() => new Data { {{make}} }; public string Show() => {{show}}; } {{more}}""";

    [Fact]
    public void AddedFieldsKeepTheirDefault() =>
        Assert.Equal("1,0,x,", Show(Move(
            Class("public int A; public string B;", "A = 1, B = \"x\""),
            Class("public int A; public long New; public string B; public string Other;", "", "$\"{A},{New},{B},{Other}\""))));

    const string Many =
        "public int A; public string B; public decimal C; public bool D; public byte E; public sbyte S; public System.DayOfWeek F; public int? G; public double H; public System.Guid I; public object J; public System.Numerics.BigInteger K; public System.DateOnly L; public System.DayOfWeek? M; public string Last;";

    [Fact]
    public void RemovedFieldsWithoutAValueAreDropped() =>
        Assert.Equal("last", Show(Move(Class(Many, "F = System.DayOfWeek.Sunday, Last = \"last\""), Class("public string Last;", "", "Last"))));

    [Theory]
    [InlineData("A = -5"), InlineData("B = \"x\""), InlineData("B = \"\""), InlineData("C = 1.5m"), InlineData("D = true"), InlineData("E = 200"), InlineData("S = -1"), InlineData("F = System.DayOfWeek.Friday")]
    [InlineData("F = (System.DayOfWeek)70"), InlineData("G = 0"), InlineData("H = 1.5"), InlineData("I = System.Guid.NewGuid()"), InlineData("J = new List<int> { 1 }"), InlineData("K = 5")]
    [InlineData("L = System.DateOnly.MaxValue"), InlineData("M = System.DayOfWeek.Sunday")]
    public void RemovedFieldsWithAValueNeedMigration(string make)
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class(Many, make + ", Last = \"last\""), Class("public string Last;", "", "Last")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.StartsWith($"The field {make[0]} of Data is gone", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("public delegate int Rule();", "public static object Make() => new Data { A = new Rule(Zero) }; static int Zero() => 0;", "public class Rule { }", "is a class now")]
    [InlineData("public delegate int Rule();", "public static object Make() => new Data { A = new Rule(Zero) + new Rule(Zero) }; static int Zero() => 0;", "public class Rule { }", "is a class now")]
    [InlineData("public delegate int Rule();", "public static object Make() => new Data { A = new Rule(Zero) }; static int Zero() => 0;", "public struct Rule { }", "is a struct now")]
    [InlineData("public class Rule { }", "public static object Make() => new Data { A = new Rule() };", "public delegate int Rule();", "is a delegate now")]
    [InlineData("public struct Rule { public int V; }", "public static object Make() => new Data { A = new List<Rule>() };", "public class Rule { }", "was a struct and is a class now")]
    [InlineData("public class Rule { }", "public static object Make() => new Data { A = new List<Rule>() };", "public struct Rule { public int V; }", "was a class and is a struct now")]
    [InlineData("public class Rule { }", "public static object Make() => new Data { A = new Dictionary<string, (int, Rule)?>() };", "public struct Rule { public int V; }", "was a class and is a struct now")]
    public void AnotherKindOfTypeNeedsMigration(string before, string make, string after, string says)
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move($$"""public class Data { public object A; {{make}} } {{before}}""", $$"""public class Data { public object A; } {{after}}"""));
        Assert.Equal((HoldfastError.NeedsMigration, true), (error.Error, error.Message.StartsWith("The type Rule was", StringComparison.Ordinal)));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReorderedAndWidenedFieldsAreReadByName() =>
        Assert.Equal("7,x", Show(Move(
            Class("public int A; public string B;", "A = 7, B = \"x\""),
            Class("public string B; public long A;", "", "$\"{A},{B}\""))));

    [Theory]
    [InlineData("public int A;", "A = 1", "public string A;")]
    [InlineData("public string A;", "A = \"x\"", "public System.Uri A;")]
    [InlineData("public long A;", "A = 1L << 40", "public int A;")]
    [InlineData("public sbyte A;", "A = -1", "public byte A;")]
    [InlineData("public byte A;", "A = 7", "public bool A;")]
    [InlineData("public int A;", "A = 1", "public System.DateTime A;")]
    public void RetypedFieldsNeedMigration(string before, string make, string after)
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class(before, make), Class(after, "")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
    }

    [Theory]
    [InlineData("public unsafe struct Row { public fixed byte Items[4]; }", "public unsafe struct Row { public fixed int Items[4]; }", "The field Items of Row was saved as")]
    [InlineData("public unsafe struct Row { public fixed byte Items[4]; }", "public unsafe struct Row { public fixed byte Items[5]; }", "holds 5 elements, but a saved one holds 4")]
    [InlineData("[InlineArray(4)] public struct Row { int _item; }", "[InlineArray(4)] public struct Row { string _item; }", "The elements of Row have another type or name now")]
    [InlineData("[InlineArray(4)] public struct Row { int _item; }", "[InlineArray(3)] public struct Row { int _item; }", "holds 3 elements, but a saved one holds 4")]
    public void RowsOfAnotherLengthOrTypeNeedMigration(string before, string after, string says)
    {
        foreach (var field in (string[])["public Row A;", "public Row[] A = new Row[2];"])
        {
            var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class(field, "", more: before), Class(field, "", more: after)));
            Assert.Equal(HoldfastError.NeedsMigration, error.Error);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("A = 1L << 40")]
    [InlineData("A = 7")]
    public void ANumberThatHasBecomeNarrowerNamesItsField(string make)
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class("public long A; public int B;", make), Class("public short A; public int B;", "")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.StartsWith("The field A of Data was saved as a long and is a short now.", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Snapshots of before said less of numbers and enums.</summary>
    [Theory]
    [InlineData("s", "s4", true)]
    [InlineData("s", "s8", true)]
    [InlineData("s", "u4", false)]
    [InlineData("u", "c", true)]
    [InlineData("u", "u2", true)]
    [InlineData("?u", "?u8", true)]
    [InlineData("e:None", "e:None:Stage", true)]
    [InlineData("?e:None", "?e:None:Stage", true)]
    [InlineData("?e:None", "e:None:Stage", false)]
    [InlineData("e:None:Stage", "e:First:Stage", true)]
    [InlineData("e:None:Stage", "e:None:Place", false)]
    [InlineData("s2", "s8", true)]
    [InlineData("s8", "s4", false)]
    [InlineData("?s2", "?s4", true)]
    [InlineData("u2", "c", false)]
    [InlineData("c", "u2", false)]
    [InlineData("u4", "u8", true)]
    [InlineData("??s2", "??s4", false)]
    [InlineData("", "s4", false)]
    public void WhatWasSavedBeforeIsReadAsItWas(string saved, string now, bool fits) => Assert.Equal(fits, FieldKind.Fit(saved, now));

    [Fact]
    public void EnumsFollowTheirNames()
    {
        Assert.Equal("B,A, C", Show(Move(
            Class("public E One; public F Many;", "One = E.B, Many = F.A | F.C", more: "public enum E { A, B } [System.Flags] public enum F { A = 1, B = 2, C = 4 }"),
            Class("public E One; public F Many;", "", "$\"{One},{Many}\"", more: "public enum E { New, B = 7, A = 9 } [System.Flags] public enum F { A = 16, C = 32, B = 64 }"))));
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(
            Class("public E One;", "One = E.B", more: "public enum E { A, B }"), Class("public E One;", "", more: "public enum E { A }")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.Contains("'B'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A field that has another name now is new as well; it is called by the name that it had.</summary>
    [Theory]
    [InlineData("record Line(string What, int Many)", "record Line(string What, int Count)", "The field Many of Line is gone, but a saved run holds a signed number in it, which would be lost. If it is called Count now, give it back its name.")]
    [InlineData("class Line(string what, int many) { public int Many => many; public string What => what; }", "class Line(string what, int count) { public int Many => count; public string What => what; }", "The captured parameter many of Line is gone, but a saved run holds a signed number in it, which would be lost. If it is called count now, give it back its name.")]
    [InlineData("class Line(string what, int many) { public int Many => many; public string What => what; }", "class Line(string what, int many) { public int Many { get; } = many; public string What => what; }", "The captured parameter many of Line is gone, but a saved run holds a signed number in it, which would be lost. Start")]
    public void ARenamedParameterIsCalledByItsName(string before, string after, string says)
    {
        var end = (string text) => text.EndsWith(')') ? ";" : "";
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class("public object A;", "A = new Line(\"w\", 3)", more: $"public {before}{end(before)}"), Class("public object A;", "", more: $"public {after}{end(after)}")));
        Assert.StartsWith(says, error.Message, StringComparison.Ordinal);
    }

    /// <summary>What a value meant is what it means, or the run stops.</summary>
    [Theory]
    [InlineData("[Flags] E { A = 1, B = 2, All = 3 }", "(E)3", "[Flags] E { A = 1, B = 2, C = 4, All = 7 }", "had the number 3 for 'All', which is 7 now")]
    [InlineData("[Flags] E { A = 1, B = 2, All = 3 }", "(E)3", "[Flags] E { A = 16, B = 2, All = 3 }", "has other members in 'All' now")]
    [InlineData("[Flags] E { A = 1, B = 2, All = 3 }", "(E)3", "[Flags] E { A = 1, B = 2 }", "has no member 'All' any more")]
    [InlineData("[Flags] E { A = 1, B = 2, AB = 3, C = 4 }", "(E)7", "[Flags] E { A = 1, B = 2, AB = 11, C = 4, D = 8 }", "had the number 3 for 'AB', which is 11 now")]
    [InlineData("[Flags] E { A = 1, B = 2, C = 4, All = 7 }", "(E)3", "[Flags] E { A = 1, B = 2, C = 4, D = 8, All = 15 }", "3")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "(E)3", "[Flags] E { A = 16, B = 4, All = 20 }", "20")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "E.A", "[Flags] E { A = 3, B = 2 }", "had one bit for 'A', which is 3 now")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "E.A", "[Flags] E { A = 0, B = 2 }", "had one bit for 'A', which is 0 now")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "E.A", "[Flags] E { A = 1, Old = 1, B = 2 }", "1")]
    [InlineData("[Flags] E { A = 1, AB = 3 }", "E.AB", "[Flags] E { A = 1, B = 2, AB = 3 }", "3")]
    [InlineData("[Flags] E { A = 1, AB = 3 }", "E.AB", "[Flags] E { A = 2, AB = 3 }", "has other members in 'AB' now")]
    [InlineData("[Flags] E { A = 1 }", "(E)9", "[Flags] E { A = 1, B = 8 }", "calls 8 'B' now, which had no name")]
    [InlineData("[Flags] E { A = 1 }", "(E)9", "[Flags] E { A = 8 }", "calls 8 'A' now, which had no name")]
    [InlineData("[Flags] E { A = 1 }", "(E)9", "[Flags] E { A = 2 }", "10")]
    [InlineData("[Flags] E { A = 1 }", "(E)24", "[Flags] E { A = 1, B = 8 }", "calls 24 'B' now, which had no name")]
    [InlineData("[Flags] E { None = 0, A = 1 }", "E.None", "[Flags] E { None = 4, A = 1 }", "had the number 0 for 'None', which is 4 now")]
    [InlineData("[Flags] E { A = 1 }", "(E)0", "[Flags] E { None = 0, A = 1 }", "0")]
    [InlineData("[Flags] E : int { A = 1, All = ~0 }", "E.All", "[Flags] E : long { A = 1, All = ~0 }", "-1")]
    [InlineData("[Flags] E : int { A = 1, All = ~0 }", "E.All", "[Flags] E : byte { A = 1, All = 255 }", "had the number -1 for 'All', which is 255 now")]
    [InlineData("[Flags] E : int { A = 1 }", "(E)257", "[Flags] E : byte { A = 1 }", "cannot be 256 any more")]
    [InlineData("E { A = 1, B = 1, C = 2 }", "E.A", "E { A = 1, B = 3, C = 2 }", "had the number 1 for 'B', which is 3 now")]
    [InlineData("E { A = 1, B = 1, C = 2 }", "E.A", "E { A = 3, B = 1, C = 2 }", "had the number 1 for 'A', which is 3 now")]
    [InlineData("E { A, B = 0, C }", "E.A", "E { A, B, C }", "had the number 0 for 'B', which is 1 now")]
    [InlineData("E { A = 3, B = 3, C = 2 }", "E.A", "E { A = 3, B = 3, C = 1 }", "3")]
    [InlineData("E { A = 1 }", "E.A", "E { A = 1, Old = 1 }", "1")]
    [InlineData("E { A, B, C, D, F, G }", "E.D", "E { A, New, B, C, D, F, G }", "4")]
    [InlineData("E { A, B, C, D, F, G }", "E.G", "E { A, New, B, C, D, F, G }", "6")]
    [InlineData("E { A = 1, B = 2, D = 4, All = 7 }", "E.All", "E { A = 1, B = 2, D = 4, F = 8, All = 15 }", "had the number 7 for 'All', which is 15 now")]
    [InlineData("E { A = 1, B = 2, All = 3 }", "E.All", "E { A = 1, B = 2, D = 4, All = 7 }", "had the number 3 for 'All', which is 7 now")]
    [InlineData("E { A = 1, B = 2, All = 3 }", "E.All", "[Flags] E { A = 1, B = 2, D = 4, All = 7 }", "had the number 3 for 'All', which is 7 now")]
    [InlineData("E { A = 1, B = 2, C = 3 }", "E.C", "[Flags] E { A = 1, B = 2, C = 4 }", "4")]
    [InlineData("E { A = 1, B = 2 }", "(E)3", "E { A = 4, B = 2 }", "had the number 1 for 'A', which is 4 now")]
    [InlineData("E { A = 1, B = 2 }", "(E)3", "E { A = 1, B = 2, C = 3 }", "calls 3 'C' now, which had no name")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "(E)3", "E { A = 1, B = 2, C = 3 }", "calls 3 'C' now, which had no name")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "(E)9", "E { A = 1, B = 2, C = 9 }", "calls 9 'C' now, which had no name")]
    [InlineData("[Flags] E { A = 1, B = 2, All = 3 }", "(E)3", "E { A = 1, B = 2, All = 3 }", "3")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "E.A", "E { A = 1, Old = 1, B = 2, C = 3 }", "1")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "(E)3", "[Flags] E { A = 1, B = 1 }", "has the number 1 for 'B', which was 2, and for 'A'")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "(E)9", "E { A = 1, B = 2, C = 8 }", "calls 8 'C' now, which had no name")]
    [InlineData("E { A = 1, B = 2 }", "(E)9", "E { A = 4, B = 2 }", "9")]
    [InlineData("E { A = 1, B = 2 }", "(E)8", "E { A = 1, B = 2, C = 8 }", "calls 8 'C' now, which had no name")]
    [InlineData("E { A = 1, B = 2 }", "(E)0", "E { A = 0, B = 2 }", "calls 0 'A' now, which had no name")]
    [InlineData("E : ulong { A = 1, B = ulong.MaxValue }", "E.B", "E : ulong { A = 1, B = 5 }", "5")]
    [InlineData("E { A, B }", "E.A", "E { A = 1, B = 1 }", "has the number 1 for 'A', which was 0, and for 'B'")]
    [InlineData("E { A, B }", "E.B", "E { A = 0, B = 0 }", "has the number 0 for 'B', which was 1, and for 'A'")]
    [InlineData("E { A, B }", "E.B", "E { A = 0, Old = 1, B = 1 }", "1")]
    [InlineData("E { A, B }", "E.B", "E { A = 0, B = 2, C = 2 }", "has the number 2 for 'B', which was 1, and for 'C'")]
    [InlineData("E : long { A = -1, B = 2 }", "E.A", "E : long { A = -7, B = -7 }", "has the number -7 for 'A', which was -1, and for 'B'")]
    [InlineData("[Flags] E { A = 1, B = 2 }", "E.A", "[Flags] E { A = 2, B = 2 }", "has the number 2 for 'A', which was 1, and for 'B'")]
    [InlineData("[Flags] E { A = 1, B = 2, C = 4 }", "E.A | E.C", "[Flags] E { A = 2, B = 2, C = 4 }", "has the number 2 for 'A', which was 1, and for 'B'")]
    [InlineData("[Flags] E { None = 0, A = 1, B = 2 }", "E.A", "[Flags] E { None = 0, A = 2, B = 1 }", "2")]
    public void AnEnumMeansWhatItMeantOrStopsTheRun(string saved, string value, string now, string expected)
    {
        var data = () => Move(Class("public E One; public int After;", $"One = {value}, After = 7", more: Declared(saved)), Class("public E One; public int After;", "", "$\"{One:D} {After}\"", more: Declared(now)));
        if (char.IsAsciiDigit(expected[0]) || expected[0] == '-') Assert.Equal($"{expected} 7", Show(data()));
        else Assert.StartsWith($"The enum E {expected}, but a saved run holds it.", Assert.ThrowsAny<HoldfastException>(data).Message, StringComparison.Ordinal);

        static string Declared(string text) => text.Replace("E ", "public enum E ", StringComparison.Ordinal).Replace("[Flags]", "[System.Flags]", StringComparison.Ordinal);
    }

    /// <summary>Before, bits were written by the names that the framework gives them, and numbers without a word.</summary>
    [Theory]
    [InlineData("All", Bits.All)]
    [InlineData("One", Bits.One)]
    [InlineData("One, Two", Bits.One | Bits.Two)]
    [InlineData("All, Four", Bits.All | Bits.Four)]
    [InlineData("None", Bits.None)]
    [InlineData("|One|Two|All=3", Bits.All)]
    [InlineData("|Four", Bits.Four)]
    [InlineData("9", (Bits)9)]
    public void EnumsAreReadAsTheyWereWrittenBefore(string before, object expected)
    {
        var writer = new GraphWriter();
        if (char.IsAsciiDigit(before[0]))
        {
            writer.WriteByte(0);
            writer.WriteSigned(9);
        }
        else
        {
            writer.WriteUnsigned((uint)before.Length + 1);
            writer.WriteBytes(System.Text.Encoding.UTF8.GetBytes(before));
        }
        var value = default(Bits);
        Codec<Bits>.Read(GraphReader.Raw(writer.BodyToArray(), new([])), ref value);
        Assert.Equal(expected, value);
    }

    /// <summary>What was written without the numbers that members had says only that two of them are one now.</summary>
    [Fact]
    public void BitsThatWereWrittenBeforeMustStillBeDifferentOnes()
    {
        var writer = new GraphWriter();
        writer.WriteText("|One|Two");
        var bytes = writer.BodyToArray();
        bytes[0]++;
        var value = default(Same);
        var error = Assert.ThrowsAny<HoldfastException>(() => Codec<Same>.Read(GraphReader.Raw(bytes, new([])), ref value));
        Assert.Contains("has no bit of its own for 'Two' any more", error.Message, StringComparison.Ordinal);
    }

    [Flags]
    public enum Same { One = 1, Two = One }

    [Flags]
    public enum Bits { None = 0, One = 1, Two = 2, All = 3, Four = 4 }

    /// <summary>A field that is gone held nothing where its enum had the value 0, however that is written.</summary>
    [Theory]
    [InlineData("[System.Flags] public enum E { None = 0, A = 1 }", "E.None", true)]
    [InlineData("[System.Flags] public enum E { A = 1 }", "(E)0", true)]
    [InlineData("public enum E { None, Nothing = 0, A = 1 }", "E.None", true)]
    [InlineData("public enum E { None, Nothing = 0, A = 10, B = 10 }", "E.A", false)]
    [InlineData("[System.Flags] public enum E { None = 0, A = 1 }", "E.A", false)]
    public void AnEnumOfTheValueZeroIsNothingToLose(string declared, string value, bool goes)
    {
        var data = () => Move(Class("public E One; public int After;", $"One = {value}, After = 7", more: declared), Class("public int After;", "", "After.ToString()", more: declared));
        if (goes) Assert.Equal("7", Show(data()));
        else Assert.StartsWith("The field One of Data is gone", Assert.ThrowsAny<HoldfastException>(data).Message, StringComparison.Ordinal);
    }

    /// <summary>An object that is nothing but itself, as one for locks, says nothing to whoever does not know it.</summary>
    [Theory]
    [InlineData("public object Gate; public int After;", "Gate = new(), After = 7", true)]
    [InlineData("public object First = new(); public object Gate = new(); public int After;", "After = 7", true)]
    [InlineData("public object Gate; public int After;", "Gate = 1, After = 7", false)]
    [InlineData("public object Gate; public int After;", "Gate = new Other(), After = 7", false)]
    public void AnObjectWithoutAnythingInItMayGo(string members, string make, bool goes)
    {
        const string More = "public class Other { }";
        var first = members.Contains("First", StringComparison.Ordinal) ? "public object First = new();" : "";
        var data = () => Move(Class(members, make, more: More), Class(first + " public int After;", "", "After.ToString()", more: More));
        if (goes) Assert.Equal("7", Show(data()));
        else Assert.StartsWith("The field Gate of Data is gone", Assert.ThrowsAny<HoldfastException>(data).Message, StringComparison.Ordinal);
    }

    /// <summary>Which of several objects it was is all that such a value can say.</summary>
    [Theory]
    [InlineData("public object Gate; public object Other;")]
    [InlineData("public object Other; public object Gate;")]
    public void AnObjectWithoutAnythingInItThatSomethingElseRefersToIsMissed(string members)
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class(members, "Gate = Same, Other = Same", more: "").Replace("public static object Make() =>", "public static object Make() { var one = new object(); return", StringComparison.Ordinal).Replace("Same", "one", StringComparison.Ordinal).Replace("one }; public", "one }; } public", StringComparison.Ordinal), Class("public object Other;", "")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.StartsWith("The field Gate of Data is gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StructsInsideMayChange()
    {
        const string Old = "public struct P { public int X; public string Gone; }", New = "public struct P { public string Added; public int X; }";
        Assert.Equal("1,2|3|4", Show(Move(
            Class("public List<P> List; public P Field; public Dictionary<string, P?> Map;", "List = new() { new P { X = 1 }, new P { X = 2 } }, Field = new P { X = 3 }, Map = new() { [\"a\"] = new P { X = 4 } }", more: Old),
            Class("public List<P> List; public P Field; public Dictionary<string, P?> Map;", "", "string.Join(\",\", List.Select(p => p.X)) + \"|\" + Field.X + \"|\" + Map[\"a\"].Value.X", more: New))));
        // One value that would be lost is enough.
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(
            Class("public List<P> List;", "List = new() { new P { X = 1 }, new P { Gone = \"g\" } }", more: Old), Class("public List<P> List;", "", more: New)));
        Assert.StartsWith("The field Gone of P is gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TypesThatAreGoneNeedMigration()
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Class("public object A;", "A = new Other()", more: "public class Other { }"), Class("public object A;", "")));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.Contains("Other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChangedLambdasAreRefused()
    {
        static string With(string body) => $$"""public class Data { public Func<int, int> F; public static object Make() { int k = 5; return new Data { F = n => {{body}} }; } public string Show() => F(1).ToString(); }""";
        Assert.Equal("6", Show(Move(With("n + k"), With("n + k"))));
        Assert.Equal(HoldfastError.NeedsMigration, Assert.ThrowsAny<HoldfastException>(() => Move(With("n + k"), With("n - k"))).Error);
    }

    [Fact]
    public void ChangedLambdasWithoutAClosureAreRefused()
    {
        // Nothing but the delegate itself says what code it is.
        static string With(string body) => $$"""public class Data { public Func<int, int> F; public static object Make() => new Data { F = n => {{body}} }; public string Show() => F(1).ToString(); }""";
        Assert.Equal("3", Show(Move(With("n + 2"), With("n + 2"))));
        Assert.Equal(HoldfastError.NeedsMigration, Assert.ThrowsAny<HoldfastException>(() => Move(With("n + 2"), With("n - 2"))).Error);
    }
}
