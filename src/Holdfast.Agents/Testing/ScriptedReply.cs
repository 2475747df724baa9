namespace Holdfast.Agents;

/// <summary>What a <see cref="ScriptedModel"/> answers, and what it expects to be asked.</summary>
public sealed record ScriptedReply
{
    ScriptedReply()
    {
    }

    /// <summary>What it says.</summary>
    public string Text { get; init; } = "";

    /// <summary>What it calls. A call without an id is given one.</summary>
    public IReadOnlyList<RawCall> Calls { get; init; } = [];

    /// <summary>What it says that it took.</summary>
    /// <value>Ten tokens in and five out, none from a cache.</value>
    public Usage Usage { get; init; } = new(10, 5, 0);

    /// <summary>Why it stops; null for what follows from the calls.</summary>
    public FinishReason? FinishReason { get; init; }

    internal Exception? Error { get; private init; }

    internal IReadOnlyList<Func<ScriptedCall, string?>> Expectations { get; private init; } = [];

    /// <summary>It speaks.</summary>
    /// <param name="text">What it says.</param>
    public static ScriptedReply Say(string text) => new() { Text = text };

    /// <summary>It calls a tool.</summary>
    /// <param name="tool">The tool's name; need not be that of a tool.</param>
    /// <param name="arguments">The text of the arguments; need not be JSON.</param>
    public static ScriptedReply Call(string tool, string arguments) => new ScriptedReply().AndCall(tool, arguments);

    /// <summary>It fails.</summary>
    /// <param name="error">What its client throws.</param>
    public static ScriptedReply Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new() { Error = error };
    }

    /// <summary>It calls one tool more in the same answer.</summary>
    /// <inheritdoc cref="Call"/>
    public ScriptedReply AndCall(string tool, string arguments)
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(arguments);
        return this with { Calls = [.. Calls, new("", tool, arguments)] };
    }

    /// <summary>It answers only if the last message says this: what somebody said, or the results of calls, each in a line.</summary>
    /// <param name="text">What the message has to say.</param>
    public ScriptedReply After(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return this with { Expectations = [.. Expectations, call => call.LastText == text ? null : $"the last message is not what it should be: {Testing.Difference.Of(text, call.LastText)}"] };
    }

    /// <summary>It answers only if this holds.</summary>
    /// <param name="what">What must hold, for whoever reads that it did not.</param>
    /// <param name="holds">The check.</param>
    public ScriptedReply When(string what, Func<ScriptedCall, bool> holds)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(what);
        ArgumentNullException.ThrowIfNull(holds);
        return this with { Expectations = [.. Expectations, call => holds(call) ? null : $"this does not hold: {what}"] };
    }
}
