using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Holdfast.Agents;

namespace Holdfast.Bench;

/// <summary>Calls of a tool with ten fields as a model would propose them: most are admitted, and each of the other verdicts has its share.</summary>
static class GateCalls
{
    const int Seed = 20261129;

    /// <summary>Of a hundred calls, what they are to become.</summary>
    static readonly (int Share, string Kind)[] Mix = [(60, "admit"), (12, "approve"), (10, "refuse"), (5, "park"), (8, "flaw"), (3, "requirement"), (2, "broken")];

    public enum Method { Card, Transfer, Voucher }

    public sealed record Refund(
        [RegularExpression("[A-Z]{2}-[0-9]{6}")] string Order, [StringLength(40, MinimumLength = 1)] string Customer, [Range(typeof(decimal), "0", "5000", MinimumIsExclusive = true)] decimal Amount,
        [StringLength(3, MinimumLength = 3)] string Currency, [Range(1, 99)] int Items, Method Method, bool Notify, DateOnly Bought, [StringLength(200)] string Reason, string? Ticket = null);

    public static Gate NewGate()
    {
        var refund = new Tool<Refund>("refund", 1, "Pays back what a customer has paid.").Require("whole cents", static r => decimal.Round(r.Amount, 2) == r.Amount, "must have at most two decimals", at: "/amount");
        return new(
            [refund, new Tool<Refund>("refund_partly", 1, "Pays back a part.")],
            [
                refund.Refuse("vouchers are final", static r => r.Method == Method.Voucher && r.Amount > 1000),
                Policy.Parse(
                    """
                    {"rule":"small","tool":"refund","when":{"and":[["amount","<=",100],["currency","in",["EUR","USD"]]]},"effect":"admit"}
                    {"rule":"large","tool":"refund","when":["amount",">",100],"effect":"approve"}
                    {"rule":"old","tool":"refund","when":["bought","<","2025-01-01"],"effect":"park"}
                    {"rule":"embargo","tool":"refund","when":{"or":[["currency","==","XTS"],["items",">",90]]},"effect":"refuse"}
                    """),
            ]);
    }

    /// <summary>UTF-8 texts, in an order without a pattern.</summary>
    public static byte[][] Make(int count)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => Encoding.UTF8.GetBytes(Text(random, KindOf(random.Next(100)))))];
    }

    static string KindOf(int lot)
    {
        foreach (var (share, kind) in Mix)
        {
            if (lot < share) return kind;
            lot -= share;
        }
        return Mix[0].Kind;
    }

    static string Text(Random random, string kind)
    {
        var cents = random.Next(100, 10_000) + (kind == "approve" ? 20_000 : 0);
        var amount = (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture) + (kind == "requirement" ? "5" : "");
        var year = kind == "park" ? 2024 : 2026;
        var currency = kind == "refuse" ? "XTS" : random.Next(2) == 0 ? "EUR" : "USD";
        var reason = random.Next(3) switch { 0 => "arrived damaged, photo attached", 1 => "never arrived, carrier confirms", _ => "zwei statt einem geliefert – zurück" };
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"tool\":\"refund\",\"arguments\":{{\"order\":\"DE-{random.Next(100_000, 1_000_000)}\",\"customer\":\"customer-{random.Next(1_000_000)}\",\"amount\":{amount},\"currency\":\"{currency}\",\"items\":{(kind == "flaw" ? 100 : random.Next(1, 90))},\"method\":\"{(Method)random.Next(2)}\",\"notify\":{(random.Next(2) == 0 ? "true" : "false")},\"bought\":\"{year}-{random.Next(1, 13):00}-{random.Next(1, 29):00}\",\"reason\":\"{reason}\",\"ticket\":\"T-{random.Next(100_000)}\"}}}}");
        return kind == "broken" ? text.Remove(random.Next(20, text.Length - 1), 1) : text;
    }
}
