using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>A run that is restarted because its code was edited, with signals in its mailbox that were sent to the code of before.</summary>
public sealed class RestartEditTests
{
    const string Source = """
        using Holdfast;
        public sealed record Answer(bool Yes, string Who);
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var on = await Receive(new Signal<string>("on")); /*added*/
                var answer = await Receive(new Signal<Answer>("go"));
                return $"{on} {answer}";
            }
        }
        """;

    /// <summary>
    /// No build there is could take it: the one that it was sent to does not have the new run's code. So it must not stop the new run, which would wait for ever, and take it along wherever it is restarted again.
    /// </summary>
    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public async Task A_signal_that_the_new_code_cannot_read_is_a_dead_letter_of_the_run_in_its_place(bool release, bool isLater)
    {
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(Source, release);
        var id = await builds.ParkAsync(original, 1, "signal 'on'");
        await using (var world = await builds.StartAsync(original))
            await world.Client.GetRun(id).SignalAsync(new Signal<System.Text.Json.JsonElement>("go"), System.Text.Json.JsonSerializer.SerializeToElement(new { yes = true, who = "Ann" }), dedupKey: "sent");
        var edited = Compiled.From(Source.Replace("/*added*/", "await Delay(TimeSpan.Zero);", StringComparison.Ordinal).Replace("Answer(bool Yes, string Who)", "Answer(string Verdict)", StringComparison.Ordinal), release);
        Assert.Equal(CodeVerdict.NeedsMigration, (await builds.ReportAsync(edited)).Verdict);
        RunId next;
        await using (var world = await builds.StartAsync(edited))
        {
            next = (await world.Client.RestartAsync(id, "The answer is a verdict now.")).Id;
            await world.UntilAsync(world.Client.GetRun(next), static i => i.Waiting.Contains("signal 'on'", StringComparison.Ordinal));
            if (!isLater) await EndAsync(world, next);
        }
        if (!isLater) return;
        Assert.Equal(CodeVerdict.Resumes, (await builds.ReportAsync(edited)).Verdict);
        await using var later = await builds.StartAsync(edited);
        await EndAsync(later, next);
    }

    static async Task EndAsync(World world, RunId id)
    {
        var run = world.Client.GetRun(id);
        await run.SignalAsync(new Signal<string>("on"), "on");
        var info = await world.UntilAsync(run, static i => i.Status != RunStatus.Running || i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
        Assert.Equal((RunStatus.Running, "signal 'go'"), (info.Status, info.Waiting));
        var letter = Assert.Single(await world.Client.ListDeadLettersAsync(id));
        Assert.Contains("The signal 'go' is no Answer", letter.Reason, StringComparison.Ordinal);
        await run.SignalAsync(new Signal<System.Text.Json.JsonElement>("go"), System.Text.Json.JsonSerializer.SerializeToElement(new { verdict = "yes" }));
        Assert.Equal("on Answer { Verdict = yes }", await world.ResultAsync<string>(run));
    }
}
