namespace Holdfast.Torture.Corpus;

static partial class CorpusCases
{
    /// <summary>Types, and objects that share others.</summary>
    static CorpusCase[] Values =>
    [
        Of("primitives", (Primitives w) => w.Run(), "False 0 -128 -32768 0 -2147483648 0 -9223372036854775808 0 0 80000000 1 -79228162514264337593543950335 fe00 -170141183460469231731687303715884105728 0 | True 255 127 32767 65535 2147483647 4294967295 9223372036854775807 18446744073709551615 65535 7fc12345 fff8000000012345 1.2300 fc00 170141183460469231731687303715884105727 340282366920938463463374607431768211455 | True | SByte:-128 UInt16:65535 UInt64:18446744073709551615 Char:65535 Half:NaN Int128:170141183460469231731687303715884105727 Decimal:1.2300 Single:-0 Boolean:True"),
        Of("nullables", (Nullables w) => w.Run(), "null 2020 True,-,False 7 True (, ) 3 False Green True"),
        Of("enums", (Enums w) => w.Run(), "Read, Far 77 Write, Far [All, Top],[1024, ] Sunday Small77 Ordinal,99"),
        Of("dates", (Dates w) => w.Run(), "2024-03-01T23:59:59.1234567Z Local Unspecified0 3155378975999999999 2024-01-01T00:00:00.0000000-09:30 True -09:30:00 -10675199.02:48:05.4775808 0001-01-01 23:59:59.9999990 UTC"),
        Of("other values", (OtherValues w) => w.Run(), "744668 1.5 True 00112233-4455-6677-8899-aabbccddeeff https://user@host:8443/a%20b/ü?q=%C3%BC#f ../relative?x urn:isbn:1 #f 1.2.3 1..^2 ^1 128512 22 20 0.10 0.0 79228162514264337593543950335 0.0000000000000000000000000001 4"),
        Of("unicode", (Unicode w) => w.Run(), "============ dfff 1 61 d83d de00 dc00 12 d801 0 e9 301 de00 d83d d83d 62 fffe 202c 2028 d800"),
        Of("text tools", (TextTools w) => w.Run(), "310 10000 5 2 Dictionary`2 10111010100"),
        Of("JSON nodes", (JsonNodes w) => w.Run(), "{\"n\":1.50e2,\"b\":[1,{\"deep\":null},true,\"text\"],\"o\":{\"z\":\"changed\",\"a\":2,\"s\":[1,\"two\",null]},\"added\":7} True True True $.o 150"),
        Of("JSON elements", (JsonElements w) => w.Run(), "abd [1,2.0,\"x\"] Undefined Null 1e400 2.0 {\"a\":[1,2.0,\"x\"],\"b\":{\"c\":null},\"d\":1e400}"),
        Of("records", (Records w) => w.Run(), "ring/h/hole/4 ring/h/hole/5 False True True 8 Tagged { Value = (1, 2), Tag = t, Name = t(1, 2) } True True"),
        Of("inheritance", (Inheritance w) => w.Run(), "2:20:7:1:1 2:20:7:2:2 top hi top True True"),
        Of("interfaces", (Interfaces w) => w.Run(), "hi a1 hi r hi top 6 w True 1 2"),
        Of("structs", (Structs w) => w.Run(), "212-132 True 3 56"),
        Of("enumerators of lists", (EnumeratorsOfLists w) => w.Run(), "1231234ba12319231923745455pqrs12345 9,2,3,7 1,2,3,4,5 d,b,a 1,8,3 4 True"),
        Of("enumerators of tables", (EnumeratorsOfTables w) => w.Run(), "a1c3d4acde345cdef32klm1y2z3x0123wyzxs2t1z1y2zy12hml [c, 3],[d, 4],[e, 5],[f, 6] 3,2,7 j,k,m 0,1,3 r,s,t z,x,y tophigh"),
        Of("enumerators of immutables", (EnumeratorsOfImmutables w) => w.Run(), "12abklyx a,c,b 51 z,y,x 3 1,2,3 2 2 2 2 4 2,3 21 2"),
        Of("changed in loops", (ChangedInLoops w) => w.Run(), "1,5 0 list:2! map:1! set:1! queue:1! stack:1! linked:1! sorted:1! tree:1!"),
        Of("holes in tables", (HolesInTables w) => w.Run(14), "k2,r3,k4,r7,k8,k10,r11,k13 14,1003,28,49,1007,56,70,77,1011,91 1 a,b"),
        Of("comparers", (ComparersOfAllKinds w) => w.Run(), "111 dddd,ccc,bb,a 2 True TrueFalse 3,2,1 1 changed True long True True True"),
        Of("grids", (Grids w) => w.Run(), "15 cTrue 12 String[]mismatch 1.5 2 4 0"),
        Of("groups", (Groups w) => w.Run(), "o3t35f4 one,two 3 False one|two+three|four"),
        Of("same objects", (SameObjects w) => w.Run(), "1,100,0,2,101,0,102,0 1,2,14,5,7 913 5 TrueTrueTrueTrue") with { RacesWithItself = true },
        Of("static objects", (StaticObjects w) => w.Run(), "True True True True False True True False True stay5,turn-5"),
        Of("knots", (Knots w) => w.Run(), "True True True True True True True 3 True True 2"),
        Of("a chain of 1000000", (Chain w) => w.Run(1_000_000), "1000000 499999000000 2") with { KillsMax = 0 },
        Of("values of 10 MB", (LargeValues w) => w.Run(10_000_000), "4797938 -158782758 7 10000001 True ü 5000 10000000 0") with { KillsMax = 0 },
    ];
}
