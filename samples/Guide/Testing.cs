using Holdfast;
using Holdfast.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Guide;

/// <summary>Tests as the users of Holdfast write them; the attribute of their framework goes above.</summary>
public static class RefundTests
{
    #region test-refund
    public static async Task CustomersAreAskedThirtyDaysLater()
    {
        var mail = new MailBook();
        await using var engine = await TestEngine.StartAsync(builder =>
        {
            builder.Services.AddSingleton<IMail>(mail).AddSingleton<IPayments>(new PaymentBook());
            builder.AddWorkflow<Refund>();
        });
        engine.StubStep("Refund", step => "charge 1");             // by the name of the method that the step calls

        var run = await engine.Client.StartAsync((Refund w) => w.Run(new RefundRequest("r-1", "ann", 250m)));
        await run.SignalAsync(Refund.Approved, new Approval(true));
        var receipt = await engine.ResultAsync(run);               // takes milliseconds: the clock leaps over the wait

        Expect(receipt.Charge == "charge 1" && mail.Surveyed.SequenceEqual(["ann"]));
    }
    #endregion

    #region test-crashes
    public static Task NobodyIsPaidTwiceWhereverTheProcessDies() => CrashTest.CrashEverywhereAsync(
        (Payday w) => w.Run(Wages),
        new CrashPlan<PaymentBook, int>
        {
            World = () => new PaymentBook(),                       // what is outside, and survives
            Configure = (builder, book) =>
            {
                builder.Services.AddSingleton<IPayments>(book).AddSingleton<Totals>();
                builder.AddWorkflow<Payday>();
            },
            Check = (book, total) => Expect(book.Paid == 800 && total == 800),
        });
    #endregion

    static readonly int[] Wages = [300, 500];

    static void Expect(bool holds)
    {
        if (!holds) throw new InvalidOperationException("The test's expectation does not hold.");
    }
}

#region test-bug
public sealed class Payday(IPayments payments, Totals totals) : Workflow
{
    public async Durable<int> Run(int[] wages)
    {
        foreach (var wage in wages)
        {
            await Step(step => payments.Refund(new("wage", "bob", wage), step.IdempotencyKey, step.CancellationToken));
            totals.Sum += wage;                                    // wrong: a service's own memory dies with the process
            var soFar = totals.Sum;
            await Delay(TimeSpan.FromDays(1));
            if (soFar > 10_000) break;
        }
        return totals.Sum;
    }
}
#endregion

public sealed class Totals
{
    public int Sum { get; set; }
}

/// <summary>Pays once per key, and writes it down.</summary>
public sealed class PaymentBook : IPayments
{
    readonly Dictionary<string, string> _charges = [];

    public decimal Paid { get; private set; }

    public Task<string> Refund(RefundRequest request, string idempotencyKey, CancellationToken cancellationToken)
    {
        if (_charges.TryGetValue(idempotencyKey, out var charge)) return Task.FromResult(charge);
        Paid += request.Amount;
        return Task.FromResult(_charges[idempotencyKey] = $"charge {_charges.Count + 1}");
    }
}

/// <summary>Writes down whom it would have asked.</summary>
public sealed class MailBook : IMail
{
    public List<string> Surveyed { get; } = [];

    public Task Survey(string customer)
    {
        Surveyed.Add(customer);
        return Task.CompletedTask;
    }
}
