using Holdfast.Agents.Conversation;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Models;

/// <summary>Counts the bytes of an answer while it is taken over, and says where it becomes too long.</summary>
/// <param name="bytesMax">How many it may have.</param>
sealed class ReplyBounds(long bytesMax)
{
    /// <summary>Of an answer that was not listened to any further, as a recording of it plays that again.</summary>
    public static readonly ChatFinishReason TooLong = new("too_long");

    /// <summary>Some packages put the pieces of calls together themselves, and show empty ones meanwhile. A piece has a token at least, or nothing.</summary>
    const int BytesOfPiece = 8;

    /// <summary>What is kept of a name or an id, to be recognised by.</summary>
    const int NameBytesMax = 128;

    long _left = bytesMax;

    public bool IsOver { get; private set; }

    /// <summary>The part of a text that still has room.</summary>
    public string Fitting(string text)
    {
        var bytes = Words.BytesOf(text);
        if (bytes <= _left)
        {
            _left -= bytes;
            return text;
        }
        IsOver = true;
        return Words.Beginning(text, _left);
    }

    /// <summary>The call, or as much of it as there is room for: it is a proposal all the same, and nothing of an answer that is too long is done.</summary>
    public RawCall Fitting(RawCall call)
    {
        var bytes = BytesOfPiece + Words.BytesOf(call.Id) + Words.BytesOf(call.Tool) + Words.BytesOf(call.Arguments);
        if (bytes <= _left)
        {
            _left -= bytes;
            return call;
        }
        IsOver = true;
        return new(Words.Beginning(call.Id, NameBytesMax), Words.Beginning(call.Tool, NameBytesMax), Words.Beginning(call.Arguments, _left));
    }

    /// <summary>What a piece of a stream has at least. The arguments of its calls are counted when all is there, for a package has parsed them.</summary>
    public static long BytesOf(ChatResponseUpdate update) => BytesOfPiece + update.Contents.Sum(static content => content switch
    {
        TextContent said => Words.BytesOf(said.Text),
        TextReasoningContent thought => Words.BytesOf(thought.Text),
        FunctionCallContent call => BytesOfPiece + Words.BytesOf(call.CallId) + Words.BytesOf(call.Name),
        DataContent data => data.Data.Length,
        _ => 0,
    });

    /// <summary>A stream that was left in the middle, with a reason to. What it took nobody knows: whatever was said of it on the way was not the last word.</summary>
    public static ChatResponse Stopped(List<ChatResponseUpdate> updates)
    {
        var response = updates.ToChatResponse();
        response.FinishReason = TooLong;
        response.Usage = null;
        return response;
    }
}
