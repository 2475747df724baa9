using Holdfast;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Claims;

/// <summary>The worker: the engine on its SQLite file, and one endpoint for the adjuster's answers. This is the process that is killed.</summary>
sealed class WorkerServer : IAsyncDisposable
{
    readonly StorePatience patience = new();
    readonly CancellationTokenSource stopping = new();
    readonly StepMeter meter = new();
    readonly ClaimFile file;
    readonly WebApplication app;
    readonly IHoldfastClient holdfast;
    readonly ClaimRuns runs;
    readonly Operator clerk;
    readonly Ledger<OperatorLine> operatorLedger;

    WorkerServer(RoleArguments arguments)
    {
        file = ClaimFile.Load(arguments.Text("--file"), arguments.Number("--rows"));
        var ledger = arguments.Text("--ledger");
        QuarantineReport.Write(ledger, file.Quarantined);
        operatorLedger = new Ledger<OperatorLine>(Path.Combine(ledger, OperatorLine.FileName), ClaimsJson.Default.OperatorLine);

        var builder = Loopback.Server();
        // Standard output belongs to the talk with the parent, which shows standard error when the worker dies.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(_ => new ProviderClient(new Uri(arguments.Text("--provider")), arguments.Number("--number")));
        builder.Services.AddSingleton(_ => new AdjusterClient(new Uri(arguments.Text("--adjuster"))));
        builder.Services.AddSingleton(new ClaimTerms(TimeSpan.FromSeconds(arguments.Number("--deadline-seconds")), TimeSpan.FromMilliseconds(200)));
        builder.Services
            .AddHoldfast(options =>
            {
                options.UseSqlite(arguments.Text("--db"));
                // An ended claim is what keeps it from being paid again when the same file is read again.
                options.Retention = Retention.Forever;
            })
            .AddWorkflow<ClaimWorkflow>();
        app = builder.Build();
        holdfast = app.Services.GetRequiredService<IHoldfastClient>();
        runs = new ClaimRuns(holdfast, file.Valid, patience);
        clerk = new Operator(holdfast, app.Services.GetRequiredService<ProviderClient>(), operatorLedger, patience);
        app.MapPost("/answers/{run}", (RequestDelegate)AnswerAsync);
        app.MapGet("/status", http => Loopback.WriteAsync(http, Status, ClaimsJson.Default.WorkerStatus));
    }

    WorkerStatus Status => new(
        file.Valid.Count, runs.Completed, runs.Failed, runs.WaitingForAdjuster, clerk.InDoubt, clerk.Suspects, runs.AllEnded, meter.Succeeded, meter.Durations.Snapshot(), patience.WaitsFor);

    public static async Task<int> RunAsync(RoleArguments arguments)
    {
        await using var worker = new WorkerServer(arguments);
        // The engine starts with the host, before the endpoint listens: no answer is taken that could not be kept.
        await worker.app.StartAsync();
        Publish(arguments.Text("--worker-address"), Loopback.Address(worker.app));
        Lifeline.Tell("listening", Loopback.Address(worker.app));
        await worker.runs.TakeStockAsync(worker.stopping.Token);
        Lifeline.Tell("resumed", worker.runs.Resumed);
        var held = Lifeline.WorkAsync();
        var stopped = new TaskCompletionSource();
        using var stopping = worker.app.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        // Whichever ends first: the parent lets go, the work breaks, or the engine asks its process to end.
        await await Task.WhenAny(held, worker.clerk.RunAsync(worker.stopping.Token), worker.StartAllAsync(held), stopped.Task);
        return stopped.Task.IsCompleted ? 2 : 0;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await app.StopAsync();
        await app.DisposeAsync();
        await operatorLedger.DisposeAsync();
        meter.Dispose();
        runs.Dispose();
        stopping.Dispose();
    }

    async Task StartAllAsync(Task held)
    {
        await runs.StartAllAsync(stopping.Token);
        await held;
    }

    /// <summary>Answers only when the message is durable. A repetition has the same key and changes nothing.</summary>
    async Task AnswerAsync(HttpContext http)
    {
        var answer = await Loopback.ReadAsync(http, ClaimsJson.Default.AdjusterAnswer);
        if (answer is not { DedupKey.Length: > 0 } || !RunId.TryParse((string?)http.Request.RouteValues["run"], out var run))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        try
        {
            await holdfast.GetRun(run).SignalAsync(
                ClaimWorkflow.Adjusted, new Adjustment(answer.Granted, answer.SentUtc), answer.DedupKey, http.RequestAborted);
        }
        catch (HoldfastException failure)
        {
            http.Response.StatusCode = failure.Error == HoldfastError.RunFinished ? StatusCodes.Status410Gone : StatusCodes.Status503ServiceUnavailable;
        }
    }

    /// <summary>Says where the adjuster finds this worker, as a whole or not at all.</summary>
    internal static void Publish(string path, Uri address)
    {
        var draft = path + ".new";
        File.WriteAllText(draft, address.ToString());
        File.Move(draft, path, overwrite: true);
    }
}
