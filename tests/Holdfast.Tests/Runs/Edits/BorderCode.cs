namespace Holdfast.Tests.Runs.Edits;

/// <summary>A value that waits as JSON in each of the places where one can, and edits of its type.</summary>
static class BorderCode
{
    const string Sum = "public int Sum { get; set; }", Line = "record Line(string What, int Many)", Stages = "enum Stage { New, Checked, Paid }", Both = "Both = 6";

    /// <summary>The workflows name the type alone, so all that an edit changes is the type.</summary>
    public const string Source = """
        using Holdfast;
        using System.Reflection;
        using System.Text.Json.Serialization;
        public enum Stage { New, Checked, Paid }
        [Flags] public enum Rights { None = 0, Read = 1, Write = 2, All = 3 }
        public enum Mask { In = 1, Out = 2, Far = 8, Every = 11 }
        [Flags] public enum Ways { None = 0, Up = 1, Both = 6 }
        public record Line(string What, int Many);
        public class Order
        {
            public int Sum { get; set; }
            public string Note { get; set; }
            public decimal Amount { get; set; }
            public long Far { get; set; }
            public int Empty { get; set; }
            public Stage Stage { get; set; }
            public Rights Rights { get; set; }
            public Ways Ways { get; set; }
            public Mask Mask { get; set; }
            public Stage Odd { get; set; }
            public List<Line> Lines { get; set; }
            public HashSet<string> Tags { get; set; }
            public Dictionary<Stage, int> Times { get; set; }
            public int Half => Tags.Count / 2;
        }
        public static class Made
        {
            static string Name(PropertyInfo p) => (p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name is { } own ? char.ToUpperInvariant(own[0]) + own[1..] : null) ?? p.Name;
            static Type Type(string name) => typeof(Made).Assembly.GetType(name, true);
            public static Order One()
            {
                var order = (Order)Activator.CreateInstance(Type("Order"));
                void Set(string name, object value) => typeof(Order).GetProperty(name).SetValue(order, value);
                Set("Sum", 5); Set("Note", "n"); Set("Amount", 12345678901234567.89m); Set("Far", 5_000_000_000); Set("Stage", Enum.ToObject(Type("Stage"), 1));
                Set("Rights", Enum.ToObject(Type("Rights"), 3)); Set("Ways", Enum.ToObject(Type("Ways"), 7)); Set("Mask", Enum.ToObject(Type("Mask"), 11)); Set("Odd", Enum.ToObject(Type("Stage"), 5)); Set("Tags", new HashSet<string> { "a", "b" });
                Set("Lines", new List<Line> { (Line)Activator.CreateInstance(Type("Line"), "w", 2) });
                Set("Times", new Dictionary<Stage, int> { [(Stage)Enum.ToObject(Type("Stage"), 2)] = 9 });
                return order;
            }
            public static string Show(object value)
            {
                if (value is string or Enum) return value is not Enum ? (string)value : string.Join("+", Enum.GetNames(value.GetType()).Where(n => Fits((Enum)value, (Enum)Enum.Parse(value.GetType(), n))).Order());
                if (value is System.Collections.IEnumerable items) return "[" + string.Join(" ", items.Cast<object>().Select(Show).Order()) + "]";
                if (value.GetType().Namespace != null && !value.GetType().IsGenericType) return Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
                var shown = value.GetType().GetProperties().Where(p => p.Name is not ("EqualityContract" or "Half" or "Double")).Select(p => (Name: Name(p), Value: p.GetValue(value), p.PropertyType)).Where(p => p.Value != null && !(p.PropertyType.IsValueType && p.Value.Equals(Activator.CreateInstance(p.PropertyType))));
                return "(" + string.Join(" ", shown.OrderBy(p => p.Name).Select(p => p.Name + "=" + Show(p.Value))) + ")";
            }
            static bool Fits(Enum value, Enum one) => value.GetType().IsDefined(typeof(FlagsAttribute)) ? System.Numerics.BitOperations.PopCount((uint)Convert.ToInt32(one)) == 1 && value.HasFlag(one) : value.Equals(one);
        }
        public static class Desk { public static Task<Order> Ask(int n, StepContext step) => Task.FromResult(Made.One()); public static Task<string> Read(Order order, StepContext step) => Task.FromResult(Made.Show(order)); }
        public sealed class Input : Workflow
        {
            public async Durable<string> Run(Order order) { var shown = Made.Show(order); await Receive(new Signal<string>("on")); return shown; }
        }
        public sealed class Signals : Workflow
        {
            public async Durable<string> Run(int n) { await Receive(new Signal<string>("on")); return Made.Show(await Receive(new Signal<Order>("go"))); }
        }
        public sealed class Waits : Workflow
        {
            public async Durable<string> Run(int n) { var order = await Receive(new Signal<Order>("go")); await Receive(new Signal<string>("on")); return Made.Show(order); }
        }
        public sealed class Calls : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var asked = Call<Order>("ask", n);
                await Durable.WhenAll(asked, Receive(new Signal<string>("on")));
                return Made.Show(await asked);
            }
        }
        public sealed class Argument : Workflow
        {
            public async Durable<string> Run(int n) => await Call<string>("read", Made.One());
        }
        public sealed class Updates : Workflow
        {
            string _seen = "";
            [Update] public string Take(Order order) => _seen = Made.Show(order);
            public async Durable<string> Run(int n) { await Receive(new Signal<string>("on")); return _seen; }
        }
        public sealed class Kid : Workflow
        {
            public async Durable<Order> Run(int n) { await Receive(new Signal<string>("child")); return Made.One(); }
        }
        public sealed class Parent : Workflow
        {
            public async Durable<string> Run(int n) { var order = await Child((Kid k) => k.Run(n)); await Receive(new Signal<string>("on")); return Made.Show(order); }
        }
        """;

    /// <summary>Edits of the type with which what is kept would say something else.</summary>
    public static readonly Dictionary<string, Edit> Stopping = new()
    {
        ["renamed"] = new(Sum, "public int Total { get; set; }", "$.sum", "Order has no member of that name", "If it is called total now"),
        ["removed"] = new("public string Note { get; set; }", "", "$.note", "Order has no member of that name"),
        ["renamed in a list"] = new(Line, "record Line(string What, int Number)", "$.lines[0].many", "Line has no member of that name", "If it is called number now"),
        ["made computed"] = new("public string Note { get; set; }", "public string Note => null;", "$.note"),
        ["new: initialised"] = new(Sum, Sum + " public int Rate { get; set; } = 3;", "$.rate is not in what was kept", "Order"),
        ["new: a list, initialised"] = new(Sum, Sum + " public List<int> Rates { get; set; } = [];", "$.rates is not in what was kept", "Order"),
        ["new: in another constructor"] = new(Sum, Sum + " public int Rate { get; set; } [JsonConstructor] public Order() { } public Order(int rate) { Rate = rate; }", "$.rate is not in what was kept"),
        ["new: required"] = new("public long Far", "public required string Rate { get; set; } public long Far", "'rate'"),
        ["new: a parameter"] = new(Line, "record Line(string What, int Many, int Rate)", "$.lines[0].rate is not in what was kept", "Line"),
        ["new: an optional parameter that is something"] = new(Line, "record Line(string What, int Many, int Rate = 3)", "$.lines[0].rate is not in what was kept"),
        ["number to text"] = new(Sum, "public string Sum { get; set; }", "$.sum", "Order"),
        ["text to number"] = new("public string Note { get; set; }", "public int Note { get; set; }", "$.note"),
        ["decimal to double"] = new("public decimal Amount", "public double Amount", "$.amount was kept as 12345678901234567.89 and would be read as 12345678901234568"),
        ["decimal to float"] = new("public decimal Amount", "public float Amount", "$.amount was kept as 12345678901234567.89"),
        ["long to int"] = new("public long Far", "public int Far", "$.far"),
        ["a list to one"] = new("public List<Line> Lines", "public Line Lines", "$.lines"),
        ["enum: a member renamed"] = new(Stages, "enum Stage { New, Verified, Paid }", "'Checked'", "Stage"),
        ["enum: a member removed"] = new(Stages, "enum Stage { New, Paid }", "'Checked'", "Stage"),
        ["enum: another enum"] = new("public Stage Stage", "public Rights Stage", "'Checked'", "Rights"),
        ["enum: a key renamed"] = new(Stages, "enum Stage { New, Checked, Settled }", "'Paid'", "Stage"),
        ["flags: a composite renumbered"] = new(Both, "Both = 14", "'Both'", "6", "14"),
        ["flags: a composite removed"] = new(", " + Both, "", "'Both'", "Ways"),
        ["flags: one becomes composite"] = new("Read = 1, Write = 2", "Read = 5, Write = 2", "'Read'", "Rights"),
        ["flags: two become one"] = new("Read = 1, Write = 2", "Read = 1, Write = 1", "'Write'", "Rights"),
        ["flags: no flags any more, and their number is a member's"] = new("[Flags] public enum Rights { None = 0, Read = 1, Write = 2, All = 3 }", "public enum Rights { None = 0, Read = 1, Write = 2, Erase = 3 }", "'All'", "Rights"),
        ["flags: a composite renumbered whose parts have names"] = new("All = 3", "Execute = 4, All = 7", "had the number 3 for 'All', which is 7 now", "Rights"),
        ["flags: a composite renumbered, without the attribute"] = new("Every = 11", "Side = 16, Every = 27", "'Every'", "11", "27"),
        ["enum: a number without a name got one"] = new(Stages, "enum Stage { New, Checked, Paid, Lost = 5 }", "'Lost'", "Stage"),
        ["a set of texts to one of numbers"] = new("public HashSet<string> Tags", "public HashSet<int> Tags", "$.tags"),
    };

    /// <summary>Edits with which it says the same.</summary>
    public static readonly Dictionary<string, Edit> Harmless = new()
    {
        ["nothing"] = new(Sum, Sum),
        ["reordered"] = new("public int Sum { get; set; }\n    public string Note { get; set; }", "public string Note { get; set; }\n    public int Sum { get; set; }"),
        ["a record"] = new("class Order", "record Order"),
        ["new: null or 0"] = new(Sum, Sum + " public string More { get; set; } public int? Perhaps { get; set; } public DateTime When { get; set; } public Stage Other { get; set; } public int[] Row;"),
        ["new: optional parameters"] = new(Line, "record Line(string What, int Many, string Remark = null, int Rate = 0)"),
        ["new: computed"] = new(Sum, Sum + " public int Double { get { return 0; } }"),
        ["removed: 0"] = new("public int Empty { get; set; }", ""),
        ["computed differently"] = new("Tags.Count / 2;", "Tags.Count * 3;"),
        ["renamed, with the old name in JSON"] = new(Sum, "[JsonPropertyName(\"sum\")] public int Total { get; set; }"),
        ["widened"] = new(Sum, "public long Sum { get; set; }"),
        ["set once"] = new(Sum, "public int Sum { get; init; }"),
        ["a set of another kind"] = new("HashSet<string> Tags", "System.Collections.Immutable.ImmutableHashSet<string> Tags"),
        ["an array"] = new("List<Line> Lines", "Line[] Lines"),
        ["enum: renumbered"] = new(Stages, "enum Stage { New, Held, Paid, Checked }"),
        ["enum: members added"] = new(Stages, "enum Stage { New, Checked, Paid, Gone }"),
        ["flags: a member added"] = new("All = 3", "All = 3, Execute = 4"),
        ["flags: renumbered"] = new("Read = 1, Write = 2", "Read = 2, Write = 1"),
    };
}
