using Holdfast.Agents.Models;

namespace Holdfast.Agents;

/// <summary>A request and what a model answered to it, as a <see cref="Cassette"/> keeps them.</summary>
public sealed class RecordedCall
{
    // How often models were asked, and how long that took, is not what a model says.
    internal RecordedCall(RequestPrint print, ModelReply reply) => (Print, Reply) = (print, reply with { Attempts = [], Cost = null });

    /// <summary>The hash of the request: <see cref="ModelRequest.Hash"/>.</summary>
    public MessageHash Request => Print.Hash;

    /// <summary>The answer, without its attempts and its cost: who plays it has a price of its own.</summary>
    public ModelReply Reply { get; }

    internal RequestPrint Print { get; }

    /// <summary>Records a call.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="reply">What was answered.</param>
    public static RecordedCall Of(ModelRequest request, ModelReply reply)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(reply);
        return new(RequestPrint.Of(request), reply);
    }
}
