using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Tests;

/// <summary>Listeners that leave and come back.</summary>
public sealed class StreamRejoinTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static async Task<List<AgentSpeech>> HearAsync(IAsyncEnumerable<AgentSpeech> speeches, Func<AgentSpeech, bool> isLast)
    {
        var heard = new List<AgentSpeech>();
        await foreach (var speech in speeches)
        {
            heard.Add(speech);
            if (isLast(speech)) return heard;
        }
        return heard;
    }

    [Fact]
    public async Task Who_comes_back_hears_the_rest_of_each_answer_once()
    {
        var streams = new AgentStreams();
        var model = new ScriptedModel(ScriptedReply.Say("first words here"), ScriptedReply.Say("second words"), ScriptedReply.Say("third"));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, new(), (m, t) => new(m, t) { Streams = streams }));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        using var patience = new CancellationTokenSource(Desk.Patience);
        var first = HearAsync(streams.ListenAsync(run.Id, null, desk.Client, patience.Token), static _ => true);
        await run.SendAsync(new("one"));
        var last = Assert.Single(await first);
        Assert.Equal(new(1, last.Attempt, 0, "first "), last);
        while ((await run.QueryAsync(a => a.Answers)).Count == 0) await Task.Delay(5);
        await run.SendAsync(new("two"));
        while ((await run.QueryAsync(a => a.Answers)).Count == 1) await Task.Delay(5);
        // What was said meanwhile is told from what is kept: behind what was heard, and whole.
        var back = HearAsync(streams.ListenAsync(run.Id, last, desk.Client, patience.Token), static s => s is { Question: 3, IsLast: true });
        await run.SendAsync(new("three"));
        var heard = await back;
        Assert.Equal([(1L, 6, "words here", true), (2L, 0, "second words", true)], heard[..2].Select(static s => (s.Question, s.Offset, s.Text, s.IsLast)));
        Assert.Equal("third", string.Concat(heard[2..].Select(static s => s.Text)));
        Assert.All(heard, static s => Assert.False(s.IsAnew));
        await run.SendAsync(new("") { IsEnd = true });
        await desk.ResultAsync<AgentAnswer>(run);
        // Also after the end, and by a process that has said nothing itself.
        Assert.Equal("ird", Assert.Single(await HearAsync(new AgentStreams().ListenAsync(run.Id, heard[^1] with { Offset = 0, Text = "th", IsLast = false }, desk.Client, patience.Token), static _ => true)).Text);
    }

    [Fact]
    public async Task An_answer_that_begins_anew_says_so()
    {
        var streams = new AgentStreams();
        var (breaks, asked) = (new TaskCompletionSource(), 0);
        async IAsyncEnumerable<ChatResponseUpdate> CutOff()
        {
            if (++asked == 1)
            {
                yield return new(ChatRole.Assistant, "never ");
                await breaks.Task;
                throw new IOException("cut off");
            }
            await foreach (var part in new ScriptedModel(ScriptedReply.Say("all of it")).GetStreamingResponseAsync([])) yield return part;
        }
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(new(), new(), (_, t) => new(new(new Model("cut", new StubClient(parts: _ => CutOff()))), t)
        {
            Streams = streams, ModelRetry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) },
        }));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Well?")));
        using var patience = new CancellationTokenSource(Desk.Patience);
        var heard = await HearAsync(streams.ListenAsync(run.Id, null, desk.Client, patience.Token), s =>
        {
            breaks.TrySetResult();
            return s.IsLast;
        });
        Assert.Equal(("never ", false, true), (heard[0].Text, heard[0].IsAnew, heard[1].IsAnew));
        Assert.Equal("all of it", string.Concat(heard[1..].Select(static s => s.Text)));
        Assert.Single(heard, static s => s.IsAnew);
        // Who had heard the beginning of what was cut off is told that it counts no more.
        var back = await HearAsync(new AgentStreams().ListenAsync(run.Id, new(1, 1_000, 0, "never "), desk.Client, patience.Token), static s => s.IsLast);
        Assert.Equal((true, 0, "all of it"), (back[0].IsAnew, back[0].Offset, Assert.Single(back).Text));
        await desk.ResultAsync<AgentAnswer>(run);
    }

    [Fact]
    public async Task Who_says_not_what_was_heard_is_told_too_that_an_answer_begins_anew()
    {
        var streams = new AgentStreams();
        using var patience = new CancellationTokenSource(Desk.Patience);
        var run = RunId.Create(DateTimeOffset.UtcNow, Random.Shared);
        async Task<List<AgentSpeech>> SaidAsync(int attempt, bool isLate, params string[] words)
        {
            var heard = isLate ? null : HearAsync(streams.ListenAsync(run, patience.Token), static s => s.IsLast);
            using (var speaker = streams.Open(run, question: 1, attempt))
            {
                foreach (var word in words) await speaker.SayAsync(new(0, word), default);
                speaker.SaidAll();
            }
            return await (heard ?? HearAsync(streams.ListenAsync(run, patience.Token), static s => s.IsLast));
        }
        // The first attempt, and those that take its place after a crash: in a process that knows nothing of it.
        Assert.All(await SaidAsync(1, isLate: false, "one ", "two"), static s => Assert.False(s.IsAnew));
        streams = new();
        Assert.Equal([(0, true), (4, false), (7, false)], (await SaidAsync(2, isLate: false, "one ", "two")).Select(static s => (s.Offset, s.IsAnew)));
        streams = new();
        Assert.Equal([(0, "one two", true)], (await SaidAsync(2, isLate: true, "one ", "two")).Select(static s => (s.Offset, s.Text, s.IsAnew)));
    }

    [Fact]
    public async Task The_words_of_agents_that_have_ended_do_not_gather()
    {
        var streams = new AgentStreams();
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(new ScriptedModel(static _ => ScriptedReply.Say("a word")), new(), (m, t) => new(m, t) { Streams = streams }));
        var runs = await Task.WhenAll(Enumerable.Range(0, 150).Select(i => desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask($"{i}")))));
        foreach (var run in runs) await desk.ResultAsync<AgentAnswer>(run);
        Assert.InRange(streams.Count, 1, 100);
        // Somebody who listens for nothing leaves nothing behind.
        var before = streams.Count;
        using var over = new CancellationTokenSource();
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => HearAsync(streams.ListenAsync(RunId.Create(DateTimeOffset.UtcNow, Random.Shared), over.Token), static _ => true));
        Assert.Equal(before, streams.Count);
    }
}
