using Holdfast.Agents.Models;

namespace Holdfast.Agents;

/// <summary>A request and what a model answered to it, or how it failed, as a <see cref="Cassette"/> keeps them.</summary>
public sealed class RecordedCall
{
    // How often models were asked, and how long that took, is not what a model says.
    internal RecordedCall(RequestPrint print, ModelReply? reply, ModelErrorKind? error) => (Print, Reply, Error) = (print, reply is null ? null : reply with { Attempts = [], Cost = null }, reply is null ? error : null);

    /// <summary>The hash of the request: <see cref="ModelRequest.Hash"/>.</summary>
    public MessageHash Request => Print.Hash;

    /// <summary>The answer, without its attempts and its cost: who plays it has a price of its own. Null where no model answered.</summary>
    public ModelReply? Reply { get; }

    /// <summary>How the last model failed, where none answered; null where one did.</summary>
    public ModelErrorKind? Error { get; }

    internal RequestPrint Print { get; }

    /// <summary>Records a call.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="reply">What was answered.</param>
    public static RecordedCall Of(ModelRequest request, ModelReply reply)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(reply);
        return new(RequestPrint.Of(request), reply, null);
    }

    /// <summary>Records a call that no model answered: it fails in the same way when it is played.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="error">How it failed, as <see cref="ModelException.Kind"/> says.</param>
    public static RecordedCall Failure(ModelRequest request, ModelErrorKind error)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Enum.IsDefined(error)) throw new ArgumentOutOfRangeException(nameof(error), error, "There is no such kind of failure.");
        return new(RequestPrint.Of(request), null, error);
    }
}

/// <summary>What a recording of a failure is played as.</summary>
sealed class RecordedFailureException(ModelErrorKind kind) : Exception($"It was recorded that the model failed: {kind}.")
{
    public ModelErrorKind Kind { get; } = kind;
}
