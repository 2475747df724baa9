using Claims;
using Holdfast;

try
{
    return args switch
    {
        ["provider", .. var rest] => await ProviderRoleAsync(new RoleArguments(rest)),
        ["adjuster", .. var rest] => await AdjusterRoleAsync(new RoleArguments(rest)),
        ["worker", .. var rest] => await WorkerServer.RunAsync(new RoleArguments(rest)),
        ["audit", .. var rest] => AuditRole.Run(new RoleArguments(rest)),
        _ => await OrchestratorAsync(Options.Parse(args)),
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
    var sentence = failure.Message.ReplaceLineEndings(" ");
    Console.Error.WriteLine(failure.Message);
    // A process that was started by another leaves its sentence there; its standard error is full of what it logged.
    if (args is ["provider" or "adjuster" or "worker", ..]) Lifeline.Tell("failed", sentence);
    return 2;
}

static async Task<int> OrchestratorAsync(Options options)
{
    if (options.Help)
    {
        Console.WriteLine(Options.HelpText);
        return 0;
    }
    var file = ClaimFile.Load(options.File, options.Rows);
    using var place = await Workplace.OpenAsync(options);
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, press) =>
    {
        // The children must be ended and the temporary files removed first.
        press.Cancel = true;
        stop.Cancel();
    };
    return await new Orchestrator(options, file, place).RunAsync(stop.Token);
}

static async Task<int> ProviderRoleAsync(RoleArguments arguments)
{
    await using var server = await ProviderServer.StartAsync(arguments.Text("--ledger"), new FaultScript(arguments.Number("--seed")));
    Lifeline.Tell("listening", server.Address);
    await Lifeline.ServeAsync();
    return 0;
}

static async Task<int> AdjusterRoleAsync(RoleArguments arguments)
{
    await using var server = await AdjusterServer.StartAsync(
        arguments.Text("--ledger"), arguments.Text("--worker-address"), new AdjusterScript(arguments.Number("--seed")));
    Lifeline.Tell("listening", server.Address);
    await Lifeline.ServeAsync();
    return 0;
}
