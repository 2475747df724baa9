using Claims;

namespace ClaimsDesk;

/// <summary>Holds the accounts against what was paid, called and said.</summary>
sealed class BudgetAudit(DeskRecords records, DeskBudget budget, Action<string> wrong)
{
    public const long TokensOfAnswer = 120;
    const long Micro = 1_000_000;
    readonly Dictionary<(string Account, int Unit), BudgetRow> rows = records.Budgets.ToDictionary(static row => (row.Account, row.Unit));
    readonly ILookup<string?, string> children = records.Budgets.DistinctBy(static row => row.Account).ToLookup(static row => row.Parent, static row => row.Account);

    public BudgetRow? Desk => rows.GetValueOrDefault((DeskBudget.Desk.Value, BudgetRow.Money));

    public void Run(IEnumerable<string> runs)
    {
        string[] known = [DeskBudget.Desk.Value, DeskBudget.Large.Value, .. runs.Select(static run => $"agent {run}")];
        foreach (var account in records.Accounts.Concat(rows.Keys.Select(static row => row.Account)).Except(known)) wrong($"the account '{account}' is nobody's");
        foreach (var account in known.Except(records.Accounts)) wrong($"the account '{account}' is missing");
        foreach (var row in rows.Values)
            if (row.Parent is { } parent && !rows.ContainsKey((parent, row.Unit))) wrong($"'{parent}' keeps no account of what '{row.Account}' draws on it: {row}");
        foreach (var row in rows.Values.Where(static row => row.Account == DeskBudget.Desk.Value ? row.Parent is not null : row.Account == DeskBudget.Large.Value && row.Parent != DeskBudget.Desk.Value))
            wrong($"'{row.Account}' draws on '{row.Parent}'");
        CheckLimit(DeskBudget.Desk.Value, budget.DeskDollars);
        CheckLimit(DeskBudget.Large.Value, budget.LargeDollars);
        foreach (var row in rows.Values)
        {
            if (row.Most is { } most && row.Reserved + row.Spent > most) wrong($"the account '{row.Account}' holds more than its limit: {row}");
            if (row.Reserved != Below(row.Account).Sum(account => records.Reservations.Where(one => one.Account == account && one.Unit == row.Unit).Sum(static one => one.Amount)))
                wrong($"the reservations of '{row.Account}' do not add up: {row}");
            if (children[row.Account].Any() && row.Spent != children[row.Account].Sum(child => rows.GetValueOrDefault((child, row.Unit))?.Spent ?? 0)) wrong($"what was spent below '{row.Account}' does not add up: {row}");
            if (row.Unit is BudgetRow.Money or BudgetRow.Calls && row.Reserved != 0) wrong($"nothing is open any more, and '{row.Account}' has something reserved: {row}");
        }
        // Every call has ended and is settled. What a question took that was cut off is all that nobody knows, in tokens and in time.
        var cutOff = records.Models.Where(static row => !row.IsAnswered).Select(static row => row.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var left in records.Reservations)
            if (left.Amount != 0 && !(left.Key.EndsWith("-0", StringComparison.Ordinal) && cutOff.Contains(left.Key[..^2]))) wrong($"nothing is open of {left.Key}, and something is reserved for it: {left}");
    }

    public void CheckAgent(Claim claim, string run, ModelTalk talk, int calls, bool isPaid)
    {
        var account = $"agent {run}";
        if (!rows.TryGetValue((account, BudgetRow.Money), out var money) || !rows.TryGetValue((account, BudgetRow.Calls), out var called) || !rows.TryGetValue((account, BudgetRow.Tokens), out var tokens))
        {
            wrong($"row {claim.Row}: its agent has no account");
            return;
        }
        if (money.Parent != DeskBudget.AccountOf(claim).Value || money.Most != claim.PaymentDollars * Micro) wrong($"row {claim.Row}: its agent has another account than it was given: {money}");
        var most = DeskBudget.OfAgent(claim);
        if (called.Most != most.Calls || tokens.Most != most.Tokens) wrong($"row {claim.Row}: its agent may call and say as much as it was not given: {called}, {tokens}");
        if (money.Spent != (isPaid ? claim.PaymentDollars * Micro : 0)) wrong($"row {claim.Row}: its account says that {money.Spent / Micro} were paid");
        if (called.Spent != calls) wrong($"row {claim.Row}: {calls} calls, and its account says {called.Spent}");
        if (tokens.Spent != talk.Turns * TokensOfAnswer) wrong($"row {claim.Row}: {talk.Turns} answers, and its account says {tokens.Spent} tokens");
    }

    /// <summary>Money is never given back here, so what does not fit at some time does not fit at the end either.</summary>
    public void CheckMissed(Claim claim)
    {
        var fits = Chain(DeskBudget.AccountOf(claim).Value).All(account => rows.TryGetValue((account, BudgetRow.Money), out var row) && row.Most - row.Spent - row.Reserved >= claim.PaymentDollars * Micro);
        if (fits) wrong($"row {claim.Row}: {claim.PaymentDollars} are due, nothing is against it, and they were not paid");
    }

    IEnumerable<string> Chain(string account) => account == DeskBudget.Desk.Value ? [account] : [account, DeskBudget.Desk.Value];

    IEnumerable<string> Below(string account) => children[account].SelectMany(Below).Prepend(account);

    void CheckLimit(string account, long dollars)
    {
        if (!rows.TryGetValue((account, BudgetRow.Money), out var row) || row.Most != dollars * Micro) wrong($"the account '{account}' has to have the limit {dollars}: {row}");
    }
}
