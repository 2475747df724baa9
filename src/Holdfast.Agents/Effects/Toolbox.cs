using System.Collections.Concurrent;
using System.Text;
using Holdfast.Agents.Ledgers;
using Holdfast.Agents.Running;

namespace Holdfast.Agents;

/// <summary>
/// A gate with the code of its tools. Put it into the container and let workflows and agents take it in their constructors; <see cref="Carry.Out(Toolbox, CallRequest)"/> carries calls out. Thread-safe.
/// </summary>
public sealed class Toolbox : ICarrier
{
    static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);

    readonly Dictionary<string, Effect> _effects;
    readonly IServiceProvider _services;
    readonly TimeProvider _time;
    readonly Func<string, Rate?> _rateOf;
    readonly Action<string, Exception>? _onError;
    readonly ConcurrentDictionary<string, byte> _underWay = new(StringComparer.Ordinal);
    volatile bool _hasTables;

    /// <param name="gate">Decides about calls.</param>
    /// <param name="effects">The code of every tool of the gate.</param>
    /// <param name="services">The container that the tools' code may use.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A tool of the gate has no code, code is for a tool that the gate does not have, or two rates of one name differ.</exception>
    public Toolbox(Gate gate, IEnumerable<Effect> effects, IServiceProvider services, ToolboxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(effects);
        ArgumentNullException.ThrowIfNull(services);
        options ??= new();
        (Gate, _services, _time, _rateOf, _onError) = (gate, services, options.TimeProvider, options.RateOfPrincipal, options.OnError);
        _effects = [];
        foreach (var effect in effects)
        {
            // By the object: a requirement more makes another tool, which the gate would check and this code would not know.
            if (!gate.Tools.Contains(effect.Tool)) throw new ArgumentException($"There is code for the tool '{effect.Tool.Name}', but that tool is not among the gate's.", nameof(effects));
            if (!_effects.TryAdd(effect.Tool.Name, effect)) throw new ArgumentException($"There is code twice for the tool '{effect.Tool.Name}'.", nameof(effects));
        }
        if (gate.Tools.FirstOrDefault(tool => !_effects.ContainsKey(tool.Name)) is { } bare) throw new ArgumentException($"The gate's tool '{bare.Name}' has no code.", nameof(effects));
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

    internal TimeProvider Time => _time;

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

    /// <summary>One attempt of a call: through the ledger, into the world, and back into the ledger with the result.</summary>
    internal async Task<EffectResult> CarryOutAsync(StepContext step, CallRequest request)
    {
        var key = request.KeyIn(step.RunId);
        var begun = await StartAsync(step, request).ConfigureAwait(false);
        if (begun.End is { } end) return end;
        var (effect, call) = (begun.Effect!, begun.Call!);
        var context = new EffectContext(step, key, request, _services);
        if (effect.IsRepeatable) return await ActAsync(step, effect, call, context).ConfigureAwait(false);
        // Code that does not listen to its token goes on after its attempt was given up.
        if (_underWay.ContainsKey(key)) return Doubt(step, key, "A try before this one has not ended yet.", effect.SettleTime is { } settle ? settle < PauseMin ? PauseMin : settle : null);
        if (begun.Before is null) return await ActAsync(step, effect, call, context).ConfigureAwait(false);
        // Found started, it was cut off, and what it has sent may still be on its way. Found in doubt, the time for that is over.
        if (effect.SettleTime is not { } time || (begun.Before == CallPhase.Started && time > TimeSpan.Zero)) return Doubt(step, key, "The attempt before this one was cut off.", effect.SettleTime);
        return await ReconcileAsync(step, effect, call, context).ConfigureAwait(false);
    }

    /// <summary>Starts a call that a handler carries out: the key to call it with; or what is the end of it, if the handler must not be called.</summary>
    internal async Task<(string Key, EffectResult? End)> BeginAsync(StepContext step, CallRequest request)
    {
        var key = request.KeyIn(step.RunId);
        var begun = await StartAsync(step, request).ConfigureAwait(false);
        if (begun.End is { } end) return (key, end);
        // Found started, it was started by an attempt of this step that was cut off: the run calls the handler only after this.
        return (key, begun.Before is null or CallPhase.Started ? null : new(key, EffectStatus.InDoubt, "", "Its handler failed, and may have done it before that."));
    }

    internal string? HandlerOf(string tool) => _effects.GetValueOrDefault(tool)?.Handler;

    /// <summary>Notes the last word about a proposal that was not begun.</summary>
    internal Task RefuseAsync(StepContext step, long number, string tool, GateStage stage, string? rule, string? person)
    {
        step.CommitWithResult(tx => VerdictRows.Put(tx, new(number, tool, JudgementArm.Refuse, stage, rule) { Person = person }, _time.GetUtcNow()));
        return Task.CompletedTask;
    }

    async Task<Begun> StartAsync(StepContext step, CallRequest request)
    {
        var key = request.KeyIn(step.RunId);
        CallEntry? entry = null;
        LedgerRefusal refusal;
        try
        {
            (var effect, var call, entry) = Prepare(step.RunId, request);
            var before = await TransactAsync(step, tx => CallRows.Start(tx, entry, request.Try, _time.GetUtcNow())).ConfigureAwait(false);
            return new(effect, call, before, Known(key, before));
        }
        catch (LedgerRefusal refused)
        {
            refusal = refused;
        }
        var there = await TransactAsync(step, tx =>
        {
            var phase = CallRows.PhaseOf(tx, key);
            if (phase is null) VerdictRows.Put(tx, new(request.Number, request.Tool, JudgementArm.Refuse, refusal.Stage, refusal.Rule), _time.GetUtcNow());
            return phase;
        }).ConfigureAwait(false);
        // It was begun, and would not be now: the code has become another one meanwhile. That says nothing about what it has done.
        if (entry is null && there is not null) return new(null, null, there, Known(key, there) ?? Doubt(step, key, $"It was begun before, and would not be now: {refusal.Message}"));
        if (there == CallPhase.Started && entry is { PaysEachTry: true } && refusal.Stage == GateStage.Budget)
        {
            // Its tries are over: the account has not enough for another one.
            step.CommitWithResult(tx => CallRows.Close(tx, key, happened: false, new() { Calls = 1 }, null, _time.GetUtcNow()));
            return new(null, null, there, new(key, EffectStatus.Failed, "", $"Its last try failed. {refusal.Message}") { Stage = refusal.Stage, Rule = refusal.Rule });
        }
        return new(null, null, null, new(key, EffectStatus.Refused, "", refusal.Message) { Stage = refusal.Stage, Rule = refusal.Rule, WaitTime = refusal.WaitTime });
    }

    /// <summary>Judged once more, where it happens: between the verdict and now the code may have become another one.</summary>
    /// <exception cref="LedgerRefusal">The call must not start.</exception>
    (Effect Effect, Call Call, CallEntry Entry) Prepare(RunId run, CallRequest request)
    {
        var verdict = Gate.Decide(request.Tool, Encoding.UTF8.GetBytes(request.Arguments), repairsLeft: 0, request.Principal);
        var call = Passed(verdict, request)
            ?? throw new LedgerRefusal(verdict.Stage, verdict.Rule, verdict.Match(static _ => "", static r => r.Reason, static _ => "It needs an approval.", static why => why, static why => why));
        var effect = _effects[call.Tool.Name];
        var entry = EntryOf(run, request, effect, call, verdict);
        if (request.Approval is { } approval && approval != Approvals.ApprovalBook.IdOf(run, request.Number, call.Tool, Encoding.UTF8.GetString(call.CanonicalArguments())))
            throw new LedgerRefusal(GateStage.Approval, null, "The approval is for another call, or for another version of the tool.");
        return (effect, call, entry);
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
    static EffectResult? Known(string key, CallPhase? before) => before switch
    {
        CallPhase.Succeeded => new(key, EffectStatus.Succeeded, "", null),
        CallPhase.Failed => new(key, EffectStatus.Failed, "", "It failed before."),
        _ => null,
    };

    /// <summary>No attempt succeeded: what changes nothing has failed, and of anything else nobody knows.</summary>
    internal async Task<EffectResult> GiveUpAsync(StepContext step, CallRequest request, string why)
    {
        var key = request.KeyIn(step.RunId);
        var phase = await TransactAsync(step, tx => CallRows.PhaseOf(tx, key)).ConfigureAwait(false);
        // What never started did not happen.
        if (phase is null) return new(key, EffectStatus.Failed, "", why);
        var effect = _effects.GetValueOrDefault(request.Tool);
        if (effect is not { Changes: false }) return Doubt(step, key, why, effect?.SettleTime);
        // What its tries took nobody will say any more.
        step.CommitWithResult(tx => CallRows.Close(tx, key, happened: false, new() { Calls = 1 }, null, _time.GetUtcNow()));
        return new(key, EffectStatus.Failed, "", why);
    }

    /// <summary>Somebody has decided about a call in doubt, or its handler has ended: the last word, whatever it does not say.</summary>
    internal Task<EffectResult> SettleAsync(StepContext step, CallRequest request, bool happened, string json, string why, Spending? cost)
    {
        var key = request.KeyIn(step.RunId);
        step.CommitWithResult(tx => CallRows.Close(tx, key, happened, CallRows.UsedBy(happened, cost), happened ? why : null, _time.GetUtcNow()));
        return Task.FromResult(happened ? new EffectResult(key, EffectStatus.Succeeded, json, null) : new(key, EffectStatus.Failed, "", why));
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
                request.Approval, request.ApprovedBy, effect is { Changes: false, Handler: null });
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
        var started = _time.GetTimestamp();
        if (!effect.IsRepeatable) _underWay.TryAdd(key, default);
        context.Begin();
        try
        {
            return Succeed(step, context, await CallAsync(effect, context, () => effect.ActAsync(call.Arguments, context)).ConfigureAwait(false), started);
        }
        catch (ToolFailedException failed)
        {
            // Nothing happened, and so it cost nothing; but to have looked may have cost something.
            var cost = effect.Changes ? null : context.Cost;
            return Fail(step, key, failed.Message, new() { Calls = 1, Money = cost?.Money ?? 0, Tokens = cost?.Tokens ?? 0, Time = _time.GetElapsedTime(started) });
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
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }

    async Task<EffectResult> ReconcileAsync(StepContext step, Effect effect, Call call, EffectContext context)
    {
        var key = context.IdempotencyKey;
        var started = _time.GetTimestamp();
        try
        {
            var (happened, json) = await CallAsync(effect, context, () => effect.AskAsync(call.Arguments, context)).ConfigureAwait(false);
            if (happened == true) return Succeed(step, context, json, started);
            if (happened is null) return Doubt(step, key, "It was asked for, and nobody can say yet.");
            // If this try is cut off in turn, it has to be found started.
            await TransactAsync(step, tx => CallRows.Again(tx, key)).ConfigureAwait(false);
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
        var used = (context.Cost ?? new()) with { Calls = 1, Time = _time.GetElapsedTime(started) };
        step.CommitWithResult(tx => CallRows.Settle(tx, context.IdempotencyKey, happened: true, used, null, _time.GetUtcNow()));
        return new(context.IdempotencyKey, EffectStatus.Succeeded, json, null);
    }

    EffectResult Fail(StepContext step, string key, string why, Spending used)
    {
        step.CommitWithResult(tx => CallRows.Close(tx, key, happened: false, used, null, _time.GetUtcNow()));
        return new(key, EffectStatus.Failed, "", why);
    }

    static EffectResult Doubt(StepContext step, string key, string why, TimeSpan? wait = null)
    {
        step.CommitWithResult(tx => CallRows.Doubt(tx, key, why));
        return new(key, EffectStatus.InDoubt, "", why) { WaitTime = wait };
    }
}

/// <summary>What came of starting a call.</summary>
/// <param name="Effect">The tool's code, unless there is an end.</param>
/// <param name="Call">The call, unless there is an end.</param>
/// <param name="Before">How far it was; null when it was started now.</param>
/// <param name="End">What came of it, where nothing is to be done any more.</param>
readonly record struct Begun(Effect? Effect, Call? Call, CallPhase? Before, EffectResult? End);

/// <summary>Settings of a <see cref="Toolbox"/>.</summary>
public sealed record ToolboxOptions
{
    /// <summary>The clock for rates and for what the ledger notes. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How often a principal may have calls carried out, over all tools; null, which is the default, for as often as wanted.</summary>
    public Func<string, Rate?> RateOfPrincipal { get; init; } = static _ => null;

    /// <summary>Is shown what a tool's code throws, with the tool's name: neither the run nor the log has the words of that, for they may be somebody's secret. What it throws itself is ignored. Null for nobody.</summary>
    public Action<string, Exception>? OnError { get; init; }
}
