using System.Globalization;

namespace Holdfast.Agents;

/// <summary>
/// No model answered. It says who failed and how, and not what a provider said: that may repeat a key or a prompt, and errors are kept and logged. <see cref="Model.OnError"/> is shown it.
/// </summary>
public sealed class ModelException : Exception
{
    internal ModelException(ModelErrorKind kind, IReadOnlyList<ModelAttempt> attempts)
        : base($"No model answered: {string.Join("; ", attempts.Select(Text))}. {Advice(kind)}") => (Kind, Attempts) = (kind, attempts);

    internal ModelException(string message, IReadOnlyList<ModelReply> replies)
        : base(message) => (Kind, Attempts, Replies) = (ModelErrorKind.WrongAnswer, [.. replies.SelectMany(static r => r.Attempts)], replies);

    /// <summary>How the last model failed.</summary>
    public ModelErrorKind Kind { get; }

    /// <summary>Which models were asked, in order.</summary>
    public IReadOnlyList<ModelAttempt> Attempts { get; }

    /// <summary>The answers that were not what was asked for, which have cost something as well; none for other kinds.</summary>
    public IReadOnlyList<ModelReply> Replies { get; } = [];

    /// <summary>Whether the same request may be answered later.</summary>
    public bool IsTransient => Kind is not (ModelErrorKind.Rejected or ModelErrorKind.Unauthorized or ModelErrorKind.WrongAnswer);

    static string Text(ModelAttempt attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{attempt.Model}: {attempt.Error}{(attempt.Status is { } status ? $" (HTTP {status})" : "")} after {attempt.Duration.TotalMilliseconds:0} ms");

    static string Advice(ModelErrorKind kind) => kind switch
    {
        ModelErrorKind.Unauthorized => "Look at the key and the account.",
        ModelErrorKind.Rejected => "Look at what is asked for; Model.OnError is shown what the provider said.",
        _ => "Ask again later; Model.OnError is shown what the providers said.",
    };
}
