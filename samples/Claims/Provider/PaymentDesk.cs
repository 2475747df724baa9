using System.Security.Cryptography;
using System.Text;

namespace Claims;

/// <summary>How the provider answers one request.</summary>
enum PaymentAnswer { Done, Unavailable, Dropped, KeyReused, Replaced }

/// <summary>The provider's books: applies each idempotency key once, and answers only after its ledger line is on the disk.</summary>
sealed class PaymentDesk
{
    readonly Lock gate = new();
    readonly Dictionary<string, PaymentRequest> applied = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> requestsByKey = new(StringComparer.Ordinal);
    readonly Ledger<ProviderLine> ledger;
    readonly FaultScript faults;
    readonly TimeProvider clock;
    int requests, payments, notifications, newestWorker;
    TaskCompletionSource moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="ledger">Where each request is written.</param>
    /// <param name="past">What an earlier provider wrote: its keys stay applied.</param>
    public PaymentDesk(Ledger<ProviderLine> ledger, IEnumerable<ProviderLine> past, FaultScript faults, TimeProvider clock)
    {
        (this.ledger, this.faults, this.clock) = (ledger, faults, clock);
        foreach (var line in past)
        {
            requestsByKey[line.Key] = requestsByKey.GetValueOrDefault(line.Key) + 1;
            if (line.Applied) applied[line.Key] = new PaymentRequest(line.Key, line.Row, line.Kind, line.Amount, line.Attempt);
            Count(line.Kind, line.Applied);
        }
    }

    public async Task<PaymentAnswer> HandleAsync(PaymentRequest request)
    {
        PaymentAnswer answer;
        Task durable;
        lock (gate)
        {
            newestWorker = Math.Max(newestWorker, request.Worker);
            var isLate = request.Worker < newestWorker;
            var nth = requestsByKey[request.Key] = requestsByKey.GetValueOrDefault(request.Key) + 1;
            (answer, var applies) = isLate ? (PaymentAnswer.Replaced, false) : Decide(request, faults.For(request.Row, request.Kind, nth));
            if (applies) applied.Add(request.Key, request);
            Count(request.Kind, applies);
            // Under the lock, so that a repetition's line follows the line it repeats and shares or follows its fsync.
            durable = ledger.AppendAsync(new ProviderLine(
                request.Key, request.Row, isLate ? ProviderLine.Late + request.Kind : request.Kind, request.Amount, request.Attempt, applies, clock.GetUtcNow()));
            moved.TrySetResult();
            moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        await durable;
        return answer;
    }

    /// <summary>
    /// Whether the key was applied, as a final answer for <paramref name="worker"/>: a request of a worker that it replaces may still be under
    /// way, on whatever connection, and from now on is refused.
    /// </summary>
    public KeyState Find(string key, string kind, int worker)
    {
        lock (gate)
        {
            newestWorker = Math.Max(newestWorker, worker);
            return new KeyState(key, applied.TryGetValue(key, out var request) && request.Kind == kind);
        }
    }

    /// <summary>The same text for the same key, whichever request asks.</summary>
    public static PaymentReceipt Receipt(string key) =>
        new(key, $"R-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 6))}");

    /// <summary>Waits until at least so many payments and notifications were applied.</summary>
    public async Task<ProviderProgress> ProgressAsync(int appliedMin, CancellationToken cancel)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (payments + notifications >= appliedMin) return new ProviderProgress(requests, payments, notifications);
                next = moved.Task;
            }
            await next.WaitAsync(cancel);
        }
    }

    (PaymentAnswer Answer, bool Applies) Decide(PaymentRequest request, Fault fault)
    {
        if (applied.TryGetValue(request.Key, out var first))
        {
            var same = first.Row == request.Row && first.Kind == request.Kind && first.Amount == request.Amount;
            if (!same) return (PaymentAnswer.KeyReused, false);
        }
        return fault switch
        {
            Fault.Unavailable => (PaymentAnswer.Unavailable, false),
            Fault.AppliedThenDropped => (PaymentAnswer.Dropped, first is null),
            _ => (PaymentAnswer.Done, first is null),
        };
    }

    void Count(string kind, bool applies)
    {
        requests++;
        if (!applies) return;
        if (kind == ProviderLine.Payment) payments++;
        else notifications++;
    }
}
