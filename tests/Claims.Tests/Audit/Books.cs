using System.Text;
using Claims;

namespace ClaimsTests.Audit;

/// <summary>A small file and correct ledgers for it, for tests to forge.</summary>
sealed class Books
{
    public const int Free = 1, Small = 2, Duplicate = 3, Approved = 4, Refused = 5, Silent = 6, Late = 7;

    public static readonly DateTimeOffset Deadline = new(2026, 1, 1, 0, 0, 8, TimeSpan.Zero);

    public static readonly ClaimFile File = ClaimFile.Parse(Encoding.UTF8.GetBytes(string.Join('\n', [
        string.Join(',', ClaimRules.Header), Row("A", 0), Row("B", 500), Row("B", 500), Row("C", 20_000), Row("D", 30_000), Row("E", 40_000), Row("F", 50_000)])));

    public List<ProviderLine> Provider { get; } =
    [
        Pay(Free, 25), Notify(Free), Pay(Small, 500) with { Applied = false }, Pay(Small, 500) with { Attempt = 2 }, Notify(Small), Pay(Approved, 20_000), Notify(Approved),
    ];

    public List<AdjusterLine> Adjuster { get; } =
    [
        Told(Approved), Told(Refused), Told(Silent), Told(Late),
        Sent(Approved, AdjusterLine.Approve, -5), Acknowledged(Approved, AdjusterLine.Approve, -5, -4.9),
        Sent(Refused, AdjusterLine.Refuse, -4), Acknowledged(Refused, AdjusterLine.Refuse, -4, -3.9),
        Sent(Late, AdjusterLine.Approve, 1),
    ];

    public static ProviderLine Pay(int row, long amount) => new($"run-{row}/3", row, ProviderLine.Payment, amount, 1, true, Deadline);

    public static ProviderLine Notify(int row) =>
        new($"run-{row}/5", row, ProviderLine.Notification, File.Valid.FirstOrDefault(claim => claim.Row == row)?.PaymentDollars ?? 500, 1, true, Deadline);

    /// <summary>An attempt of a worker that was killed, which reached the provider when the next worker had already asked about it.</summary>
    public static ProviderLine CameLate(ProviderLine line) => line with { Kind = ProviderLine.Late + line.Kind, Applied = false };

    public static AdjusterLine Told(int row) => new(row, AdjusterLine.None, null, false, null, Deadline, $"run-{row}");

    public static AdjusterLine Sent(int row, string answer, double seconds) => new(row, answer, Deadline.AddSeconds(seconds), false, null, Deadline, $"run-{row}");

    public static AdjusterLine Acknowledged(int row, string answer, double sent, double acknowledged) =>
        Sent(row, answer, sent) with { Acknowledged = true, AcknowledgedUtc = Deadline.AddSeconds(acknowledged) };

    public (AuditReport Report, IReadOnlyList<Finding> Findings) Audit(params IReadOnlyList<string> unreadable)
    {
        var auditor = new Auditor(File, Provider, Adjuster, unreadable);
        return (auditor.Run(new RunFigures(0, 0, 0, 0, 0, 0, 0)), auditor.Findings);
    }

    /// <summary>The adjuster's lines of one row, replaced.</summary>
    public Books Say(int row, params AdjusterLine[] lines)
    {
        Adjuster.RemoveAll(line => line.Row == row);
        Adjuster.AddRange(lines);
        return this;
    }

    static string Row(string airport, long cost) => $"{airport},B-737,None,1999-01-01,UNITED,Texas,Climb,Small,Gull,Day,0,{cost},{cost},";
}
