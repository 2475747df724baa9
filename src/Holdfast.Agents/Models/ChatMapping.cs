using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Agents.Conversation;
using Holdfast.Agents.Schemas;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Models;

/// <summary>A request as it goes to an <see cref="IChatClient"/>: such that every provider takes it, wherever the conversation was held before.</summary>
static class ChatMapping
{
    /// <summary>What is said of a tool that is not there any more, with the schema that stands beside it, in bytes at most.</summary>
    public const int LostToolBytes = 128;

    const int ProviderIdLengthMax = 40;
    const string LostTool = "It is not there any more.";

    static readonly JsonElement s_anyObject = JsonSerializer.Deserialize<JsonElement>("""{"type":"object","properties":{}}""");

    public static List<ChatMessage> Messages(ModelRequest request)
    {
        var chat = new List<ChatMessage>();
        foreach (var message in request.Messages)
        {
            switch (message)
            {
                case UserMessage user: chat.Add(new(ChatRole.User, Visible(user.From is null ? user.Text : $"From {user.From}:\n{user.Text}"))); break;
                // Not as the system: some providers would take it to the front, before all that it is about.
                case Note note: chat.Add(new(ChatRole.User, $"Note:\n{note.Text}")); break;
                case AssistantMessage assistant:
                    if (Contents(assistant) is { Count: > 0 } contents) chat.Add(new(ChatRole.Assistant, contents));
                    break;
                // The results of one exchange stand in one message, as all providers take them.
                case ToolResult result when chat[^1].Role == ChatRole.Tool: chat[^1].Contents.Add(Content(result)); break;
                case ToolResult result: chat.Add(new(ChatRole.Tool, [Content(result)])); break;
                default: throw new InvalidOperationException($"There is no chat message for a {message.GetType().Name}.");
            }
        }
        return chat;
    }

    public static ChatOptions Options(ModelRequest request)
    {
        AITool[] tools = [
            .. request.Tools.Select(static tool => AIFunctionFactory.CreateDeclaration(tool.Name, tool.Description, Json(tool.Schema), null)),
            .. request.LostTools.Select(static name => AIFunctionFactory.CreateDeclaration(name, LostTool, s_anyObject, null))];
        return Options(request, tools);
    }

    static ChatOptions Options(ModelRequest request, AITool[] tools) => new()
    {
        Instructions = request.Instructions.Length == 0 ? null : request.Instructions,
        Temperature = request.Options.Temperature,
        MaxOutputTokens = request.Options.OutputTokensMax,
        ResponseFormat = request.Options.Answer is { } answer ? ChatResponseFormat.ForJsonSchema(Json(answer), "answer") : null,
        ToolMode = tools.Length == 0 || (request.MayCall && request.Tools.Count > 0) ? null : ChatToolMode.None,
        Tools = tools.Length == 0 ? null : tools,
    };

    static List<AIContent> Contents(AssistantMessage message)
    {
        var contents = new List<AIContent>();
        // An empty text is refused by some providers; a message without anything is left out.
        if (!string.IsNullOrWhiteSpace(message.Text)) contents.Add(new TextContent(message.Text));
        contents.AddRange(message.Calls.Select(static call => new FunctionCallContent(ProviderId(call.Id), call.Tool, Arguments(call.Arguments))));
        return contents;
    }

    static FunctionResultContent Content(ToolResult result) => new(ProviderId(result.CallId), result.Text)
    {
        // How the seam says that it is an error. Only that it is one goes out.
        Exception = result.IsError ? new InvalidOperationException("The call failed.") : null,
    };

    static Dictionary<string, object?> Arguments(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(static p => p.Name, static p => (object?)p.Value.Clone(), StringComparer.Ordinal);
    }

    /// <summary>An id that every provider takes: one that comes from another provider may not be.</summary>
    static string ProviderId(string id) =>
        id.Length <= ProviderIdLengthMax && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? id
        : $"call_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..32]}";

    static string Visible(string text) => string.IsNullOrWhiteSpace(text) ? "(nothing)" : text;

    static JsonElement Json(JsonSchema schema)
    {
        using var document = JsonDocument.Parse(SchemaWriter.Write(schema.Root, namesDialect: false));
        return document.RootElement.Clone();
    }
}
