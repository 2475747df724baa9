using System.Text;
using Holdfast.Agents.Ledgers;

namespace Holdfast.Agents;

/// <summary>Calls that a handler carries out: a run calls it itself, and the ledger is told before and after.</summary>
public sealed partial class Toolbox
{
    internal bool HasHandler(string tool) => _effects.GetValueOrDefault(tool)?.Handler is not null;

    /// <summary>Starts a call that a handler carries out: how to call it; or what is the end of it, if the handler must not be called. Null where that is the affair of code of the process.</summary>
    internal async Task<HandlerCall?> BeginAsync(StepContext step, CallRequest request)
    {
        var key = request.KeyIn(step.RunId);
        if (_effects.GetValueOrDefault(request.Tool) is { Handler: null } code) return await MovedAsync(step, key, code).ConfigureAwait(false) is { } moved ? HandlerCall.Over(moved) : null;
        var begun = await StartAsync(step, request).ConfigureAwait(false);
        if (begun.End is { } end) return HandlerCall.Over(end);
        // What the gate has judged, and not how it was written.
        var call = new HandlerCall(key, begun.Effect!.Handler!, Encoding.UTF8.GetString(begun.Call!.CanonicalArguments()), null);
        if (begun.Before is not { } before) return call;
        if (before.IsUnderWayIn(step.Op) && !MayRunAgain(begun.Effect, before)) return HandlerCall.Over(Doubt(step, key, before, Unended, null));
        // Found started, it was started by an attempt of this step that was cut off: the run calls the handler only after this.
        return before.Phase == CallPhase.Started ? call : HandlerCall.Over(new(key, EffectStatus.InDoubt, "", "Its handler failed, and may have done it before that."));
    }

    /// <summary>
    /// Who carries the tool's calls out has changed while one was under way: code of the process, or a handler. What has an end has it; what may run again, and what was never begun, is the other's, under the same key: null. All else is in doubt.
    /// </summary>
    async Task<EffectResult?> MovedAsync(StepContext step, string key, Effect effect)
    {
        var found = await TransactAsync(step, tx => CallRows.Find(tx, key)).ConfigureAwait(false);
        if (found is null || MayRunAgain(effect, found)) return null;
        return Known(key, found) ?? Doubt(step, key, found, effect.Handler is null ? "It was begun for a handler, and its tool has code of the process now." : $"It was begun by code of the process, and its tool has the handler '{effect.Handler}' now.", WaitOf(effect));
    }

    /// <summary>What nobody carries out would be found out by the first call, when it is in the ledger as begun. Where the container has no engine, nobody knows what is registered.</summary>
    void CheckHandlers()
    {
        if (_services.GetService(typeof(HoldfastBuilder)) is not HoldfastBuilder { Steps: var steps }) return;
        if (_effects.Values.FirstOrDefault(effect => effect.Handler is { } handler && !steps.Contains(handler)) is { Handler: { } name } stray) throw new UnknownHandlerException(stray.Tool.Name, name, steps);
    }
}

/// <summary>How a run calls a handler for a call, which is in the ledger as begun.</summary>
/// <param name="Key">The call's key.</param>
/// <param name="Name">The handler's name.</param>
/// <param name="Arguments">What it is given: what the gate has judged, in its canonical form.</param>
/// <param name="End">What came of the call, where the handler must not be called.</param>
sealed record HandlerCall(string Key, string Name, string Arguments, EffectResult? End)
{
    public static HandlerCall Over(EffectResult end) => new(end.Key, "", "", end);
}

/// <summary>A tool calls a handler that is not registered.</summary>
sealed class UnknownHandlerException(string tool, string handler, IEnumerable<string> steps)
    : ArgumentException($"The tool '{tool}' calls the handler '{handler}', and no step of that name is registered here{NearNames.Of(handler, steps)}. Add it with AddStep(\"{handler}\", …).");
