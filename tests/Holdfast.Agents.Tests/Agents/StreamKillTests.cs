using System.Diagnostics;
using System.Text.Json;
using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>A process that is killed in the middle of what a model says, and somebody who listens to it and to the next one.</summary>
public sealed class StreamKillTests : IDisposable
{
    const string Whole = "seven eight nine ten eleven twelve";

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static async Task<AgentSpeech> HearAsync(Process process)
    {
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Desk.Patience);
        Assert.NotNull(line);
        return JsonSerializer.Deserialize<AgentSpeech>(line)!;
    }

    static async Task EndAsync(Process process)
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Desk.Patience);
        process.Dispose();
    }

    [Fact]
    public async Task After_a_kill_the_listener_is_told_that_the_answer_begins_anew_and_hears_all_of_it()
    {
        var asked = 0;
        // The first answer stops in its middle, and is never told to its end; asked again, the model says something else.
        await using var model = await DoubleServer.StartAsync(_ => ++asked == 1 ? DoubleReply.Say("one two three four five six") with { Fault = Fault.Hang } : DoubleReply.Say(Whole));
        AgentSpeech last;
        using (var first = TestProcess.Start(_files["runs.db"], model.Address, null))
        {
            last = await HearAsync(first);
            Assert.Equal((0, false, false), (last.Offset, last.IsAnew, last.IsLast));
            Assert.StartsWith("one ", last.Text, StringComparison.Ordinal);
            first.Kill();
            await first.WaitForExitAsync();
        }
        var cut = last;
        using (var second = TestProcess.Start(_files["runs.db"], model.Address, last))
        {
            var heard = new List<AgentSpeech>();
            do heard.Add(await HearAsync(second));
            while (!heard[^1].IsLast);
            Assert.True(heard[0] is { IsAnew: true, Offset: 0 } && heard[0].Question == last.Question && heard[0].Attempt > last.Attempt, JsonSerializer.Serialize(heard));
            Assert.Equal(Whole, string.Concat(heard.Select(static s => s.Text)));
            Assert.Single(heard, static s => s.IsAnew);
            last = heard[^2];
            await EndAsync(second);
        }
        // Who comes back after the end, in another process still, is told the rest, or all where what was heard does not count.
        using (var third = TestProcess.Start(_files["runs.db"], model.Address, last with { Text = "" }))
        {
            var rest = await HearAsync(third);
            Assert.True(rest is { IsAnew: false, IsLast: true } && rest.Offset == last.Offset && Whole.EndsWith(rest.Text, StringComparison.Ordinal) && rest.Text.Length > 0, $"{rest}");
            await EndAsync(third);
        }
        using var fourth = TestProcess.Start(_files["runs.db"], model.Address, cut);
        Assert.Equal((0, Whole, true, true), await HearAsync(fourth) is var all ? (all.Offset, all.Text, all.IsAnew, all.IsLast) : default);
        await EndAsync(fourth);
        Assert.Equal(2, asked);
    }
}
