namespace Holdfast.Agents;

/// <summary>What a tool's code knows of the call that it carries out. Thread-safe, but for <see cref="Cost"/>.</summary>
public sealed class EffectContext
{
    readonly StepContext _step;
    int _keys;

    internal EffectContext(StepContext step, string key, CallRequest request, IServiceProvider services) =>
        (_step, IdempotencyKey, Account, Principal, Services) = (step, key, request.Account, request.Principal, services);

    /// <summary>The run that carries it out.</summary>
    public RunId RunId => _step.RunId;

    /// <summary>The call's key: the same however often this call is tried, and of no other call anywhere. Pass it to services that apply a key once.</summary>
    public string IdempotencyKey { get; }

    /// <summary>The account that the call is paid from; null for none. Agents that the code starts should draw on it.</summary>
    public AccountId? Account { get; }

    /// <summary>On whose behalf the call is made; null for nobody's.</summary>
    public string? Principal { get; }

    /// <summary>The container of the process that carries it out.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Signalled on time-out, when the run is cancelled, and when the process stops.</summary>
    public CancellationToken CancellationToken => _step.CancellationToken;

    /// <summary>What the call has cost in money and tokens; the tool's code says it before it ends. Null, and null for one of them: nobody knows, and what was reserved stays so.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than nothing, or more than can be counted. What was set before stays.</exception>
    public Spending? Cost
    {
        get;
        set
        {
            value?.Check();
            field = value;
        }
    }

    /// <summary>The object on which a method is called; null for other code.</summary>
    internal object? Target { get; init; }

    /// <summary>The key of the next thing that the code has others do: the call's, and then the call's with a number. Code that runs again comes to the same keys in the same order.</summary>
    internal string NextKey() => Interlocked.Increment(ref _keys) is > 1 and var number ? $"{IdempotencyKey}/{number}" : IdempotencyKey;

    /// <summary>The code begins: what was asked before, such as whether it happened, takes no key from it.</summary>
    internal void Begin() => _keys = 0;

    /// <summary>The step's: see <see cref="StepContext.StandAsideAsync"/>. <see cref="Team"/>'s functions do it themselves.</summary>
    /// <param name="wait">Waits, such as for another run. What it throws comes out here.</param>
    public Task<T> StandAsideAsync<T>(Func<Task<T>> wait) => _step.StandAsideAsync(wait);

    /// <inheritdoc cref="StepContext.RevealAsync"/>
    public Task<T> RevealAsync<T>(Secret<T> secret) => _step.RevealAsync(secret);

    /// <inheritdoc cref="StepContext.Heartbeat()"/>
    public void Heartbeat() => _step.Heartbeat();
}
