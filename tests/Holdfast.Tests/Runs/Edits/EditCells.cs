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
        ["local: another collection"] = new("var order = new Order { Name = \"o\", Count = 4 };", "var order = (Name: \"o\", Count: 4);", In, "the variable 'order' was Order and is (string Name, int Count)"),
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

    /// <summary>Edits of what <see cref="EditedCode.Callers"/> passes by itself, where the compiler would tell who calls.</summary>
    public static readonly Dictionary<string, Edit> StoppingCallers = new()
    {
        ["expression: written"] = new("\"EUR\"", "\"USD\"", In, "the text \"EUR\" became \"USD\""),
        ["expression: a space behind what was written"] = new("\"EUR\"", "\"EUR \"", In),
        ["expression: written like a comment"] = new("https://a.example/x", "https://a.example/y", In),
        ["expression: the compiler's, of other code"] = new("sum > 3", "sum > 4", In),
        ["file: written"] = new("\"a.csv\"", "\"b.csv\"", In, "the text \"a.csv\" became \"b.csv\""),
        ["file: written instead of the compiler's"] = new("Told.File(5)", "Told.File(5, \"c.csv\")", In),
        ["file: written, of code"] = new("\"rules/one.cs\"", "\"rules/two.cs\"", In, "the text \"rules/one.cs\" became \"rules/two.cs\""),
        ["file: written, of code, instead of the compiler's"] = new("Told.File(5)", "Told.File(5, \"rules/one.cs\")", In),
        ["member: written"] = new("(5, \"a\")", "(5, \"b\")", In, "the text \"a\" became \"b\""),
        ["member: written instead of the compiler's"] = new("Told.Member(5)", "Told.Member(5, \"c\")", In),
    };

    /// <summary>Edits that change what the compiler passes, and nothing else.</summary>
    public static readonly Dictionary<string, Edit> HarmlessCallers = new()
    {
        ["lines above"] = new("//above", new string('\n', 300)),
        ["a blank line above a check"] = new("ArgumentNullException", "\n        ArgumentNullException"),
        ["argument: spaces"] = new("sum > 3 ? 1 : 2", "sum>3  ?  1 :2"),
        ["argument: lines"] = new("Told.Pay(n + 2)", "Told.Pay(n\n  + 2)"),
        ["argument: comments"] = new("Told.Pay(n + 2)", "Told.Pay(n // net\n + /* net */ 2)"),
    };

    /// <summary>What somebody else may do to an order, and a new field that only it fills.</summary>
    const string Fill = " public int More; static class Other { public static Order Last; public static bool Yes = true; public static Action<Order> Filler = Fill; public static void Fill(Order o) { o.More = 3; } public static void FillAll(Order[] all) => Fill(all[0]); public static void FillLast() => Fill(Last); }";

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
        ["moved into the base class"] = new(Base, "public int Shelf; public int Count; } public class Order : Thing {", "The field Count of Order is gone", "If it stands in Thing now, put it back where it was"),
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
        ["new: by somebody else, through a variable"] = new(Count, Count + Fill + " public Order() { var self = this; if (self.Count == 0) self.Count = 1; Other.Fill(self); }", "The field More of Order is new"),
        ["new: by somebody else, through a condition"] = new(Count, Count + Fill + " public Order() { Other.Fill(Other.Yes ? this : new(3)); } Order(int count) { Count = count; }", "The field More of Order is new"),
        ["new: by somebody else, through a cast"] = new(Count, Count + Fill + " public Order() { var thing = (Thing)this; Other.Fill((Order)thing); }", "The field More of Order is new"),
        ["new: by somebody else, through a delegate"] = new(Count, Count + Fill + " public Order() { Other.Filler(this); }", "The field More of Order is new"),
        ["new: by somebody else, through a delegate of an extension"] = new(Base, "public int Shelf; } public static class Others { public static void Fill(this Order o) { o.More = 3; } } public class Order : Thing { public int Count; public int More; public Order() { Action fill = this.Fill; fill(); }", "The field More of Order is new"),
        ["new: by somebody else, through an array"] = new(Count, Count + Fill + " public Order() { Order[] all = [this]; Other.FillAll(all); }", "The field More of Order is new"),
        ["new: by somebody else, through a static"] = new(Count, Count + Fill + " public Order() { Other.Last = this; Other.FillLast(); }", "The field More of Order is new"),
        ["new: by somebody else, through a field"] = new(Count, Count + Fill + " class Desk { public Order Held; public void Work() => Other.Fill(Held); } public Order() { var desk = new Desk(); desk.Held = this; desk.Work(); }", "The field More of Order is new"),
        ["new: by somebody else, through a pointer"] = new(Count, Count + Fill + " public unsafe Order() { delegate*<Order, void> fill = &Other.Fill; fill(this); }", "The field More of Order is new"),
        ["new: by somebody else, through a lambda"] = new(Count, Count + Fill + " public Order() : this(3) { } Order(int count) { Action fill = () => { Other.Fill(this); Shelf = count; }; fill(); }", "The field More of Order is new"),
        ["new: by somebody else, through a local function"] = new(Count, Count + Fill + " public Order() : this(3) { } Order(int count) { void Go() { Other.Fill(this); Shelf = count; } Go(); }", "The field More of Order is new"),
        ["new: by somebody else, through a method of ours"] = new(Count, Count + Fill + " public Order() { Mine(3, this); } static void Mine(int count, Order order) { order.Count = count; Other.Fill(order); }", "The field More of Order is new"),
        ["new: by somebody else, through a returned value"] = new(Count, Count + Fill + " public Order() { Other.Fill(Me()); } Order Me() => this;", "The field More of Order is new"),
        ["new: through an interface"] = new(Base, "public int Shelf; } public interface IBegin { void Begin(); } public class Order : Thing, IBegin { public int Count; public int More; public Order() { ((IBegin)this).Begin(); } void IBegin.Begin() { More = 3; }", "The field More of Order is new"),
        ["new: in an async method"] = new(Count, Count + " public int More; public Order() { Begin(); } async void Begin() { More = 3; await Task.CompletedTask; }", "The field More of Order is new"),
        ["new: in an override of what every object has"] = new(Count, Count + " public int More; public Order() { Name = base.ToString() + GetType().Name + ToString(); } public override string ToString() { More = 3; return \"\"; }", "The field More of Order is new"),
        ["new: in an override that returns more"] = new(Base, "public int Shelf; public Thing() { Begin(); } protected virtual Thing Begin() => this; } public class Order : Thing { public int Count; public int More; protected override Order Begin() { More = 3; return this; }", "The field More of Order is new"),
        ["new: a struct, in parts"] = new(Count, Count + " public Spot More; public Order() { More.X = 3; }", "The field More of Order is new"),
        ["new: in a base class"] = new(Base, "public int Shelf; public int Count = 9; } public class Order : Thing { public new int Count;", "The field Count of Thing is new"),
        ["new: required"] = new(Count, Count + " public required string More { get; set; }", "The member More of Order is new and required"),
        ["new: a parameter of a record"] = new("int Many)", "int Many, string More)", "The field More of Line is new"),
        ["new: a parameter with a value"] = new("int Many)", "int Many, int More = 3)", "The field More of Line is new"),
        ["new: a parameter that is a letter"] = new("int Many)", "int Many, char More = ',')", "The field More of Line is new"),
        ["new: a parameter of a struct"] = new("int Two)", "int Two, int Three)", "The field Three of Pair is new"),
        ["new: in an exception"] = new("public int Code;", "public int Code; public string More = \"m\";", "The field More of Oops is new"),
        ["retyped: to a text"] = new(Count, "public string Count;", "The field Count of Order was saved as a signed number and is an object now"),
        ["retyped: to a nullable"] = new(Count, "public int? Count;", "The field Count of Order was saved as a signed number and is a nullable signed number now"),
        ["retyped: in an exception"] = new("public int Code;", "public string Code;", "The field Code of Oops was saved as a signed number and is an object now"),
        ["retyped: to another enum"] = new("public Kind Sort;", "public Genre Sort;", "The field Sort of Widths was saved as the enum Kind and is the enum Genre now"),
        ["retyped: to another enum, nullable"] = new("public Kind? Perhaps; }", "public Genre? Perhaps; }", "The field Perhaps of Widths was saved as a nullable Kind and is a nullable Genre now"),
        ["retyped: a character to a number"] = new("public char Letter;", "public ushort Letter;", "The field Letter of Widths was saved as a character and is an unsigned number now"),
        ["retyped: a character to a wider number"] = new("public char Letter;", "public uint Letter;", "The field Letter of Widths was saved as a character and is an unsigned number now"),
        ["retyped: a number to a character"] = new("public ushort Port;", "public char Port;", "The field Port of Widths was saved as an unsigned number and is a character now"),
        ["retyped: narrower"] = new("public long Far;", "public int Far;", "The field Far of Widths was saved as a long and is an int now"),
        ["retyped: narrower, nullable"] = new("public int? Near;", "public short? Near;", "The field Near of Widths was saved as a nullable int and is a nullable short now"),
        ["retyped: narrower, in a struct"] = new("public int X;", "public short X;", "The field X of Spot was saved as an int and is a short now"),
        ["retyped: narrower, in an exception"] = new("public int Code;", "public short Code;", "The field Code of Oops was saved as an int and is a short now"),
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
        ["singleton: other contents"] = new("Gold = new(10)", "Gold = new(12)", "The object in the static member Gold of Badge had 10 in its field Rate, and has 12 now"),
        ["singleton: gone"] = new("public static Badge Iron { get; }", "public static Badge Tin { get; }", "The static member Iron of Badge is gone"),
        ["singleton: not read-only any more"] = new("static readonly Badge Gold", "static Badge Gold", "The static member Gold of Badge is not read-only any more"),
        ["singleton: may change now"] = new("readonly int Rate;", "int Rate; public void Raise() => Rate++;", "What the static member Gold of Badge holds may change now"),
        ["singleton: a field more"] = new("readonly int Rate;", "readonly int Rate; readonly int More = 3;", "The field More of Badge is new"),
        ["enum: a flag more in a composite"] = new("All = Read | Write }", "Erase = 4, All = Read | Write | Erase }", "The enum Rights had the number 3 for 'All', which is 7 now"),
        ["enum: a flag less in a composite"] = new("All = Read | Write }", "All = Read }", "The enum Rights had the number 3 for 'All', which is 1 now"),
        ["enum: a flag moved out of a composite"] = new("Read, Write, All = Read | Write }", "Read = 4, Write = 2, All = 3 }", "The enum Rights has other members in 'All' now"),
        ["enum: a flag became a composite"] = new("Read, Write, All = Read | Write }", "Read = 5, Write = 2, All = 3 }", "The enum Rights had one bit for 'Read', which is 5 now"),
        ["enum: no flag became one"] = new("{ None, Read, Write, All = Read | Write }", "{ None = 16, Read = 1, Write = 2, All = 3 }", "The enum Rights had the number 0 for 'None', which is 16 now"),
        ["enum: a flag without a name got one"] = new("All = Read | Write }", "All = Read | Write, Own = 8 }", "The enum Rights calls 8 'Own' now, which had no name"),
        ["enum: names of one number part, the first moves"] = new("{ Good = 1, Fine = 1, Bad }", "{ Good = 3, Fine = 1, Bad = 2 }", "The enum Grade had the number 1 for 'Good', which is 3 now"),
        ["enum: names of one number part, the other moves"] = new("{ Good = 1, Fine = 1, Bad }", "{ Good = 1, Fine = 3, Bad = 2 }", "The enum Grade had the number 1 for 'Fine', which is 3 now"),
        ["enum: a flag more in a composite, without the attribute"] = new("Every = 7 }", "Far = 8, Every = 15 }", "The enum Mask had the number 7 for 'Every', which is 15 now"),
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
        ["new: initialised with the default by its name"] = new(Count, Count + " public TimeSpan Wait = TimeSpan.Zero; public Guid Id = Guid.Empty; public DateTime When { get; set; } = DateTime.MinValue; public DateTimeOffset Then = DateTimeOffset.MinValue; public DateOnly Day = DateOnly.MinValue; public TimeOnly Hour = TimeOnly.MinValue; public System.Numerics.BigInteger Far = System.Numerics.BigInteger.Zero;"),
        ["new: beside a constructor that keeps the object to itself"] = new(Count, Count + " public string More; public event Action Changed { add { Note += value.Method.Name; } remove { } } public Order() : this(3) { } Order(int count) { var self = this; self.Count = count; Changed += Begin; Func<int> twice = () => Count * count; Name = ToString() + twice() + Text(null) + Mine(this, count > 2 ? 1 : 2); if (self == null || Equals(null)) throw new InvalidOperationException(Name); void Go() { Total += count; } Go(); } void Begin() { Count++; } string Text(string given) => given ?? Note; static int Mine(Order order, int count) => order.Count + count;"),
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
        ["widened: unsigned"] = new("public ushort Port;", "public ulong Port;"),
        ["widened: nullable"] = new("public int? Near;", "public long? Near;"),
        ["reordered"] = new("public int X; public int Y;", "public int Y; public int X;"),
        ["reordered: a record"] = new("Line(string What, int Many)", "Line(int Many, string What)"),
        ["constructors, methods and interfaces"] = new("public class Plain {", "public class Plain : IComparable<Plain> { public Plain(int v) { V = v; } public Plain() { } public int CompareTo(Plain other) => V - other.V;"),
        ["class to record"] = new("public class Plain", "public record Plain"),
        ["class to sealed class"] = new("public class Plain", "public sealed class Plain"),
        ["enum: renumbered"] = new("public enum Kind { None, Some, Other }", "public enum Kind { None, Other, Some }"),
        ["singleton: more of them, in another order"] = new("public static readonly Badge Gold = new(10); public static Badge Iron { get; } = new(2);", "public static readonly Badge Iron = new(2); public static readonly Badge Tin = new(1); public static Badge Gold { get; } = new(10);"),
        ["singleton: a wider number"] = new("readonly int Rate;", "readonly long Rate;"),
        ["enum: a composite more"] = new("All = Read | Write }", "All = Read | Write, Erase = 4, Most = 7 }"),
        ["enum: a wider number"] = new("enum Rights {", "enum Rights : long {"),
        ["enum: no flags any more"] = new("[Flags] public enum Rights", "public enum Rights"),
        ["enum: flags from now on"] = new("public enum Mask", "[Flags] public enum Mask"),
        ["enum: renumbered, boxed"] = new("{ Low, High }", "{ High, Low }"),
    };

    /// <summary>Edits of <see cref="EditedCode.Apart"/> after which a saved value would be taken for the one beside it.</summary>
    public static readonly Dictionary<string, Edit> StoppingApart = new()
    {
        ["record"] = new("Price(int Gross, int Net)", "Price(int Net, int Gross)", In, "no longer uses Price.Deconstruct(int&:Gross,int&:Net)", "now uses Price.Deconstruct(int&:Net,int&:Gross)"),
        ["pattern"] = new("Span(int From, int To)", "Span(int To, int From)", In, "now uses Span.Deconstruct(int&:To,int&:From)"),
        ["method"] = new("Deconstruct(out int first, out int second)", "Deconstruct(out int second, out int first)", In, "now uses Own.Deconstruct(int&:second,int&:first)"),
        ["extension"] = new("this Far far, out int first, out int second", "this Far far, out int second, out int first", In, "now uses Parts.Deconstruct(Far,int&:second,int&:first)"),
    };

    /// <summary>Edits of the same after which each value is what it was.</summary>
    public static readonly Dictionary<string, Edit> HarmlessApart = new()
    {
        ["not taken apart"] = new("Whole(int Left, int Right)", "Whole(int Right, int Left)"),
        ["another name for the whole"] = new("(this Far far, out int first, out int second) { first = far.A; second = far.B; }", "(this Far it, out int first, out int second) { first = it.A; second = it.B; }"),
    };

    /// <summary>Edits of <see cref="EditedCode.Dispatched"/> after which a saved value would be taken for the one beside it.</summary>
    public static readonly Dictionary<string, Edit> StoppingDispatched = new()
    {
        ["interface"] = new("Ends(int Low, int High)", "Ends(int High, int Low)", In, "no longer uses Ends.Deconstruct(int&:Low,int&:High)", "now uses Ends.Deconstruct(int&:High,int&:Low)"),
        ["interface: inherited"] = new("Deconstruct(out int first, out int second)", "Deconstruct(out int second, out int first)", In, "now uses Twin.Deconstruct(int&:second,int&:first)"),
        ["interface: explicit"] = new("IPair.Deconstruct(out int one, out int two)", "IPair.Deconstruct(out int two, out int one)", In, "(int&:two,int&:one)"),
        ["override"] = new("Deconstruct(out int wide, out int high)", "Deconstruct(out int high, out int wide)", In, "now uses Square.Deconstruct(int&:high,int&:wide)"),
    };

    /// <summary>Edits of the same after which each value is what it was.</summary>
    public static readonly Dictionary<string, Edit> HarmlessDispatched = new()
    {
        ["of another interface"] = new("Other(int Left, int Right)", "Other(int Right, int Left)"),
        ["a class without it"] = new("public record Other", "public class More { public int A; } public record Other"),
    };

    /// <summary>Edits of <see cref="EditedCode.Counted"/> after which a saved member is followed by another one, or stands on the other side of one.</summary>
    public static readonly Dictionary<string, Edit> StoppingCounted = new()
    {
        ["counted: two exchanged"] = new("enum Level { Low, Mid, High, Top }", "enum Level { Low = 0, High = 1, Mid = 2, Top = 3 }", In, "no longer uses Level (Low=0,Mid=1,High=2,Top=3)", "now uses Level (Low=0,High=1,Mid=2,Top=3)"),
        ["counted: one more"] = new("enum Level { Low, Mid, High, Top }", "enum Level { Low, Mid, High, Top, More }", In, "now uses Level (Low=0,Mid=1,High=2,Top=3,More=4)"),
        ["compared: on the other side"] = new("enum Rank { Low, Mid, High, Top }", "enum Rank { Low, Mid = 4, High = 2, Top = 3 }", In, "lambda", "no longer uses Rank (=High,Low,Mid)", "now uses Rank (=High,Low)"),
        ["compared: the same number"] = new("enum Rank { Low, Mid, High, Top }", "enum Rank { Low, Mid = 2, High = 2, Top = 3 }", In, "lambda", "now uses Rank (=High,=Mid,Low)"),
    };

    /// <summary>Edits of the same after which each member is where it was.</summary>
    public static readonly Dictionary<string, Edit> HarmlessCounted = new()
    {
        ["compared: one more above"] = new("enum Rank { Low, Mid, High, Top }", "enum Rank { Low, Mid, High, Top, More }"),
        ["compared: two exchanged below"] = new("enum Rank { Low, Mid, High, Top }", "enum Rank { Mid, Low, High, Top }"),
        ["switched: one more"] = new("enum Tone { Low, Mid, High, Top }", "enum Tone { Low, Mid, High, Top, More }"),
        ["switched: one that is not named moves"] = new("enum Tone { Low, Mid, High, Top }", "enum Tone { Low = 7, Mid = 1, High, Top }"),
    };

    /// <summary>Edits of <see cref="EditedCode.Tuples"/> after which a saved value would be taken for the one beside it.</summary>
    public static readonly Dictionary<string, Edit> StoppingTuples = new()
    {
        ["local: swapped"] = new("(int Low, int High) own", "(int High, int Low) own", In, "the variable 'own' was (int Low, int High) and is (int High, int Low)"),
        ["local: without names"] = new("(int Low, int High) own", "(int, int) own", In, "the variable 'own' was (int Low, int High) and is (int, int)"),
        ["local: in a list"] = new("List<(int Low, int High)> all", "List<(int High, int Low)> all", In, "the variable 'all' was List<(int Low, int High)> and is List<(int High, int Low)>"),
        ["local: behind the eighth"] = new("(int Low, int High) I", "(int High, int Low) I", In, "int H, (int Low, int High) I) and is ", "int H, (int High, int Low) I)"),
        ["closure: swapped"] = new("(int Low, int High) caught", "(int High, int Low) caught", In, "captured variables: the variable 'caught' was (int Low, int High) and is (int High, int Low)"),
        ["data: swapped"] = new("(int Low, int High) R", "(int High, int Low) R", "The field R of Box was saved as (int Low, int High) and is (int High, int Low) now."),
        ["data: nested"] = new("(int Low, int High)? Span", "(int High, int Low)? Span", "The field Many of Box was saved as List<(string What, (int Low, int High)? Span)[]> and is List<(string What, (int High, int Low)? Span)[]> now."),
        ["data: names added"] = new("(int, int) Bare", "(int Low, int High) Bare", "The field Bare of Box was saved as (int, int) and is (int Low, int High) now."),
        ["data: names dropped"] = new("List<(string What, (int Low, int High)? Span)[]> Many", "List<(string, (int, int)?)[]> Many", "The field Many of Box was saved as List<(string What, (int Low, int High)? Span)[]> and is List<(string, (int, int)?)[]> now."),
    };

    /// <summary>Edits of the same where no saved value has the names.</summary>
    public static readonly Dictionary<string, Edit> HarmlessTuples = new()
    {
        ["data: another type of field for the same tuples"] = new("List<(string What, (int Low, int High)? Span)[]> Many", "IReadOnlyList<(string What, (int Low, int High)? Span)[]> Many"),
        ["parameter of another method"] = new("(int Left, int Right) pair", "(int Right, int Left) pair"),
        ["local of another method"] = new("(int Left, int Right) other", "(int Right, int Left) other"),
        ["result of a method that is called"] = new("public static (int Low, int High) Make", "public static (int High, int Low) Make"),
    };
}
