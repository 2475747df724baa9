using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelDouble;

/// <summary>Chat completions.</summary>
sealed class OpenAiWire : Wire
{
    public override WireFormat Format => WireFormat.OpenAi;

    public override Question Read(JsonElement body)
    {
        var messages = Items(body, "messages").ToList();
        return new(
            string.Join('\n', messages.Where(IsSystem).Select(static m => TextOf(Member(m, "content")))),
            [.. messages.Where(static m => !IsSystem(m)).Select(Turn)],
            [.. Items(body, "tools").Select(static t => t.GetProperty("function").GetProperty("name").GetString()!)]);
    }

    public override string? Refuse(Question question) => Unpaired(question);

    public override string Whole(DoubleRequest request, DoubleReply reply)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = reply.Text.Length == 0 ? null : reply.Text };
        if (reply.Calls.Count > 0) message["tool_calls"] = new JsonArray([.. reply.Calls.Select(static call => Call(call.Id, call.Tool, call.Arguments))]);
        var answer = Head(request, "chat.completion");
        answer["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["finish_reason"] = Reason(reply) });
        if (reply.Fault != Fault.NoUsage) answer["usage"] = Usage(reply);
        return answer.ToJsonString();
    }

    public override IEnumerable<string> Events(DoubleRequest request, DoubleReply reply)
    {
        yield return Event(request, new() { ["role"] = "assistant", ["content"] = "" });
        foreach (var word in Words(reply.Text)) yield return Event(request, new() { ["content"] = word });
        foreach (var (at, call) in reply.Calls.Index())
        {
            yield return Event(request, Delta(at, Call(call.Id, call.Tool, "")));
            foreach (var piece in Pieces(call.Arguments)) yield return Event(request, Delta(at, new() { ["function"] = new JsonObject { ["arguments"] = piece } }));
        }
        yield return Event(request, [], Reason(reply));
        if (reply.Fault != Fault.NoUsage)
        {
            var last = Head(request, "chat.completion.chunk");
            last["choices"] = new JsonArray();
            last["usage"] = Usage(reply);
            yield return $"data: {last.ToJsonString()}\n\n";
        }
        yield return "data: [DONE]\n\n";
    }

    public override JsonObject Error(string type, string message) => new() { ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["code"] = type, ["param"] = null } };

    static bool IsSystem(JsonElement message) => message.GetProperty("role").GetString() is "system" or "developer";

    static Turn Turn(JsonElement message)
    {
        var role = message.GetProperty("role").GetString()!;
        var text = TextOf(Member(message, "content"));
        if (role == "tool") return new("user", "", [], [new(message.GetProperty("tool_call_id").GetString()!, text, false)]);
        return new(role, text, [.. Items(message, "tool_calls").Select(static call => new DoubleCall(
            call.GetProperty("id").GetString()!, call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function").GetProperty("arguments").GetString()!))], []);
    }

    static JsonObject Call(string id, string tool, string arguments) => new() { ["id"] = id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = arguments } };

    static JsonObject Delta(int at, JsonObject call)
    {
        call["index"] = at;
        return new() { ["tool_calls"] = new JsonArray(call) };
    }

    static string Event(DoubleRequest request, JsonObject delta, string? reason = null)
    {
        var chunk = Head(request, "chat.completion.chunk");
        chunk["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = reason });
        return $"data: {chunk.ToJsonString()}\n\n";
    }

    static JsonObject Head(DoubleRequest request, string kind) => new() { ["id"] = $"chatcmpl-{request.Number}", ["object"] = kind, ["created"] = 1_800_000_000, ["model"] = request.Model };

    static JsonObject Usage(DoubleReply reply) => new()
    {
        ["prompt_tokens"] = reply.InputTokens,
        ["completion_tokens"] = reply.OutputTokens,
        ["total_tokens"] = reply.InputTokens + reply.OutputTokens,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = reply.CachedTokens },
    };

    static string Reason(DoubleReply reply) => reply.Calls.Count > 0 ? "tool_calls" : "stop";
}
