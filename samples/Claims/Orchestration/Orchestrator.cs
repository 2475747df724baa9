using System.Diagnostics;
using System.Globalization;

namespace Claims;

/// <summary>Starts the other processes, kills the worker as planned, starts it again, and has the books audited at the end.</summary>
sealed class Orchestrator(Options options, ClaimFile file, Workplace place)
{
    // Longer than any wait that belongs to the run: a deadline, a restart, a retry.
    static readonly TimeSpan StallMax = TimeSpan.FromSeconds(60);
    // For a person to make room on a disk.
    static readonly TimeSpan StatedWaitMax = TimeSpan.FromMinutes(10);
    const int KillsDefault = 5;
    readonly StepHistogram durations = new();
    readonly Stopwatch watch = new();
    long steps;
    int lives, kills, killsPlanned, resumes, suspects, paid, completed;

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        await using var provider = Child.Start("provider", ["--ledger", place.Ledger, .. Seed]);
        await using var adjuster = Child.Start("adjuster", ["--ledger", place.Ledger, "--worker-address", place.WorkerAddressFile, .. Seed]);
        var (providerAddress, adjusterAddress) = (await provider.StartedAsync(), await adjuster.StartedAsync());
        using var client = new ProviderClient(providerAddress);
        watch.Start();
        await ProgressView.ForConsole().ShowAsync(async report =>
        {
            await WhileAliveAsync(provider, adjuster, alive => WorkAsync(client, providerAddress, adjusterAddress, report, alive), cancel);
            return 0;
        });
        watch.Stop();
        await provider.StopAsync();
        await adjuster.StopAsync();
        var audit = await Child.RunAsync("audit", AuditArguments(), cancel);
        if (kills == killsPlanned) return audit;
        Console.Error.WriteLine(
            $"Only {kills} of {killsPlanned} kills were made: the work was over before the others. Take more --rows, or fewer --kills.");
        // Nobody asked for a number of them, and a small file is done before they can all be made.
        return audit == 0 && options.Kills is not null ? 2 : audit;
    }

    /// <summary>Stops the work when provider or adjuster has ended: every try to reach it would bring a claim nearer to its last, and it does not come back.</summary>
    static async Task WhileAliveAsync(Child provider, Child adjuster, Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] ends = [provider.ExitedAsync(over.Token), adjuster.ExitedAsync(over.Token)];
        var working = work(over.Token);
        await Task.WhenAny([working, .. ends]);
        await over.CancelAsync();
        await Task.WhenAll([working, .. ends]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!working.IsCompletedSuccessfully && ends[0].IsCompletedSuccessfully) throw new InvalidOperationException($"The provider ended by itself: {await provider.LastWordsAsync()}");
        if (!working.IsCompletedSuccessfully && ends[1].IsCompletedSuccessfully) throw new InvalidOperationException($"The adjuster ended by itself: {await adjuster.LastWordsAsync()}");
        await working;
    }

    IEnumerable<string> Seed => ["--seed", options.Seed.ToString(CultureInfo.InvariantCulture)];

    async Task WorkAsync(ProviderClient provider, Uri providerAddress, Uri adjusterAddress, Action<RunProgress> report, CancellationToken cancel)
    {
        var before = await provider.ProgressAsync(0, cancel);
        var wanted = options.Kills ?? KillsDefault;
        var plan = KillMoment.Plan(wanted, options.Seed, file.Valid, before.Payments + before.Notifications);
        killsPlanned = plan.Count;
        if (killsPlanned < wanted) Console.Error.WriteLine("An earlier run has done nearly all of this; there is nothing left to kill.");
        while (true)
        {
            await using var worker = Child.Start(
                "worker", "--file", options.File, "--rows", Text(options.Rows), "--db", place.Db, "--ledger", place.Ledger, "--worker-address", place.WorkerAddressFile,
                "--provider", providerAddress.ToString(), "--adjuster", adjusterAddress.ToString(), "--deadline-seconds", Text(options.DeadlineSeconds),
                "--number", Text(++lives));
            var life = new WorkerLife(worker, provider);
            var stall = Stopwatch.StartNew();
            var stood = (completed, paid);
            var end = await life.WatchAsync(kills < plan.Count ? plan[kills] : null, Seen, cancel);
            if (life.Last is { } last)
            {
                steps += last.Steps;
                durations.Add(last.StepMs);
                suspects += last.Suspects;
            }
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
                var max = life.Last?.WaitsFor is null ? StallMax : StatedWaitMax;
                if (stall.Elapsed > max)
                    throw new TimeoutException(
                        $"Nothing has moved for {max.TotalSeconds} s, with {completed:N0} of {file.Valid.Count:N0} claims done. A full disk under {place.Ledger} looks like this: provider, adjuster and "
                        + $"operator acknowledge nothing that they cannot write there.{Environment.NewLine}{life.Last}{Environment.NewLine}{worker.Errors}");
                _ = UpdatePaidAsync(provider, cancel);
            }
        }
    }

    RunProgress Progress(WorkerStatus? status) => new(
        watch.Elapsed, file.Valid.Count, completed, paid, status?.WaitingForAdjuster ?? 0, status?.InDoubt ?? 0, suspects + (status?.Suspects ?? 0), kills, killsPlanned,
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

    List<string> AuditArguments()
    {
        var decisions = Ledger<OperatorLine>.Read(Path.Combine(place.Ledger, OperatorLine.FileName), ClaimsJson.Default.OperatorLine).ToLookup(line => line.Decision == OperatorLine.Resume);
        var inDoubt = decisions[false].DistinctBy(line => line.Key).Count();
        return
        [
            "--file", options.File, "--rows", Text(options.Rows), "--ledger", place.Ledger, "--in-doubt", Text(inDoubt), "--suspects", Text(decisions[true].Count()), "--kills", Text(kills), "--resumes", Text(resumes),
            "--steps-per-second", Text(Math.Round(steps / watch.Elapsed.TotalSeconds, 1)), "--p50", Text(durations.PercentileMs(50)), "--p99", Text(durations.PercentileMs(99)),
            "--seconds", Text(Math.Round(watch.Elapsed.TotalSeconds, 1)), "--json", options.Json ? "yes" : "no",
        ];
    }

    static string Text<T>(T number) where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
