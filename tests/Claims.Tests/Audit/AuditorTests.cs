using Claims;
using static ClaimsTests.Audit.Books;

namespace ClaimsTests.Audit;

public sealed class AuditorTests
{
    [Fact]
    public void Correct_books_pass()
    {
        var (report, findings) = new Books().Audit();
        Assert.Empty(findings);
        Assert.Equal(new AuditReport(7, 1, 3, 1, 2, 20_525, 20_525, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, true), report);
    }

    public static TheoryData<string> Forgeries => [.. Forged.Keys];

    /// <summary>What is done to correct books, and what the audit must say to it: this and nothing else.</summary>
    static readonly Dictionary<string, (Action<Books> Forge, Wrong[] Expected)> Forged = new()
    {
        ["two keys for one payment, one of them never applied"] = (
            books => books.Provider.Add(Pay(Free, 25) with { Key = "run-1/4", Applied = false }), [Wrong.TwoKeys]),
        ["paid twice under two keys"] = (books => books.Provider.Add(Pay(Free, 25) with { Key = "other/3" }), [Wrong.TwoKeys, Wrong.AppliedTwice]),
        ["paid twice under one key"] = (books => books.Provider.Add(Pay(Free, 25) with { Attempt = 2 }), [Wrong.AppliedTwice]),
        ["one key for two claims"] = (books => Replace(books, Pay(Small, 500) with { Attempt = 2 }, Pay(Small, 500) with { Key = "run-1/3" }), [Wrong.TwoKeys, Wrong.SharedKey]),
        ["one key for payment and notification"] = (books => Replace(books, Notify(Free), Notify(Free) with { Key = "run-1/3" }), [Wrong.SharedKey]),
        ["money under a kind that there is not"] = (
            books => books.Provider.Add(Pay(Small, 5_000) with { Key = "other/3", Kind = "bonus" }), [Wrong.UnknownKind]),
        ["money under nearly the right kind"] = (books => books.Provider.Add(Pay(Small, 500) with { Key = "other/3", Kind = "Payment" }), [Wrong.UnknownKind]),
        ["a kind that there is not, of a row that is not in the file"] = (
            books => books.Provider.Add(Pay(99, 5_000) with { Kind = "bonus", Applied = false }), [Wrong.UnknownKind, Wrong.UnknownRow]),
        ["notified of another amount"] = (books => Replace(books, Notify(Small), Notify(Small) with { Amount = 501 }), [Wrong.NotificationWrong]),
        ["a late request that was applied"] = (
            books => books.Provider.Add(CameLate(Pay(Small, 500)) with { Applied = true }), [Wrong.LateApplied]),
        ["a late request with another amount"] = (books => Replace(books, Notify(Small), CameLate(Notify(Small)) with { Amount = 1 }, Notify(Small) with { Attempt = 2 }), [Wrong.NotificationWrong]),
        ["a late request under a second key"] = (books => books.Provider.Add(CameLate(Pay(Small, 500)) with { Key = "other/3" }), [Wrong.TwoKeys]),
        ["a late notification under a second key"] = (
            books => Replace(books, Notify(Small), CameLate(Notify(Small)) with { Key = "other/5" }, Notify(Small) with { Attempt = 2 }), [Wrong.TwoKeys]),
        ["a late attempt after the one that was taken"] = (books => books.Provider.Add(CameLate(Notify(Small)) with { Attempt = 2 }), [Wrong.NotificationRepeated]),
        ["paid before its approval was sent"] = (
            books => Replace(books, Pay(Approved, 20_000), Pay(Approved, 20_000) with { Utc = Deadline.AddSeconds(-6) }), [Wrong.PaidAgainstAnswer]),
        ["a late attempt that was made again"] = (books => books.Provider.Add(CameLate(Notify(Small))), [Wrong.NotificationRepeated]),
        ["an answer that is none"] = (books => books.Say(Silent, Told(Silent), Sent(Silent, "Approve", -5)), [Wrong.UnknownAnswer]),
        ["payment missing"] = (books => books.Provider.RemoveAll(line => line.Row == Free), [Wrong.PaymentMissing]),
        ["payment asked for, never applied"] = (books => Replace(books, Pay(Approved, 20_000), Pay(Approved, 20_000) with { Applied = false }), [Wrong.NotifiedUnpaid, Wrong.PaymentMissing]),
        ["the fee instead of the cost"] = (books => Replace(books, Pay(Approved, 20_000), Pay(Approved, 25)), [Wrong.PaymentWrong]),
        ["a cent instead of the fee"] = (books => Replace(books, Pay(Free, 25), Pay(Free, 0)), [Wrong.PaymentWrong]),
        ["a quarantined row was paid"] = (books => books.Provider.Add(Pay(Duplicate, 500)), [Wrong.QuarantinedRowServed]),
        ["a quarantined row was notified"] = (books => books.Provider.Add(Notify(Duplicate)), [Wrong.QuarantinedRowServed]),
        ["a quarantined row reached the adjuster"] = (books => books.Adjuster.Add(Told(Duplicate)), [Wrong.QuarantinedRowServed]),
        ["a row that is not in the file was paid"] = (books => books.Provider.Add(Pay(99, 25)), [Wrong.UnknownRow]),
        ["notification repeated"] = (books => books.Provider.Add(Notify(Free) with { Applied = false, Attempt = 2 }), [Wrong.NotificationRepeated]),
        ["notification sent twice"] = (books => books.Provider.Add(Notify(Free) with { Attempt = 2 }), [Wrong.AppliedTwice, Wrong.NotificationRepeated]),
        ["notification under two keys"] = (books => books.Provider.Add(Notify(Free) with { Key = "run-1/6" }), [Wrong.TwoKeys, Wrong.AppliedTwice, Wrong.NotificationRepeated]),
        ["notification missing"] = (books => books.Provider.Remove(Notify(Free)), [Wrong.NotificationMissing]),
        ["a refused claim was paid"] = (books => books.Provider.AddRange([Pay(Refused, 30_000), Notify(Refused)]), [Wrong.PaidAgainstAnswer]),
        ["a claim that nobody answered was paid"] = (books => books.Provider.AddRange([Pay(Silent, 40_000), Notify(Silent)]), [Wrong.PaidAgainstAnswer]),
        ["a claim approved after its deadline was paid"] = (books => books.Provider.AddRange([Pay(Late, 50_000), Notify(Late)]), [Wrong.PaidAgainstAnswer]),
        ["a claim approved in time was not paid"] = (books => books.Provider.RemoveAll(line => line.Row == Approved), [Wrong.PaymentMissing]),
        ["a refused claim was notified"] = (books => books.Provider.Add(Notify(Refused)), [Wrong.NotifiedUnpaid]),
        ["the adjuster never heard of a claim"] = (books => books.Say(Silent), [Wrong.AdjusterNotTold]),
        ["the adjuster said both"] = (
            books => books.Say(Refused, Sent(Refused, AdjusterLine.Refuse, -4), Sent(Refused, AdjusterLine.Approve, -3)), [Wrong.AdjusterContradicts]),
        ["the deadline moved"] = (books => books.Adjuster.Add(Told(Approved) with { DeadlineUtc = Deadline.AddSeconds(9) }), [Wrong.AdjusterContradicts]),
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void Forged_books_fail_for_their_reason(string name)
    {
        var books = new Books();
        var (forge, expected) = Forged[name];
        forge(books);
        var (report, findings) = books.Audit();
        Assert.Equal(expected.Order(), findings.Select(finding => finding.Wrong).Order());
        Assert.False(report.AuditPassed);
    }

    [Fact]
    public void An_attempt_that_came_too_late_and_its_repetition_are_one_notification()
    {
        var books = new Books();
        books.Provider.Insert(0, CameLate(Notify(Small)));
        Replace(books, Notify(Small), Notify(Small) with { Attempt = 2 });
        var (report, findings) = books.Audit();
        Assert.Empty(findings);
        Assert.True(report.AuditPassed);
        Assert.Equal(0, report.RepeatedAttempts);
    }

    [Fact]
    public void Books_of_which_a_line_cannot_be_read_do_not_pass()
    {
        var (report, findings) = new Books().Audit("provider.jsonl, line 3: no line of this ledger");
        Assert.Empty(findings);
        Assert.False(report.AuditPassed);
    }

    [Fact]
    public void The_figures_say_how_bad_it_is()
    {
        var books = new Books();
        books.Provider.AddRange([Pay(Free, 25) with { Key = "other" }, Notify(Small) with { Attempt = 2, Applied = false }, Pay(Refused, 30_000)]);
        books.Provider.RemoveAll(line => line.Row == Approved);
        var (report, _) = books.Audit();
        Assert.Equal((3, 0, 2), (report.Paid, report.Refused, report.Expired));
        Assert.Equal((1, 1, 2), (report.AppliedTwice, report.RepeatedAttempts, report.Lost));
        Assert.Equal((25 + 25 + 500 + 30_000, 25 + 500 + 20_000), (report.SumPaid, report.SumExpected));
    }

    static void Replace(Books books, ProviderLine old, params ProviderLine[] by)
    {
        var at = books.Provider.IndexOf(old);
        books.Provider.RemoveAt(at);
        books.Provider.InsertRange(at, by);
    }
}
