using Holdfast.Storage;
using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>A signal whose type was edited into another one altogether is a dead letter. Once the build runs again that it was sent to, somebody puts it back.</summary>
public sealed class DeadLetterEditTests
{
    const string Source = """
        using System.Text.Json;
        using System.Text.Json.Serialization;
        using Holdfast;
        [JsonConverter(typeof(Plainly))]
        public sealed record Answer(bool Yes);
        public sealed class Plainly : JsonConverter<Answer>
        {
            public override Answer Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => new(reader.GetBoolean());
            public override void Write(Utf8JsonWriter writer, Answer value, JsonSerializerOptions options) => writer.WriteBooleanValue(value.Yes);
        }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                await Receive(new Signal<string>("on"));
                var answer = await Receive(new Signal<Answer>("go"));
                await Receive(new Signal<string>("end"));
                return $"{answer.Yes}";
            }
        }
        """;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_dead_letter_of_an_edited_type_is_put_back_once_its_own_build_runs_again(bool release)
    {
        using var builds = new EditedBuilds();
        var original = EditedBuilds.Original(Source, release);
        var id = await builds.ParkAsync(original, 1, "signal 'on'");
        await using (var world = await builds.StartAsync(original)) await world.Client.GetRun(id).SignalAsync(new Signal<bool>("go"), true, dedupKey: "sent");

        DeadLetter first, second;
        await using (var world = await builds.StartAsync(EditedBuilds.Edited(Source, new("[JsonConverter(typeof(Plainly))]", ""), release)))
        {
            var run = world.Client.GetRun(id);
            await run.SignalAsync(new Signal<string>("on"), "on");
            first = await DeadAsync(world, id, not: 0);
            // Of a build that cannot take it, it comes back under another number.
            await world.Client.RedeliverAsync(first);
            second = await DeadAsync(world, id, not: first.Mail.Sequence);
            Assert.Equal((first.Mail.Name, first.Reason, "true"), (second.Mail.Name, second.Reason, System.Text.Encoding.UTF8.GetString(second.Mail.Payload.Span)));
            Assert.Equal("signal 'go'", (await run.GetInfoAsync()).Waiting);
        }

        await using var old = await builds.StartAsync(original);
        var waiting = old.Client.GetRun(id);
        await RefusedAsync(HoldfastError.DeadLetterRedelivered, () => old.Client.RedeliverAsync(first));
        await RefusedAsync(HoldfastError.UnknownDeadLetter, () => old.Client.RedeliverAsync(id, second.Mail.Sequence + 100));
        await RefusedAsync(HoldfastError.UnknownRun, () => old.Client.RedeliverAsync(default, second.Mail.Sequence));
        // Whoever sends it again is still told that it is there.
        await waiting.SignalAsync(new Signal<bool>("go"), false, dedupKey: "sent");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await old.Client.RedeliverAsync(second);
            }
            catch (HoldfastException error) when (error.Error == HoldfastError.DeadLetterRedelivered)
            {
                // One of the four did it.
            }
        }));
        await old.UntilAsync(waiting, static i => i.Waiting == "signal 'end'");
        Assert.Empty(await old.Client.ListDeadLettersAsync(id));
        await waiting.SignalAsync(new Signal<string>("end"), "end");
        Assert.Equal("True", await old.ResultAsync<string>(waiting));
        // Delivered three times, and taken once.
        var lines = await waiting.ReadJournalAsync();
        Assert.Equal((3, 2), (lines.Count(static l => l is { What: "SignalReceived", Text: "go" }), lines.Count(static l => l.What == "DeadLetter")));
        await RefusedAsync(HoldfastError.RunFinished, () => old.Client.RedeliverAsync(second));
    }

    static async Task<DeadLetter> DeadAsync(World world, RunId run, long not)
    {
        var deadline = DateTime.UtcNow + World.Patience;
        while (true)
        {
            if (await world.Client.ListDeadLettersAsync(run) is [var letter] && letter.Mail.Sequence != not) return letter;
            Assert.True(DateTime.UtcNow < deadline, "There is no dead letter.");
            await Task.Delay(5);
        }
    }

    static async Task RefusedAsync(HoldfastError error, Func<Task> call) => Assert.Equal(error, (await Assert.ThrowsAsync<HoldfastException>(call)).Error);
}
