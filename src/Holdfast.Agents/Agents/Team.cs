using Holdfast.Agents.Ledgers;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents;

/// <summary>Agents that work with agents.</summary>
public static class Team
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// From a tool's code: hands something on to another agent, which is started if there is none with this key. It is sent once, however often the code runs. What one call hands on and asks is told apart by its order,
    /// so let the code do it in the same order each time. Declare the tool idempotent.
    /// </summary>
    /// <param name="effect">What the tool's code was given.</param>
    /// <param name="agent">The other agent's key: of one workflow there is one run with it.</param>
    /// <param name="mail">What is said to it.</param>
    /// <param name="start">
    /// With what it begins if it has to be started; null for the principal and the account of this call. One that is there keeps what it has: it has to act on behalf of the same principal and draw on the same account.
    /// </param>
    /// <exception cref="ToolFailedException">The other agent has ended, acts for another principal or draws on another account, and nothing was handed on or asked before it in this call.</exception>
    /// <exception cref="HoldfastException">Something was: <see cref="HoldfastError.RunFinished"/>, it has ended; <see cref="HoldfastError.Misuse"/>, it acts for another principal or draws on another account.</exception>
    public static async Task<RunId> HandOnAsync<TAgent>(this EffectContext effect, string agent, AgentMail mail, AgentStart? start = null) where TAgent : Agent
    {
        ArgumentNullException.ThrowIfNull(effect);
        ArgumentNullException.ThrowIfNull(mail);
        var key = effect.NextKey();
        var begin = start ?? new AgentStart { Account = effect.Account, Principal = effect.Principal };
        var client = effect.Services.GetRequiredService<IHoldfastClient>();
        var run = await client.StartAsync((TAgent a) => a.Run(begin), agent, effect.CancellationToken).ConfigureAwait(false);
        if (await effect.StandAsideAsync(() => PowersAsync(client, run, effect.CancellationToken)).ConfigureAwait(false) is { } has && has != (begin.Principal, begin.Account))
        {
            var why = $"The agent '{agent}' is there already, and {(has.Principal == begin.Principal ? "draws on another account" : "acts for another principal")} than it is to be handed on with. Put the principal into the agent's key, "
                + $"so that each has an agent of its own, or hand on with what the agent has, such as a new {nameof(AgentStart)}() where it has neither.";
            throw key == effect.IdempotencyKey ? new ToolFailedException(why) : new HoldfastException(HoldfastError.Misuse, why);
        }
        try
        {
            await run.SendAsync(mail, key, effect.CancellationToken).ConfigureAwait(false);
        }
        // Mail that an attempt before this one has sent is known, also by an agent that has ended: this was never sent.
        catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished && key == effect.IdempotencyKey)
        {
            throw new ToolFailedException($"The agent '{agent}' has ended, and takes nothing any more.", error);
        }
        return run.Id;
    }

    /// <summary>On whose behalf an agent acts, and what it draws on besides its own account; null once it has ended.</summary>
    static async Task<(string? Principal, AccountId? Account)?> PowersAsync<TAgent>(IHoldfastClient client, RunHandle<TAgent, AgentAnswer> run, CancellationToken cancellation) where TAgent : Agent
    {
        try
        {
            while (true)
            {
                var principal = await run.QueryAsync(a => a.ActsFor, cancellationToken: cancellation).ConfigureAwait(false);
                var account = await FromOutside.TransactAsync(client, tx => BudgetRows.Read(tx, new($"agent {run.Id}")), cancellation).ConfigureAwait(false);
                if (account is not null) return (principal, account.Parent);
                // It has begun at this moment, and opens its account first of all.
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished)
        {
            return null;
        }
    }

    /// <summary>
    /// From a tool's code: asks an agent of its own for an answer and waits for it, as somebody who supervises others does. However often the code runs, it is one agent. What one call asks and hands on is told apart
    /// by its order, so let the code do it in the same order each time. Declare the tool idempotent, and give it time. When the run that asks is cancelled, the agent goes on, for a try that is cut off by its time or the end of
    /// the process must find it; its key is the call's.
    /// </summary>
    /// <param name="effect">What the tool's code was given.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="budget">What the other agent may spend; it draws on the account of this call as well.</param>
    public static async Task<AgentAnswer> AskAsync<TAgent>(this EffectContext effect, string question, Spending? budget = null) where TAgent : Agent
    {
        ArgumentNullException.ThrowIfNull(effect);
        var start = AgentStart.Ask(question, budget, effect.Account) with { Principal = effect.Principal };
        var run = await effect.Services.GetRequiredService<IHoldfastClient>().StartAsync((TAgent a) => a.Run(start), effect.NextKey(), effect.CancellationToken).ConfigureAwait(false);
        // It needs places of its own for what it does: with all of them taken by those who wait, it would never begin.
        return await effect.StandAsideAsync(() => run.ResultAsync(effect.CancellationToken)).ConfigureAwait(false);
    }

    /// <summary>From durable code: asks one agent for each part, so many at once, and gives their answers in the order of the parts. An agent that failed has no answer.</summary>
    /// <param name="parts">With what they begin.</param>
    /// <param name="atOnce">How many may be under way at a time.</param>
    public static async Durable<IReadOnlyList<AgentAnswer?>> Map<TAgent>(IReadOnlyList<AgentStart> parts, int atOnce = 100) where TAgent : Agent
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfLessThan(atOnce, 1);
        var work = new Work { Parts = [.. parts], Answers = new AgentAnswer?[parts.Count] };
        var lanes = new List<Durable>();
        for (var i = 0; i < Math.Min(atOnce, parts.Count); i++) lanes.Add(Lane<TAgent>(work));
        await Durable.WhenAll(lanes);
        return work.Answers;
    }

    static async Durable Lane<TAgent>(Work work) where TAgent : Agent
    {
        while (work.Next < work.Parts.Length)
        {
            var at = work.Next++;
            var start = work.Parts[at];
            var outcome = await Durable.Child((TAgent a) => a.Run(start)).Outcome();
            work.Answers[at] = outcome.Succeeded ? outcome.Value : null;
        }
    }

    /// <summary>What the lanes share. Turns of a run never overlap, so nobody else looks at it meanwhile.</summary>
    sealed class Work
    {
        public required AgentStart[] Parts { get; init; }

        public required AgentAnswer?[] Answers { get; init; }

        public int Next { get; set; }
    }
}
