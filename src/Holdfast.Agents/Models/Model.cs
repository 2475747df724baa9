using Microsoft.Extensions.AI;

namespace Holdfast.Agents;

/// <summary>A model that can be asked. Thread-safe if its client is.</summary>
/// <remarks>
/// Packages of providers try again on their own, and a workflow's step does as well: set a package's retries to zero, or each of the step's attempts is several. Nothing that a provider says in an
/// error is kept, logged or traced, for it may repeat a key.
/// </remarks>
public sealed class Model
{
    /// <param name="name">By what records and errors name it.</param>
    /// <param name="client">What asks it.</param>
    public Model(string name, IChatClient client)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(client);
        (Name, Client) = (name, client);
    }

    /// <summary>By what records and errors name it.</summary>
    public string Name { get; }

    /// <summary>What asks it.</summary>
    public IChatClient Client { get; }

    /// <summary>What it costs; null if no cost is to be counted.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>How long a whole answer may take, with the retries of the client.</summary>
    /// <value>Two minutes. More than the system's timers can count, some 49 days, is no limit.</value>
    public TimeSpan Timeout
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A model needs some time to answer. Give it more than zero.");
    } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How many bytes an answer may have: its text, what it thinks aloud, the names, ids and arguments of what it calls, and 8 for each piece in which it comes. What is more is not read where the answer is streamed (arguments that
    /// the provider's package puts together by itself are counted when it shows them); nothing of what it calls is done, only its beginning is kept (<see cref="FinishReason.TooLong"/>), and an agent tells its model, as often as
    /// that may mend proposals.
    /// </summary>
    /// <value>2,000,000: more than 128,000 tokens, a piece each. A server that sends each character by itself comes to an end at 222,000 of them.</value>
    public int ReplyBytesMax
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A model needs some bytes to answer with. Give it more than none.");
    } = 2_000_000;

    /// <summary>Is shown what its client throws, the provider's own words and all: they may repeat a key or a prompt. What it throws itself is ignored.</summary>
    public Action<Exception>? OnError { get; init; }

    /// <summary>The clock for its time and for durations.</summary>
    /// <value>The system's.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <inheritdoc cref="ModelChain.AskAsync(ModelRequest, Func{TextPart, CancellationToken, ValueTask}?, CancellationToken)"/>
    public Task<ModelReply> AskAsync(ModelRequest request, Func<TextPart, CancellationToken, ValueTask>? onText = null, CancellationToken cancellation = default) =>
        new ModelChain(this).AskAsync(request, onText, cancellation);

    /// <inheritdoc cref="ModelChain.AskAsync{T}(ModelRequest, int, CancellationToken)"/>
    public Task<ModelAnswer<T>> AskAsync<T>(ModelRequest request, int repairs = 1, CancellationToken cancellation = default)
        where T : notnull => new ModelChain(this).AskAsync<T>(request, repairs, cancellation);
}
