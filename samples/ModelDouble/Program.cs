using ModelDouble;

// A double to look at by hand: it repeats what it is told, and each fault is the word for it. The process goes on until its input ends.
var ledger = args is ["--ledger", var path] ? path : null;
if (ledger is null && args.Length > 0)
{
    Console.Error.WriteLine("Usage: ModelDouble [--ledger FILE]. Say a fault's name, such as RateLimited, and it happens; say anything else, and it is said again.");
    return 2;
}
await using var server = await DoubleServer.StartAsync(
    static request => Enum.TryParse<Fault>(request.Asked.LastText, out var fault) ? DoubleReply.Say("Half of this may come.") with { Fault = fault } : DoubleReply.Say(request.Asked.LastText),
    ledger);
Console.WriteLine($"OpenAI: {new Uri(server.Address, "v1")}  Anthropic: {server.Address}");
while (await Console.In.ReadLineAsync() is not null)
{
}
return 0;
