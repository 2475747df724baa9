using System.Diagnostics;
using System.Globalization;
using Claims;

namespace ClaimsDesk;

/// <summary>Starts the other processes, kills the worker as planned, starts it again, and has the books audited at the end.</summary>
sealed class DeskOrchestrator(Options options, ClaimFile file, DeskPlace place)
{
    // Longer than any wait that belongs to the run: a deadline, a restart, a retry.
    static readonly TimeSpan StallMax = TimeSpan.FromSeconds(90);
    readonly Stopwatch watch = new();
    long steps;
    int lives, kills, killsPlanned, resumes, suspects, inDoubt, paid, completed;

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        string[] common = ["--ledger", place.Ledger, "--seed", Text(options.Seed)];
        await using var provider = Child.Start("provider", common);
        await using var model = Child.Start("model", common);
        await using var approver = Child.Start("approver", [.. common, "--worker-address", place.WorkerAddressFile, "--file", options.File, "--rows", Text(options.Rows)]);
        Child[] outside = [provider, model, approver];
        string[] worker =
        [
            .. common, "--file", options.File, "--rows", Text(options.Rows), "--db", place.Db, "--worker-address", place.WorkerAddressFile, "--deadline-seconds", Text(options.DeadlineSeconds),
            "--provider", (await provider.StartedAsync()).ToString(), "--model", (await model.StartedAsync()).ToString(), "--approver", (await approver.StartedAsync()).ToString(),
        ];
        using var client = new ProviderClient(await provider.Address);
        watch.Start();
        await ProgressView.ForConsole().ShowAsync(async report =>
        {
            await WhileAliveAsync(outside, alive => WorkAsync(client, worker, report, alive), cancel);
            return 0;
        });
        // An answer that is still on its way is heard of by nobody; the approver ends first.
        foreach (var child in outside.Reverse()) await child.StopAsync();
        LedgerSeal.Put(place.Ledger);
        var audit = await Child.RunAsync("audit",
            [
                .. common, "--file", options.File, "--rows", Text(options.Rows), "--db", place.Db, "--kills", Text(kills), "--resumes", Text(resumes), "--deadline-seconds", Text(options.DeadlineSeconds), "--json", options.Json ? "yes" : "no",
            ], cancel);
        if (kills == killsPlanned && killsPlanned == options.Kills) return audit;
        Console.Error.WriteLine($"Only {kills} of {options.Kills} kills were made: the work was over before the others. Take more --rows, or fewer --kills.");
        return audit == 0 ? 2 : audit;
    }

    /// <summary>Stops the work when one of the processes has ended that do not come back.</summary>
    static async Task WhileAliveAsync(Child[] outside, Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] ends = [.. outside.Select(child => child.ExitedAsync(over.Token))];
        var working = work(over.Token);
        await Task.WhenAny([working, .. ends]);
        await over.CancelAsync();
        await Task.WhenAll([working, .. ends]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!working.IsCompletedSuccessfully && Array.FindIndex(ends, end => end.IsCompletedSuccessfully) is >= 0 and var ended)
            throw new InvalidOperationException($"Provider, model or approver ended by itself: {await outside[ended].LastWordsAsync()}");
        await working;
    }

    async Task WorkAsync(ProviderClient provider, string[] arguments, Action<RunProgress> report, CancellationToken cancel)
    {
        // Only what is surely paid is counted on: what needs a person or is parked may never be.
        var certain = file.Valid.Where(claim => !ClaimFacts.NeedsApproval(claim) && !ClaimFacts.IsUnexplained(claim)).ToArray();
        var plan = certain.Length == 0 ? [] : KillMoment.Plan(options.Kills!.Value, options.Seed, certain);
        killsPlanned = plan.Count;
        while (true)
        {
            await using var worker = Child.Start("worker", [.. arguments, "--number", Text(++lives)]);
            var life = new WorkerLife(worker, provider);
            var stall = Stopwatch.StartNew();
            var stood = (completed, paid);
            var end = await life.WatchAsync(kills < plan.Count ? plan[kills] : null, Seen, cancel);
            if (life.Last is { } last) (steps, suspects, inDoubt) = (steps + last.Steps, suspects + last.Suspects, inDoubt + last.InDoubt);
            resumes += worker.Resumed;
            if (end == WorkerEnd.Died) throw new InvalidOperationException($"The worker ended by itself: {await worker.LastWordsAsync()}");
            if (end == WorkerEnd.Finished) return;
            kills++;
            report(Progress(null));

            void Seen()
            {
                // A new worker counts from none until it has asked for every run again.
                if (life.Last is { } status) completed = Math.Max(completed, status.Completed);
                report(Progress(life.Last));
                if (stood != (completed, paid)) stall.Restart();
                stood = (completed, paid);
                if (stall.Elapsed > StallMax)
                    throw new TimeoutException($"Nothing has moved for {StallMax.TotalSeconds} s, with {completed:N0} of {file.Valid.Count:N0} claims done.{Environment.NewLine}{life.Last}{Environment.NewLine}{worker.Errors}");
                _ = UpdatePaidAsync(provider, cancel);
            }
        }
    }

    RunProgress Progress(WorkerStatus? status) => new(
        watch.Elapsed, file.Valid.Count, completed, paid, status?.WaitingForAdjuster ?? 0, inDoubt + (status?.InDoubt ?? 0), suspects + (status?.Suspects ?? 0), kills, killsPlanned,
        (steps + (status?.Steps ?? 0)) / Math.Max(0.001, watch.Elapsed.TotalSeconds), status is not null, status?.WaitsFor);

    async Task UpdatePaidAsync(ProviderClient provider, CancellationToken cancel)
    {
        try
        {
            paid = (await provider.ProgressAsync(0, cancel)).Payments;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            // A number for people; the next look brings it.
        }
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
