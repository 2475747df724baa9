namespace Holdfast.Tests.Runs.Edits;

/// <summary>One edit, and what becomes of a run that was parked before it.</summary>
/// <param name="Old">The text that is replaced.</param>
/// <param name="New">What replaces it.</param>
/// <param name="Says">For an edit that must stop the run: what the reason says, each part of it.</param>
sealed record Edit(string Old, string New, params string[] Says);

/// <summary>Edits of <see cref="EditedCode.Main"/>, in groups.</summary>
static class EditCells
{
    const string In = "W.Run(int)";

    /// <summary>What would make a saved place or variable mean something else.</summary>
    public static readonly Dictionary<string, Edit> Stopping = new()
    {
        ["await: inserted above"] = new("/*before*/", "await Step(() => Task.FromResult(3));", In, "an await was added (Workflow.Step<int>("),
        ["await: inserted below"] = new("/*behind*/", "await Step(() => Task.FromResult(\"x\"));", In, "an await was added (Workflow.Step<string>("),
        ["await: inserted in the loop"] = new("/*in loop*/", "await Delay(TimeSpan.Zero);", In, "an await was added (Workflow.Delay(TimeSpan))"),
        ["await: removed above"] = new("var first = await Step(() => Task.FromResult(7));", "var first = 7;", In, "an await was removed (Workflow.Step<int>("),
        ["await: removed below"] = new("var last = await Step(() => Task.FromResult(\"literal\"));", "var last = \"literal\";", In, "an await was removed (Workflow.Step<string>("),
        ["await: moved below"] = new("twice += Calls.Later(0) + await later() + await Wait(6)", "twice += Calls.Later(0) + await Wait(6) + await later()", In, "the awaits stand in another order"),
        ["await: moved up"] = new("text += go + add(pair);\n                if (go == \"fail\") throw new InvalidOperationException(\"told\");", "if (go == \"fail\") throw new InvalidOperationException(\"told\");\n                text += go + add(pair);", In),
        ["local: added"] = new("/*after first*/", "var added = first * 3; Func<int> more = () => added;", In, "with the new variable", "'added' (int)"),
        ["local: renamed"] = new("total", "sum", In, "the variable 'total' is called 'sum' now"),
        ["local: retyped"] = new("var other = 3;", "var other = 3L;", In, "the variable 'other' was int and is long"),
        ["local: another collection"] = new("var order = new Order { Name = \"o\", Count = 4 };", "var order = (Name: \"o\", Count: 4);", In, "the variable 'order' was Order and is ValueTuple<string,int>"),
        ["lambda: body"] = new("return x * 2;", "return x * 4;", In, "lambda", "the number 2 became 4"),
        ["lambda: without captures"] = new("v => v > 1", "v => v < 1", In, "lambda", "its instructions changed", "where it does clt, it did cgt"),
        ["lambda: of a step"] = new("Task.FromResult(7)", "Task.FromResult(8)", In, "lambda", "the number 7 became 8"),
        ["lambda: async body"] = new("return total + 5;", "return total + 6;", In, "(async)", "the number 5 became 6"),
        ["lambda: async await"] = new("/*lambda*/", "await Delay(TimeSpan.Zero);", In, "(async): an await was added (Workflow.Delay(TimeSpan))"),
        ["local function: body"] = new("return p + total;", "return p - total;", In, "local function", "its instructions changed", "where it does sub, it did add"),
        ["variables: swapped"] = new("{first} {twice}", "{twice} {first}", In, "the same instructions stand in another order", "from its await 5 on: 'first' and 'twice' are used the other way round"),
        ["variables: another one"] = new("Calls.Twice(first)", "Calls.Twice(other)", In, "its instructions changed", "from its await 2 on (Workflow.Receive<string>(", "'other' is used where 'first' was"),
        ["variables: in another order"] = new("var total = n; var other = 3; var stage = Stage.Checked; var order = new Order { Name = \"o\", Count = 4 };", "var order = new Order { Name = \"o\", Count = 4 }; var total = n; var stage = Stage.Checked; var other = 3;", In, "the variables in another order"),
        ["local function: await"] = new("/*local*/", "await Delay(TimeSpan.Zero);", In, "local function", "an await was added (Workflow.Delay(TimeSpan))"),
        ["closure: captures more"] = new("return x * 2;", "return x * 2 + other;", In, "captured variables: with the new variable 'other' (int)"),
        ["closure: captures less"] = new("{ total += x; return x * 2; }", "{ return x * 2; }", In, "lambda", "its instructions changed"),
        ["generic argument"] = new("Calls.Size<int>", "Calls.Size<long>", In, "no longer uses Calls.Size<int>(int)", "now uses Calls.Size<long>(int)"),
        ["iterator: body"] = new("yield return i * 2", "yield return i * 3", In, "the number 2 became 3"),
        ["iterator: yield added"] = new("yield return i * 2;", "{ yield return i * 2; yield return 0; }", In, "iterator"),
        ["guards: catch type"] = new("catch (InvalidOperationException e)", "catch (ArgumentException e)", In, "InvalidOperationException", "ArgumentException"),
        ["guards: filter"] = new("e.Message.Length > 3", "e.Message.Length > 4", In, "the number 3 became 4"),
        ["guards: finally"] = new("finally { other++; }", "other++;", In, "no longer has that finally or cleanup"),
        ["constant: enum renumbered"] = new("enum Stage { New, Checked, Paid }", "enum Stage { New, Held, Checked, Paid }", In, "the number 1 became 2"),
        ["constant: of another class"] = new("const int Fee = 40", "const int Fee = 41", In, "the number 40 became 41"),
        ["constant: text"] = new("\"caught\"", "\"Caught\"", In, "the text \"caught\" became \"Caught\""),
        ["call: another method"] = new("Calls.Twice(first)", "Calls.Later(first)", In, "no longer uses Calls.Twice(int)", "now uses Calls.Later(int)"),
        ["call: another signature"] = new("public static int Twice(int v) => v * 2;", "public static byte Twice(int v) => (byte)(v * 2);", In, "Calls.Twice(int): int", "Calls.Twice(int): byte"),
        ["field: retyped, used in code"] = new("int _offset = 10;", "long _offset = 10;", In, "W._offset (int)", "W._offset (long)"),
        ["field: retyped to another kind"] = new("int _kept = 5;", "string _kept = \"5\";", "_kept of W", "signed number", "an object"),
        ["field: retyped to another class"] = new("List<string> _names = [\"a\"];", "HashSet<string> _names = [\"a\"];", "'_names' of W", "HashSet"),
        ["data: field retyped"] = new("public int Count;", "public long Count;", In, "Order.Count (int)", "Order.Count (long)"),
        ["data: field retyped, unused in code"] = new("public long Total;", "public string Total;", "Total of Order", "signed number", "an object"),
        ["field: removed"] = new("int _kept = 5;", "", "The field _kept of W is gone, but a saved run holds a signed number in it"),
        ["field: renamed"] = new("int _kept = 5;", "int _held = 5;", "The field _kept of W is gone", "If it is called _held now, give it back its name"),
        ["method: renamed iterator"] = new("Pairs(", "Couples(", In),
    };

    /// <summary>What a parked run does not notice.</summary>
    public static readonly Dictionary<string, Edit> Harmless = new()
    {
        ["nothing"] = new("//above", "//above"),
        ["method with lambdas above"] = new("//members", "public Func<int> Early(int q) { Func<int, int> z = v => v * q; Func<int> y = () => z(q) + q; return y; }"),
        ["durable method with lambdas above"] = new("//members", "public async Durable<int> Early(int q) { Func<int, int> z = v => v * q; await Step(() => Task.FromResult(q)); async Durable L() { await Delay(TimeSpan.Zero); q++; } await L(); return z(3); }"),
        ["iterator above"] = new("//first", "IEnumerable<int> Early(int q) { yield return q; }"),
        ["comments"] = new("/*in loop*/", "/* nothing\n\n\n at all */"),
        ["white space"] = new("text += go + add(pair);", "\n\n  text  +=  go+add( pair )\n ;"),
        ["lines above"] = new("//above", new string('\n', 300)),
        ["unrelated type with anonymous types"] = new("//above", "public class Early { public object A => new { Early = 1 }; public Func<int> F(int q) => () => q; }"),
        ["unrelated string switch"] = new("//above", "public class Early { public int S(string s) => s switch { \"a\" => 1, \"b\" => 2, \"c\" => 3, \"d\" => 4, \"e\" => 5, \"f\" => 6, \"g\" => 7, \"h\" => 8, _ => 9 }; }"),
        ["unrelated method groups"] = new("//members", "public Func<string, long> P1() => long.Parse; public Func<string, byte> P2() => byte.Parse;"),
        ["durable method that is not waiting"] = new("async Durable<int> Helped(int n) { await", "async Durable<int> Helped(int n) { n += 3; await Delay(TimeSpan.Zero); await"),
        ["data: field added"] = new("public int Count;", "public int Count; public string More; public List<int> Numbers;"),
        ["data: field removed"] = new("public long Total;", ""),
        ["data: fields reordered"] = new("public string Name; public int Count; public long Total;", "public long Total; public int Count; public string Name;"),
        ["data: field widened"] = new("public string Name;", "public object Extra; public string Name;"),
        ["field: added"] = new("//first", "List<string> _more = [\"new\"]; int _number = 8;"),
        ["field: widened, unused in code"] = new("int _kept = 5;", "long _kept = 5;"),
        ["enum: member added at the end"] = new("Checked, Paid }", "Checked, Paid, Gone }"),
        ["attribute"] = new("public async Durable<string> Run", "[Obsolete(\"soon\")] public async Durable<string> Run"),
    };

    const string Count = "public int Count;", Plain = "public class Plain { public int V; }", Base = "public int Shelf; } public class Order : Thing { public int Count;";

    /// <summary>Edits of the types in <see cref="EditedCode.Data"/> that would lose a saved value, or leave out one that the code counts on.</summary>
    public static readonly Dictionary<string, Edit> StoppingData = new()
    {
        ["gone: a number"] = new(Count, "", "The field Count of Order is gone, but a saved run holds a signed number in it, which would be lost."),
        ["gone: a text"] = new("public string Name;", "", "The field Name of Order is gone, but a saved run holds an object"),
        ["gone: an enum"] = new("public Kind Kind;", "", "The field Kind of Order is gone, but a saved run holds an enum"),
        ["gone: a decimal"] = new("public decimal Price;", "", "The field Price of Order is gone", "System.Decimal"),
        ["gone: a property"] = new("public string Note { get; set; }", "", "The field Note of Order is gone"),
        ["gone: in a base class"] = new("public int Shelf;", "", "The field Shelf of Thing is gone"),
        ["gone: in a struct"] = new("public int Y;", "", "The field Y of Spot is gone"),
        ["gone: a parameter of a record"] = new("Line(string What, int Many)", "Line(string What)", "The field Many of Line is gone"),
        ["gone: in an exception"] = new("public int Code;", "", "The field Code of Oops is gone"),
        ["gone: in the workflow"] = new("int _kept = 5;", "", "The field _kept of W is gone"),
        ["gone: in the workflow's base class"] = new("protected int _root = 6;", "", "The field _root of Root is gone"),
        ["gone: the workflow's base class"] = new("class W : Root", "class W : Stump", "The field _root of Root is gone"),
        ["renamed"] = new(Count, "public int Amount;", "The field Count of Order is gone", "If it is called Amount now, give it back its name."),
        ["made static"] = new(Count, "public static int Count;", "The field Count of Order is static now"),
        ["made a constant"] = new(Count, "public const int Count = 3;", "The field Count of Order is static now"),
        ["moved into the base class"] = new(Base, "public int Shelf; public int Count; } public class Order : Thing {", "The field Count of Order is gone", "If it is called Thing.Count now"),
        ["moved, and another of its name"] = new(Base, "public int Shelf; public int Count; } public class Order : Thing { public int Amount;", "The field Count of Order is gone"),
        ["new: initialised"] = new(Count, Count + " public string More = \"m\";", "The field More of Order is new, and its constructor or initialiser gives it a value"),
        ["new: a property, initialised"] = new(Count, Count + " public List<int> More { get; } = [];", "The field More of Order is new"),
        ["new: in a constructor"] = new(Count, Count + " public string More; public Order() { More = \"m\"; }", "The field More of Order is new"),
        ["new: in one constructor of two"] = new(Count, Count + " public string More; public Order() { } public Order(string more) : this() { More = more; }", "The field More of Order is new"),
        ["new: in another constructor's arguments"] = new(Count, Count + " public int More; public Order() : this(3) { } public Order(int more = 0) { More = more; }", "The field More of Order is new"),
        ["new: through a property"] = new(Count, Count + " public string More { get; set; } public Order() { More = \"m\"; }", "The field More of Order is new"),
        ["new: in a method of the constructor"] = new(Count, Count + " public string More; public Order() { Begin(); } void Begin() { More = \"m\"; }", "The field More of Order is new"),
        ["new: in an overridden method"] = new(Base, "public int Shelf; public Thing() { Begin(); } protected virtual void Begin() { } } public class Order : Thing { public int Count; public int More; protected override void Begin() { More = 3; }", "The field More of Order is new"),
        ["new: by somebody else"] = new(Count, Count + " public int More; public Order() { Other.Fill(this); } static class Other { public static void Fill(Order o) { o.More = 3; } }", "The field More of Order is new"),
        ["new: a struct, in parts"] = new(Count, Count + " public Spot More; public Order() { More.X = 3; }", "The field More of Order is new"),
        ["new: in a base class"] = new(Base, "public int Shelf; public int Count = 9; } public class Order : Thing { public new int Count;", "The field Count of Thing is new"),
        ["new: required"] = new(Count, Count + " public required string More { get; set; }", "The member More of Order is new and required"),
        ["new: a parameter of a record"] = new("int Many)", "int Many, string More)", "The field More of Line is new"),
        ["new: a parameter with a value"] = new("int Many)", "int Many, int More = 3)", "The field More of Line is new"),
        ["new: a parameter that is a letter"] = new("int Many)", "int Many, char More = ',')", "The field More of Line is new"),
        ["new: a parameter of a struct"] = new("int Two)", "int Two, int Three)", "The field Three of Pair is new"),
        ["new: in an exception"] = new("public int Code;", "public int Code; public string More = \"m\";", "The field More of Oops is new"),
        ["retyped: to a text"] = new(Count, "public string Count;", "The field Count of Order was saved as a signed number and is an object now"),
        ["retyped: to a nullable"] = new(Count, "public int? Count;", "The field Count of Order was saved as a signed number and is nullable a signed number now"),
        ["retyped: in an exception"] = new("public int Code;", "public string Code;", "The field Code of Oops was saved as a signed number and is an object now"),
        ["kind: class to struct"] = new("public class Plain", "public struct Plain", "The type Plain was a class and is a struct now"),
        ["kind: class to delegate"] = new(Plain, "public delegate int Plain();", "The type Plain was a class and is a delegate now"),
        ["kind: class to enum"] = new(Plain, "public enum Plain { V }", "The type Plain was a class and is an enum now"),
        ["kind: class to interface"] = new(Plain, "public interface Plain { }", "The type Plain was a class and is an interface now"),
        ["kind: class to abstract class"] = new("public class Plain", "public abstract class Plain", "The type Plain was a class and is an abstract class now"),
        ["kind: class to exception"] = new("public class Plain", "public class Plain : Exception", "The type Plain was a class and is an exception now"),
        ["kind: class to collection"] = new("public class Plain", "public class Plain : List<int>", "a value of type Plain, which cannot be saved any more"),
        ["kind: struct to class"] = new("public struct Spot", "public class Spot", "The type Spot was a struct and is a class now"),
        ["kind: struct to delegate"] = new("public struct Spot { public int X; public int Y; public string Label; }", "public delegate int Spot();", "The type Spot was a struct and is a delegate now"),
        ["kind: enum to class"] = new("public enum Tone { Low, High }", "public class Tone { }", "The type Tone was an enum or an exception and is a class now"),
        ["type: renamed"] = new("public enum Tone {", "public enum Tune {", "The type Tone is gone"),
        ["type: a pointer in it"] = new("public class Plain {", "public unsafe class Plain { public int* P;", "a value of type Plain, which cannot be saved any more", "'P' is a pointer"),
        ["enum: member gone"] = new("{ Low, High }", "{ Low, Higher }", "The enum Tone has no member 'High'"),
    };

    /// <summary>Edits of them that lose nothing.</summary>
    public static readonly Dictionary<string, Edit> HarmlessData = new()
    {
        ["gone: an empty number"] = new("public long Total;", ""),
        ["gone: an empty enum"] = new("public Kind Empty;", ""),
        ["gone: an empty nullable"] = new("public int? Perhaps;", ""),
        ["gone: an empty reference"] = new("public List<int> Numbers;", ""),
        ["gone: an empty property of a record"] = new("public string Remark { get; init; }", ""),
        ["gone: empty in a struct"] = new("public string Label;", ""),
        ["new"] = new(Count, Count + " public string More; public DateTime When; public Spot Somewhere; public int[] Row;"),
        ["new: properties"] = new(Count, Count + " public string More { get; set; } public int Other { get; init; }"),
        ["new: initialised with the default"] = new(Count, Count + " public string More = null; public int Other = 0; public long Long = 0; public decimal Money = 0; public double Real = 0.0; public bool Flag = false; public DateTime When = default;"),
        ["new: in a base class"] = new("public int Shelf;", "public int Shelf; public string More;"),
        ["new: in a base class, with the name of one below"] = new(Base, "public int Shelf; public int Count; } public class Order : Thing { public new int Count;"),
        ["new: an optional parameter of a record"] = new("int Many)", "int Many, string More = null, int Other = 0, DateTime When = default)"),
        ["new: in a struct"] = new("public int X;", "public int X; public string More;"),
        ["new: in an exception"] = new("public int Code;", "public int Code; public string More; public Spot Where;"),
        ["new: in the workflow"] = new("int _kept = 5;", "int _kept = 5; List<int> _more = [1];"),
        ["new: in the workflow's base class"] = new("protected int _root = 6;", "protected int _root = 6; protected string _more = \"m\";"),
        ["a field becomes a property"] = new(Count, "public int Count { get; set; }"),
        ["a field becomes a property that is set once"] = new(Count, "public int Count { get; init; } = 3;"),
        ["a field becomes a required property"] = new(Count, "public required int Count { get; set; }"),
        ["a field becomes read-only"] = new(Count, "public readonly int Count = 3;"),
        ["a property becomes a field"] = new("public string Note { get; set; }", "public string Note = \"new\";"),
        ["widened"] = new(Count, "public long Count;"),
        ["reordered"] = new("public int X; public int Y;", "public int Y; public int X;"),
        ["reordered: a record"] = new("Line(string What, int Many)", "Line(int Many, string What)"),
        ["constructors, methods and interfaces"] = new("public class Plain {", "public class Plain : IComparable<Plain> { public Plain(int v) { V = v; } public Plain() { } public int CompareTo(Plain other) => V - other.V;"),
        ["class to record"] = new("public class Plain", "public record Plain"),
        ["class to sealed class"] = new("public class Plain", "public sealed class Plain"),
        ["enum: renumbered"] = new("public enum Kind { None, Some, Other }", "public enum Kind { None, Other, Some }"),
        ["enum: renumbered, boxed"] = new("{ Low, High }", "{ High, Low }"),
    };
}
