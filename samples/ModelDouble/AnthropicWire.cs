using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelDouble;

/// <summary>Messages.</summary>
sealed partial class AnthropicWire : Wire
{
    /// <summary>No text that is said can have it.</summary>
    readonly string _place = Guid.NewGuid().ToString();

    public override WireFormat Format => WireFormat.Anthropic;

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex Plain();

    public override Question Read(JsonElement body) => new(
        TextOf(Member(body, "system")),
        [.. Items(body, "messages").Select(Turn)],
        [.. Items(body, "tools").Select(static t => t.GetProperty("name").GetString()!)]);

    public override string? Refuse(Question question)
    {
        if (question.Messages.FirstOrDefault(static m => string.IsNullOrWhiteSpace(m.Text) && m.Calls.Count + m.Results.Count == 0) is { } empty) return $"a message of the {empty.Role} has no text";
        if (question.Messages.SelectMany(static m => m.Calls).FirstOrDefault(static c => !Plain().IsMatch(c.Id) || !Plain().IsMatch(c.Tool)) is { } odd) return $"'{odd.Id}' or '{odd.Tool}' has a character that is not allowed";
        if (question.Tools.Count == 0 && question.Messages.Any(static m => m.Calls.Count + m.Results.Count > 0)) return "requests which include tool_use or tool_result blocks must define tools";
        return Unpaired(question);
    }

    public override string Whole(DoubleRequest request, DoubleReply reply)
    {
        var content = new JsonArray();
        if (reply.Text.Length > 0) content.Add(new JsonObject { ["type"] = "text", ["text"] = reply.Text });
        foreach (var call in reply.Calls) content.Add(new JsonObject { ["type"] = "tool_use", ["id"] = call.Id, ["name"] = call.Tool, ["input"] = _place });
        // Arguments go out letter by letter, with all that a writer of JSON would not let pass.
        var around = Message(request, content, Reason(reply), Usage(reply)).ToJsonString().Split($"\"{_place}\"");
        return string.Concat(around.Zip(reply.Calls.Select(static c => Input(c.Arguments)).Append(""), static (text, input) => text + input));
    }

    public override IEnumerable<string> Events(DoubleRequest request, DoubleReply reply)
    {
        yield return Event("message_start", new() { ["message"] = Message(request, [], null, reply.Fault == Fault.NoUsage ? Usage(reply) : Usage(reply with { OutputTokens = 1 })) });
        var at = 0;
        if (reply.Text.Length > 0)
        {
            yield return Event("content_block_start", new() { ["index"] = at, ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" } });
            foreach (var word in Words(reply.Text)) yield return Event("content_block_delta", new() { ["index"] = at, ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = word } });
            yield return Event("content_block_stop", new() { ["index"] = at++ });
        }
        foreach (var call in reply.Calls)
        {
            yield return Event("content_block_start", new() { ["index"] = at, ["content_block"] = new JsonObject { ["type"] = "tool_use", ["id"] = call.Id, ["name"] = call.Tool, ["input"] = new JsonObject() } });
            foreach (var piece in Pieces(call.Arguments)) yield return Event("content_block_delta", new() { ["index"] = at, ["delta"] = new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = piece } });
            yield return Event("content_block_stop", new() { ["index"] = at++ });
        }
        var end = new JsonObject { ["delta"] = new JsonObject { ["stop_reason"] = Reason(reply), ["stop_sequence"] = null }, ["usage"] = new JsonObject { ["output_tokens"] = reply.OutputTokens } };
        yield return Event("message_delta", end);
        yield return Event("message_stop", []);
    }

    public override JsonObject Error(string type, string message) => new() { ["type"] = "error", ["error"] = new JsonObject { ["type"] = type, ["message"] = message } };

    static Turn Turn(JsonElement message)
    {
        var content = Member(message, "content");
        List<JsonElement> parts = content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray()] : [];
        return new(
            message.GetProperty("role").GetString()!,
            TextOf(content),
            [.. parts.Where(static p => TypeOf(p) == "tool_use").Select(static p => new DoubleCall(p.GetProperty("id").GetString()!, p.GetProperty("name").GetString()!, p.GetProperty("input").GetRawText()))],
            [.. parts.Where(static p => TypeOf(p) == "tool_result").Select(static p => new DoubleResult(p.GetProperty("tool_use_id").GetString()!, TextOf(Member(p, "content")), Member(p, "is_error").ValueKind == JsonValueKind.True))]);
    }

    static JsonObject Message(DoubleRequest request, JsonArray content, string? reason, JsonObject usage) => new()
    {
        ["id"] = $"msg_{request.Number}",
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = request.Model,
        ["content"] = content,
        ["stop_reason"] = reason,
        ["stop_sequence"] = null,
        ["usage"] = usage,
    };

    static string Event(string type, JsonObject data)
    {
        data.Insert(0, "type", type);
        return $"event: {type}\ndata: {data.ToJsonString()}\n\n";
    }

    /// <summary>In a whole answer arguments are a value; what is none can only be a text.</summary>
    static string Input(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return arguments;
        }
        catch (JsonException)
        {
            return JsonSerializer.Serialize(arguments);
        }
    }

    /// <summary>This format counts what came from the cache beside the input.</summary>
    static JsonObject Usage(DoubleReply reply) => reply.Fault == Fault.NoUsage
        ? new() { ["input_tokens"] = 0, ["output_tokens"] = 0 }
        : new() { ["input_tokens"] = reply.InputTokens - reply.CachedTokens, ["output_tokens"] = reply.OutputTokens, ["cache_read_input_tokens"] = reply.CachedTokens, ["cache_creation_input_tokens"] = 0 };

    static string Reason(DoubleReply reply) => reply.Calls.Count > 0 ? "tool_use" : "end_turn";
}
