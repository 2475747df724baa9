using System.Text.Json;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Runs.Edits;

public sealed class CodeReportTests
{
    [Fact]
    public async Task Beside_a_running_engine_it_says_which_runs_go_on_in_the_next_build_and_why_not()
    {
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(EditedCode.Nested, release: true);
        var edited = EditedBuilds.Edited(EditedCode.Nested, new("/*nested*/", "await Delay(TimeSpan.Zero);"), release: true);
        await using var world = await builds.StartAsync(original);
        foreach (var input in (int[])[1, 2, 2, 3, 4, 2])
        {
            var run = await EditedBuilds.StartRunAsync(world, original.Type("W"), input);
            await world.UntilAsync(run, static i => i.Waiting.Contains("signal", StringComparison.Ordinal) || i.Waiting.Contains("timer", StringComparison.Ordinal));
        }

        await using var store = SqliteStore.OpenReadOnly(builds.Path);
        var report = await HoldfastCode.ReportAsync(store, edited.Assembly);
        Assert.Equal((6, 3, false), (report.Total, report.Resuming, report.IsSafe));
        Assert.Equal([(CodeVerdict.NeedsMigration, 3, 3), (CodeVerdict.Resumes, 3, 3)], report.Groups.Select(static g => (g.Verdict, g.Count, g.Examples.Count)));
        Assert.Contains("The code of W.Price(", report.Groups[0].Reason, StringComparison.Ordinal);
        Assert.Contains("an await was added (Workflow.Delay(TimeSpan))", report.Groups[0].Reason, StringComparison.Ordinal);

        Assert.True((await HoldfastCode.ReportAsync(store, original.Assembly)).IsSafe);
        var gone = await HoldfastCode.ReportAsync(store, typeof(Guide.Refund).Assembly);
        Assert.Equal("No workflow of this name and version is in the code.", Assert.Single(gone.Groups).Reason);
        // The engine has noticed nothing.
        var fresh = await EditedBuilds.StartRunAsync(world, original.Type("W"), 1);
        Assert.NotNull((await EditedBuilds.GoOnAsync(world, fresh.Id, "ask")).Result);
    }

    [Fact]
    public async Task It_is_printed_as_an_aligned_table_and_as_json()
    {
        var id = RunId.Create(DateTimeOffset.UnixEpoch, new Random(4));
        CodeReport report = new(
            [new("refund", 1, CodeVerdict.NeedsMigration, "The code of Refund.Run() is another one.", 1200, [id]), new("shipment of goods", 12, CodeVerdict.Resumes, "", 7, [id])], []);
        Assert.Equal(
            $"""
            WORKFLOW           VERSION  RUNS  VERDICT          EXAMPLE
            refund                   1  1200  needs migration  {id}
                The code of Refund.Run() is another one.
            shipment of goods       12     7  resumes          {id}
            7 of 1207 runs go on.
            """, report.ToString(), ignoreLineEndingDifferences: true);
        using var json = JsonDocument.Parse(report.ToJson());
        Assert.Equal((false, 1207, 7), (json.RootElement.GetProperty("isSafe").GetBoolean(), json.RootElement.GetProperty("total").GetInt32(), json.RootElement.GetProperty("resuming").GetInt32()));
        var group = json.RootElement.GetProperty("groups")[0];
        Assert.Equal(("needsMigration", id.ToString()), (group.GetProperty("verdict").GetString(), group.GetProperty("examples")[0].GetString()));
        await using var empty = new MemoryStore();
        Assert.Equal(0, await HoldfastCode.PrintReportAsync(["--json"], empty, typeof(Guide.Refund).Assembly));
    }

    [Theory]
    [InlineData(2, "--report", "--bogus")]
    [InlineData(2, "-json")]
    [InlineData(0, "--report", "--json", "refunds.db")]
    public async Task An_option_that_there_is_not_is_refused(int code, params string[] args)
    {
        await using var empty = new MemoryStore();
        Assert.Equal(code, await HoldfastCode.PrintReportAsync(args, empty, typeof(Guide.Refund).Assembly));
    }

    /// <summary>A build that cannot register a class does not start.</summary>
    [Fact]
    public async Task A_build_with_a_class_that_cannot_be_registered_is_not_safe()
    {
        await using var empty = new MemoryStore();
        var report = await HoldfastCode.ReportAsync(empty, typeof(CodeReportTests).Assembly);
        Assert.Equal((0, false), (report.Total, report.IsSafe));
        Assert.NotEmpty(report.Problems);
        Assert.Equal(1, await HoldfastCode.PrintReportAsync([], empty, typeof(CodeReportTests).Assembly));
    }

    public sealed class Calls : Workflow
    {
        public async Durable<string> Run(string handler) => await Call<string>(handler, "x");
    }

    /// <summary>A run that waits for a handler, which the next build may have or not.</summary>
    static async Task<MemoryStore> CallingAsync()
    {
        var content = new MemoryStore();
        var begun = new TaskCompletionSource();
        await using var world = await World.StartAsync([typeof(Calls)], content.Reopen, options: static o => o.StopTime = TimeSpan.Zero, configure: builder => builder.AddStep<string, string>("old", async (_, step) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, step.CancellationToken);
            return "";
        }));
        await world.Client.StartAsync((Calls w) => w.Run("old"));
        await begun.Task.WaitAsync(World.Patience);
        return content;
    }

    [Fact]
    public async Task Of_a_pending_call_nothing_is_known_without_the_registration()
    {
        var content = await CallingAsync();
        var group = Assert.Single((await HoldfastCode.ReportAsync(content.Reopen(), typeof(Calls).Assembly)).Groups);
        Assert.Equal(CodeVerdict.Unknown, group.Verdict);
        Assert.StartsWith("A call of 'old' is under way", group.Reason, StringComparison.Ordinal);
        Assert.False(new CodeReport([group], []).IsSafe);
    }

    [Theory]
    [InlineData("old", true, CodeVerdict.Resumes, "")]
    [InlineData("new", true, CodeVerdict.NeedsMigration, "A call of 'old' is under way, and no step of that name is registered here.")]
    [InlineData("old", false, CodeVerdict.NeedsMigration, "No workflow of this name and version is in the code.")]
    public async Task With_the_registration_it_says_what_is_missing_there(string handler, bool isRegistered, CodeVerdict verdict, string reason)
    {
        var content = await CallingAsync();
        var services = new ServiceCollection();
        var builder = services.AddHoldfast(static o => o.UseStore(static _ => throw new InvalidOperationException("No engine is to be started."))).AddStep<string, string>(handler, static (text, _) => Task.FromResult(text));
        if (isRegistered) builder.AddWorkflow<Calls>();
        await using var provider = services.BuildServiceProvider();
        var report = await HoldfastCode.ReportAsync(content.Reopen(), provider);
        var group = Assert.Single(report.Groups);
        Assert.Equal((verdict, verdict == CodeVerdict.Resumes), (group.Verdict, report.IsSafe));
        Assert.StartsWith(reason, group.Reason, StringComparison.Ordinal);
        Assert.Equal(report.IsSafe ? 0 : 1, await HoldfastCode.PrintReportAsync([], content.Reopen(), provider));
    }

    public interface IPrice
    {
        int Of(string what);
    }

    public abstract class Rates
    {
        public abstract int Rate { get; }
    }

    public sealed class Prices(int price) : Rates, IPrice
    {
        public override int Rate => price;

        public int Of(string what) => what.Length * price;
    }

    /// <summary>Services in a field, in a captured variable, and as the target of a method group.</summary>
    public sealed class WithServices(IPrice price, Prices prices, Rates rates) : Workflow
    {
        readonly IPrice _price = price;

        public async Durable<int> Run(string text)
        {
            Func<string, int> of = _price.Of, exact = prices.Of;
            var large = new Dictionary<string, int> { [new string('a', 9000)] = 1, [new string('b', 9000)] = 2 };
            var known = (Prices)_price;
            await Receive(new Signal<string>("go"));
            return of(text) + exact(text) + known.Rate + _price.Of(text) + rates.Rate + large.Count;
        }
    }

    [Fact]
    public async Task It_needs_no_container_and_runs_no_code()
    {
        var content = new MemoryStore();
        RunId id;
        static void Add(HoldfastBuilder builder) =>
            builder.Services.AddSingleton<IPrice>(new Prices(3)).AddSingleton(new Prices(5)).AddSingleton<Rates>(new Prices(7));
        await using (var world = await World.StartAsync([typeof(WithServices)], () => content, configure: Add))
        {
            var run = await world.Client.StartAsync((WithServices w) => w.Run("four"));
            await world.UntilAsync(run, static i => i.Waiting.Contains("signal", StringComparison.Ordinal));
            id = run.Id;
        }
        var report = await HoldfastCode.ReportAsync(content.Reopen(), typeof(WithServices).Assembly);
        Assert.Equal((CodeVerdict.Resumes, ""), report.Groups.Select(static g => (g.Verdict, g.Reason)).Single());
        await using var next = await World.StartAsync([typeof(WithServices)], content.Reopen, configure: Add);
        await next.Client.GetRun(id).SignalAsync(new Signal<string>("go"), "x");
        Assert.Equal(12 + 20 + 3 + 12 + 7 + 2, await next.ResultAsync<int>(next.Client.GetRun(id)));
    }

    public sealed class Large : Workflow
    {
        public async Durable<int> Run()
        {
            // Two keys that look alike without their text.
            var large = new Dictionary<string, int> { [new string('a', 9000)] = 1, [new string('b', 9000)] = 2 };
            await Receive(new Signal<string>("go"));
            return large.Count;
        }
    }

    sealed class Moving(IStore inner) : StoreWrapper(inner)
    {
        public Func<Task>? BeforeBlob { get; set; }

        public override async ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken)
        {
            if (BeforeBlob is { } before)
            {
                BeforeBlob = null;
                await before();
            }
            return await base.LoadBlobAsync(key, hash, cancellationToken);
        }
    }

    [Fact]
    public async Task A_run_that_ends_while_it_is_looked_at_is_not_called_damaged()
    {
        using var directory = new TemporaryDirectory();
        await using var world = await World.StartAsync([typeof(Large)], () => SqliteStore.Open(directory["runs.db"], new() { ReserveBytes = 0 }));
        var (run, other) = (await world.Client.StartAsync((Large w) => w.Run()), await world.Client.StartAsync((Large w) => w.Run()));
        foreach (var one in (RunHandle[])[run, other]) await world.UntilAsync(one, static i => i.Waiting.Contains("signal", StringComparison.Ordinal));
        var store = new Moving(SqliteStore.OpenReadOnly(directory["runs.db"]))
        {
            BeforeBlob = async () =>
            {
                // The newest comes first.
                await other.SignalAsync(new Signal<string>("go"), "x");
                Assert.Equal(2, await world.ResultAsync<int>(other));
            },
        };
        var report = await HoldfastCode.ReportAsync(store, typeof(Large).Assembly);
        Assert.Null(store.BeforeBlob);
        Assert.Equal([(CodeVerdict.Resumes, "", run.Id)], report.Groups.Select(static g => (g.Verdict, g.Reason, Assert.Single(g.Examples))));
        await store.DisposeAsync();
    }

    const string Signals = """
        using Holdfast;
        public sealed record One(int Number);
        public sealed record Two(int Number, string Text);
        public static class Make { public static Signal<T> Of<T>(string name) => new(name); }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                if (n == 1) await Receive(new Signal<string>("on"));
                var made = await Receive(Make.Of<One>("made"));
                var one = await Receive(new Signal<One>("one"));
                var both = await Receive(new Signal<One>("both"));
                return $"{made} {one} {both}";
            }
        }
        public sealed class Other : Workflow
        {
            public async Durable<string> Run(int n) => (await Receive(new Signal<Two>("both"))).Text;
        }
        """;

    [Theory]
    [InlineData(1, "one", """{"number":1}""", CodeVerdict.Resumes, "")]
    [InlineData(1, "one", """{"other":1}""", CodeVerdict.NeedsMigration, "The signal 'one' is no One")]
    [InlineData(1, "both", """{"number":1}""", CodeVerdict.Unknown, "A signal 'both' waits that no code awaits yet. In this code it is One and Two, and its content does not fit all of them: The signal 'both' is no Two as it is here: $.text")]
    [InlineData(1, "both", """{"other":1}""", CodeVerdict.NeedsMigration, "The signal 'both' is no One")]
    [InlineData(1, "made", """{"number":1}""", CodeVerdict.Unknown, "A signal 'made' waits that no code awaits yet, and none of these assemblies says of what type it is: new Signal<T>(\"made\")")]
    [InlineData(2, "made", """{"number":1}""", CodeVerdict.Resumes, "")]
    [InlineData(2, "made", """{"other":1}""", CodeVerdict.NeedsMigration, "The signal 'made' is no One")]
    public async Task Whether_a_signal_can_be_read_whose_type_is_not_known_yet_is_said_to_be_unknown(int input, string signal, string json, CodeVerdict verdict, string reason)
    {
        using var builds = new EditedBuilds();
        var build = EditedBuilds.Original(Signals, release: true);
        var run = await builds.ParkAsync(build, input, input == 1 ? "signal 'on'" : "signal 'made'");
        await using (var store = SqliteStore.Open(builds.Path))
        {
            var answers = new WriteResult[1];
            var mail = new NewMail(MailKind.Signal, signal, System.Text.Encoding.UTF8.GetBytes(json), null, DateTimeOffset.UtcNow);
            await store.AppendAsync([new PostMail(run, mail) { Epoch = await store.AcquireAsync("test", default) }], answers);
            Assert.Equal(Verdict.Committed, answers[0].Verdict);
        }
        var group = await builds.ReportAsync(build);
        Assert.Equal(verdict, group.Verdict);
        Assert.StartsWith(reason, group.Reason, StringComparison.Ordinal);
        var report = new CodeReport([group], []);
        Assert.Equal(verdict == CodeVerdict.Resumes, report.IsSafe);
        if (verdict == CodeVerdict.Unknown) Assert.Matches(@"\n\s*W +1 +1 +unknown ", report.ToString());
    }

    [Fact]
    public async Task Runs_that_are_parked_for_another_reason_are_told_apart()
    {
        var content = new MemoryStore();
        await using (var world = await World.StartAsync([typeof(Misused)], () => content))
            await world.ParkedAsync(await world.Client.StartAsync((Misused w) => w.Run()));
        var report = await HoldfastCode.ReportAsync(content.Reopen(), typeof(Misused).Assembly);
        var group = Assert.Single(report.Groups);
        Assert.Equal((CodeVerdict.StaysParked, true), (group.Verdict, (report with { Problems = [] }).IsSafe));
        Assert.StartsWith("misuse", group.Reason, StringComparison.Ordinal);
    }

    public sealed class Misused : Workflow
    {
        static Durable<int>? _first;

        public async Durable<int> Run()
        {
            // Two methods that wait for each other.
            _first = Wait();
            return await _first;

            static async Durable<int> Wait()
            {
                await Durable.Delay(TimeSpan.Zero);
                return await _first!;
            }
        }
    }
}
