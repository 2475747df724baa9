namespace Holdfast.Agents;

/// <summary>What people and programs say to agents.</summary>
public static class AgentExtensions
{
    /// <summary>Sends mail. When this returns it is durable, and will be answered once.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="mail">The message.</param>
    /// <param name="dedupKey">Mail with a key that the agent knows is not kept again; null for none.</param>
    /// <param name="cancellationToken">Ends the wait, not the sending.</param>
    public static Task SendAsync(this RunHandle agent, AgentMail mail, string? dedupKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(mail);
        return agent.SignalAsync(AgentSignals.Mail, mail, dedupKey, cancellationToken);
    }

    /// <summary>Answers an approval request, and says what became of the answer.</summary>
    /// <param name="agent">The agent that asked.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<ApprovalReceipt> AnswerAsync<TAgent>(this RunHandle<TAgent, AgentAnswer> agent, ApprovalAnswer answer, CancellationToken cancellationToken = default) where TAgent : Agent
    {
        ArgumentNullException.ThrowIfNull(agent);
        var receipt = await agent.UpdateAsync(a => a.TakeAnswer(answer), cancellationToken: cancellationToken).ConfigureAwait(false);
        // Also when it was taken before: whoever took it may have died before this.
        if (receipt is ApprovalReceipt.Taken or ApprovalReceipt.Repeated) await agent.SignalAsync(AgentSignals.Decided, answer.Id.Value, cancellationToken: cancellationToken).ConfigureAwait(false);
        return receipt;
    }

    /// <summary>Decides about the call that is in doubt.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="doubt">What was looked into, as <see cref="Agent.Doubt"/> gave it.</param>
    /// <param name="ruling">What was found.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it was taken: false when that is not in doubt, or no longer.</returns>
    public static async Task<bool> RuleAsync<TAgent>(this RunHandle<TAgent, AgentAnswer> agent, CallInDoubt doubt, CallRuling ruling, CancellationToken cancellationToken = default) where TAgent : Agent
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(doubt);
        var isTaken = await agent.UpdateAsync(a => a.TakeRuling(doubt, ruling), cancellationToken: cancellationToken).ConfigureAwait(false);
        if (isTaken) await agent.SignalAsync(AgentSignals.Decided, doubt.Key, cancellationToken: cancellationToken).ConfigureAwait(false);
        return isTaken;
    }

    /// <summary>The approvals that calls of a run have used up, with who gave them, as long as the ledger has them.</summary>
    /// <param name="client">The client.</param>
    /// <param name="run">The run: an agent's, or one that carries calls out itself.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<IReadOnlyList<UsedApproval>> ReadApprovalsAsync(this IHoldfastClient client, RunId run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return await Ledgers.FromOutside.TransactAsync(client, tx => Ledgers.ApprovalRows.OfRun(tx, run), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An agent's conversation, also of one that has ended, as long as its file has it.</summary>
    /// <param name="client">The client.</param>
    /// <param name="agent">The agent's run.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<IReadOnlyList<Message>> ReadConversationAsync(this IHoldfastClient client, RunId agent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return await Running.AgentRecords.ConversationAsync(client, agent, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What an agent's models were asked and answered, as a cassette that tests play without a network. Whatever was said is in it: look at it before others can read it.
    /// </summary>
    /// <inheritdoc cref="ReadConversationAsync"/>
    public static async Task<Cassette> ReadCassetteAsync(this IHoldfastClient client, RunId agent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return await Running.AgentRecords.CassetteAsync(client, agent, cancellationToken).ConfigureAwait(false);
    }
}
