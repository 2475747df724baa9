namespace Holdfast.Torture.Corpus;

static partial class CorpusCases
{
    /// <summary>Types, and objects that share others.</summary>
    static CorpusCase[] Values =>
    [
        Of("primitives", (Primitives w) => w.Run(), "?"),
        Of("nullables", (Nullables w) => w.Run(), "?"),
        Of("enums", (Enums w) => w.Run(), "?"),
        Of("dates", (Dates w) => w.Run(), "?"),
        Of("other values", (OtherValues w) => w.Run(), "?"),
        Of("unicode", (Unicode w) => w.Run(), "?"),
        Of("text tools", (TextTools w) => w.Run(), "?"),
        Of("JSON nodes", (JsonNodes w) => w.Run(), "?"),
        Of("JSON elements", (JsonElements w) => w.Run(), "?"),
        Of("records", (Records w) => w.Run(), "?"),
        Of("inheritance", (Inheritance w) => w.Run(), "?"),
        Of("interfaces", (Interfaces w) => w.Run(), "?"),
        Of("structs", (Structs w) => w.Run(), "?"),
        Of("enumerators of lists", (EnumeratorsOfLists w) => w.Run(), "?"),
        Of("enumerators of tables", (EnumeratorsOfTables w) => w.Run(), "?"),
        Of("enumerators of immutables", (EnumeratorsOfImmutables w) => w.Run(), "?"),
        Of("changed in loops", (ChangedInLoops w) => w.Run(), "?"),
        Of("holes in tables", (HolesInTables w) => w.Run(14), "?"),
        Of("comparers", (ComparersOfAllKinds w) => w.Run(), "?"),
        Of("grids", (Grids w) => w.Run(), "?"),
        Of("groups", (Groups w) => w.Run(), "?"),
        Of("same objects", (SameObjects w) => w.Run(), "?"),
        Of("knots", (Knots w) => w.Run(), "?"),
        Of("a chain of 1000000", (Chain w) => w.Run(1_000_000), "?") with { KillsMax = 0 },
        Of("values of 10 MB", (LargeValues w) => w.Run(10_000_000), "?") with { KillsMax = 0 },
    ];
}
