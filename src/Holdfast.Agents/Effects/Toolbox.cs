using System.Text;
using Holdfast.Agents.Ledgers;
using Holdfast.Agents.Running;

namespace Holdfast.Agents;

/// <summary>
/// A gate with the code of its tools. Put it into the container and let workflows and agents take it in their constructors; <see cref="Carry.Out(Toolbox, CallRequest)"/> carries calls out. Thread-safe.
/// </summary>
public sealed partial class Toolbox : ICarrier
{
    const string Unended = "A try before this one has not ended yet.";

    static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);

    readonly Dictionary<string, Effect> _effects;
    readonly IServiceProvider _services;
    readonly Lazy<TimeProvider> _time;
    readonly Func<string, Rate?> _rateOf;
    readonly Action<string, Exception>? _onError;
    readonly Lazy<Tries> _tries;
    volatile bool _hasTables;

    /// <param name="gate">Decides about calls.</param>
    /// <param name="effects">The code of every tool of the gate.</param>
    /// <param name="services">The container that the tools' code may use.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A tool of the gate has no code, code is for a tool that the gate does not have, a handler is not registered in the container, or two rates of one name differ.</exception>
    public Toolbox(Gate gate, IEnumerable<Effect> effects, IServiceProvider services, ToolboxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(effects);
        ArgumentNullException.ThrowIfNull(services);
        options ??= new();
        (Gate, _services, _rateOf, _onError) = (gate, services, options.RateOfPrincipal, options.OnError);
        // Not now: the engine may be made of what this is a part of. And not for good, if it cannot be had this time.
        _tries = new(() => Tries.In(services), LazyThreadSafetyMode.PublicationOnly);
        _time = new(() => options.TimeProvider ?? (services.GetService(typeof(IHoldfastClient)) as IHoldfastClient)?.Time ?? TimeProvider.System, LazyThreadSafetyMode.PublicationOnly);
        _effects = [];
        foreach (var effect in effects)
        {
            // By the object: a requirement more makes another tool, which the gate would check and this code would not know.
            if (!gate.Tools.Contains(effect.Tool)) throw new ArgumentException($"There is code for the tool '{effect.Tool.Name}', but that tool is not among the gate's.", nameof(effects));
            if (!_effects.TryAdd(effect.Tool.Name, effect)) throw new ArgumentException($"There is code twice for the tool '{effect.Tool.Name}'.", nameof(effects));
        }
        if (gate.Tools.FirstOrDefault(tool => !_effects.ContainsKey(tool.Name)) is { } bare) throw new ArgumentException($"The gate's tool '{bare.Name}' has no code.", nameof(effects));
        CheckHandlers();
        var rates = new Dictionary<string, (Rate Rate, Tool Tool)>(StringComparer.Ordinal);
        foreach (var (tool, rate) in _effects.Values.SelectMany(static effect => effect.Rates.Select(rate => (effect.Tool, rate))))
            if (!rates.TryAdd(rate.Name, (rate, tool)) && rate.DiscordWith(rates[rate.Name].Rate) is { } discord) throw new ArgumentException($"The tools '{rates[rate.Name].Tool.Name}' and '{tool.Name}' have {discord}", nameof(effects));
        Rates = [.. rates.Values.Select(static r => r.Rate)];
    }

    /// <summary>The gate.</summary>
    public Gate Gate { get; }

    Toolbox ICarrier.Toolbox => this;

    /// <summary>By what its tools are counted.</summary>
    internal IReadOnlyList<Rate> Rates { get; }

    internal TimeProvider Time => _time.Value;

    internal IServiceProvider Services => _services;

    internal bool IsReconcilable(string tool) => _effects.GetValueOrDefault(tool)?.Kind == EffectKind.Reconcilable;

    /// <param name="tool">The tool.</param>
    /// <param name="key">The call's key, for a handler, which has no other context than its step's.</param>
    internal StepOptions OptionsOf(string tool, string? key = null)
    {
        var effect = _effects.GetValueOrDefault(tool);
        var isOnce = effect is { Handler: not null, Kind: EffectKind.AtMostOnce };
        return new()
        {
            Label = tool,
            Timeout = effect?.Timeout,
            AtMostOnce = isOnce,
            FailsInDoubt = isOnce,
            IdempotencyKey = key,
            // One that knows no key never fails by an exception; another attempt looks what became of the one before.
            Retry = effect is { IsRepeatable: true } ? effect.Retry : RetryPolicy.Default,
        };
    }

    /// <summary>One attempt of a call: through the ledger, into the world, and back into the ledger with the result. Null where that is a handler's affair.</summary>
    internal async Task<EffectResult?> CarryOutAsync(StepContext step, CallRequest request)
    {
        var key = request.KeyIn(step.RunId);
        var effect = _effects.GetValueOrDefault(request.Tool);
        if (effect is { Handler: not null }) return await MovedAsync(step, key, effect).ConfigureAwait(false);
        // Code that does not listen to its token goes on after its attempt was given up.
        if (!_tries.Value.TryBegin(key, isAlone: effect is { IsRepeatable: false })) return await UnendedAsync(step, key, effect!).ConfigureAwait(false);
        try
        {
            return await TryAsync(step, request, key).ConfigureAwait(false);
        }
        finally
        {
            _tries.Value.End(key);
        }
    }

    async Task<EffectResult> TryAsync(StepContext step, CallRequest request, string key)
    {
        var begun = await StartAsync(step, request).ConfigureAwait(false);
        if (begun.End is { } end) return end;
        var (effect, entry) = (begun.Effect!, begun.Entry!);
        var context = new EffectContext(step, key, request, _services) { Target = begun.Target };
        if (begun.Before is not { } before || MayRunAgain(effect, before)) return await ActAsync(step, effect, begun.Call!, context).ConfigureAwait(false);
        if (before.IsUnderWayIn(step.Op)) return Doubt(step, key, before, Unended, WaitOf(effect));
        if (effect.IsRepeatable) return Doubt(step, key, $"It was begun by {(before.Kind == effect.Kind ? $"version {before.Version} of its tool" : $"code that was {before.Kind}")}, which may have done it.");
        // Found started, it was cut off, and what it has sent may still be on its way. Found in doubt, the time for that is over.
        if (effect.SettleTime is not { } time || (before.Phase == CallPhase.Started && time > TimeSpan.Zero)) return Doubt(step, key, "The attempt before this one was cut off.", effect.SettleTime);
        return await ReconcileAsync(step, effect, begun.Call!, entry, context).ConfigureAwait(false);
    }

    /// <summary>Whether what was begun before may be run again: the word for it is that of the code which began it, and a key is known to the version which was given it.</summary>
    static bool MayRunAgain(Effect effect, CallFound before) =>
        effect.IsRepeatable && (before.Kind <= EffectKind.ReadOnly || (before.Kind == effect.Kind && before.Version == effect.Tool.Version));

    /// <summary>A try of it goes on in this process, and nobody else begins one beside it.</summary>
    async Task<EffectResult> UnendedAsync(StepContext step, string key, Effect effect)
    {
        var found = await TransactAsync(step, tx => CallRows.Find(tx, key)).ConfigureAwait(false) ?? throw new InvalidOperationException("Its start is not in the ledger yet.");
        return Known(key, found) ?? Doubt(step, key, found, Unended, WaitOf(effect));
    }

    /// <summary>After what time to look again; null where nobody can be asked.</summary>
    static TimeSpan? WaitOf(Effect effect) => effect.SettleTime is not { } settle ? null : settle < PauseMin ? PauseMin : settle;

    /// <summary>Notes the last word about a proposal that was not begun.</summary>
    internal Task RefuseAsync(StepContext step, long number, string tool, GateStage stage, string? rule, string? person)
    {
        step.CommitWithResult(tx => VerdictRows.Put(tx, new(number, tool, JudgementArm.Refuse, stage, rule) { Person = person }, Time.GetUtcNow()));
        return Task.CompletedTask;
    }

    async Task<Begun> StartAsync(StepContext step, CallRequest request)
    {
        var key = request.KeyIn(step.RunId);
        CallEntry? entry = null;
        LedgerRefusal refusal;
        try
        {
            (var effect, var call, entry, var target) = Prepare(step.RunId, request);
            var before = await TransactAsync(step, tx => CallRows.Start(tx, entry, request.Try, Time.GetUtcNow())).ConfigureAwait(false);
            if (before is { Arguments: { } arguments })
            {
                // By another version of its tool, or of the arguments' type: still this call, if the code of today takes what that began with for what is asked for.
                if (before.Tool != entry.Tool || !Effect.HashOf(Judge(request with { Arguments = arguments }).Call).AsSpan().SequenceEqual(entry.Hash)) throw CallRows.Another(request.Number);
                entry = entry with { Hash = before.Hash };
                before = await TransactAsync(step, tx => CallRows.Start(tx, entry, request.Try, Time.GetUtcNow())).ConfigureAwait(false);
            }
            return new(effect, call, entry, target, before, Known(key, before));
        }
        catch (LedgerRefusal refused)
        {
            refusal = refused;
        }
        var there = await TransactAsync(step, tx =>
        {
            var found = CallRows.Find(tx, key);
            if (found is null) VerdictRows.Put(tx, new(request.Number, request.Tool, JudgementArm.Refuse, refusal.Stage, refusal.Rule), Time.GetUtcNow());
            return found;
        }).ConfigureAwait(false);
        if (there is { Phase: CallPhase.Started } && entry is { PaysEachTry: true } && refusal.Stage == GateStage.Budget)
        {
            // Its tries are over: the account has not enough for another one.
            step.CommitWithResult(tx => CallRows.Close(tx, key, happened: false, new() { Calls = 1 }, null, Time.GetUtcNow()));
            return Begun.Over(new(key, EffectStatus.Failed, "", $"Its last try failed. {refusal.Message}") { Stage = refusal.Stage, Rule = refusal.Rule });
        }
        // It was begun, and would not be now: the code has become another one meanwhile. That says nothing about what it has done.
        if (there is not null && (entry is null || there.IsOpen)) return Begun.Over(Known(key, there) ?? Doubt(step, key, there, $"It was begun before, and would not be now: {refusal.Message}", null));
        return Begun.Over(new(key, EffectStatus.Refused, "", refusal.Message) { Stage = refusal.Stage, Rule = refusal.Rule, WaitTime = refusal.WaitTime });
    }

    /// <summary>Judged once more, where it happens: between the verdict and now the code may have become another one.</summary>
    /// <exception cref="LedgerRefusal">The call must not start.</exception>
    (Effect Effect, Call Call, CallEntry Entry, object? Target) Prepare(RunId run, CallRequest request)
    {
        var (call, verdict) = Judge(request);
        var effect = _effects[call.Tool.Name];
        var entry = EntryOf(run, request, effect, call, verdict);
        if (request.Approval is { } approval && approval != Approvals.ApprovalBook.IdOf(run, request.Number, call.Tool, Encoding.UTF8.GetString(call.CanonicalArguments())))
            throw new LedgerRefusal(GateStage.Approval, null, "The approval is for another call, or for another version of the tool.");
        return (effect, call, entry, TargetOf(effect));
    }

    (Call Call, Verdict Verdict) Judge(CallRequest request)
    {
        var verdict = Gate.Decide(request.Tool, Encoding.UTF8.GetBytes(request.Arguments), repairsLeft: 0, request.Principal);
        var call = Passed(verdict, request)
            ?? throw new LedgerRefusal(verdict.Stage, verdict.Rule, verdict.Match(static _ => "", static r => r.Reason, static _ => "It needs an approval.", static why => why, static why => why));
        return (call, verdict);
    }

    /// <summary>The object for a tool that is a method, before anything begins: that there is none is then in no doubt.</summary>
    /// <exception cref="LedgerRefusal">There is none.</exception>
    object? TargetOf(Effect effect)
    {
        try
        {
            return effect.TargetIn(_services);
        }
        catch (Exception error)
        {
            Show(effect.Tool.Name, error);
            throw new LedgerRefusal(GateStage.Requirements, null, $"The tool '{effect.Tool.Name}' has no object to run on: {(error is ToolFailedException ? error.Message : $"making it threw {error.GetType().Name}.")}");
        }
    }

    async Task<T> TransactAsync<T>(StepContext step, Func<StepTransaction, T> work)
    {
        var result = await step.TransactAsync(tx =>
        {
            if (!_hasTables) LedgerTables.Make(tx);
            return work(tx);
        }).ConfigureAwait(false);
        _hasTables = true;
        return result;
    }

    /// <summary>The end of a call that has one; null for others.</summary>
    static EffectResult? Known(string key, CallFound? before) => before?.Phase switch
    {
        CallPhase.Succeeded => new(key, EffectStatus.Succeeded, "", null),
        CallPhase.Failed => new(key, EffectStatus.Failed, "", before.Note ?? "It failed before."),
        _ => null,
    };

    /// <summary>No attempt succeeded: what changes nothing has failed, and of anything else nobody knows.</summary>
    internal async Task<EffectResult> GiveUpAsync(StepContext step, CallRequest request, string why)
    {
        var key = request.KeyIn(step.RunId);
        var found = await TransactAsync(step, tx => CallRows.Find(tx, key)).ConfigureAwait(false);
        // What never started did not happen.
        if (found is null) return new(key, EffectStatus.Failed, "", why);
        var effect = _effects.GetValueOrDefault(request.Tool);
        if (effect is not { Changes: false } || found.Kind > EffectKind.ReadOnly) return Doubt(step, key, why, effect?.SettleTime);
        // What its tries took nobody will say any more.
        step.CommitWithResult(tx => CallRows.Close(tx, key, happened: false, new() { Calls = 1 }, null, Time.GetUtcNow()));
        return new(key, EffectStatus.Failed, "", why);
    }

    /// <summary>Somebody has decided about a call in doubt, or its handler has ended: the last word, whatever it does not say. About one that has its last word it changes nothing.</summary>
    internal async Task<EffectResult> SettleAsync(StepContext step, CallRequest request, bool happened, string json, string why, Spending? cost)
    {
        var key = request.KeyIn(step.RunId);
        var found = await TransactAsync(step, tx => CallRows.Find(tx, key)).ConfigureAwait(false);
        if (found is null) return new(key, EffectStatus.Refused, "", $"Call {request.Number} was never started, so there is nothing to settle.") { Stage = GateStage.Idempotency };
        if (Known(key, found) is { } known) return known;
        step.CommitWithResult(tx =>
        {
            if (!CallRows.Close(tx, key, happened, CallRows.UsedBy(happened, cost), happened ? why : null, Time.GetUtcNow())) throw new InvalidOperationException("It was settled meanwhile. What is known of it is read again.");
        });
        return happened ? new EffectResult(key, EffectStatus.Succeeded, json, null) : new(key, EffectStatus.Failed, "", why);
    }

    static Call? Passed(Verdict verdict, CallRequest request) => verdict.Match<Call?>(call => call, _ => null, call => request.Approval is null ? null : call, _ => null, _ => null);

    CallEntry EntryOf(RunId run, CallRequest request, Effect effect, Call call, Verdict verdict)
    {
        try
        {
            var rates = request.Principal is { } principal && _rateOf(principal) is { } rate ? [.. effect.Rates, OfPrincipal(rate)] : effect.Rates;
            var (hash, most) = (Effect.HashOf(call), effect.CostMaxOf(call.Arguments));
            if (most is { Money: < 0 } or { Tokens: < 0 }) throw new LedgerRefusal(GateStage.Budget, null, $"The CostMax of {request.Tool} says less than nothing: reserving that would give money back that was never taken.");
            return new(
                request.KeyIn(run), request.Number, call.Tool.Name, call.Tool.Version, effect.Kind, hash, call.CanonicalArguments(), effect.IdentityOf(run, call), verdict.Stage, verdict.Rule, request.Account, most, rates,
                request.Approval, request.ApprovedBy, effect is { Changes: false, Handler: null }, effect.SettleTime);
        }
        catch (Exception error) when (error is not LedgerRefusal)
        {
            // The code of the tool's options. Nothing has begun, so nothing is in doubt.
            throw new LedgerRefusal(GateStage.Budget, null, $"What {request.Tool} costs at most, or what it is about, could not be found out: {error.GetType().Name}.");
        }
    }

    /// <summary>It comes from code of the user's, at each call; all others were looked at when they were made.</summary>
    static Rate OfPrincipal(Rate rate) => rate.Problem is { } problem ? throw new LedgerRefusal(GateStage.Rate, rate.Name, $"{nameof(ToolboxOptions)}.{nameof(ToolboxOptions.RateOfPrincipal)} has {problem}") : rate;

    /// <summary>Calls a tool's code.</summary>
    async Task<T> CallAsync<T>(Effect effect, EffectContext context, Func<Task<T>> code)
    {
        try
        {
            return await code().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not ToolFailedException)
        {
            Show(effect.Tool.Name, error);
            throw ToolThrewException.InPlaceOf(effect, error, context.CancellationToken);
        }
    }

    void Show(string tool, Exception error)
    {
        try
        {
            _onError?.Invoke(tool, error);
        }
        catch (Exception)
        {
            // The listener's affair.
        }
    }

    async Task<EffectResult> ActAsync(StepContext step, Effect effect, Call call, EffectContext context)
    {
        var key = context.IdempotencyKey;
        var started = Time.GetTimestamp();
        // The start may have taken longer than a try may: of what were done now, nobody could keep the result.
        context.CancellationToken.ThrowIfCancellationRequested();
        context.Begin();
        try
        {
            return Succeed(step, context, await CallAsync(effect, context, () => effect.ActAsync(call.Arguments, context)).ConfigureAwait(false), started);
        }
        catch (ToolFailedException failed)
        {
            // Nothing happened, and so it cost nothing; but to have looked may have cost something.
            var cost = effect.Changes ? null : context.Cost;
            return Fail(step, key, failed.Message, new() { Calls = 1, Money = cost?.Money ?? 0, Tokens = cost?.Tokens ?? 0, Time = Time.GetElapsedTime(started) });
        }
        // A stopping process leaves the attempt as it is; the next one looks what became of it.
        catch (ToolThrewException error) when (effect.IsRepeatable ? error.IsFinal : !context.CancellationToken.IsCancellationRequested)
        {
            return effect.Changes ? Doubt(step, key, $"It threw {error.Thrown}, and may have happened before that.", effect.SettleTime) : Fail(step, key, $"It threw {error.Thrown}.", (context.Cost ?? new()) with { Calls = 1, Time = null });
        }
        catch (ToolThrewException) when (!effect.Changes && context.Cost is { } cost)
        {
            // The next try costs anew. What this one does not say, and any that is cut off, counts as all that was reserved for it, when there is a next one.
            await TransactAsync(step, tx => CallRows.Pay(tx, key, cost with { Calls = null, Time = null })).ConfigureAwait(false);
            throw;
        }
    }

    async Task<EffectResult> ReconcileAsync(StepContext step, Effect effect, Call call, CallEntry entry, EffectContext context)
    {
        var key = context.IdempotencyKey;
        var started = Time.GetTimestamp();
        try
        {
            var (happened, json) = await CallAsync(effect, context, () => effect.AskAsync(call.Arguments, context)).ConfigureAwait(false);
            if (happened == true) return Succeed(step, context, json, started);
            if (happened is null) return Doubt(step, key, "It was asked for, and nobody can say yet.");
            // If this try is cut off in turn, it has to be found started.
            await TransactAsync(step, tx => CallRows.Again(tx, entry)).ConfigureAwait(false);
            return await ActAsync(step, effect, call, context).ConfigureAwait(false);
        }
        catch (Exception error) when (!context.CancellationToken.IsCancellationRequested)
        {
            return Doubt(step, key, $"Asking whether it happened threw {(error as ToolThrewException)?.Thrown ?? error.GetType().Name}.");
        }
    }

    EffectResult Succeed(StepContext step, EffectContext context, string json, long started)
    {
        // Only its code knows what it cost in money and tokens. Where that does not say, what was reserved for it stays.
        var used = (context.Cost ?? new()) with { Calls = 1, Time = Time.GetElapsedTime(started) };
        step.CommitWithResult(tx => CallRows.Settle(tx, context.IdempotencyKey, happened: true, used, null, Time.GetUtcNow()));
        return new(context.IdempotencyKey, EffectStatus.Succeeded, json, null);
    }

    EffectResult Fail(StepContext step, string key, string why, Spending used)
    {
        step.CommitWithResult(tx => CallRows.Close(tx, key, happened: false, used, null, Time.GetUtcNow()));
        return new(key, EffectStatus.Failed, "", why);
    }

    /// <summary>In doubt here. Where another step of the run has it under way, that says what becomes of it, and the ledger is left to that.</summary>
    static EffectResult Doubt(StepContext step, string key, CallFound found, string why, TimeSpan? wait) =>
        found.IsUnderWayIn(step.Op) ? new(key, EffectStatus.InDoubt, "", why) { WaitTime = wait } : Doubt(step, key, why, wait);

    static EffectResult Doubt(StepContext step, string key, string why, TimeSpan? wait = null)
    {
        step.CommitWithResult(tx => CallRows.Doubt(tx, key, why));
        return new(key, EffectStatus.InDoubt, "", why) { WaitTime = wait };
    }
}

/// <summary>What came of starting a call.</summary>
/// <param name="Effect">The tool's code, unless there is an end.</param>
/// <param name="Call">The call, unless there is an end.</param>
/// <param name="Entry">What the ledger was told of it, unless there is an end.</param>
/// <param name="Target">The object on which a method is called; null for other code.</param>
/// <param name="Before">What was there; null when it was started now.</param>
/// <param name="End">What came of it, where nothing is to be done any more.</param>
readonly record struct Begun(Effect? Effect, Call? Call, CallEntry? Entry, object? Target, CallFound? Before, EffectResult? End)
{
    public static Begun Over(EffectResult end) => new(null, null, null, null, null, end);
}
