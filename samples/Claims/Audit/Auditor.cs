namespace Claims;

/// <summary>
/// Holds the books of provider and adjuster against the CSV. It knows nothing of the engine: what it cannot see from outside did not happen.
/// </summary>
/// <param name="unreadable">A sentence for each line of the ledgers that could not be read.</param>
sealed class Auditor(ClaimFile file, IEnumerable<ProviderLine> provider, IEnumerable<AdjusterLine> adjuster, IReadOnlyList<string> unreadable)
{
    readonly ILookup<int, ProviderLine> provider = provider.ToLookup(line => line.Row);
    readonly ILookup<int, AdjusterLine> adjuster = adjuster.ToLookup(line => line.Row);
    readonly List<Finding> findings = [];
    int paid, refused, expired, appliedTwice, repeatedAttempts, lost;
    long sumPaid, sumExpected;

    public IReadOnlyList<Finding> Findings => findings;

    public AuditReport Run(RunFigures figures)
    {
        var valid = file.Valid.ToDictionary(claim => claim.Row);
        var quarantined = file.Quarantined.ToDictionary(row => row.Row);
        foreach (var line in provider.SelectMany(lines => lines)) CheckKind(line);
        foreach (var row in provider.Select(lines => lines.Key).Union(adjuster.Select(lines => lines.Key)).Order())
        {
            // Whatever it is called: only a notification moves no money.
            sumPaid += provider[row].Where(line => line.Kind != ProviderLine.Notification && line.Applied).Sum(line => line.Amount);
            if (valid.ContainsKey(row)) continue;
            if (quarantined.TryGetValue(row, out var reason)) Add(row, Wrong.QuarantinedRowServed, $"in quarantine by the rule {reason.Rule}, and yet in a ledger");
            else Add(row, Wrong.UnknownRow, "in a ledger, but not in the file");
        }
        foreach (var lines in provider.SelectMany(lines => lines).GroupBy(line => line.Key))
            if (lines.DistinctBy(line => (line.Row, Purpose(line))).Count() > 1) Add(lines.First().Row, Wrong.SharedKey, $"the key {lines.Key} serves two purposes");
        foreach (var claim in file.Valid) Check(claim);
        return new AuditReport(
            file.Rows, file.Quarantined.Count, paid, refused, expired, sumPaid, sumExpected, appliedTwice, repeatedAttempts, figures.InDoubt, figures.Suspects, lost,
            figures.Kills, figures.Resumes, figures.StepsPerSecond, figures.StepP50Ms, figures.StepP99Ms, findings.Count == 0 && unreadable.Count == 0 && sumPaid == sumExpected);
    }

    void Check(Claim claim)
    {
        var payments = provider[claim.Row].Where(line => line.Kind == ProviderLine.Payment).ToArray();
        var notifications = provider[claim.Row].Where(line => line.Kind == ProviderLine.Notification).ToArray();
        var allowed = Verdict.Allowed(claim, [.. adjuster[claim.Row]], findings);
        CheckOnce(claim.Row, payments, ProviderLine.Payment);
        CheckOnce(claim.Row, notifications, ProviderLine.Notification);
        CheckAmounts(claim, ProviderLine.Payment, Wrong.PaymentWrong, "asked for");
        CheckAmounts(claim, ProviderLine.Notification, Wrong.NotificationWrong, "notified of");
        if (payments.Any(line => line.Applied)) CheckPaid(claim, allowed, payments, notifications);
        else CheckUnpaid(claim, allowed, notifications);
        // A worker that was replaced may have made an attempt of which the provider took nothing; but none is made twice, or after the one that was taken.
        var late = provider[claim.Row].Where(line => line.Kind == ProviderLine.Late + ProviderLine.Notification).ToArray();
        var repeats = notifications.Concat(late).GroupBy(line => line.Attempt).Any(attempts => attempts.Count() > 1)
            || late.Any(line => notifications.Any(taken => taken.Attempt < line.Attempt));
        if (notifications.Length <= 1 && !repeats) return;
        repeatedAttempts++;
        Add(claim.Row, Wrong.NotificationRepeated, $"{notifications.Length + late.Length} attempts of one notification");
    }

    /// <summary>What a line is for, also when it came late; the rest of the audit trusts that it is one of the two.</summary>
    static string Purpose(ProviderLine line) => line.Kind.StartsWith(ProviderLine.Late, StringComparison.Ordinal) ? line.Kind[ProviderLine.Late.Length..] : line.Kind;

    void CheckKind(ProviderLine line)
    {
        if (Purpose(line) is not (ProviderLine.Payment or ProviderLine.Notification)) Add(line.Row, Wrong.UnknownKind, $"a line of the kind '{line.Kind}', which there is not");
        else if (line.Applied && line.Kind != Purpose(line)) Add(line.Row, Wrong.LateApplied, "a request that came late was applied nevertheless");
    }

    void CheckAmounts(Claim claim, string purpose, Wrong wrong, string what)
    {
        var others = provider[claim.Row].Where(line => Purpose(line) == purpose && line.Amount != claim.PaymentDollars).Select(line => line.Amount).Distinct().ToArray();
        if (others.Length > 0) Add(claim.Row, wrong, $"{what} {string.Join(", ", others)} instead of {claim.PaymentDollars}");
    }

    void CheckPaid(Claim claim, Outcomes allowed, ProviderLine[] payments, ProviderLine[] notifications)
    {
        paid++;
        var answer = adjuster[claim.Row].FirstOrDefault(line => line.SentUtc is not null);
        if (allowed.HasFlag(Outcomes.Paid)) sumExpected += claim.PaymentDollars;
        else if (allowed != Outcomes.None) Add(claim.Row, Wrong.PaidAgainstAnswer, $"paid, but it could only be {allowed}");
        if (allowed.HasFlag(Outcomes.Paid) && payments.Any(line => line.Utc < answer?.SentUtc)) Add(claim.Row, Wrong.PaidAgainstAnswer, "asked for before its answer was sent");
        if (notifications.Any(line => line.Applied)) return;
        lost++;
        Add(claim.Row, Wrong.NotificationMissing, "paid, and nobody was notified");
    }

    void CheckUnpaid(Claim claim, Outcomes allowed, ProviderLine[] notifications)
    {
        if (notifications.Length > 0) Add(claim.Row, Wrong.NotifiedUnpaid, "notified of a payment that was not made");
        // Between refused and expired nobody outside can tell; a refusal that may have arrived counts as one.
        if (allowed.HasFlag(Outcomes.Refused)) refused++;
        else if (allowed.HasFlag(Outcomes.Expired)) expired++;
        else lost++;
        if (allowed != Outcomes.Paid) return;
        sumExpected += claim.PaymentDollars;
        Add(claim.Row, Wrong.PaymentMissing, $"{claim.PaymentDollars} were never paid");
    }

    void CheckOnce(int row, ProviderLine[] lines, string purpose)
    {
        // A request that came late and was refused had a key too, and it must have been the same.
        if (provider[row].Where(line => Purpose(line) == purpose).DistinctBy(line => line.Key).Count() > 1) Add(row, Wrong.TwoKeys, $"two keys for one {purpose}");
        if (lines.Count(line => line.Applied) <= 1) return;
        appliedTwice++;
        Add(row, Wrong.AppliedTwice, $"the {purpose} was applied {lines.Count(line => line.Applied)} times");
    }

    void Add(int row, Wrong wrong, string text) => findings.Add(new Finding(row, wrong, text));
}
