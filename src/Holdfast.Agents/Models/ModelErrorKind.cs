namespace Holdfast.Agents;

/// <summary>How a model failed.</summary>
public enum ModelErrorKind
{
    /// <summary>Something else. The next model is asked.</summary>
    Failed = 1,

    /// <summary>Too many requests (429). The next model is asked.</summary>
    RateLimited = 2,

    /// <summary>The provider is down or overloaded (5xx). The next model is asked.</summary>
    Unavailable = 3,

    /// <summary>No whole answer in the model's time. The next model is asked.</summary>
    TimedOut = 4,

    /// <summary>No connection, or it broke before there was an answer. The next model is asked.</summary>
    Unreachable = 5,

    /// <summary>An answer that is not whole, or that nobody can read. The next model is asked.</summary>
    BrokenReply = 6,

    /// <summary>The provider refuses the request (other 4xx): it would be wrong for the next model too, and what is wrong should be seen. No other model is asked.</summary>
    Rejected = 7,

    /// <summary>The provider refuses the key or the account (401, 402, 403). Nobody would see it if another model answered, so none is asked.</summary>
    Unauthorized = 8,

    /// <summary>The model answered, and also after all repairs not with what was asked for. No other model is asked.</summary>
    WrongAnswer = 9,
}
