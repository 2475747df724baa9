using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Claims;

namespace ClaimsDesk;

/// <summary>Holds one claim's conversation, verdicts, calls, payments and approvals against the file and the model's ledger.</summary>
sealed class ClaimAudit(Claim claim, ModelTalk talk, Conversation conversation, IReadOnlyList<VerdictRow> verdicts, IReadOnlyList<CallRow> calls, ILookup<string, ProviderLine> provider, ApprovalAudit approvals, Hours hours, Action<string> wrong)
{
    readonly Dictionary<long, CallRow> kept = calls.DistinctBy(static call => call.Number).ToDictionary(static call => call.Number);

    /// <summary>Payments that were refused though nothing but the budget was against them.</summary>
    public bool MissedForBudget { get; private set; }

    public bool IsPaid => calls.Any(static call => call is { Tool: "pay", Phase: CallRow.Succeeded });

    public void Run()
    {
        CheckVerdicts();
        CheckConversation();
        foreach (var stray in calls.Where(call => call.Number < 1 || call.Number > talk.Proposals.Count)) Wrong($"the call {stray.Key} was never proposed");
        foreach (var proposal in talk.Proposals) CheckCall(proposal);
        if (calls.Any(static call => call.Tool == "notify") != IsPaid) Wrong("a notification without a payment, or a payment without a notification");
    }

    void CheckVerdicts()
    {
        if (verdicts.Count != talk.Proposals.Count) Wrong($"{talk.Proposals.Count} proposals and {verdicts.Count} verdicts");
        foreach (var (proposal, verdict) in talk.Proposals.Zip(verdicts))
        {
            var said = new Expectation(verdict.Arm, verdict.Stage, verdict.Rule);
            CheckWho(proposal, verdict);
            if ((verdict.Number, verdict.Tool) != (proposal.Number, proposal.Tool) || !LastWords(proposal).Contains(said))
                Wrong($"the last word about proposal {proposal.Number} ({proposal.Tool} {proposal.Arguments}) had to be {string.Join(" or ", LastWords(proposal))}, and is {verdict}");
        }
    }

    /// <summary>A person has a name where one decided, and nowhere else; and the last word about a call was said when it began.</summary>
    void CheckWho(Proposal proposal, VerdictRow verdict)
    {
        var call = kept.GetValueOrDefault(proposal.Number);
        var decided = verdict.Stage == Expectation.NotAgreed.Stage ? approvals.Refused(proposal.ApprovalIn(conversation.Run)) : call is not null && proposal.Expected.Arm == Expectation.Approve;
        if (verdict.Person != (decided ? ApproverLine.Person : null)) Wrong($"'{verdict.Person}' is said to have decided about proposal {proposal.Number}");
        var noted = DateTimeOffset.FromUnixTimeMilliseconds(verdict.Noted);
        if (!hours.Has(noted) || (call is not null && call.Begun != verdict.Noted)) Wrong($"the verdict on proposal {proposal.Number} is of {noted:O}");
    }

    /// <summary>What had the last word: the gate, about what it did not let pass and about what was carried out; otherwise whatever was against it then.</summary>
    IEnumerable<Expectation> LastWords(Proposal proposal)
    {
        if (!proposal.MayPass || kept.ContainsKey(proposal.Number)) return [proposal.Expected];
        if (proposal.Expected.Arm == Expectation.Approve && !approvals.Allowed(proposal.ApprovalIn(conversation.Run), conversation.Run, proposal, claim.Row).MayPass) return [Expectation.NotAgreed];
        List<Expectation> words = [.. proposal.Expected.Arm == Expectation.Approve && approvals.Allowed(proposal.ApprovalIn(conversation.Run), conversation.Run, proposal, claim.Row).MayNot ? [Expectation.NotAgreed] : Array.Empty<Expectation>()];
        return IsDoneBefore(proposal) ? [.. words, Expectation.Done] : [.. words, .. DeskBudget.AccountsOf(claim, conversation.Run).Select(Expectation.OverBudget)];
    }

    bool IsDoneBefore(Proposal proposal) => kept.Values.Any(call => call.Tool == proposal.Tool && call.Tool is "pay" or "notify" && call.Number < proposal.Number);

    /// <summary>What could not stand in a conversation is not in it; all else is, with its result.</summary>
    void CheckConversation()
    {
        foreach (var problem in conversation.Problems) Wrong(problem);
        if (!conversation.IsEnded) Wrong("the conversation has no end");
        var proposed = talk.Proposals.Where(static proposal => proposal.Canonical is not null).Select(static proposal => (proposal.Tool, proposal.Canonical));
        if (!proposed.SequenceEqual(conversation.Calls.Where(static call => call.Tool is not null).Select(static call => (call.Tool!, call.Arguments)))) Wrong("the conversation has other calls than the model proposed");
        foreach (var (proposal, call) in talk.Proposals.Where(static proposal => proposal.Canonical is not null).Zip(conversation.Calls))
            if (call.IsError == kept.ContainsKey(proposal.Number)) Wrong($"the model was told that call {proposal.Number} {(call.IsError ? "failed" : "was done")}, and it is not so");
    }

    void CheckCall(Proposal proposal)
    {
        var row = kept.GetValueOrDefault(proposal.Number);
        if (row is null)
        {
            if (proposal.MayPass) CheckMissing(proposal);
            return;
        }
        if (!proposal.MayPass) Wrong($"call {proposal.Number} was carried out against the gate");
        var isOnce = proposal.Tool is "pay" or "notify";
        // As the ledger keeps it: hashed, for it is read with SQL.
        var identity = isOnce ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{proposal.Tool}\n{claim.Row}"))) : null;
        if (row.Tool != proposal.Tool || row.Version != 1 || !row.Hash.AsSpan().SequenceEqual(proposal.Hash) || row.Identity != identity || row.Kind != KindOf(proposal.Tool) || row.Account != $"agent {conversation.Run}"
            || row.Tries < 1 || row.Arguments != proposal.Canonical || (row.Stage, row.Rule) != (proposal.Expected.Stage, proposal.Expected.Rule))
            Wrong($"the row of call {row.Key} is not that of what was proposed");
        // Whoever found out about a call says so; nothing else is noted of one that happened.
        if (row.Note is { } note && !(proposal.Tool == "notify" && note == OperatorAudit.Says)) Wrong($"of call {row.Key} is noted: {note}");
        if (row.Settled < row.Begun || !hours.Has(DateTimeOffset.FromUnixTimeMilliseconds(row.Begun)) || row.Settled is null) Wrong($"call {row.Key} began at {row.Begun} and ended at {row.Settled}");
        // No tool of the desk's asks the outside world by itself, and so none waits before it does.
        if (row.Quiet is not null) Wrong($"call {row.Key} waits {row.Quiet} ms before somebody asks what became of it");
        if (row.Phase != CallRow.Succeeded) Wrong($"call {row.Key} is in phase {row.Phase}, and nothing is open any more");
        if (proposal.Expected.Arm == Expectation.Approve)
        {
            if (row.Approval != proposal.ApprovalIn(conversation.Run)) Wrong($"call {row.Key} used an approval that is not its own");
            else if (!approvals.Allowed(row.Approval, conversation.Run, proposal, claim.Row).MayPass) Wrong($"call {row.Key} was carried out and nobody had agreed");
        }
        else if (row.Approval is not null) Wrong($"call {row.Key} used an approval and needed none");
        if (isOnce) CheckApplied(row, proposal.Tool == "pay" ? ProviderLine.Payment : ProviderLine.Notification);
    }

    void CheckMissing(Proposal proposal)
    {
        // Done before: it is not done again.
        if (IsDoneBefore(proposal)) return;
        if (proposal.Expected.Arm == Expectation.Approve && approvals.Allowed(proposal.ApprovalIn(conversation.Run), conversation.Run, proposal, claim.Row).MayNot) return;
        if (proposal.Tool == "pay") MissedForBudget = true;
        else Wrong($"call {proposal.Number} ({proposal.Tool}) was admitted and not carried out");
    }

    void CheckApplied(CallRow row, string kind)
    {
        var lines = provider[row.Key].ToArray();
        if (lines.Count(static line => line.Applied) != 1) Wrong($"the {kind} {row.Key} was applied {lines.Count(static line => line.Applied)} times");
        foreach (var line in lines)
            if (line.Row != claim.Row || line.Amount != claim.PaymentDollars || (line.Kind != kind && (line.Applied || line.Kind != ProviderLine.Late + kind)))
                Wrong($"the provider was asked for {line}, and {claim.PaymentDollars} are due");
    }

    static int KindOf(string tool) => tool switch { "read_claim" => 2, "assess" => 1, "pay" => 3, _ => 5 };

    void Wrong(string text) => wrong(string.Create(CultureInfo.InvariantCulture, $"row {claim.Row}: {text}"));
}
