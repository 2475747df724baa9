using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;

namespace Holdfast.Agents.Tests;

public enum Currency { EUR, USD }

public sealed record Payee(string Name, string? Country = null);

public sealed record Payment([StringLength(20)] string Invoice, [Range(0, 10_000)] decimal Amount, Currency Currency, Payee? To = null, string[]? Tags = null, DateOnly? Due = null)
{
    public int Urgency { get; init; } = 3;
}

public sealed record Remark(string Text);

/// <summary>A gate with rules in code, and what is asked of it.</summary>
static class Payments
{
    public static readonly Tool<Payment> Pay = new Tool<Payment>("pay", 1, "Pays an invoice.")
        .Require("whole cents", static p => decimal.Round(p.Amount, 2) == p.Amount, "must have at most two decimals", at: "/amount")
        .Require("invoice is named", static p => p.Invoice.Length > 0, "must not be empty", at: "/invoice");

    public static readonly Tool<Remark> Write = new("write_note", 2, "Writes a note.");

    public static readonly Gate InCode = new([Pay, Write],
    [
        Pay.Admit("small sums", static p => p.Amount <= 100),
        Pay.Approve("large sums", static p => p.Amount > 50),
        Pay.Park("holidays", static p => p.Due is { Month: 12 }),
        Pay.Refuse("embargo", static p => p.To?.Country == "XX"),
    ]);

    public static string Text(decimal amount = 10, string more = "") => Text(amount.ToString(CultureInfo.InvariantCulture), more);

    public static string Text(string amount, string more = "") => "{\"tool\":\"pay\",\"arguments\":{\"invoice\":\"A-1\",\"amount\":" + amount + ",\"currency\":\"EUR\"" + more + "}}";

    public static Verdict Decide(this Gate gate, string call, int repairsLeft = 0) => gate.Decide(Encoding.UTF8.GetBytes(call), repairsLeft);

    /// <summary>The arm that ran, and what it was given.</summary>
    public static (string Arm, object Content) Taken(this Verdict verdict) =>
        verdict.Match<(string, object)>(static call => ("admit", call), static repair => ("repair", repair), static call => ("approve", call), static why => ("refuse", why), static why => ("park", why));

    public static string Arm(this Verdict verdict) => verdict.Taken().Arm;
}
