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

    /// <summary>Whether there is still room for a call: half of one is none.</summary>
    public bool Fits(RawCall call)
    {
        _left -= BytesOfPiece + Words.BytesOf(call.Id) + Words.BytesOf(call.Tool) + Words.BytesOf(call.Arguments);
        IsOver |= _left < 0;
        return !IsOver;
    }

    /// <summary>What a piece of a stream has at least. Its calls are counted when all is there, for a package has parsed them.</summary>
    public static long BytesOf(ChatResponseUpdate update) => BytesOfPiece + Words.BytesOf(update.Text) + update.Contents.OfType<FunctionCallContent>().Sum(static c => BytesOfPiece + c.Name.Length);

    /// <summary>A stream that was left in the middle, with a reason to.</summary>
    public static ChatResponse Stopped(List<ChatResponseUpdate> updates)
    {
        var response = updates.ToChatResponse();
        response.FinishReason = TooLong;
        return response;
    }
}
