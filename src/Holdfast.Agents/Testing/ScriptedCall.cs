using Microsoft.Extensions.AI;

namespace Holdfast.Agents;

/// <summary>What a <see cref="ScriptedModel"/> was asked.</summary>
/// <param name="Number">Which call of the model's it is, from 1.</param>
/// <param name="Instructions">What the model was to be and to do; empty if nothing was said.</param>
/// <param name="Messages">The conversation as it would have gone to a provider.</param>
/// <param name="Tools">The names of what it might have called.</param>
public sealed record ScriptedCall(int Number, string Instructions, IReadOnlyList<ChatMessage> Messages, IReadOnlyList<string> Tools)
{
    /// <summary>What the last message says: its text, or the results of calls, each in a line. Empty if there is no message.</summary>
    public string LastText => Messages.Count == 0 ? "" : string.Join('\n', Messages[^1].Contents.Select(TextOf).OfType<string>());

    static string? TextOf(AIContent content) => content switch
    {
        TextContent text => text.Text,
        FunctionResultContent result => result.Result?.ToString() ?? "",
        _ => null,
    };
}
