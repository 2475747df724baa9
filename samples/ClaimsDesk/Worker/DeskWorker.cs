using Claims;
using Holdfast;
using Holdfast.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsDesk;

/// <summary>The worker: the engine with the agents on its SQLite file, and an endpoint for the approver's answers. This is the process that is killed.</summary>
sealed class DeskWorker : IAsyncDisposable
{
    readonly StorePatience patience = new();
    readonly CancellationTokenSource stopping = new();
    readonly StepMeter meter = new();
    readonly ClaimFile file;
    readonly WebApplication app;
    readonly DeskRuns runs;
    readonly DeskClerk clerk;
    readonly Operator suspects;
    readonly Ledger<OperatorLine> operatorLedger;

    DeskWorker(RoleArguments arguments)
    {
        file = HostileCopy.Load(arguments.Text("--file"), arguments.Number("--rows"), arguments.Number("--seed"));
        operatorLedger = new Ledger<OperatorLine>(Path.Combine(arguments.Text("--ledger"), OperatorLine.FileName), ClaimsJson.Default.OperatorLine);
        var facts = new ClaimFacts(file.Valid);
        var builder = Loopback.Server();
        // Standard output belongs to the talk with the parent, which shows standard error when the worker dies.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(_ => new ProviderClient(new Uri(arguments.Text("--provider")), arguments.Number("--number")));
        builder.Services.AddSingleton(services => DeskTools.Make(facts, services.GetRequiredService<ProviderClient>(), services));
        builder.Services.AddSingleton(services => new ClaimAgentDefinition(
            AlternatingClient.Models(new Uri(arguments.Text("--model"))), services.GetRequiredService<Toolbox>(), TimeSpan.FromSeconds(arguments.Number("--deadline-seconds"))));
        builder.Services
            .AddHoldfast(options =>
            {
                options.UseSqlite(arguments.Text("--db")).UseAgents();
                options.Retention = Retention.Forever;
            })
            .AddWorkflow<ClaimAgent>().AddWorkflow<DeskOpening>();
        app = builder.Build();
        var holdfast = app.Services.GetRequiredService<IHoldfastClient>();
        var provider = app.Services.GetRequiredService<ProviderClient>();
        runs = new DeskRuns(holdfast, file.Valid, patience);
        clerk = new DeskClerk(runs, facts, provider, new Uri(arguments.Text("--approver")), operatorLedger);
        suspects = new Operator(holdfast, provider, operatorLedger, patience);
        app.MapPost("/approvals/{run}", (RequestDelegate)(http => AnswerAsync(http, holdfast)));
        app.MapGet("/status", http => Loopback.WriteAsync(http, Status, ClaimsJson.Default.WorkerStatus));
    }

    WorkerStatus Status => new(
        file.Valid.Count, runs.Completed, runs.Failed, clerk.Waiting, clerk.InDoubt, suspects.Suspects, runs.AllEnded, meter.Succeeded, meter.Durations.Snapshot(), patience.WaitsFor);

    public static async Task<int> RunAsync(RoleArguments arguments)
    {
        await using var worker = new DeskWorker(arguments);
        // The engine starts with the host, before the endpoint listens: no answer is taken that could not be kept.
        await worker.app.StartAsync();
        WorkerServer.Publish(arguments.Text("--worker-address"), Loopback.Address(worker.app));
        Lifeline.Tell("listening", Loopback.Address(worker.app));
        await worker.runs.TakeStockAsync(worker.stopping.Token);
        Lifeline.Tell("resumed", worker.runs.Resumed);
        var held = Lifeline.WorkAsync();
        var stopped = new TaskCompletionSource();
        using var registration = worker.app.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        // Whichever ends first: the parent lets go, the work breaks, or the engine asks its process to end.
        await await Task.WhenAny(held, worker.clerk.RunAsync(worker.stopping.Token), worker.suspects.RunAsync(worker.stopping.Token), worker.WorkAsync(held), stopped.Task);
        return stopped.Task.IsCompleted ? 2 : 0;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await app.StopAsync();
        await app.DisposeAsync();
        await operatorLedger.DisposeAsync();
        clerk.Dispose();
        meter.Dispose();
        stopping.Dispose();
    }

    async Task WorkAsync(Task held)
    {
        await runs.RunAllAsync(stopping.Token);
        await held;
    }

    /// <summary>Answers only when what became of the word is durable.</summary>
    static async Task AnswerAsync(HttpContext http, IHoldfastClient holdfast)
    {
        var word = await Loopback.ReadAsync(http, DeskJson.Default.ApprovalWord);
        if (word is null || !RunId.TryParse((string?)http.Request.RouteValues["run"], out var run))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        string receipt;
        try
        {
            var agent = holdfast.GetRun<ClaimAgent, AgentAnswer>(run);
            receipt = (await agent.AnswerAsync(new(new(word.Approval), word.Arguments, word.Granted, ApproverLine.Person), http.RequestAborted)).ToString();
        }
        catch (HoldfastException failure) when (failure.Error == HoldfastError.RunFinished)
        {
            receipt = ApproverLine.Ended;
        }
        catch (HoldfastException)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        await Loopback.WriteAsync(http, new ApprovalReply(receipt), DeskJson.Default.ApprovalReply);
    }
}
