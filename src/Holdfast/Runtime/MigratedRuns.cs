using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Takes up runs that were parked because their code, or their codec, was not here: at every start, for the old build may be back. Goes on beside all other
/// work, a page at a time, because there may be very many: no start waits for it.
/// </summary>
sealed class MigratedRuns(Engine engine) : IThreadPoolWorkItem
{
    const int PageMax = 500;

    static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(10);

    bool _isUnderWay;

    public bool IsUnderWay => Volatile.Read(ref _isUnderWay);

    public void Start()
    {
        Volatile.Write(ref _isUnderWay, true);
        engine.Executor.Run(this);
    }

    void IThreadPoolWorkItem.Execute() => _ = TakeUpAsync();

    async Task TakeUpAsync()
    {
        try
        {
            await TakeUpAllAsync(engine.Stopping).ConfigureAwait(false);
        }
        catch (Exception) when (engine.Stopping.IsCancellationRequested || engine.Failure is not null)
        {
            // The next start looks again.
        }
        catch (Exception error)
        {
            // What was taken up is not found again.
            engine.NoteUnparkFailed(error);
            engine.Later(RetryWait, Start);
        }
        finally
        {
            Volatile.Write(ref _isUnderWay, false);
        }
    }

    async Task TakeUpAllAsync(CancellationToken cancellationToken)
    {
        RunId? before = null;
        while (true)
        {
            var page = await engine.Store.ListAsync(new() { Status = RunStatus.Parked, Before = before, Limit = PageMax }, cancellationToken).ConfigureAwait(false);
            var writes = new List<StoreWrite>();
            foreach (var row in page)
            {
                // The last of the three: its record could not be read, by an older build or without its codec perhaps, and can be.
                if (StateBytes.TryRead(row.State, out _) is not { } state
                    || !(Migration.IsReason(state.ParkReason) || Damaged.IsUnreadable(state) || state.Status == RunStatus.Running)) continue;
                if (await TryAsync(row, cancellationToken).ConfigureAwait(false))
                    writes.Add(new PostMail(row.Id, new(MailKind.Unpark, "", default, null, engine.Time.GetUtcNow())) { Epoch = engine.Epoch });
            }
            if (writes.Count > 0)
            {
                var answers = await engine.Committer.CommitAsync(writes).ConfigureAwait(false);
                for (var i = 0; i < answers.Length; i++)
                {
                    var run = ((PostMail)writes[i]).Run;
                    if (answers[i].Verdict == Verdict.Committed) engine.MailPosted(run);
                    else if (answers[i].Verdict == Verdict.Stale) engine.LostOwnership(run, answers[i]);
                }
            }
            if (page.Count < PageMax) return;
            before = page[^1].Id;
        }
    }

    /// <summary>Whether the run can go on. One that cannot even be looked at keeps no other waiting.</summary>
    async ValueTask<bool> TryAsync(RunRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await CanResumeAsync(row, cancellationToken).ConfigureAwait(false);
        }
        catch (HoldfastException error) when (error.Error is HoldfastError.StoreCorrupt or HoldfastError.CorruptSnapshot)
        {
            engine.NoteStaysParked(row.Id, error);
            return false;
        }
    }

    async ValueTask<bool> CanResumeAsync(RunRow row, CancellationToken cancellationToken)
    {
        if (engine.Registry.Find(row.Workflow, row.Version) is not { } type || await engine.Store.LoadAsync(row.Id, cancellationToken).ConfigureAwait(false) is not { Unreadable: null } stored) return false;
        if (StateBytes.TryRead(stored.Run.State, out _) is not { } state || state.Ops.Any(op => op is StepOp { Handler: { } handler } && !engine.Handlers.ContainsKey(handler))) return false;
        if (Damaged.IsUnreadable(state) && !await LargeValues.AreReadableAsync(engine.Store, stored, cancellationToken).ConfigureAwait(false)) return false;
        var leases = new List<ServiceLease>();
        try
        {
            return await SnapshotCheck.ProblemAsync(engine.Store, engine.Services(stored.Run), Lease, type, stored, cancellationToken).ConfigureAwait(false) is null;
        }
        finally
        {
            leases.ForEach(static lease => lease.Dispose());
        }

        IInjected Lease()
        {
            leases.Add(new(engine, type));
            return leases[^1];
        }
    }
}
