using System.Globalization;
using System.Text.RegularExpressions;
using Claims;
using ModelDouble;

namespace ClaimsDesk;

/// <summary>Works out from the file and from what model and approver said what the gate had to decide and what had to be paid, and holds the engine's file and the provider's ledger against it.</summary>
sealed partial class DeskAuditor(ClaimFile file, DeskBooks books, int seed, TimeSpan approvalTime)
{
    const decimal Micro = 1_000_000;
    readonly List<string> findings = [];

    public IReadOnlyList<string> Findings => findings;

    public DeskReport Run(int kills, int resumes)
    {
        var records = books.Records;
        var conversations = records.History.GroupBy(static row => row.Run).Select(static rows => Conversation.Read(rows.Key, rows)).ToLookup(static one => one.Row);
        var talk = books.Model.ToLookup(RowOf);
        var provider = books.Provider.ToLookup(static line => line.Key);
        var hours = Hours.Of(records);
        var approvals = new ApprovalAudit(books.Approver, ApproverScript.For(seed, file), hours, approvalTime, findings.Add);
        var budget = new BudgetAudit(records, DeskBudget.For([.. file.Valid]), findings.Add);
        CheckModel(talk);
        new ProviderAudit(new(seed), hours, records.Calls, findings.Add).Run(books.Provider);
        foreach (var odd in hours.Odd(OperatorLine.FileName, books.Operator, static line => line.Utc)) findings.Add(odd);
        new OperatorAudit(records.Calls, provider, conversations.Where(static one => one.Key > 0).ToDictionary(static one => ClaimFacts.Principal(one.Key), static one => one.First().Run), findings.Add).Run(books.Operator);
        budget.Run(conversations.Where(static one => one.Key > 0).SelectMany(static one => one).Select(static one => one.Run));
        new TextAudit(records, findings.Add).Run();
        var (verdictsOf, callsOf) = (records.Verdicts.ToLookup(static row => row.Run), records.Calls.ToLookup(static row => row.Run));
        var (modelsOf, tokensOf) = (records.Models.ToLookup(static row => row.Run), records.Reservations.Where(static one => one.Unit == BudgetRow.Tokens && one.Amount > 0).ToLookup(static one => one.Account));
        var messagesOf = records.History.ToLookup(static row => row.Run);
        var known = new HashSet<string>(StringComparer.Ordinal);
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in file.Valid)
        {
            Conversation[] own = [.. conversations[claim.Row]];
            if (own is not [var conversation])
            {
                findings.Add($"row {claim.Row}: {own.Length} conversations");
                continue;
            }
            known.Add(conversation.Run);
            var said = ModelTalk.Of(claim, talk[claim.Row], wrong => findings.Add($"row {claim.Row}: {wrong}"));
            foreach (var proposal in said.Proposals.Where(static one => one.Expected.Arm == Expectation.Approve)) asked.Add(proposal.ApprovalIn(conversation.Run));
            CallRow[] calls = [.. callsOf[conversation.Run]];
            var audit = new ClaimAudit(claim, said, conversation, [.. verdictsOf[conversation.Run]], calls, provider, approvals, hours, findings.Add);
            audit.Run();
            new ModelAudit(claim, said, [.. modelsOf[conversation.Run]], calls, messagesOf[conversation.Run].Count(), tokensOf[$"agent {conversation.Run}"].Count(), findings.Add).Run();
            if (audit.MissedForBudget) budget.CheckMissed(claim);
            budget.CheckAgent(claim, conversation.Run, said, calls.Length, audit.IsPaid);
        }
        if (conversations.SelectMany(static one => one).Any(one => !known.Contains(one.Run)) || verdictsOf.Concat<IGrouping<string, object>>(callsOf).Concat(modelsOf).Any(one => !known.Contains(one.Key)))
            findings.Add("the engine's file has runs that are about no claim");
        if (approvals.Requests.Any(one => !asked.Contains(one))) findings.Add("the approver was asked about something that no agent proposed");
        if (records.Findings.Count > 0) findings.Add($"somebody found out about calls, and all runs have ended by themselves: {string.Join(", ", records.Findings)}");
        CheckUsedApprovals();
        CheckProvider();
        return Report(conversations.SelectMany(static one => one).SelectMany(static one => one.Calls).Count(static call => call.IsOrphan), approvals.Rejected, budget.Desk, kills, resumes);
    }

    DeskReport Report(int orphans, int rejected, BudgetRow? desk, int kills, int resumes)
    {
        int Said(int arm) => books.Records.Verdicts.Count(row => row.Arm == arm);
        var twice = books.Provider.Where(static line => line.Applied).GroupBy(static line => (line.Row, line.Kind)).Count(static lines => lines.Count() > 1);
        if (orphans > 0) findings.Add($"{orphans} calls or results are alone");
        if (twice > 0) findings.Add($"{twice} payments or notifications happened more than once");
        return new(
            file.Valid.Count, books.Records.Verdicts.Count, Said(Expectation.Admit), Said(Expectation.Repair), Said(Expectation.Approve), Said(Expectation.Refuse), Said(Expectation.Park),
            (desk?.Most ?? 0) / Micro, (desk?.Reserved ?? 0) / Micro, (desk?.Spent ?? 0) / Micro, books.Records.Approvals.Count, rejected, twice,
            books.Operator.Where(static line => line.Decision != OperatorLine.Resume).DistinctBy(static line => line.Key).Count(), orphans, kills, resumes, findings.Count == 0);
    }

    void CheckModel(ILookup<int, DoubleLine> talk)
    {
        if (!books.Model.Select(static line => line.Number).Order().SequenceEqual(Enumerable.Range(1, books.Model.Count))) findings.Add($"{DoubleLine.FileName}: lines are missing or stand there twice");
        foreach (var line in books.Model.Where(static line => line.Model != (line.Format == WireFormat.OpenAi ? "gpt-double" : "claude-double"))) findings.Add($"{DoubleLine.FileName}: request {line.Number} asks {line.Model} in the format of {line.Format}");
        // Ids are the double's own, by the number of the request; one agent asks one question after the other.
        foreach (var line in books.Model.Where(static line => !line.Calls.Index().All(call => call.Item.Id == $"{(line.Format == WireFormat.OpenAi ? "call" : "toolu")}_{line.Number}_{call.Index + 1}"))) findings.Add($"{DoubleLine.FileName}: request {line.Number} was answered with ids of other calls");
        foreach (var (row, lines) in talk.Select(static one => (one.Key, one.ToArray())))
            if (lines.Zip(lines.Skip(1)).Any(static pair => pair.First.Number > pair.Second.Number)) findings.Add($"{DoubleLine.FileName}: the questions about row {row} are not in their order");
        foreach (var line in books.Model.Where(static line => line.Refused is not null)) findings.Add($"{DoubleLine.FileName}: the provider refused the conversation of request {line.Number}: {line.Refused}");
        var rows = file.Valid.Select(static claim => claim.Row).ToHashSet();
        if (talk.Any(one => !rows.Contains(one.Key))) findings.Add($"{DoubleLine.FileName}: the model was asked about something that is no claim");
    }

    void CheckUsedApprovals()
    {
        var calls = books.Records.Calls.ToDictionary(static call => call.Key);
        foreach (var used in books.Records.Approvals)
            if (used.Person != ApproverLine.Person || !calls.TryGetValue(used.Key, out var call) || call.Begun != used.Used || call.Approval != used.Approval || !call.Hash.AsSpan().SequenceEqual(used.Hash)) findings.Add($"the approval {used.Approval} was used for something else than its call");
        foreach (var uses in calls.Values.Where(static call => call.Approval is not null).GroupBy(static call => call.Approval))
            if (uses.Count() > 1 || books.Records.Approvals.All(used => used.Approval != uses.Key)) findings.Add($"the approval {uses.Key} was used {uses.Count()} times");
    }

    /// <summary>Nothing is paid or told but for a call that stands in the engine's file.</summary>
    void CheckProvider()
    {
        var calls = books.Records.Calls.ToDictionary(static call => call.Key, static call => call.Tool);
        foreach (var line in books.Provider.DistinctBy(static line => (line.Key, line.Kind)))
        {
            var tool = line.Kind.EndsWith(ProviderLine.Payment, StringComparison.Ordinal) ? "pay" : line.Kind.EndsWith(ProviderLine.Notification, StringComparison.Ordinal) ? "notify" : null;
            if (tool is null || calls.GetValueOrDefault(line.Key) != tool) findings.Add($"row {line.Row}: the {line.Kind} {line.Key} belongs to no call");
        }
    }

    static int RowOf(DoubleLine line) => Claim().Match(line.Text) is { Success: true } claim ? int.Parse(claim.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^Claim ([0-9]+): ")]
    private static partial Regex Claim();
}
