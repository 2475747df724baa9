using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Holdfast.Agents;

namespace Guide;

#region gate-tool
public enum Currency { EUR, USD }

public sealed record Payment(
    [Description("The invoice's number."), RegularExpression("INV-[0-9]{5}")] string Invoice,
    [Range(typeof(decimal), "0", "10000", MinimumIsExclusive = true)] decimal Amount,
    Currency Currency,
    [StringLength(2, MinimumLength = 2)] string Country,
    string? Note = null);
#endregion

/// <summary>What a payment has to pass.</summary>
public static class PaymentGate
{
    #region gate-rules
    public static readonly Tool<Payment> Pay = new Tool<Payment>("pay", version: 1, "Pays an invoice of a supplier.")
        .Require("whole cents", p => decimal.Round(p.Amount, 2) == p.Amount, "must have at most two decimals", at: "/amount");

    public static readonly Gate Gate = new(
        [Pay],
        [
            Pay.Admit("home", p => p.Country == "DE"),
            Pay.Approve("large sums", p => p.Amount > 100),        // stronger than Admit, weaker than Refuse
            Policy.Parse(Rules),                                   // from a file, checked here
        ]);
    #endregion

    #region gate-lines
    public const string Rules =
        """
        # What nobody may pay, whatever the other rules say.
        {"rule":"embargo","tool":"pay","when":["country","in",["XA","XB"]],"effect":"refuse"}
        {"rule":"dollars","tool":"pay","when":{"and":[["currency","==","USD"],{"not":["amount","<=",1000]}]},"effect":"park"}
        """;
    #endregion

    #region gate-decide
    public static string Dispose(ReadOnlySpan<byte> proposal, int repairsLeft)
    {
        var verdict = Gate.Decide(proposal, repairsLeft);          // {"tool":"pay","arguments":{…}}
        return verdict.Match(
            admit: call => call.Is(Pay, out var payment) ? $"pay {payment.Invoice}" : "some other tool",
            repair: repair => $"tell the model: {repair.Reason} ({repair.AttemptsLeft} left after that)",
            needsApproval: call => $"ask somebody, because of '{verdict.Rule}'",
            refuse: why => $"tell the model no: {why}",
            park: why => $"let somebody look: {why}");
    }
    #endregion

    #region gate-test
    public static void NobodyIsPaidUnderEmbargo()
    {
        var verdict = Gate.Try(Pay, new("INV-00017", 20, Currency.EUR, "XA"));
        Expect(verdict.Stage == GateStage.Policy && verdict.Rule == "embargo");
    }
    #endregion

    static void Expect(bool holds)
    {
        if (!holds) throw new InvalidOperationException("The test's expectation does not hold.");
    }
}
