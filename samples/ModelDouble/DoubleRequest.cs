using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelDouble;

/// <summary>Whose wire format a request came in.</summary>
public enum WireFormat
{
    /// <summary>Chat completions, as OpenAI and most local servers speak.</summary>
    OpenAi,

    /// <summary>Messages, as Anthropic speaks.</summary>
    Anthropic,
}

/// <summary>What was asked, in either format.</summary>
/// <param name="Number">Which request it is, from 1.</param>
/// <param name="Format">The format.</param>
/// <param name="Model">The model's name.</param>
/// <param name="IsStreaming">Whether the answer is to come piece by piece.</param>
/// <param name="Asked">What the model sees.</param>
/// <param name="Hash">The SHA-256 of that: the same question has the same hash in both formats.</param>
public sealed record DoubleRequest(int Number, WireFormat Format, string Model, bool IsStreaming, Question Asked, string Hash);

/// <summary>What a model sees.</summary>
/// <param name="Instructions">What it is to be and to do.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Tools">The names of what it may call.</param>
public sealed record Question(string Instructions, IReadOnlyList<Turn> Messages, IReadOnlyList<string> Tools)
{
    /// <summary>The text of the last message.</summary>
    public string LastText => Messages.Count == 0 ? "" : string.Join('\n', Messages[^1].Results.Select(static r => r.Text).Prepend(Messages[^1].Text).Where(static t => t.Length > 0));

    /// <summary>What both formats can say of it: turns of one side stand together, arguments have no spaces, and whether a result is an error is left out.</summary>
    internal Question Plain()
    {
        var turns = new List<Turn>();
        foreach (var turn in Messages.Select(static turn => turn.Plain()))
        {
            if (turns is [.., var last] && last.Role == turn.Role) turns[^1] = last.With(turn);
            else turns.Add(turn);
        }
        return this with { Messages = turns };
    }
}

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: user, assistant or system.</param>
/// <param name="Text">What is said.</param>
/// <param name="Calls">What is called.</param>
/// <param name="Results">What came of calls.</param>
public sealed record Turn(string Role, string Text, IReadOnlyList<DoubleCall> Calls, IReadOnlyList<DoubleResult> Results)
{
    internal Turn Plain() => this with
    {
        Text = Text.Trim(),
        Calls = [.. Calls.Select(static call => call with { Arguments = Compact(call.Arguments) })],
        Results = [.. Results.Select(static result => result with { IsError = false })],
    };

    internal Turn With(Turn next) => new(Role, string.Join('\n', new[] { Text, next.Text }.Where(static text => text.Length > 0)), [.. Calls, .. next.Calls], [.. Results, .. next.Results]);

    static string Compact(string arguments)
    {
        try
        {
            return JsonNode.Parse(arguments)?.ToJsonString() ?? arguments;
        }
        catch (JsonException)
        {
            return arguments;
        }
    }
}

/// <summary>A call of a tool.</summary>
/// <param name="Id">By what its result names it.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">The text of the arguments.</param>
public sealed record DoubleCall(string Id, string Tool, string Arguments);

/// <summary>What came of a call.</summary>
/// <param name="Id">The call's.</param>
/// <param name="Text">The result.</param>
/// <param name="IsError">Whether it is one, where the format can say.</param>
public sealed record DoubleResult(string Id, string Text, bool IsError);
