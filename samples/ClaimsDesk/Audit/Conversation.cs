using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaimsDesk;

/// <summary>A call of a conversation with its result; one of the two is null where it is alone.</summary>
sealed record CallAndResult(string? Tool, string? Arguments, string? Result, bool IsError)
{
    public bool IsOrphan => Tool is null || Result is null;
}

/// <summary>A whole conversation, as it stands in the file, read message by message.</summary>
sealed partial class Conversation
{
    public required string Run { get; init; }

    /// <summary>Whose claim it is about; 0 if it does not say.</summary>
    public int Row { get; private set; }

    public List<CallAndResult> Calls { get; } = [];

    /// <summary>Whether the model has the last word, and calls nothing with it.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>What cannot be read in it.</summary>
    public List<string> Problems { get; } = [];

    public static Conversation Read(string run, IEnumerable<HistoryRow> rows)
    {
        var conversation = new Conversation { Run = run };
        Dictionary<string, int> open = new(StringComparer.Ordinal);
        foreach (var (at, row) in rows.Index())
        {
            if (row.Number != at) conversation.Problems.Add($"message {row.Number} stands at {at}");
            if (!row.IsWhole) conversation.Problems.Add($"message {row.Number} is not what its hash says");
            else conversation.Take(at, JsonDocument.Parse(row.Body!).RootElement, open);
        }
        return conversation;
    }

    void Take(int at, JsonElement message, Dictionary<string, int> open)
    {
        var kind = message.GetProperty("kind").GetString();
        // A result belongs to the message right before it and its fellows; what any other message leaves open stays so.
        if (kind != "result") open.Clear();
        IsEnded = false;
        if (kind == "user" && at == 0 && Claim().Match(message.GetProperty("text").GetString()!) is { Success: true } claim)
            Row = int.Parse(claim.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        if (kind == "assistant")
        {
            foreach (var call in message.GetProperty("calls").EnumerateArray())
            {
                open[call.GetProperty("id").GetString()!] = Calls.Count;
                Calls.Add(new(call.GetProperty("tool").GetString(), call.GetProperty("arguments").GetString(), null, false));
            }
            IsEnded = open.Count == 0;
        }
        if (kind != "result") return;
        var (text, isError) = (message.GetProperty("text").GetString(), message.GetProperty("error").GetBoolean());
        if (open.Remove(message.GetProperty("call").GetString()!, out var index)) Calls[index] = Calls[index] with { Result = text, IsError = isError };
        else Calls.Add(new(null, null, text, isError));
    }

    [GeneratedRegex("^Handle claim ([0-9]+):")]
    private static partial Regex Claim();
}
