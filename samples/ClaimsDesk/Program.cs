using Claims;
using ClaimsDesk;
using Holdfast;

try
{
    return args switch
    {
        ["provider", .. var rest] => await ProviderAsync(new RoleArguments(rest)),
        ["model", .. var rest] => await ModelRole.RunAsync(new RoleArguments(rest)),
        ["approver", .. var rest] => await ApproverServer.RunAsync(new RoleArguments(rest)),
        ["worker", .. var rest] => await DeskWorker.RunAsync(new RoleArguments(rest)),
        ["audit", .. var rest] => DeskAuditRole.Run(new RoleArguments(rest)),
        _ => await OrchestratorAsync(DeskOptions.Parse(args)),
    };
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Cancelled.");
    return 2;
}
catch (Exception failure) when (
    failure is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException or InvalidOperationException or TimeoutException or HttpRequestException
        or HoldfastException)
{
    Console.Error.WriteLine(failure.Message);
    // A process that was started by another leaves its sentence there; its standard error is full of what it logged.
    if (args is ["provider" or "model" or "approver" or "worker", ..]) Lifeline.Tell("failed", failure.Message.ReplaceLineEndings(" "));
    return 2;
}

static async Task<int> OrchestratorAsync(Options options)
{
    if (options.Help)
    {
        Console.WriteLine(DeskOptions.HelpText);
        return 0;
    }
    var file = HostileCopy.Load(options.File, options.Rows, options.Seed);
    using var place = DeskPlace.Open(options);
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, press) =>
    {
        // The children must be ended and the temporary files removed first.
        press.Cancel = true;
        stop.Cancel();
    };
    return await new DeskOrchestrator(options, file, place).RunAsync(stop.Token);
}

static async Task<int> ProviderAsync(RoleArguments arguments)
{
    await using var server = await ProviderServer.StartAsync(arguments.Text("--ledger"), new FaultScript(arguments.Number("--seed")));
    Lifeline.Tell("listening", server.Address);
    await Lifeline.ServeAsync();
    return 0;
}
