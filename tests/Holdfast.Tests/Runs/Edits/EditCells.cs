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
        ["lambda: without captures"] = new("v => v > 1", "v => v < 1", In, "lambda", "its instructions changed"),
        ["lambda: of a step"] = new("Task.FromResult(7)", "Task.FromResult(8)", In, "lambda", "the number 7 became 8"),
        ["lambda: async body"] = new("return total + 5;", "return total + 6;", In, "(async)", "the number 5 became 6"),
        ["lambda: async await"] = new("/*lambda*/", "await Delay(TimeSpan.Zero);", In, "(async): an await was added (Workflow.Delay(TimeSpan))"),
        ["local function: body"] = new("return p + total;", "return p - total;", In, "local function", "its instructions changed"),
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
        ["field: removed"] = new("int _kept = 5;", ""),
        ["field: widened, unused in code"] = new("int _kept = 5;", "long _kept = 5;"),
        ["enum: member added at the end"] = new("Checked, Paid }", "Checked, Paid, Gone }"),
        ["attribute"] = new("public async Durable<string> Run", "[Obsolete(\"soon\")] public async Durable<string> Run"),
    };
}
