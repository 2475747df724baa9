using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Tests;

/// <summary>Attempts are seen by OpenTelemetry's names, and nothing that was said is.</summary>
public sealed class TraceTests
{
    const string Canary = "canary-of-the-trace";

    static readonly ModelRequest Request = new(Canary, [new UserMessage(Canary), new AssistantMessage(Canary, new ToolCall("c", "pay", $"{{\"a\":\"{Canary}\"}}")), new ToolResult("c", "pay", Canary)]);

    [Fact]
    public async Task An_attempt_is_a_span_and_a_measurement_by_the_names_of_the_conventions()
    {
        // Tests run side by side, and listeners hear all of them: each looks for the name of its own model.
        var name = $"model-{Guid.NewGuid():N}";
        var spans = new ConcurrentQueue<Activity>();
        var measured = new ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)>();
        using var listener = Listen(name, spans);
        using var meter = Listen(name, measured);
        var metadata = new ChatClientMetadata("somebody", new("http://127.0.0.1"), name);
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, Canary)) { ModelId = "answered", FinishReason = ChatFinishReason.Stop, Usage = new() { InputTokenCount = 10, OutputTokenCount = 5, CachedInputTokenCount = 4 } };
        var outcomes = new Queue<Func<ChatResponse>>([() => throw new HttpRequestException(Canary, null, System.Net.HttpStatusCode.TooManyRequests), () => response]);
        var model = new Model("mine", new StubClient(_ => Task.FromResult(outcomes.Dequeue()()), metadata: metadata));
        await Assert.ThrowsAsync<ModelException>(() => model.AskAsync(Request));
        await model.AskAsync(Request);

        var tags = spans.Select(static s => s.TagObjects.ToDictionary(static t => t.Key, static t => t.Value)).ToList();
        Assert.All(spans, span => Assert.Equal(($"chat {name}", ActivityKind.Client), (span.DisplayName, span.Kind)));
        Assert.All(tags, span => Assert.Equal(("chat", "somebody", name), (span["gen_ai.operation.name"], span["gen_ai.provider.name"], span["gen_ai.request.model"])));
        Assert.Equal(("RateLimited", ActivityStatusCode.Error), (tags[0]["error.type"], spans.First().Status));
        Assert.Equal(("answered", 10L, 5L, 4L), (tags[1]["gen_ai.response.model"], tags[1]["gen_ai.usage.input_tokens"], tags[1]["gen_ai.usage.output_tokens"], tags[1]["gen_ai.usage.cache_read.input_tokens"]));
        Assert.Equal(["stop"], (string[])tags[1]["gen_ai.response.finish_reasons"]!);
        Assert.Equal(2, measured.Count(static m => m.Name == "gen_ai.client.operation.duration"));
        Assert.Equal([("input", 10d), ("output", 5d)], measured.Where(static m => m.Name == "gen_ai.client.token.usage").Select(static m => ((string)m.Tags["gen_ai.token.type"]!, m.Value)).Order());

        var all = string.Join('\n', tags.SelectMany(static t => t).Concat(measured.SelectMany(static m => m.Tags)).Select(static t => Convert.ToString(t.Value, CultureInfo.InvariantCulture)).Concat(spans.Select(static s => $"{s.DisplayName} {s.StatusDescription} {s.Events.Count()}")));
        Assert.DoesNotContain(Canary, all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_throws_takes_no_answer_away()
    {
        var name = $"model-{Guid.NewGuid():N}";
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Holdfast.Agents",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Name.EndsWith(name, StringComparison.Ordinal) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                if (span.DisplayName.EndsWith(name, StringComparison.Ordinal)) throw new InvalidOperationException();
            },
        };
        ActivitySource.AddActivityListener(listener);
        Assert.Equal("Hello.", (await new Model(name, new ScriptedModel(ScriptedReply.Say("Hello."))).AskAsync(Request)).Text);
    }

    static ActivityListener Listen(string name, ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Holdfast.Agents",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.DisplayName.EndsWith(name, StringComparison.Ordinal)) spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    static MeterListener Listen(string name, ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Holdfast.Agents") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument.Name, value, tags));
        listener.Start();
        return listener;

        void Keep(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var all = tags.ToArray().ToDictionary(static t => t.Key, static t => t.Value);
            if (all["gen_ai.request.model"] as string == name) measured.Enqueue((instrument, value, all));
        }
    }
}
