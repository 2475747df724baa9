using System.Globalization;
using Holdfast;
using Holdfast.Tests.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// A process with an engine on an SQLite file, for tests that kill it. Takes commands from its input, one a line, and answers each on
// its output once it is done: what was answered, was acknowledged.
if (args is not [var database, var ledgerPath])
{
    await Console.Error.WriteLineAsync("Holdfast.Tests.Worker <database> <ledger>");
    return 1;
}
var services = new ServiceCollection();
services.AddHoldfast(o =>
{
    o.UseSqlite(database, new() { ReserveBytes = 0 });
    // Hot and cold by turns: both must survive.
    o.AlwaysCold = null;
}).AddWorkflow<Job>().AddWorkflow<Counter>().AddWorkflow<Poison>();
services.AddSingleton(new Ledger(ledgerPath));
await using var provider = services.BuildServiceProvider();
foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
var client = provider.GetRequiredService<IHoldfastClient>();
Say("ready");
while (await Console.In.ReadLineAsync() is { } line) _ = AnswerAsync(line);
return 0;

async Task AnswerAsync(string line)
{
    try
    {
        var words = line.Split(' ');
        var number = int.Parse(words[1], CultureInfo.InvariantCulture);
        switch (words[0])
        {
            case "start":
                await client.StartAsync((Job w) => w.Run(number), key: words[1]);
                break;
            case "count":
                await client.StartAsync((Counter w) => w.Run(number), key: words[1]);
                break;
            case "raise":
                var counter = await client.StartAsync((Counter w) => w.Run(number), key: words[1]);
                line += $" {await counter.UpdateAsync(w => w.Raise(words[2]), key: words[2], timeout: TimeSpan.FromMinutes(1))}";
                break;
            case "raised":
                var counted = await client.StartAsync((Counter w) => w.Run(number), key: words[1]);
                line += $" {await counted.QueryAsync(w => w.Raised, timeout: TimeSpan.FromMinutes(1))}";
                break;
            case "poison":
                await client.StartAsync((Poison w) => w.Run(words[2]), key: words[1]);
                break;
            case "signal":
                var job = await client.FindAsync<Job>(words[1]) ?? throw new InvalidOperationException($"job {number} was acknowledged and is gone");
                await job.SignalAsync(Job.Word, words[2], dedupKey: words[2]);
                break;
            case "result":
                var run = await client.FindAsync<Job>(words[1]) ?? throw new InvalidOperationException($"job {number} was acknowledged and is gone");
                line += " " + await run.ResultAsync<string>();
                break;
            case "info":
                var asked = await client.FindAsync<Job>(words[1]) ?? throw new InvalidOperationException($"job {number} was acknowledged and is gone");
                var info = await asked.GetInfoAsync();
                line += $" {info.Status} {info.Waiting}";
                break;
            case "poisoned":
                var poison = await client.FindAsync<Poison>(words[1]) ?? throw new InvalidOperationException("the poison is gone");
                line += " " + (await poison.GetInfoAsync()).Waiting;
                break;
            case "operate":
                await OperateAsync();
                break;
            default:
                throw new InvalidOperationException("unknown command");
        }
        Say(line);
    }
    catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished)
    {
        // A repeated signal whose first copy was taken: known, and no harm.
        Say(line);
    }
    catch (Exception error)
    {
        Say($"error {line}: {error.GetType().Name}: {error.Message}");
    }
}

// Takes up again what was set aside because it happened to have a thread at each of several kills, as a person would.
async Task OperateAsync()
{
    // Once in each process: only a start sets a run aside as suspect.
    var resumed = new HashSet<RunId>();
    while (true)
    {
        foreach (var run in await client.ListAsync(new() { Status = RunStatus.Parked, Limit = 1_000 }))
        {
            if (!run.Waiting.StartsWith("parked: suspect", StringComparison.Ordinal) || !resumed.Add(run.Id)) continue;
            await client.GetRun(run.Id).ResumeAsync();
            Say($"suspect {run.Id}");
        }
        await Task.Delay(TimeSpan.FromMilliseconds(20));
    }
}

static void Say(string line)
{
    lock (Console.Out)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
