using Holdfast;
using Holdfast.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var (folder, isSecond) = (args[0], args[1] == "again");
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services.AddSingleton(new Book(Path.Combine(folder, "book.txt")));
builder.Services.AddHoldfast(o => o.UseSqlite(Path.Combine(folder, "trips.db"))).AddWorkflow<Trip>();
using var host = builder.Build();
await host.StartAsync();
var holdfast = host.Services.GetRequiredService<IHoldfastClient>();

var run = await holdfast.StartAsync((Trip w) => w.Run("ann"), key: "ann");
if (!isSecond)
{
    while (!(await run.GetInfoAsync()).Waiting.Contains("paid", StringComparison.Ordinal)) await Task.Delay(10);
    Console.WriteLine("waiting");
    await Task.Delay(Timeout.Infinite);
}
await run.SignalAsync(Trip.Paid, 300);
Console.WriteLine(await run.ResultAsync());
await host.StopAsync();

/// <summary>What was done to the world, one line each.</summary>
sealed class Book(string path)
{
    public async Task<string> Write(string line)
    {
        await File.AppendAllTextAsync(path, line + "\n");
        return line;
    }
}

sealed class Trip(Book book) : Workflow
{
    public static readonly Signal<int> Paid = new("paid");

    public async Durable<string> Run(string traveller)
    {
        var told = new List<string>();
        foreach (var what in new[] { "flight", "hotel" }) told.Add(await Step(() => book.Write($"{what} for {traveller}")));
        var amount = await Receive(Paid);
        told.Add(await Step(() => book.Write($"{amount} from {traveller}")));
        return string.Join(", ", told);
    }
}
