using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Models;

/// <summary>
/// An attempt in traces and metrics, by the names of OpenTelemetry's conventions for generative AI; source and meter are named <c>Holdfast.Agents</c>. No message, no argument and nothing of an error's
/// words is in them.
/// </summary>
/// <remarks>Whoever listens is called in the middle of the work; what that throws is kept from it.</remarks>
sealed class ModelTrace : IDisposable
{
    public const string Name = "Holdfast.Agents";

    const string Operation = "chat";

    static readonly ActivitySource s_activities = new(Name);
    static readonly Meter s_meter = new(Name);
    static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>("gen_ai.client.operation.duration", "s", "How long a model took to answer or to fail.");
    static readonly Histogram<long> s_tokens = s_meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}", "Tokens of requests and answers.");

    readonly Activity? _activity;
    readonly TagList _tags;

    ModelTrace(Model model)
    {
        var metadata = Metadata(model);
        var name = metadata?.DefaultModelId ?? model.Name;
        _tags = [new("gen_ai.operation.name", Operation), new("gen_ai.provider.name", metadata?.ProviderName ?? "unknown"), new("gen_ai.request.model", name)];
        _activity = s_activities.StartActivity($"{Operation} {name}", ActivityKind.Client, default(ActivityContext), _tags);
    }

    ModelTrace()
    {
    }

    public static ModelTrace Begin(Model model)
    {
        try
        {
            return new(model);
        }
        catch (Exception)
        {
            return new();
        }
    }

    public void Answered(ChatResponse response, ModelReply reply, TimeSpan duration) => Guarded(() =>
    {
        var tags = _tags;
        tags.Add("gen_ai.response.model", response.ModelId ?? reply.Model);
        s_duration.Record(duration.TotalSeconds, tags);
        Count(tags, "input", reply.Usage.InputTokens);
        Count(tags, "output", reply.Usage.OutputTokens);
        _activity?.SetTag("gen_ai.response.model", response.ModelId ?? reply.Model);
        _activity?.SetTag("gen_ai.response.finish_reasons", response.FinishReason is { } reason ? new[] { reason.Value } : null);
        _activity?.SetTag("gen_ai.usage.input_tokens", reply.Usage.InputTokens);
        _activity?.SetTag("gen_ai.usage.output_tokens", reply.Usage.OutputTokens);
        _activity?.SetTag("gen_ai.usage.cache_read.input_tokens", reply.Usage.CachedTokens);
    });

    public void Failed(ModelErrorKind kind, TimeSpan duration) => Guarded(() => End(kind.ToString(), duration));

    /// <summary>The caller has given up, or code of the caller's has failed.</summary>
    public void Abandoned(TimeSpan duration) => Guarded(() => End("Abandoned", duration));

    public void Dispose() => Guarded(() => _activity?.Dispose());

    void End(string error, TimeSpan duration)
    {
        var tags = _tags;
        tags.Add("error.type", error);
        s_duration.Record(duration.TotalSeconds, tags);
        _activity?.SetTag("error.type", error);
        _activity?.SetStatus(ActivityStatusCode.Error);
    }

    static void Count(TagList tags, string type, long? tokens)
    {
        if (tokens is null) return;
        tags.Add("gen_ai.token.type", type);
        s_tokens.Record(tokens.Value, tags);
    }

    static ChatClientMetadata? Metadata(Model model) => model.Client.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;

    static void Guarded(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception)
        {
            // The listener's affair.
        }
    }
}
