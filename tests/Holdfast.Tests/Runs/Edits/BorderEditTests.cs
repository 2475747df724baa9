using System.Collections.Concurrent;
using System.Reflection;
using Holdfast.Frames;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Runtime;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Frames.Code;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>
/// A value that waits as JSON, while the type that it is read as is edited. The run goes on to the result that it would have had, or waits, says which workflow, which type and what of the
/// value, and the old build brings it to its end.
/// </summary>
public sealed class BorderEditTests
{
    static readonly string[] Places = ["Input", "Signals", "Waits", "Calls", "Argument", "Updates", "Parent"];

    static readonly ConcurrentDictionary<(string Edit, bool Release), Compiled> Edited = new();

    static readonly MethodInfo AddStep = typeof(HoldfastBuilder).GetMethods().Single(static m => m.Name == "AddStep" && m.GetParameters()[1].ParameterType.GetGenericArguments().Length == 3);

    public static TheoryData<string, string, bool> Stopping => Table(BorderCode.Stopping.Keys);

    public static TheoryData<string, string, bool> Harmless => Table(BorderCode.Harmless.Keys);

    [Theory, MemberData(nameof(Stopping))]
    public async Task An_edit_with_which_it_would_say_something_else_stops_the_run(string place, string edit, bool release)
    {
        var cell = BorderCode.Stopping[edit];
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(BorderCode.Source, release);
        var (run, expected) = await KeepAsync(builds, original, place);
        var edited = Build(edit, cell, release);
        // What a handler takes is known to the process alone that has it.
        if (place != "Argument")
        {
            await using var store = SqliteStore.OpenReadOnly(builds.Path);
            var report = await HoldfastCode.ReportAsync(store, edited.Assembly);
            var group = Assert.Single(report.Groups, g => g.Workflow == place);
            Assert.Equal(CodeVerdict.NeedsMigration, group.Verdict);
            Says(group.Reason, cell.Says);
        }
        for (var start = 0; start < 2; start++)
        {
            // The second start must not take it up either.
            await using var world = await StartAsync(builds, edited, place);
            var (result, parked) = await EndAsync(world, run);
            Assert.True(parked is not null, $"the run went on, to {result}");
            Assert.StartsWith($"parked: needs migration: workflow '{place}', version 1", parked, StringComparison.Ordinal);
            Says(parked, cell.Says);
            Assert.Empty(await world.Client.ListDeadLettersAsync(run, 10));
        }
        await using var old = await StartAsync(builds, original, place);
        await old.UntilAsync(old.Client.GetRun(run), static i => i.Status != RunStatus.Parked);
        Assert.Equal((expected, null), await EndAsync(old, run));
    }

    [Theory, MemberData(nameof(Harmless))]
    public async Task An_edit_with_which_it_says_the_same_does_not_matter(string place, string edit, bool release)
    {
        using var builds = new EditedBuilds();
        var (run, expected) = await KeepAsync(builds, EditedBuilds.Original(BorderCode.Source, release), place);
        var edited = Build(edit, BorderCode.Harmless[edit], release);
        await using (var store = SqliteStore.OpenReadOnly(builds.Path))
        {
            // Whether the handler of a call that is under way is there, only the registration says.
            var services = new ServiceCollection();
            var builder = services.AddHoldfast(static _ => { }).AddWorkflow(edited.Type(place));
            Register(builder, edited, isStuck: false);
            await using var provider = services.BuildServiceProvider();
            var report = place == "Argument" ? await HoldfastCode.ReportAsync(store, provider) : await HoldfastCode.ReportAsync(store, edited.Assembly);
            var group = Assert.Single(report.Groups, g => g.Workflow == place);
            Assert.Equal((CodeVerdict.Resumes, ""), (group.Verdict, group.Reason));
        }
        await using var world = await StartAsync(builds, edited, place);
        Assert.Equal((expected, null), await EndAsync(world, run));
    }

    public static TheoryData<string, bool> StoppingRestarts => Once(BorderCode.Stopping.Keys);

    [Theory, MemberData(nameof(StoppingRestarts))]
    public async Task A_restart_from_an_input_that_would_say_something_else_is_refused(string edit, bool release)
    {
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(BorderCode.Source, release);
        var (run, expected) = await KeepAsync(builds, original, "Input");
        await using (var old = await StartAsync(builds, original, "Input"))
            await old.UntilAsync(old.Client.GetRun(run), static i => i.Waiting.Contains("signal 'on'", StringComparison.Ordinal));
        await using var world = await StartAsync(builds, Build(edit, BorderCode.Stopping[edit], release), "Input");
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.RestartAsync(run, "why"));
        Assert.Equal(HoldfastError.InvalidPayload, refused.Error);
        Says(refused.Message, BorderCode.Stopping[edit].Says);
        // What the run has made of its input is in its frames.
        Assert.Equal((expected, null), await EndAsync(world, run));
    }

    /// <summary>Has a value of the type wait in a place, and says what becomes of it in the build that wrote it.</summary>
    static async Task<(RunId Run, string Expected)> KeepAsync(EditedBuilds builds, Compiled build, string place)
    {
        var json = new JsonValues(new HoldfastOptions().Json);
        var order = build.Type("Made").GetMethod("One")!.Invoke(null, [])!;
        var written = json.Write(order, build.Type("Order"), "it");
        var expected = (string)build.Type("Made").GetMethod("Show")!.Invoke(null, [order])!;
        RunId run;
        if (place is "Input" or "Argument")
        {
            // Nothing of it has run when the process ends.
            await using var store = SqliteStore.Open(builds.Path);
            var epoch = await store.AcquireAsync("test", default);
            var type = new WorkflowType(build.Type(place));
            var created = NewRuns.Create(type, place == "Input" ? order : 1, null, DateTimeOffset.UtcNow, new Random(1), json, null, null);
            await AppendAsync(store, new CreateRun(created) { Epoch = epoch });
            run = created.Id;
            if (place == "Input") return (run, expected);
        }
        else
        {
            await using var world = await StartAsync(builds, build, place);
            run = (await EditedBuilds.StartRunAsync(world, build.Type(place), 1)).Id;
            await world.UntilAsync(world.Client.GetRun(run), i => i.Waiting.Contains(place is "Parent" ? "child" : place == "Waits" ? "signal 'go'" : "signal 'on'", StringComparison.Ordinal));
            if (place == "Calls") await world.UntilAsync(world.Client.GetRun(run), static i => i.Waiting.Contains("1 step has ended", StringComparison.Ordinal));
        }
        if (place == "Argument")
        {
            await using var world = await StartAsync(builds, build, place, isStuck: true);
            await world.UntilAsync(world.Client.GetRun(run), static i => i.Waiting.Contains("step 'read'", StringComparison.Ordinal));
        }
        var mail = place switch
        {
            "Signals" or "Waits" => new NewMail(MailKind.Signal, "go", written, null, DateTimeOffset.UtcNow),
            "Updates" => new(MailKind.Update, "Take", new UpdateCall("u", [written], ["value"]).Encode(), "update:u", DateTimeOffset.UtcNow),
            "Parent" => new(MailKind.ChildSettled, "1", StateCodec.EncodeOutcome(new(OutcomeKind.Succeeded, written)), "child:1", DateTimeOffset.UtcNow),
            _ => null,
        };
        if (mail is not null)
        {
            await using var store = SqliteStore.Open(builds.Path);
            await AppendAsync(store, new PostMail(run, mail) { Epoch = await store.AcquireAsync("test", default) });
        }
        return (run, expected);
    }

    static async Task AppendAsync(SqliteStore store, StoreWrite write)
    {
        var answers = new WriteResult[1];
        await store.AppendAsync([write], answers);
        Assert.Equal(Verdict.Committed, answers[0].Verdict);
    }

    static Task<World> StartAsync(EditedBuilds builds, Compiled build, string place, bool isStuck = false) => World.StartAsync(
        place == "Parent" ? [build.Type("Parent"), build.Type("Kid")] : [build.Type(place)], () => SqliteStore.Open(builds.Path),
        configure: builder => Register(builder, build, isStuck),
        options: static o => o.StopTime = TimeSpan.FromSeconds(1));

    static void Register(HoldfastBuilder builder, Compiled build, bool isStuck)
    {
        var order = build.Type("Order");
        Add("ask", typeof(int), order, "Ask");
        if (isStuck) builder.AddStep<System.Text.Json.JsonElement, string>("read", static async (_, step) => { await Task.Delay(-1, step.CancellationToken); return ""; });
        else Add("read", order, typeof(string), "Read");

        void Add(string name, Type argument, Type result, string method) => AddStep.MakeGenericMethod(argument, result).Invoke(
            builder, [name, build.Type("Desk").GetMethod(method)!.CreateDelegate(typeof(Func<,,>).MakeGenericType(argument, typeof(StepContext), typeof(Task<>).MakeGenericType(result)))]);
    }

    static async Task<(string? Result, string? Parked)> EndAsync(World world, RunId id)
    {
        var run = world.Client.GetRun(id);
        try
        {
            await run.SignalAsync(new Signal<string>("on"), "on", dedupKey: "on");
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished)
        {
            // One that takes no such signal.
        }
        var info = await world.UntilAsync(run, static i => i.Status != RunStatus.Running);
        return info.Status == RunStatus.Parked ? (null, info.Waiting) : (await run.ResultAsync<string>(), null);
    }

    static void Says(string said, IReadOnlyList<string> parts)
    {
        foreach (var part in parts) Assert.True(said.Contains(part, StringComparison.Ordinal), $"'{part}' is not said in: {said}");
    }

    static Compiled Build(string edit, Edit cell, bool release) => Edited.GetOrAdd((edit, release), _ => EditedBuilds.Edited(BorderCode.Source, cell, release));

    static TheoryData<string, string, bool> Table(IEnumerable<string> edits)
    {
        var table = new TheoryData<string, string, bool>();
        foreach (var edit in edits)
            foreach (var place in Places)
            {
                table.Add(place, edit, false);
                table.Add(place, edit, true);
            }
        return table;
    }

    static TheoryData<string, bool> Once(IEnumerable<string> edits)
    {
        var table = new TheoryData<string, bool>();
        foreach (var edit in edits)
        {
            table.Add(edit, false);
            table.Add(edit, true);
        }
        return table;
    }
}
