namespace ModelDouble;

/// <summary>What goes wrong.</summary>
public enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>429, with a retry-after.</summary>
    RateLimited,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>401, with the key in the error's words, as a careless provider does it.</summary>
    Unauthorized,

    /// <summary>Nothing more comes, and the connection stays.</summary>
    Hang,

    /// <summary>The connection breaks in the middle of the answer.</summary>
    HalfAnswer,

    /// <summary>The answer ends in the middle, and the connection as if that were all.</summary>
    QuietEnd,

    /// <summary>The arguments of the last call are cut off.</summary>
    MalformedArguments,

    /// <summary>All calls have one id.</summary>
    SameIds,

    /// <summary>No call has an id.</summary>
    EmptyIds,

    /// <summary>The first call is one of a tool that there is not.</summary>
    UnknownTool,

    /// <summary>The first call comes twice, with two ids.</summary>
    DuplicateCall,

    /// <summary>Less than no tokens were used, and more than all came from the cache.</summary>
    WrongUsage,

    /// <summary>Nothing is said of tokens.</summary>
    NoUsage,
}

/// <summary>What the double answers.</summary>
public sealed record DoubleReply
{
    /// <summary>What it says.</summary>
    public string Text { get; init; } = "";

    /// <summary>What it calls. A call with an empty id is given one.</summary>
    public IReadOnlyList<DoubleCall> Calls { get; init; } = [];

    /// <summary>Tokens of the request, those from the cache among them.</summary>
    public int InputTokens { get; init; } = 100;

    /// <summary>Tokens of the answer.</summary>
    public int OutputTokens { get; init; } = 20;

    /// <summary>Tokens of the request that came from the cache.</summary>
    public int CachedTokens { get; init; } = 40;

    /// <summary>What goes wrong.</summary>
    public Fault Fault { get; init; }

    /// <summary>It speaks.</summary>
    /// <param name="text">What it says.</param>
    public static DoubleReply Say(string text) => new() { Text = text };

    /// <summary>It calls a tool.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">The text of the arguments.</param>
    public static DoubleReply Call(string tool, string arguments) => new() { Calls = [new("", tool, arguments)] };

    /// <summary>The answer as it goes out: with ids, and with what the fault does to calls.</summary>
    internal DoubleReply Spoilt(int number, WireFormat format)
    {
        var prefix = format == WireFormat.OpenAi ? "call" : "toolu";
        List<DoubleCall> calls = [.. Calls];
        if (Fault == Fault.DuplicateCall && calls.Count > 0) calls.Add(calls[0] with { Id = "" });
        if (Fault == Fault.UnknownTool && calls.Count > 0) calls[0] = calls[0] with { Tool = $"{calls[0].Tool}_now" };
        if (Fault == Fault.MalformedArguments && calls.Count > 0) calls[^1] = calls[^1] with { Arguments = calls[^1].Arguments[..^1] };
        calls = [.. calls.Select((call, at) => call with
        {
            Id = Fault switch
            {
                Fault.EmptyIds => "",
                Fault.SameIds => $"{prefix}_{number}_1",
                _ => call.Id.Length > 0 ? call.Id : $"{prefix}_{number}_{at + 1}",
            },
        })];
        return Fault == Fault.WrongUsage ? this with { Calls = calls, InputTokens = -5, CachedTokens = 7 } : this with { Calls = calls };
    }
}
