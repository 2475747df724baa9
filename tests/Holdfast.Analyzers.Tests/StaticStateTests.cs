namespace Holdfast.Analyzers.Tests;

public sealed class StaticStateTests
{
    const string Members = """
        static int _count;
        static int Last { get; set; }
        static readonly List<string> Seen = [];
        static readonly Dictionary<string, int> Prices = new() { ["a"] = 1 };
        static readonly int[] Table = [1, 2, 3];
        static readonly AsyncLocal<string> Tenant = new();
        static readonly Regex Word = new("a+");
        const int Limit = 3;
        static int Computed => 4;
        static Dictionary<string, int> Rates { get; } = new() { ["a"] = 1 };
        static List<int> Fresh => [];
        static event Action? Changed;
        static void Use(params object?[] all) { }
        """;

    [Fact]
    public async Task A_static_field_that_changes_is_named()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD007", Analysis.Workflow("[|_count|]++; return 1;", Members)));
        Assert.Equal(
            "The field '_count' is static and changes, and the durable method 'Run' changes it: it is not part of the run, so after a restart or in another process it holds something else. "
            + "Make it a field of the workflow, pass it in with the input, or use it within a step.",
            text);
    }

    [Theory]
    [InlineData("return [|_count|];", "reads it")]
    [InlineData("Interlocked.Increment(ref [|_count|]); return 1;", "changes it")]
    [InlineData("[|Last|] = 3; return 1;", "changes it")]
    [InlineData("return [|Last|];", "reads it")]
    [InlineData("[|Seen|].Add(request.Id); return 1;", "changes it")]
    [InlineData("[|Prices|][\"b\"] = 2; return 1;", "changes it")]
    [InlineData("[|Table|][0] = 2; return 1;", "changes it")]
    [InlineData("[|Rates|][\"b\"] = 2; return 1;", "changes it")]
    [InlineData("return [|Rates|].Remove(\"a\") ? 1 : 0;", "The property 'Rates' is static and changes, and the durable method 'Run' changes it")]
    [InlineData("return [|Tenant|].Value!.Length;", "do not cross an await")]
    [InlineData("async Durable Count() { [|_count|]++; await Delay(TimeSpan.Zero); } await Count(); return 1;", "the durable local function 'Count' changes it")]
    [InlineData("[|Changed|] += () => _total++; return 1;", "changes it")]
    [InlineData("[|TaskScheduler.UnobservedTaskException|] += (_, _) => { }; return 1;", "The event 'UnobservedTaskException' is static and changes, and the durable method 'Run' changes it")]
    [InlineData("[|Changed|]?.Invoke(); return 1;", "reads it")]
    [InlineData("Count(); return 1; void Count() => [|_count|]++;", "the durable method 'Run' changes it")]
    [InlineData("return Twice(); int Twice() => Last(); int Last() => 2 * [|_count|];", "the durable method 'Run' reads it")]
    public async Task Every_use_is_reported(string body, string part)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD007", Analysis.Workflow(body, Members)));
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("return Limit + Computed + Prices[\"a\"] + Table[1] + Seen.Count;")]
    [InlineData("return Prices.TryGetValue(request.Id, out var price) && Word.IsMatch(\"a\") ? price : Table.Length;")]
    [InlineData("foreach (var n in Table) await Delay(TimeSpan.FromDays(n)); return Table.Sum();")]
    [InlineData("await Step(() => { _count++; Seen.Add(\"a\"); Last = 3; return mail.Send(\"a\"); }); return 1;")]
    [InlineData("await Receive(Approved); Use(nameof(_count), string.Empty, Guid.Empty, DayOfWeek.Monday); return 1;")]
    [InlineData("await Step(() => { Changed += () => { }; return mail.Send(\"a\"); }); Use(nameof(Changed)); return 1;")]
    [InlineData("Fresh.Add(1); return Rates[\"a\"] + Rates.Count;")]
    [InlineData("await Step(Count); return 1; Task Count() { _count++; return mail.Send(\"a\"); }")]
    [InlineData("Use(System.Globalization.CultureInfo.CurrentCulture, Environment.NewLine); return 1;")]
    public Task What_does_not_change_or_is_a_step_s_is_fine(string body) => Analysis.Silent(Analysis.Workflow(body, Members));
}
