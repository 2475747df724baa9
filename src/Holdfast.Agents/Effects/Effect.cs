using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Holdfast.Agents;

/// <summary>A tool together with the code that carries it out. Make one from a <see cref="Tool{TArguments}"/>, with the word for what the code does: <c>pay.Idempotent(…)</c>.</summary>
public abstract class Effect
{
    /// <summary>A result of a tool goes into the conversation. What is longer says only that it is.</summary>
    const int ResultCharactersMax = 100_000;

    private protected Effect(Tool tool, EffectKind kind)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentException($"The tool '{tool.Name}' is of the kind {(int)kind}, which is no {nameof(EffectKind)}. Say what its code does to the world.", nameof(kind));
        (Tool, Kind) = (tool, kind);
    }

    /// <summary>The tool.</summary>
    public Tool Tool { get; }

    /// <summary>What it does to the world.</summary>
    public EffectKind Kind { get; }

    /// <summary>Whether a try that was cut off may have changed something.</summary>
    internal bool Changes => Kind > EffectKind.ReadOnly;

    /// <summary>Whether it may simply be tried again, whatever came of the try before.</summary>
    internal bool IsRepeatable => Kind <= EffectKind.Idempotent;

    /// <summary>The handler that a run calls for it; null for code of this process. The engine keeps such a call itself, under the call's key.</summary>
    internal abstract string? Handler { get; }

    internal abstract TimeSpan Timeout { get; }

    /// <summary>After what time the world may be asked what became of a try that was cut off; null if it cannot be.</summary>
    internal abstract TimeSpan? SettleTime { get; }

    internal abstract RetryPolicy Retry { get; }

    internal abstract IReadOnlyList<Rate> Rates { get; }

    /// <summary>The object that the code needs, where it is a method of one, from the container; null for none.</summary>
    internal abstract object? TargetIn(IServiceProvider services);

    internal abstract Task<string> ActAsync(object arguments, EffectContext context);

    /// <summary>What the world says: whether it happened, and with what result; null for the first when nobody knows.</summary>
    internal abstract Task<(bool? Happened, string Json)> AskAsync(object arguments, EffectContext context);

    /// <summary>What must not be done twice.</summary>
    /// <param name="run">The run that wants it done.</param>
    /// <param name="call">The call.</param>
    internal abstract string? IdentityOf(RunId run, Call call);

    internal abstract Spending CostMaxOf(object arguments);

    /// <summary>The hash of exactly this call of this version of the tool.</summary>
    internal static byte[] HashOf(Call call) => HashOf(call, call.CanonicalArguments());

    /// <summary>The same hash for calls that do the same: a moment is the same by every clock.</summary>
    private protected static byte[] SamenessOf(Call call) => HashOf(call, call.CanonicalArguments(momentsAreUtc: true));

    static byte[] HashOf(Call call, byte[] arguments)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{call.Tool.Name}\n{call.Tool.Version}\n"));
        hash.AppendData(arguments);
        return hash.GetHashAndReset();
    }

    /// <summary>Refuses results that have not ended when they are there: nobody would wait for them, and what they are is no JSON.</summary>
    /// <exception cref="ArgumentException">It is a task, or a stream.</exception>
    internal static void RefuseUnfinished(string where, Type result)
    {
        if (typeof(Task).IsAssignableFrom(result) || result == typeof(ValueTask) || (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            throw new ArgumentException($"{where} gives a task, and nobody would wait for its end. Give what it ends with, from asynchronous code of another kind than Pure.");
        if (result.GetInterfaces().Append(result).Any(static i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)))
            throw new ArgumentException($"{where} gives an IAsyncEnumerable, and a tool has one result. Read it to its end and give a list.");
    }

    private protected static string JsonOf<TResult>(TResult result)
    {
        var json = JsonSerializer.Serialize(result, JsonSerializerOptions.Web);
        return json.Length <= ResultCharactersMax ? json : JsonSerializer.Serialize($"The result has {json.Length} characters, more than the {ResultCharactersMax} that are shown.");
    }
}

/// <inheritdoc/>
sealed class Effect<TArguments, TResult>(
    Tool<TArguments> tool, EffectKind kind, EffectOptions<TArguments> options, Func<TArguments, EffectContext, Task<TResult>> act,
    Func<TArguments, EffectContext, Task<Reconciled<TResult>>>? ask = null, string? handler = null, Func<IServiceProvider, object>? target = null) : Effect(tool, kind)
    where TArguments : notnull
{
    readonly EffectOptions<TArguments> _options = Checked(tool, options);

    internal override string? Handler => handler;

    internal override TimeSpan Timeout => _options.Timeout;

    internal override TimeSpan? SettleTime => Kind == EffectKind.Reconcilable ? _options.SettleTime : null;

    internal override RetryPolicy Retry => _options.Retry;

    internal override IReadOnlyList<Rate> Rates => _options.Rates;

    internal override object? TargetIn(IServiceProvider services) => target?.Invoke(services);

    internal override async Task<string> ActAsync(object arguments, EffectContext context) => JsonOf(await act((TArguments)arguments, context).ConfigureAwait(false));

    internal override async Task<(bool? Happened, string Json)> AskAsync(object arguments, EffectContext context)
    {
        var answer = await ask!((TArguments)arguments, context).ConfigureAwait(false);
        return (answer.Happened, answer.Happened == true ? JsonOf(answer.Result) : "");
    }

    internal override string? IdentityOf(RunId run, Call call)
    {
        if (!Changes || _options.MayRepeat) return null;
        // Hashed: the ledger is read with SQL, and what a call is about may be nobody's business.
        var text = _options.Identity is { } identity ? $"{tool.Name}\n{identity((TArguments)call.Arguments)}" : $"{run}\n{Convert.ToHexStringLower(SamenessOf(call))}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    internal override Spending CostMaxOf(object arguments)
    {
        var cost = _options.CostMax?.Invoke((TArguments)arguments) ?? new();
        return cost with { Calls = 1, Time = _options.Timeout };
    }

    static EffectOptions<TArguments> Checked(Tool tool, EffectOptions<TArguments> options)
    {
        var where = $"The tool '{tool.Name}'";
        RefuseUnfinished(where, typeof(TResult));
        if (options.Timeout <= TimeSpan.Zero) throw new ArgumentException($"{where} has a {nameof(options.Timeout)} of {options.Timeout}; a try takes longer than nothing.");
        if (options.SettleTime < TimeSpan.Zero) throw new ArgumentException($"{where} has a {nameof(options.SettleTime)} of {options.SettleTime}; nobody can be asked before it happened. Zero asks at once.");
        if (options.Rates.FirstOrDefault(static r => r.Problem is not null) is { } rate) throw new ArgumentException($"{where} has among its {nameof(options.Rates)} {rate.Problem}");
        // Named twice, it would be counted twice.
        return options with { Rates = [.. options.Rates.Distinct()] };
    }
}
