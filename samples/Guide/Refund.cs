using Holdfast;

namespace Guide;

#region refund
public sealed class Refund(IPayments payments, IMail mail) : Workflow
{
    public static readonly Signal<Approval> Approved = new("approved");

    public async Durable<Receipt> Run(RefundRequest request)
    {
        var id = Guid.NewGuid();                                   // any code: nothing is ever replayed
        if (request.Amount > 100)
        {
            var answer = await Receive(Approved).Within(TimeSpan.FromDays(2));
            if (answer is not { Arrived: true, Value.Granted: true }) return Receipt.Refused(id);
        }
        var charge = await Step(step => payments.Refund(request, step.IdempotencyKey, step.CancellationToken));
        await Delay(TimeSpan.FromDays(30));
        await Step(() => mail.Survey(request.Customer));
        return Receipt.Paid(id, charge);
    }
}
#endregion

public sealed record RefundRequest(string Id, string Customer, decimal Amount);

public sealed record Approval(bool Granted);

public sealed record Receipt(Guid Id, string? Charge)
{
    public static Receipt Refused(Guid id) => new(id, null);

    public static Receipt Paid(Guid id, string charge) => new(id, charge);
}

public interface IPayments
{
    /// <summary>Pays back, once per key: a second call with the same key gives the first one's answer.</summary>
    Task<string> Refund(RefundRequest request, string idempotencyKey, CancellationToken cancellationToken);
}

public interface IMail
{
    Task Survey(string customer);
}
